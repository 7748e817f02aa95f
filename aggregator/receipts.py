"""What one answer brings: read, cleaned, identified, tagged, and when to come again. Decided here, written elsewhere.

Nothing in this file asks a server or writes to the store; it reads which items of the source are known.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from aggregator.batch import Change, Fresh, Intake, Receipt
from aggregator.dedup.echo import is_echo
from aggregator.dedup.identity import fingerprint, item_key
from aggregator.dedup.moved import Held, recognised
from aggregator.dedup.urls import url_key
from aggregator.errors import ReadError, SourceError
from aggregator.ladder import FEED, LISTING, Ladder, linked_feed, read_rung
from aggregator.model import Answer, Entry, Fetched, Item, Poll, Reading, Request, Source, Tags, Throttled
from aggregator.pages.completing import lacks_something
from aggregator.pages.pager import next_page
from aggregator.policy.flood import is_flood, usual_after
from aggregator.policy.interval import Bounds, host_pause, next_due
from aggregator.policy.visit import succeeded, unreadable
from aggregator.store import Store, Transaction, items
from aggregator.store.items import KnownItem
from aggregator.store.leases import Claimed
from aggregator.text.dates import day_in_amsterdam

ARTICLES = 10  # fetched for one poll, at most
REMEMBERED = 500  # items of a source among which an entry under a new address is looked for
UNSURE_LIST = "-de lijst is misschien geen nieuws"  # stands in the reasons of what is found there, and holds on
PROOF = 3  # known items that a redesigned list must show before it is believed

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
    renew: Callable[[Transaction, datetime], None] = lambda _, __: None  # asked once a round, before anything is tagged
    anonymous: Callable[[str], bool]  # nobody says who asks this address: once a day at most
    bounds: Bounds = field(default_factory=Bounds)
    parallel: int = 2
    gap: timedelta = timedelta(seconds=1)
    hosts: int = 200  # claimed at once
    per_host: int = 50
    lease: timedelta = timedelta(minutes=10)
    rest: timedelta = timedelta(0)  # of a host between us and another worker; one worker's fetcher keeps the gap itself
    keep_bodies: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """How one poll went, for whoever watches."""

    source: Source
    poll: Poll
    new: int = 0
    changed: int = 0
    requests: int = 0


def rung_of(source: Source, last: Poll) -> str:
    """How this source is read; "" when the ladder must be climbed first."""
    return {"feed": FEED, "page": LISTING}.get(source.kind, last.rung)


def read_as(line: Line, claimed: Claimed, answer: Fetched, rung: str, now: datetime) -> Receipt:
    try:
        reading = read_rung(rung, answer, claimed.source, now)
        return bring_in(line, claimed, answer, reading, rung, now)
    except SourceError as error:
        return not_read(line, claimed, answer, error, now)


def not_read(line: Line, claimed: Claimed, answer: Fetched, error: SourceError, now: datetime) -> Receipt:
    poll = unreadable(claimed.held.poll, answer, error, now)
    return replace(planned(line, claimed, answer, poll, now), body=answer, verdict="bad", events=error.events)


def settled(line: Line, claimed: Claimed, answer: Fetched, ladder: Ladder, now: datetime) -> Receipt:
    """Read the source as the ladder recommends, from now on."""
    best = ladder.recommended
    if best is None or best.reading is None or best.answer is None:
        return not_read(line, claimed, answer, ReadError(ladder.code, events=ladder.events), now)
    moved_in = "" if best.answer is answer else best.address
    rung = FEED if best.name.startswith(("feed", "common")) else best.name
    last = replace(claimed.held.poll, rung=rung, address=moved_in)
    settled = replace(claimed, held=replace(claimed.held, poll=last))
    return bring_in(line, settled, best.answer, best.reading, rung, now)


# --- What a reading brings --------------------------------------------------------------------------------------------


def bring_in(line: Line, claimed: Claimed, answer: Fetched, reading: Reading, rung: str, now: datetime) -> Receipt:
    source, last = claimed.source, claimed.held.poll
    own = own_entries(reading.entries, line)
    found = identified(own, source, now)
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
            tags = replace(tags, decision="review", because=(*tags.because, UNSURE_LIST)) if is_unsure else tags
            fresh.append(Fresh(item=item, fingerprint=print_now, tags=tags))
        elif known[key].fingerprint not in (print_now, items.ERASED_PRINT):
            tags = line.tag(item.entry, source)
            changes.append(Change(known=known[key], item=item, fingerprint=print_now, tags=tags))
    poll = replace(
        succeeded(last, answer, reading, now, changed=bool(fresh or changes)),
        rule=reading.rule or last.rule,
        reposted_at=now if len(own) < len(reading.entries) else last.reposted_at,
        offers=linked_feed(answer) if rung == LISTING and source.kind == "page" else "",
    )
    flood = is_flood(len(fresh), last.usual, known_before=last.changed_at is not None)
    if last.changed_at is not None and fresh and not flood:
        poll = replace(poll, usual=usual_after(len(fresh), last.usual))
    receipt = planned(line, claimed, answer, poll, now)
    return replace(
        receipt,
        is_flood=flood,
        fresh=tuple(fresh),
        changes=tuple(changes),
        body=answer if line.keep_bodies else None,
        verdict="good",
        wanted=_wanted(fresh, images=source.images) if reading.kind == "page" else (),
        next_page=further_page(answer) if rung == LISTING and last.changed_at is None else "",
        listed=frozenset(each.id for each in known.values()),
        events=reading.events,
        healed_from=last.rule if _is_redesigned(reading, last) else "",
    )


def own_entries(entries: Sequence[Entry], line: Line) -> list[Entry]:
    """The entries that are not our own voice coming back."""
    return [entry for entry in entries if not is_echo(entry, base_url=line.base_url, tag_authority=line.tag_authority)]


def identified(entries: Iterable[Entry], source: Source, now: datetime) -> dict[str, Item]:
    """Entries of a source by what identifies them; the first of equal ones counts."""
    found: dict[str, Item] = {}
    for entry in entries:
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


def _wanted(fresh: Sequence[Fresh], *, images: bool) -> tuple[str, ...]:
    """The articles that are worth a request: of new items without a date, without a teaser or with a cut one."""
    entries = [each.item.entry for each in fresh]
    return tuple(entry.link for entry in entries if entry.link and lacks_something(entry, images=images))[:ARTICLES]


def further_page(answer: Fetched) -> str:
    return next_page(answer.body, url=answer.wire.url, charset=answer.charset)


def planned(line: Line, claimed: Claimed, answer: Answer, poll: Poll, now: datetime) -> Receipt:
    retry_after = answer.retry_after if isinstance(answer, Throttled) else None
    due = next_due(
        poll,
        claimed.source,
        now,
        pace=line.bounds,
        rhythm=poll.rhythm,
        retry_after=retry_after,
        anonymous=line.anonymous(answer.wire.url),
        pushes_until=claimed.held.pushes_until,
    )
    pause = host_pause(answer, line.bounds)
    return Receipt(
        claimed=claimed,
        poll=replace(poll, next_due=due),
        requests=answer.wire.requests,
        pause_until=now + pause if pause else None,
    )
