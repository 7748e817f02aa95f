"""The way of one source, from due to stored: the first file to read.

    claim → fetch → receive: read, clean, identify → take in: join, tag, admit, store

`poll_due` drives it. `receive` decides, one answer at a time, outside any transaction; what it decided is written in
batches by one short transaction each (`intake.py`), which lets in nothing of a lease that was lost. A source's failure
is a result, never an exception.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from time import monotonic
from typing import Protocol

from aggregator.dedup.echo import is_echo
from aggregator.dedup.identity import fingerprint, item_key
from aggregator.dedup.urls import url_key
from aggregator.errors import ReadError, SourceError
from aggregator.feeds import looks_like_feed, read_feed
from aggregator.intake import Change, Fresh, Intake, Receipt, complete
from aggregator.model import (
    Answer,
    Entry,
    Failed,
    Fetched,
    Gone,
    Item,
    NotModified,
    Outcome,
    Poll,
    Reading,
    Refused,
    Request,
    Source,
    Tags,
    Throttled,
    Validators,
    Wire,
)
from aggregator.policy.address import expand
from aggregator.policy.interval import Bounds, failures_after, host_pause, next_due, rhythm_of
from aggregator.store import Store, items, leases
from aggregator.store.leases import Claimed, Lease

MOVES_TO_CONFIRM = 3  # a permanent redirect is adopted when it led to something readable at so many polls
BATCH_POLLS = 100
BATCH_ITEMS = 400  # keeps a write transaction under 100 ms
BATCH_SECONDS = 1.0
TAGGED_CHARACTERS = 1500

Fetch = Callable[[Iterable[Request], datetime, Callable[[Request], bool]], Iterator[tuple[Request, Answer]]]


class Tagger(Protocol):
    """Says what an entry of a source is about."""

    def __call__(self, entry: Entry, source: Source) -> Tags: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Everything that the line works with and does not decide itself."""

    store: Store
    fetch: Fetch
    tag: Tagger
    intake: Intake
    base_url: str
    tag_authority: str
    anonymous: Callable[[str], bool]  # nobody says who asks this address: once a day at most
    bounds: Bounds = field(default_factory=Bounds)
    parallel: int = 2
    gap: timedelta = timedelta(seconds=1)
    hosts: int = 200  # claimed at once
    per_host: int = 50
    lease: timedelta = timedelta(minutes=10)
    keep_bodies: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """How one poll went, for whoever watches."""

    source: Source
    poll: Poll
    new: int = 0
    changed: int = 0
    requests: int = 0


def poll_due(line: Line, now: datetime, owner: str, only: Sequence[str] | None = None) -> Iterator[Report]:
    """Poll everything that is due at `now` (or only the named sources), in the order in which answers arrive."""
    while True:
        with line.store.write() as transaction:
            claimed = leases.claim(
                transaction, owner, now, hosts=line.hosts, per_host=line.per_host, lease=line.lease, only=only
            )
        if not claimed:
            return
        yield from _poll_claimed(line, claimed, now)


def _poll_claimed(line: Line, claimed: Sequence[Claimed], now: datetime) -> Iterator[Report]:
    waiting = {each.source.id: each for each in claimed}
    lease_ends = monotonic() + 0.8 * line.lease.total_seconds()
    batch: list[Receipt] = []
    started = monotonic()
    resting: set[int] = set()  # hosts that said 429 in this round

    def may_start(request: Request) -> bool:
        return monotonic() < lease_ends and waiting[request.source_id].lease.host_id not in resting

    requests = (request_for(each, line, now) for each in claimed)
    for request, answer in line.fetch(requests, now, may_start):
        receipt = receive(line, waiting.pop(request.source_id), answer, now)
        batch.append(receipt)
        if receipt.pause_until is not None:
            resting.add(receipt.claimed.lease.host_id)
        if _is_full(batch) or monotonic() - started > BATCH_SECONDS:
            yield from _completed(line, batch, _finished(batch, waiting), now)
            batch, started = [], monotonic()
    yield from _completed(line, batch, [each.lease for each in claimed], now)


def request_for(claimed: Claimed, line: Line, now: datetime) -> Request:
    """The one polite request that a poll of this source starts with."""
    source, last = claimed.source, claimed.held.poll
    is_feed = source.kind == "feed" or bool(last.address)
    return Request(
        source_id=source.id,
        url=expand(last.address or source.url, now),
        validators=last.validators,
        validators_url=last.validators_url,
        respect_robots=not is_feed,
        accept="feed" if source.kind != "page" else "page",
        parallel=line.parallel,
        gap=line.gap,
    )


