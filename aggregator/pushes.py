"""What hubs pushed, brought in as a poll's answer is: read, identified, joined, tagged, taken in, under a host's lease.

A push that cannot be read counts as nothing: the source's own address, its validators and its failures are not its
matter. What holds nothing, or comes too fast to be kept, asks for a visit soon.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import structlog

from aggregator.batch import Receipt
from aggregator.errors import SourceError
from aggregator.feeds import read_feed
from aggregator.fetch.headers import content_type
from aggregator.intake import complete
from aggregator.ladder import FEED
from aggregator.model import Fetched, Reading, Wire
from aggregator.policy.interval import next_due
from aggregator.policy.visit import pushed
from aggregator.receipts import Line, Report, bring_in, rung_of
from aggregator.store import inbox, leases, sources
from aggregator.store.inbox import TRIES, Push
from aggregator.store.leases import Claimed

log = structlog.get_logger()


def work_off(line: Line, now: datetime, owner: str) -> Iterator[Report]:
    """Bring in what waits, oldest first; what is of a host that is being polled waits on."""
    with line.store.read() as transaction:
        waiting = inbox.waiting(transaction)
    if not waiting:
        return
    with line.store.write() as transaction:
        ids = sorted({each.source_id for each in waiting})
        claimed = leases.claim_sources(transaction, owner, ids, lease=line.lease, rest=line.rest)
        held = {each.source.id: each for each in claimed}
        ours = [each for each in waiting if each.source_id in held]
        inbox.begin(transaction, ours)
        line.renew(transaction, now)
    done: list[Push] = []
    for push in ours:
        report = _bring(line, held, push, now)
        if report is not None:
            done.append(push)
            yield report
    with line.store.write() as transaction:
        inbox.finish(transaction, done, now)
    complete(line.store, line.intake, [], list({each.lease.host_id: each.lease for each in claimed}.values()), now)


def _bring(line: Line, held: dict[str, Claimed], push: Push, now: datetime) -> Report | None:
    """How one push went; None when the lease was lost meanwhile, and it waits on."""
    claimed = held[push.source_id]
    if not push.digest or push.tries >= TRIES:
        visit_soon(line, claimed, now)
        return Report(source=claimed.source, poll=claimed.held.poll)
    receipt = receive_push(line, claimed, push, now)
    if receipt is None:
        return Report(source=claimed.source, poll=claimed.held.poll)
    if not complete(line.store, line.intake, [receipt], [], now):
        return None
    held[push.source_id] = replace(claimed, held=replace(claimed.held, poll=receipt.poll))
    return Report(source=claimed.source, poll=receipt.poll, new=len(receipt.fresh), changed=len(receipt.changes))


def receive_push(line: Line, claimed: Claimed, push: Push, now: datetime) -> Receipt | None:
    """Decide what a push brings; nothing is written. None: it brings nothing that can be read."""
    last = claimed.held.poll
    media_type, charset = content_type({b"content-type": [push.content_type.encode("latin-1", "replace")]})
    answer = Fetched(
        wire=Wire(url=last.validators_url or last.address or claimed.source.url),
        body=push.body,
        media_type=media_type,
        charset=charset,
    )
    try:
        reading = _read(answer, claimed, now)
        receipt = bring_in(line, claimed, answer, reading, FEED, now) if reading else None
    except SourceError as error:
        log.warning("push_not_read", source=push.source_id, code=error.code, detail=error.detail[:200])
        return None
    if receipt is None:
        return None
    poll = pushed(last, receipt.poll, now)
    # A push is a part of the feed, not all of it: no body to keep, and nothing vanished that is not in it.
    return replace(
        receipt, poll=replace(poll, next_due=_due(line, claimed, receipt, now)), body=None, listed=frozenset()
    )


def _read(answer: Fetched, claimed: Claimed, now: datetime) -> Reading | None:
    """The reading of a push; None where the source is no feed (any more), the push was cut off, or has no news."""
    if rung_of(claimed.source, claimed.held.poll) not in (FEED, ""):
        return None
    reading = read_feed(
        answer.body,
        url=answer.wire.url,
        now=now,
        media_type=answer.media_type,
        charset=answer.charset,
        language=claimed.source.language,
        suffixes=claimed.held.poll.suffixes,
    )
    is_mended = any(problem.code == "malformed" for problem in reading.problems)
    return None if is_mended or not reading.entries else reading


def _due(line: Line, claimed: Claimed, receipt: Receipt, now: datetime) -> datetime | None:
    """When to visit the source after a push: counted from the last visit, so that pushes never put it off for ever."""
    last = claimed.held.poll
    if last.failures or last.at is None or last.next_due is None or last.next_due <= _soonest(line, claimed, now):
        return last.next_due
    due = next_due(
        pushed(last, receipt.poll, now),
        claimed.source,
        last.at,
        pace=line.bounds,
        rhythm=last.rhythm,
        retry_after=None,
        anonymous=line.anonymous(receipt.claimed.source.url),
        pushes_until=claimed.held.pushes_until,
    )
    return max(due, now) if due else due


def visit_soon(line: Line, claimed: Claimed, now: datetime) -> None:
    """Have a source visited as soon as its server bears it."""
    last = claimed.held.poll
    if last.failures:  # its server is in trouble, and has its own pace
        return
    with line.store.write() as transaction:
        sources.hasten(transaction, claimed.source.id, _soonest(line, claimed, now))


def _soonest(line: Line, claimed: Claimed, now: datetime) -> datetime:
    at = claimed.held.poll.at
    return now if at is None else max(now, at + line.bounds.floor)
