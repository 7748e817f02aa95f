"""`poll`: poll once what is due, or what is named."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.output import Exit, Now, WantsJson, fail, for_programs, iso, moment, of_poll, print_json

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.pipeline import Report
    from aggregator.wiring import Service


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("poll")(poll)


def poll(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Sources to poll now, due or not.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Poll every source now, due or not.")] = False,
    now: Now = "",
    wants_json: WantsJson = False,
) -> None:
    """Poll what is due (or the named sources, or all) once, publish what that changed, and say how each poll went."""
    import os

    from aggregator.cli.context import service
    from aggregator.schedule.polling import poll_round

    at, owner = moment(now), f"poll-{os.getpid()}"
    reports: list[Report] = []
    with service(at) as opened:
        wanted, total = _make_due(opened, ids or [], every, at)
        show = _printer(opened.config.site.language, wants_json)
        with _progress(total) as step:

            def watch(report: "Report") -> None:
                reports.append(report)
                step()
                show(report)

            poll_round(opened, at, owner, only=wanted, watch=watch)
        _fetch_pictures(opened, at, owner)
    raise typer.Exit(_verdict(reports, wanted or ()))


def _make_due(opened: "Service", ids: list[str], every: bool, now: "datetime") -> tuple[list[str] | None, int]:
    """The sources that are asked for (None: whatever is due), and how many polls that makes."""
    from aggregator.store import sources

    if not ids and not every:
        with opened.store.read() as transaction:
            return None, sources.count_due(transaction, now)
    with opened.store.write() as transaction:
        held = {each.source.id: each.source for each in sources.all_sources(transaction)}
        unknown = [each for each in ids if each not in held]
        if unknown:
            fail(f"no source is called {', '.join(unknown)}; `aggregator sources list` shows their ids", Exit.USAGE)
        paused = [each for each in ids if held[each].paused]
        if paused:
            name = paused[0]
            fail(f"{name} is paused; `aggregator sources pause {name} --resume` ends that", Exit.USAGE)
        wanted = list(dict.fromkeys(ids)) or [each.id for each in held.values() if not each.paused]
        sources.make_due(transaction, wanted, now)
    return wanted, len(wanted)


def _fetch_pictures(opened: "Service", now: "datetime", owner: str) -> None:
    """What partners allow to be shown, a few of a server at a time, until there is nothing more to be had."""
    from time import sleep

    from aggregator.illustrating import illustrate
    from aggregator.release import refresh

    is_changed = False
    while illustrate(opened.gallery, now, owner):
        is_changed = True
        sleep(opened.gallery.gap.total_seconds())
    if is_changed:
        refresh(opened.press, now)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on stderr while a person watches; gives what is to be called at each poll."""
    if not sys.stderr.isatty() or total < 2:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    above = sys.stdout.isatty()  # lines go above the bar; what is piped keeps its own way out
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=above) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def _printer(language: str, wants_json: bool) -> Callable[["Report"], None]:
    if for_programs(wants_json):
        return lambda report: print_json(poll_json(report, language))
    return lambda report: print(_line(poll_json(report, language)), flush=True)


def _line(row: dict[str, Any]) -> str:
    has_news = row["outcome"] in ("fetched", "moved")
    told = f"{row['new']} new, {row['changed']} changed" if has_news else row["message"]
    return f"{row['source']:<28} {row['outcome']:<10} {told}"


def poll_json(report: "Report", language: str) -> dict[str, Any]:
    """The stable JSON form of one poll."""
    poll = report.poll
    return {
        "source": report.source.id,
        "outcome": poll.outcome and poll.outcome.value,
        "status": poll.status,
        "new": report.new,
        "changed": report.changed,
        "requests": report.requests,
        "next_due": iso(poll.next_due),
        "message": of_poll(poll, language),
        "code": poll.code,
    }


def _verdict(reports: "Sequence[Report]", wanted: Sequence[str]) -> Exit:
    bad = sum(bool(report.poll.code) for report in reports)
    left = set(wanted) - {report.source.id for report in reports}
    if left:
        print(f"aggregator: {_left(left)}", file=sys.stderr)
        return Exit.PARTLY if reports else Exit.BUSY
    if not bad:
        return Exit.OK
    return Exit.FAILURE if bad == len(reports) else Exit.PARTLY


def _left(left: set[str]) -> str:
    names = ", ".join(sorted(left)[:5]) + (f" and {len(left) - 5} more" if len(left) > 5 else "")
    return (
        f"not polled now: {names}. Another process polls them, or their server asked for rest; "
        "they are polled as soon as that is over"
    )