def receive(line: Line, claimed: Claimed, answer: Answer, now: datetime) -> Receipt:
    """Decide what one answer brings and when to come again; nothing is written."""
    last = claimed.held.poll
    if isinstance(answer, NotModified) or (isinstance(answer, Fetched) and body_hash(answer) == last.body_hash):
        return _planned(line, claimed, answer, unchanged(last, answer, now), now)
    if not isinstance(answer, Fetched):
        return _planned(line, claimed, answer, failed(last, answer, now), now)
    try:
        reading = read(answer, claimed.source, now)
    except SourceError as error:
        poll = unreadable(last, answer, error, now)
        return replace(_planned(line, claimed, answer, poll, now), body=answer, verdict="bad")
    return _bring_in(line, claimed, answer, reading, now)


def read(answer: Fetched, source: Source, now: datetime) -> Reading:
    """What the document says. Raises ReadError if it is none that this source may bring."""
    if source.kind != "page" and looks_like_feed(answer.body, answer.media_type):
        return read_feed(
            answer.body,
            url=answer.wire.url,
            now=now,
            media_type=answer.media_type,
            charset=answer.charset,
            language=source.language,
        )
    raise ReadError("html-page")


def _bring_in(line: Line, claimed: Claimed, answer: Fetched, reading: Reading, now: datetime) -> Receipt:
    source, last = claimed.source, claimed.held.poll
    found = identified(reading.entries, source, line, now)
    with line.store.read() as transaction:
        known = items.known_items(transaction, source.id, found)
    fresh, changes = [], []
    for key, item in found.items():
        print_now = fingerprint(item.entry)
        if key not in known:
            fresh.append(Fresh(item=item, fingerprint=print_now, tags=line.tag(item.entry, source)))
        elif known[key].fingerprint != print_now:
            tags = line.tag(item.entry, source)
            changes.append(Change(known=known[key], item=item, fingerprint=print_now, tags=tags))
    poll = succeeded(last, answer, reading, now, changed=bool(fresh or changes))
    receipt = _planned(line, claimed, answer, poll, now)
    kept = answer if line.keep_bodies else None
    return replace(receipt, fresh=tuple(fresh), changes=tuple(changes), body=kept, verdict="good")


def identified(entries: Iterable[Entry], source: Source, line: Line, now: datetime) -> dict[str, Item]:
    """The entries that are the source's own, by what identifies them; the first of equal ones counts."""
    found: dict[str, Item] = {}
    for entry in entries:
        if is_echo(entry, base_url=line.base_url, tag_authority=line.tag_authority):
            continue
        key = item_key(entry)
        if key not in found:
            found[key] = Item(
                key=key,
                source_id=source.id,
                entry=entry,
                url_key=url_key(entry.link) if entry.link else "",
                first_seen=now,
            )
    return found


# --- The poll that follows from an answer ---------------------------------------------------------------------------


def unchanged(last: Poll, answer: Fetched | NotModified, now: datetime) -> Poll:
    """The same document as at the last poll."""
    return replace(
        _moved(_visited(last, answer.wire, now), answer.wire),
        validators=_freshened(last, answer),
        validators_url=answer.wire.url,
        fresh_for=_fresh_for(last, answer),
    )


def succeeded(last: Poll, answer: Fetched, reading: Reading, now: datetime, *, changed: bool) -> Poll:
    """A document that could be read."""
    dates = [entry.published for entry in reading.entries if entry.published is not None]
    poll = replace(
        _visited(last, answer.wire, now),
        outcome=Outcome.FETCHED,
        validators=answer.wire.validators,
        validators_url=answer.wire.url,
        body_hash=body_hash(answer),
        changed_at=now if changed else last.changed_at,
        rhythm=rhythm_of(dates, now),
        pace=reading.pace,
        fresh_for=answer.wire.fresh_for,
    )
    return _moved(poll, answer.wire)


def failed(last: Poll, answer: Gone | Throttled | Refused | Failed, now: datetime) -> Poll:
    """No document: what is known of the source stays, and so does the address."""
    outcome, code, detail = {
        Gone: (Outcome.GONE, "gone", ""),
        Throttled: (Outcome.THROTTLED, "throttled", ""),
        Refused: (Outcome.REFUSED, "refused", getattr(answer, "robots_url", "")),
        Failed: (Outcome.FAILED, getattr(answer, "code", ""), getattr(answer, "detail", "")),
    }[type(answer)]
    return _troubled(last, answer.wire, outcome, code, detail, now)


