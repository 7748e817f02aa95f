"""The way of one source, from due to stored: the first file to read.

    claim → fetch → receive: read, clean, identify → a second look where one is needed → take in: join, tag, store

`poll_due` drives it. `receive` decides, one answer at a time, outside any transaction; what it decided is written in
batches by one short transaction each (`intake.py`), which lets in nothing of a lease that was lost. A source's failure
is a result, never an exception.

A second look is fetched after all first answers: the other addresses of a site that nobody climbed yet (`ladder.py`),
further pages of a list that is read for the first time, the articles of new items whose list says too little, and of
known ones that vanished from it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Literal

from aggregator.absences import Check, are_missing, asked, noticed, open_cases
from aggregator.batch import Fresh, Receipt
from aggregator.dedup.identity import fingerprint
from aggregator.errors import ReadError
from aggregator.intake import complete
from aggregator.ladder import FEED, LISTING, Rung, climb, look, read_rung
from aggregator.model import Answer, Fetched, NotModified, Request, Source
from aggregator.pages.article import read_article
from aggregator.pages.completing import completed
from aggregator.pages.discovery import Candidate
from aggregator.pages.pager import next_page
from aggregator.policy.address import expand
from aggregator.policy.interval import host_pause
from aggregator.policy.visit import body_hash, failed, unchanged
from aggregator.receipts import Line, Report, identified, own_entries, planned, read_as, rung_of, settled
from aggregator.reservations import Reservations, heard_of, questions
from aggregator.store import leases
from aggregator.store.leases import Claimed, Lease

BATCH_POLLS = 100
BATCH_ITEMS = 400  # keeps a write transaction under 100 ms
BATCH_SECONDS = 1.0
FURTHER_PAGES = 2
LEASE_SHARE = 0.8  # no request starts when less than a fifth of the lease is left

__all__ = ["Line", "Report", "poll_due", "receive", "request_for"]

Ask = Callable[[Iterable[Request]], Iterator[tuple[Request, Answer]]]  # a round of requests under the same lease


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
                transaction,
                owner,
                now,
                hosts=line.hosts,
                per_host=line.per_host,
                lease=line.lease,
                rest=line.rest,
                only=only,
            )
            if claimed:
                line.renew(transaction, now)
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
    cases = open_cases(line, claimed)
    checks: dict[str, tuple[Check, ...]] = {}
    ascents: list[Ascent] = []
    hungry: list[Receipt] = []
    for request, answer in fetch(request_for(each, line, now) for each in claimed):
        seen = receive(line, by_id[request.source_id], answer, now)
        if isinstance(seen, Receipt) and seen.pause_until is not None:
            resting.add(seen.claimed.lease.host_id)
        if isinstance(seen, Ascent):
            ascents.append(seen)
            continue
        seen, checks[request.source_id] = noticed(line, seen, cases.get(request.source_id, ()), now)
        if seen.next_page or seen.wanted or checks[request.source_id]:
            hungry.append(seen)
        else:
            yield from batch.add(seen)
    for receipt in climbed(line, fetch, ascents, now):
        if receipt.next_page or receipt.wanted:
            hungry.append(receipt)
        else:
            yield from batch.add(receipt)
    fed = list(with_articles(line, fetch, with_further_pages(line, fetch, hungry, now), now))
    for receipt in with_checks(line, fetch, fed, checks, now):
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


def receive(line: Line, claimed: Claimed, answer: Answer, now: datetime) -> Receipt | Ascent:
    """Decide what one answer brings and when to come again; nothing is written."""
    source, last = claimed.source, claimed.held.poll
    if isinstance(answer, NotModified) or (isinstance(answer, Fetched) and body_hash(answer) == last.body_hash):
        return planned(line, claimed, answer, unchanged(last, answer, now), now)
    if not isinstance(answer, Fetched):
        return planned(line, claimed, answer, failed(last, answer, now), now)
    rung = rung_of(source, last)
    if rung:
        return read_as(line, claimed, answer, rung, now)
    rungs, others = look(answer, source, now)
    if others:
        return Ascent(claimed=claimed, answer=answer, rungs=rungs, others=others)
    return settled(line, claimed, answer, climb(rungs, (), source, now), now)


# --- The second look --------------------------------------------------------------------------------------------------


def climbed(
    line: Line,
    fetch: Ask,
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
        if len(answers) < len({candidate.url for candidate in each.others}):
            continue  # the lease ran out, or the host wants rest: half a ladder is no ladder, the next poll climbs
        tried = [(candidate, answers[candidate.url]) for candidate in each.others if candidate.url in answers]
        receipt = settled(line, each.claimed, each.answer, climb(each.rungs, tried, each.claimed.source, now), now)
        yield replace(receipt, requests=receipt.requests + sum(answer.wire.requests for _, answer in tried))


def _tries(line: Line, ascents: Sequence[Ascent]) -> Iterator[Request]:
    for each in ascents:
        for candidate in each.others:
            # A feed that the page links is an invitation; everything else is a guess, and robots.txt decides.
            guessed = candidate.rung != "feed-link"
            yield replace(_further(line, each.claimed.source, candidate.url, "feed"), respect_robots=guessed)


def _further(line: Line, source: Source, url: str, accept: Literal["feed", "page"]) -> Request:
    return Request(
        source_id=source.id, url=url, respect_robots=True, accept=accept, parallel=line.parallel, gap=line.gap
    )


def with_further_pages(line: Line, fetch: Ask, receipts: Sequence[Receipt], now: datetime) -> list[Receipt]:
    """Follow a list to its next pages, at its first read only: what stands there is known, and hardly ever news."""
    done = {receipt.claimed.source.id: receipt for receipt in receipts}
    for _ in range(FURTHER_PAGES):
        going = [receipt for receipt in done.values() if receipt.next_page]
        if not going:
            break
        answers = list(fetch(_further(line, each.claimed.source, each.next_page, "page") for each in going))
        heard = {request.source_id: answer for request, answer in answers}
        for receipt in going:
            source_id = receipt.claimed.source.id
            done[source_id] = _longer(line, receipt, heard.get(source_id), now)
    return [replace(receipt, next_page="") for receipt in done.values()]


def _longer(line: Line, receipt: Receipt, answer: Answer | None, now: datetime) -> Receipt:
    if not isinstance(answer, Fetched):
        return replace(receipt, next_page="")
    source = receipt.claimed.source
    try:
        reading = read_rung(LISTING, answer, source, now)
    except ReadError:
        return replace(receipt, next_page="")
    had = {each.item.key for each in receipt.fresh}
    more = [
        Fresh(item=item, fingerprint=fingerprint(item.entry), tags=line.tag(item.entry, source))
        for key, item in identified(own_entries(reading.entries, line), source, now).items()
        if key not in had
    ]
    return replace(
        receipt,
        fresh=(*receipt.fresh, *more),
        requests=receipt.requests + answer.wire.requests,
        next_page=next_page(answer.body, url=answer.wire.url, charset=answer.charset) if more else "",
    )


def with_articles(line: Line, fetch: Ask, receipts: Sequence[Receipt], now: datetime) -> Iterator[Receipt]:
    """Fetch the articles of new items that lack a date or a teaser, once each; a failure leaves the item as it was."""
    found: dict[str, dict[str, Fetched]] = {each.claimed.source.id: {} for each in receipts}
    requests: dict[str, int] = dict.fromkeys(found, 0)
    missing: set[tuple[str, str]] = set()
    reserved = with_reservations(line, fetch, receipts, requests, now)
    if receipts:
        for request, answer in fetch(_articles(line, receipts)):
            requests[request.source_id] += answer.wire.requests
            if are_missing(answer):
                missing.add((request.source_id, request.url))
            if isinstance(answer, Fetched):
                found[request.source_id][request.url] = answer
    for receipt in receipts:
        source = receipt.claimed.source
        fresh = tuple(
            _completed_by(line, each, found[source.id].get(each.item.entry.link or ""), reserved, source, now)
            for each in receipt.fresh
        )
        not_found = tuple(each.item.key for each in fresh if (source.id, each.item.entry.link) in missing)
        yield replace(
            receipt,
            fresh=fresh,
            wanted=(),
            requests=receipt.requests + requests[source.id],
            findings=replace(receipt.findings, not_found=not_found),
        )


def _articles(line: Line, receipts: Sequence[Receipt]) -> Iterator[Request]:
    return (_further(line, each.claimed.source, url, "page") for each in receipts for url in each.wanted)


def with_reservations(
    line: Line, fetch: Ask, receipts: Sequence[Receipt], requests: dict[str, int], now: datetime
) -> Reservations:
    """Ask the sites of the wanted articles what they reserve, each once a day at most; counts the `requests`."""
    wanted = {url: each.claimed.source for each in receipts for url in each.wanted}
    kept, asked_of = questions(line, wanted, now)
    answers = []
    if asked_of:
        for request, answer in fetch(_further(line, source, url, "page") for url, source in asked_of.items()):
            requests[request.source_id] += answer.wire.requests
            answers.append((request.url, answer))
    return heard_of(line, kept, answers, now)


def _completed_by(
    line: Line, fresh: Fresh, answer: Fetched | None, reserved: Reservations, source: Source, now: datetime
) -> Fresh:
    if answer is None:
        return fresh
    article = read_article(
        answer.body,
        url=answer.wire.url,
        now=now,
        charset=answer.charset,
        language=source.language,
        tdm_reservation="1"
        if reserved.hold(fresh.item.entry.link or answer.wire.url, answer.wire.url)
        else answer.tdm_reservation,
    )
    entry = completed(fresh.item.entry, article)
    if entry is fresh.item.entry:
        return fresh
    # The fingerprint stays that of the list's words: only what the list says anew is a change.
    return replace(fresh, item=replace(fresh.item, entry=entry), tags=line.tag(entry, source))


def with_checks(
    line: Line, fetch: Ask, receipts: Sequence[Receipt], checks: Mapping[str, Sequence[Check]], now: datetime
) -> Iterator[Receipt]:
    """Ask for the articles that vanished from their lists, each once; what their servers say is proof or is not."""
    heard: dict[str, dict[str, Answer]] = {each.claimed.source.id: {} for each in receipts}
    wanted = [(each.claimed.source, check) for each in receipts for check in checks.get(each.claimed.source.id, ())]
    if wanted:
        for request, answer in fetch(_further(line, source, check.url, "page") for source, check in wanted):
            heard[request.source_id][request.url] = answer
    for receipt in receipts:
        answers = heard[receipt.claimed.source.id]
        receipt = asked(receipt, checks.get(receipt.claimed.source.id, ()), answers, now)
        pauses = [pause for answer in answers.values() if (pause := host_pause(answer, line.bounds))]
        if pauses:
            receipt = replace(receipt, pause_until=now + max(pauses))
        yield replace(receipt, requests=receipt.requests + sum(answer.wire.requests for answer in answers.values()))


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
