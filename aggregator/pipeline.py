"""The way of one source, from due to stored: the first file to read.

    claim → fetch → receive: read, clean, identify → a second look where one is needed → take in: join, tag, store

`poll_due` drives it. `receive` decides, one answer at a time, outside any transaction; what it decided is written in
batches by one short transaction each (`intake.py`), which lets in nothing of a lease that was lost. A source's failure
is a result, never an exception.

A second look is fetched after all first answers: the other addresses of a site that nobody climbed yet (`ladder.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol

from aggregator.dedup.echo import is_echo
from aggregator.dedup.identity import fingerprint, item_key
from aggregator.dedup.moved import Held, recognised
from aggregator.dedup.urls import url_key
from aggregator.errors import ReadError, SourceError
from aggregator.intake import Change, Fresh, Intake, Receipt, complete
from aggregator.ladder import FEED, LISTING, Ladder, Rung, climb, linked_feed, look, read_rung
from aggregator.model import Answer, Entry, Fetched, Item, NotModified, Poll, Reading, Request, Source, Tags, Throttled
from aggregator.pages.discovery import Candidate
from aggregator.policy.address import expand
from aggregator.policy.interval import Bounds, host_pause, next_due
from aggregator.policy.visit import body_hash, failed, succeeded, unchanged, unreadable
from aggregator.store import Store, items, leases
from aggregator.store.items import KnownItem
from aggregator.store.leases import Claimed, Lease
from aggregator.text.dates import day_in_amsterdam

BATCH_POLLS = 100
BATCH_ITEMS = 400  # keeps a write transaction under 100 ms
BATCH_SECONDS = 1.0
REMEMBERED = 500  # items of a source among which an entry under a new address is looked for
PROOF = 3  # known items that a redesigned list must show before it is believed
TAGGED_CHARACTERS = 600  # title and first paragraph tell what an item is about; the rest only mentions
LEASE_SHARE = 0.8  # no request starts when less than a fifth of the lease is left

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Ascent:
    """A page whose other addresses must be looked at before it is known how its source is read."""

    claimed: Claimed
    answer: Fetched
    rungs: Sequence[Rung]
    others: Sequence[Candidate]


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
    lease_ends = monotonic() + LEASE_SHARE * line.lease.total_seconds()

    by_id = {each.source.id: each for each in claimed}
    resting: set[int] = set()  # hosts that said 429 in this round

    def may_start(request: Request) -> bool:
        return monotonic() < lease_ends and by_id[request.source_id].lease.host_id not in resting

    def fetch(requests: Iterable[Request]) -> Iterator[tuple[Request, Answer]]:
        return line.fetch(requests, now, may_start)

    batch = Batch(line, claimed, now)
    ascents: list[Ascent] = []
    for request, answer in fetch(request_for(each, line, now) for each in claimed):
        seen = receive(line, by_id[request.source_id], answer, now)
        if isinstance(seen, Receipt) and seen.pause_until is not None:
            resting.add(seen.claimed.lease.host_id)
        if isinstance(seen, Ascent):
            ascents.append(seen)
        else:
            yield from batch.add(seen)
    for receipt in climbed(line, fetch, ascents, now):
        yield from batch.add(receipt)
    yield from batch.finish()


def request_for(claimed: Claimed, line: Line, now: datetime) -> Request:
    """The one polite request that a poll of this source starts with."""
    source, last = claimed.source, claimed.held.poll
    is_page = rung_of(source, last) not in (FEED, "wordpress", "news-sitemap")
    return Request(
        source_id=source.id,
        url=expand(last.address or source.url, now),
        validators=last.validators,
        validators_url=last.validators_url,
        respect_robots=is_page,
        accept="page" if source.kind == "page" else "feed",
        parallel=line.parallel,
        gap=line.gap,
    )


def rung_of(source: Source, last: Poll) -> str:
    """How this source is read; "" when the ladder must be climbed first."""
    return {"feed": FEED, "page": LISTING}.get(source.kind, last.rung)


def receive(line: Line, claimed: Claimed, answer: Answer, now: datetime) -> Receipt | Ascent:
    """Decide what one answer brings and when to come again; nothing is written."""
    source, last = claimed.source, claimed.held.poll
    if isinstance(answer, NotModified) or (isinstance(answer, Fetched) and body_hash(answer) == last.body_hash):
        return _planned(line, claimed, answer, unchanged(last, answer, now), now)
    if not isinstance(answer, Fetched):
        return _planned(line, claimed, answer, failed(last, answer, now), now)
    rung = rung_of(source, last)
    if rung:
        return _read(line, claimed, answer, rung, now)
    rungs, others = look(answer, source, now)
    if others:
        return Ascent(claimed=claimed, answer=answer, rungs=rungs, others=others)
    return _settled(line, claimed, answer, climb(rungs, (), source, now), now)


def _read(line: Line, claimed: Claimed, answer: Fetched, rung: str, now: datetime) -> Receipt:
    try:
        reading = read_rung(rung, answer, claimed.source, now)
        return _bring_in(line, claimed, answer, reading, rung, now)
    except SourceError as error:
        return _unreadable(line, claimed, answer, error, now)


def _unreadable(line: Line, claimed: Claimed, answer: Fetched, error: SourceError, now: datetime) -> Receipt:
    poll = unreadable(claimed.held.poll, answer, error, now)
    return replace(_planned(line, claimed, answer, poll, now), body=answer, verdict="bad")


# --- The second look --------------------------------------------------------------------------------------------------


def climbed(
    line: Line,
    fetch: Callable[[Iterable[Request]], Iterator[tuple[Request, Answer]]],
    ascents: Sequence[Ascent],
    now: datetime,
) -> Iterator[Receipt]:
    """Try the other addresses of every site, and settle how each source is read."""
    found: dict[str, dict[str, Answer]] = {each.claimed.source.id: {} for each in ascents}
    if ascents:
        for request, answer in fetch(_tries(line, ascents)):
            found[request.source_id][request.url] = answer
    for each in ascents:
        answers = found[each.claimed.source.id]
        tried = [(candidate, answers[candidate.url]) for candidate in each.others if candidate.url in answers]
        receipt = _settled(line, each.claimed, each.answer, climb(each.rungs, tried, each.claimed.source, now), now)
        yield replace(receipt, requests=receipt.requests + sum(answer.wire.requests for _, answer in tried))


def _tries(line: Line, ascents: Sequence[Ascent]) -> Iterator[Request]:
    for each in ascents:
        for candidate in each.others:
            yield Request(
                source_id=each.claimed.source.id,
                url=candidate.url,
                respect_robots=True,
                parallel=line.parallel,
                gap=line.gap,
            )


def _settled(line: Line, claimed: Claimed, answer: Fetched, ladder: Ladder, now: datetime) -> Receipt:
    """Read the source as the ladder recommends, from now on."""
    best = ladder.recommended
    if best is None or best.reading is None or best.answer is None:
        return _unreadable(line, claimed, answer, ReadError(ladder.code), now)
    moved_in = "" if best.address == claimed.source.url else best.address
    last = replace(claimed.held.poll, rung=best.name, address=moved_in)
    settled = replace(claimed, held=replace(claimed.held, poll=last))
    rung = FEED if best.name.startswith(("feed", "common")) else best.name
    return _bring_in(line, settled, best.answer, best.reading, rung, now)


# --- What a reading brings --------------------------------------------------------------------------------------------


def _bring_in(line: Line, claimed: Claimed, answer: Fetched, reading: Reading, rung: str, now: datetime) -> Receipt:
    source, last = claimed.source, claimed.held.poll
    found = identified(reading.entries, source, line, now)
    with line.store.read() as transaction:
        known = items.known_items(transaction, source.id, found)
        strangers = {key: item.entry for key, item in found.items() if key not in known}
        if strangers and last.changed_at is not None:
            latest = items.latest_of(transaction, source.id, REMEMBERED)
            known |= _under_other_keys(strangers, found, latest, redesigned=_is_redesigned(reading, last))
    if rung == LISTING:
        _believe(reading, last, found, known)
    is_unsure = any(problem.code == "low-confidence" for problem in reading.problems)
    fresh, changes = [], []
    for key, item in found.items():
        print_now = fingerprint(item.entry)
        if key not in known:
            tags = line.tag(item.entry, source)
            # A list that is perhaps no news list: an editor looks first.
            tags = replace(tags, decision="review") if is_unsure else tags
            fresh.append(Fresh(item=item, fingerprint=print_now, tags=tags))
        elif known[key].fingerprint != print_now:
            tags = line.tag(item.entry, source)
            changes.append(Change(known=known[key], item=item, fingerprint=print_now, tags=tags))
    poll = replace(
        succeeded(last, answer, reading, now, changed=bool(fresh or changes)),
        rule=reading.rule or last.rule,
        offers=linked_feed(answer) if rung == LISTING and source.kind == "page" else "",
    )
    receipt = _planned(line, claimed, answer, poll, now)
    return replace(
        receipt,
        fresh=tuple(fresh),
        changes=tuple(changes),
        body=answer if line.keep_bodies else None,
        verdict="good",
        healed_from=last.rule if _is_redesigned(reading, last) else "",
    )


def identified(entries: Iterable[Entry], source: Source, line: Line, now: datetime) -> dict[str, Item]:
    """The entries that are the source's own, by what identifies them; the first of equal ones counts."""
    found: dict[str, Item] = {}
    for entry in entries:
        if is_echo(entry, base_url=line.base_url, tag_authority=line.tag_authority):
            continue
        key = item_key(entry)
        if key not in found:
            found[key] = Item(key=key, source_id=source.id, entry=entry, url_key=_url_key(entry.link), first_seen=now)
    return found


