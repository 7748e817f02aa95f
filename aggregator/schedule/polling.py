"""A round of polls: what is due is polled, told, and published, whichever process does it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from time import monotonic

import structlog

from aggregator.model import Answer, Request
from aggregator.pipeline import Report, poll_due
from aggregator.release import refresh
from aggregator.schedule.duties import disk_trouble
from aggregator.wiring import Service

log = structlog.get_logger()

RELEASE_SECONDS = 2.0  # at least so long between two releases during a long round of polls ...
RELEASE_SHARE = 0.05  # ... and so long that releasing takes at most this share of the time


class Stopping(Exception):  # noqa: N818  it is no error
    """The service is being stopped: begin nothing more."""


def poll_round(
    service: Service,
    now: datetime,
    owner: str,
    *,
    only: list[str] | None = None,
    watch: Callable[[Report], None] = lambda _: None,
    releases: bool = True,
) -> int:
    """Poll what is due and publish what that changed, while it goes on too; returns how many sources were polled.

    Where another process publishes, this one does not (`releases`). On a disk that is nearly full nothing is polled
    unless it is asked for by name.
    """
    if only is None and disk_trouble(service.config):
        return 0
    polled, next_release = 0, monotonic() + RELEASE_SECONDS
    for report in poll_due(service.line, now, owner, only):
        polled += 1
        _log(report)
        watch(report)
        started = monotonic()
        if releases and started > next_release:
            refresh(service.press, now)
            next_release = monotonic() + max(RELEASE_SECONDS, (monotonic() - started) / RELEASE_SHARE)
    if polled and releases:
        refresh(service.press, now)
    return polled


def stoppable(service: Service, is_stopping: Callable[[], bool]) -> Service:
    """The same service, whose line asks nobody any more, and raises Stopping, once it is to stop."""
    fetch = service.line.fetch

    def until_stopped(
        requests: Iterable[Request], now: datetime, may_start: Callable[[Request], bool]
    ) -> Iterator[tuple[Request, Answer]]:
        for answered in fetch(requests, now, lambda request: not is_stopping() and may_start(request)):
            yield answered
            _go_on(is_stopping)
        # What was not asked must not look like an answer that did not come.
        _go_on(is_stopping)

    return replace(service, line=replace(service.line, fetch=until_stopped))


def _go_on(is_stopping: Callable[[], bool]) -> None:
    if is_stopping():
        raise Stopping


def _log(report: Report) -> None:
    poll = report.poll
    log.info(
        "poll_finished",
        source=report.source.id,
        outcome=poll.outcome and poll.outcome.value,
        status=poll.status,
        code=poll.code,
        new=report.new,
        changed=report.changed,
        requests=report.requests,
        next_due=poll.next_due and poll.next_due.isoformat(timespec="seconds"),
    )