def unreadable(last: Poll, answer: Fetched, error: SourceError, now: datetime) -> Poll:
    """An answer that is no document for us. It is asked for whole again: its validators are not kept."""
    poll = _troubled(last, answer.wire, Outcome.FAILED, error.code, error.detail, now)
    return replace(poll, validators=Validators(), validators_url="", body_hash=b"")


def body_hash(answer: Fetched) -> bytes:
    """What tells one body from another."""
    return blake2b(answer.body, digest_size=16).digest()


def _visited(last: Poll, wire: Wire, now: datetime) -> Poll:
    return replace(
        last,
        at=now,
        outcome=Outcome.UNCHANGED,
        status=wire.status,
        code="",
        detail="",
        failures=0,
        succeeded_at=now,
    )


def _troubled(last: Poll, wire: Wire, outcome: Outcome, code: str, detail: str, now: datetime) -> Poll:
    return replace(
        last,
        at=now,
        outcome=outcome,
        status=wire.status,
        code=code,
        detail=detail,
        failures=failures_after(last, outcome),
        moved_to="",
        moved_polls=0,
    )


def _freshened(last: Poll, answer: Fetched | NotModified) -> Validators:
    if isinstance(answer, Fetched):
        return answer.wire.validators
    said = answer.wire.validators
    return Validators(
        etag=said.etag or last.validators.etag, last_modified=said.last_modified or last.validators.last_modified
    )


def _fresh_for(last: Poll, answer: Fetched | NotModified) -> timedelta | None:
    """A 304 that says nothing of freshness leaves what was said with the document (RFC 9111 section 4.3.4)."""
    kept = last.fresh_for if isinstance(answer, NotModified) else None
    return kept if answer.wire.fresh_for is None else answer.wire.fresh_for


def _moved(poll: Poll, wire: Wire) -> Poll:
    """Count a permanent redirect that led to something readable; adopt it at the third poll."""
    target = permanent_target(wire)
    if not target:
        return replace(poll, moved_to="", moved_polls=0)
    times = poll.moved_polls + 1 if target == poll.moved_to else 1
    if times < MOVES_TO_CONFIRM:
        return replace(poll, moved_to=target, moved_polls=times)
    return replace(poll, outcome=Outcome.MOVED, address=target, moved_to="", moved_polls=0)


def permanent_target(wire: Wire) -> str:
    """Where the leading permanent redirects (301, 308) lead; "" when the first hop is not permanent."""
    target = ""
    for hop in wire.hops:
        if hop.status not in (301, 308):
            break
        target = hop.location
    return target


def _planned(line: Line, claimed: Claimed, answer: Answer, poll: Poll, now: datetime) -> Receipt:
    retry_after = answer.retry_after if isinstance(answer, Throttled) else None
    due = next_due(
        poll,
        claimed.source,
        now,
        pace=line.bounds,
        rhythm=poll.rhythm,
        retry_after=retry_after,
        anonymous=line.anonymous(answer.wire.url),
    )
    pause = host_pause(answer, line.bounds)
    return Receipt(
        claimed=claimed,
        poll=replace(poll, next_due=due),
        requests=answer.wire.requests,
        pause_until=now + pause if pause else None,
    )


# --- Writing it down --------------------------------------------------------------------------------------------------


def _completed(line: Line, batch: Sequence[Receipt], finished: Sequence[Lease], now: datetime) -> Iterator[Report]:
    accepted = complete(line.store, line.intake, batch, finished, now)
    for receipt in accepted:
        yield Report(
            source=receipt.claimed.source,
            poll=receipt.poll,
            new=len(receipt.fresh),
            changed=len(receipt.changes),
            requests=receipt.requests,
        )


def _is_full(batch: Sequence[Receipt]) -> bool:
    return len(batch) >= BATCH_POLLS or sum(len(each.fresh) + len(each.changes) for each in batch) >= BATCH_ITEMS


def _finished(batch: Sequence[Receipt], waiting: Mapping[str, Claimed]) -> list[Lease]:
    busy = {each.lease.host_id for each in waiting.values()}
    done = {each.claimed.lease.host_id: each.claimed.lease for each in batch}
    return [lease for host_id, lease in done.items() if host_id not in busy]