def _url_key(link: str | None) -> str:
    try:
        return url_key(link) if link else ""
    except ValueError:  # an address that nobody can open joins nothing
        return ""


def _under_other_keys(
    strangers: dict[str, Entry],
    found: dict[str, Item],
    latest: Sequence[tuple[str, KnownItem, Item]],
    *,
    redesigned: bool,
) -> dict[str, KnownItem]:
    """The entries whose keys are new but that we hold: the site was rebuilt, or its ids churned."""
    held = [
        Held(
            id=known.id,
            title=item.entry.title,
            summary=item.entry.summary,
            day=day_in_amsterdam(item.entry.published) if item.entry.published else None,
        )
        for key, known, item in latest
        if key not in found
    ]
    by_id = {known.id: known for _, known, _ in latest}
    return {key: by_id[number] for key, number in recognised(strangers, held, redesigned=redesigned).items()}


def _believe(reading: Reading, last: Poll, found: dict[str, Item], known: dict[str, KnownItem]) -> None:
    """Raise ReadError for a list that stands elsewhere than before and shows nothing that we know.

    A redesigned page may be read anew, but only if at least PROOF known items (or all there are) are found again:
    never heal to a wrong list.
    """
    if reading.rule and reading.rule == last.refused:
        raise ReadError("list-changed", "this list was rolled back")
    if found and _is_redesigned(reading, last) and len(known) < min(PROOF, len(found)):
        raise ReadError("list-changed", f"{len(known)} known items among {len(found)}")


def _is_redesigned(reading: Reading, last: Poll) -> bool:
    return bool(last.rule) and reading.rule != last.rule


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


class Batch:
    """Receipts on their way to the store, written some at a time; hosts are given back when their sources are done."""

    def __init__(self, line: Line, claimed: Sequence[Claimed], now: datetime) -> None:
        self.line = line
        self.now = now
        self.leases: dict[int, Lease] = {each.lease.host_id: each.lease for each in claimed}
        self.waiting: dict[int, int] = {}
        for each in claimed:
            self.waiting[each.lease.host_id] = self.waiting.get(each.lease.host_id, 0) + 1
        self.receipts: list[Receipt] = []
        self.items = 0
        self.started = monotonic()

    def add(self, receipt: Receipt) -> Iterator[Report]:
        """One more; when enough are there they are written, and reported."""
        self.receipts.append(receipt)
        self.items += len(receipt.fresh) + len(receipt.changes)
        self.waiting[receipt.claimed.lease.host_id] -= 1
        is_old = monotonic() - self.started > BATCH_SECONDS
        if len(self.receipts) >= BATCH_POLLS or self.items >= BATCH_ITEMS or is_old:
            done = [self.leases.pop(host) for host in list(self.leases) if not self.waiting[host]]
            yield from self._write(done)

    def finish(self) -> Iterator[Report]:
        """Write the rest and give every host back, also those whose sources could not all be asked."""
        done, self.leases = list(self.leases.values()), {}
        yield from self._write(done)

    def _write(self, done: Sequence[Lease]) -> Iterator[Report]:
        batch, self.receipts, self.items, self.started = self.receipts, [], 0, monotonic()
        for receipt in complete(self.line.store, self.line.intake, batch, done, self.now):
            yield Report(
                source=receipt.claimed.source,
                poll=receipt.poll,
                new=len(receipt.fresh),
                changed=len(receipt.changes),
                requests=receipt.requests,
            )
