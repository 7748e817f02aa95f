"""What the news adds to the archives: which readers have to be told what, and which pages are full.

The archive of a channel is a log that only grows. A record is a story that its readers have to be told of: released,
changed in a way that they notice since a page was sealed that says otherwise, or gone. Full pages are sealed; what is
in no sealed page yet stands in the feed itself, however old, so that nothing falls between.

A story that moved to another theme is not gone: whoever has it keeps it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from aggregator.model import State, Tombstone
from aggregator.store import Transaction, archive, departures, stories
from aggregator.store.archive import Record
from aggregator.store.departures import ERASED, Departure
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow, as_told
from aggregator.withdrawal import GONE

PAGE_RECORDS = 100
SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gains:
    """What the news adds: stories that left or returned, and records in the order in which they are told.

    `moved` are the former by each channel that has a record of them.
    """

    departures: dict[int, Departure] = field(default_factory=dict)
    moved: dict[str, frozenset[int]] = field(default_factory=dict)
    records: tuple[Record, ...] = ()

    @property
    def channels(self) -> frozenset[str]:
        """The channels whose documents differ for it."""
        return frozenset(each.channel for each in self.records) | frozenset(self.moved)

    @property
    def erased(self) -> tuple[int, ...]:
        """The stories of which nothing may be left."""
        return tuple(number for number, each in self.departures.items() if each.why == ERASED)

    @property
    def returns(self) -> dict[int, datetime]:
        """When stories came back."""
        return {number: each.returned_at for number, each in self.departures.items() if each.returned_at}


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """The archive of one channel: how many pages are sealed, what is open, and which of its stories are gone."""

    pages: int = 0
    open: tuple[Record, ...] = ()
    departed: frozenset[int] = frozenset()


def gains(
    transaction: Transaction,
    news: Sequence[Event],
    names: frozenset[str],
    labels: Mapping[str, Sequence[str]],
    *,
    everything: bool,
) -> Gains:
    """What the news adds to the channels called `names`; `labels` are those of each source.

    With `everything` also what stands in a channel that has no record of it: after an upgrade, or under a new label.
    """
    numbers = {each.story_id for each in news if each.story_id is not None}
    if everything:
        numbers |= archive.unrecorded(transaction, _carriers(labels))
    rows = stories.rows(transaction, numbers)
    told = archive.latest(transaction, rows)
    left = departures.of_stories(transaction, rows)
    happened = {each.story_id: each.at for each in news if "state" in each.before}
    moves = {
        number: move
        for number, row in rows.items()
        if (move := departure_of(row, told.get(number, {}), left.get(number), happened.get(number)))
    }
    members = stories.sources_of(transaction, (number for number, row in rows.items() if is_public(row)))
    records: list[Record] = []
    for number, row in sorted(rows.items(), key=lambda each: _order(each[1], moves.get(each[0]))):
        known = told.get(number, {})
        says = _says(row, moves.get(number) or left.get(number))
        where = known if says is None else channels_of(row, members.get(number, ()), labels)
        news_to = [name for name in where if name in names and is_news(known.get(name), says)]
        records += [Record(channel=name, story_id=number) for name in news_to]
    return Gains(departures=moves, moved=_by_channel(moves, told), records=tuple(records))


def is_public(row: StoryRow) -> bool:
    """Whether a story stands in feeds."""
    return row.state is State.PUBLISHED and row.released is not None


def is_news(last: Record | None, updated: datetime | None) -> bool:
    """Whether readers have to be told: `last` is the last record of the story, `updated` None when it is gone now."""
    if last is None:
        return updated is not None
    return last.page is not None and last.updated != updated


def departure_of(
    row: StoryRow, told: Mapping[str, Record], last: Departure | None, at: datetime | None
) -> Departure | None:
    """What a story did at this moment: leave the feeds, return to them, or neither.

    Both are at least a second later than what readers were told before, so that whoever compares sees what holds.
    """
    is_away, why = last is not None and last.returned_at is None, _why(row)
    if is_public(row):
        return replace(last, returned_at=_after(last.at, at)) if last and is_away else None
    if not told or (is_away and last and last.why == why):
        return None
    moments = [
        row.released,
        row.updated,
        last and (last.returned_at or last.at),
        *(each.updated for each in told.values()),
    ]
    former = max((each for each in moments if each), default=EPOCH)
    return Departure(story_id=row.id, at=_after(former, at), why=why)


def channels_of(row: StoryRow, sources: Iterable[str], labels: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The names of the channels that a public story stands in."""
    yield "all"
    if row.tags.theme:
        yield f"themes/{row.tags.theme}"
    yield from (f"sources/{source}" for source in sorted(sources))
    yield from (f"labels/{label}" for label in sorted({each for source in sources for each in labels.get(source, ())}))


class Archives:
    """The archives of some channels while documents are made: what is open, what was sealed, what is gone."""

    def __init__(
        self, transaction: Transaction, gained: Gains, names: Sequence[str], page_records: int = PAGE_RECORDS
    ) -> None:
        self.page_records = page_records
        self.logs = _logs(transaction, gained, names)
        self.gained = gained
        self.sealed: dict[tuple[str, int], tuple[Record, ...]] = {}
        numbers = {number for log in self.logs.values() for number in log.departed}
        numbers |= gained.departures.keys()
        self._gone = departures.of_stories(transaction, numbers) | gained.departures
        self._rows = stories.rows(transaction, numbers)

    def full_page(self, name: str) -> tuple[Record, ...]:
        """The records of the next page of a channel, when there are enough of them."""
        waiting = self.logs[name].open[: self.page_records]
        return waiting if len(waiting) == self.page_records else ()

    def seal(self, name: str, told: Mapping[int, datetime]) -> None:
        """The next page of a channel is made: it tells of these stories, `updated` then; the others are gone."""
        log = self.logs[name]
        page = log.pages + 1
        full = self.full_page(name)
        self.sealed[name, page] = tuple(replace(each, page=page, updated=told.get(each.story_id)) for each in full)
        self.logs[name] = replace(log, pages=page, open=log.open[self.page_records :])

    def tombstone(self, number: int) -> Tombstone:
        """What is told of a story that is gone."""
        return Tombstone(ref=self._rows[number].uri, when=self._gone[number].at, why=self._gone[number].why)

    def tombstones(self, name: str, oldest: datetime | None, limit: int) -> list[Tombstone]:
        """What stood in a channel's feed and would stand there still, was it not gone; and what is in no page yet.

        `oldest` is the release of the last story in a feed that is full; None when there is room for all.
        """
        log = self.logs[name]
        waiting = {each.story_id for each in log.open}
        recent = [each for each in log.departed if oldest is None or (self._rows[each].released or oldest) >= oldest]
        latest = sorted(recent, key=lambda each: (self._gone[each].at, each), reverse=True)[:limit]
        shown = set(latest) | (waiting & log.departed)
        return [
            self.tombstone(each) for each in sorted(shown, key=lambda each: (self._gone[each].at, each), reverse=True)
        ]

    def save(self, transaction: Transaction) -> None:
        """Write down what was gained and sealed."""
        departures.save(transaction, list(self.gained.departures.values()))
        sealed = [each for page in self.sealed.values() for each in page]
        now_sealed = {(each.channel, each.story_id) for each in sealed if not each.id}
        still_open = [each for each in self.gained.records if (each.channel, each.story_id) not in now_sealed]
        archive.save(transaction, [*sealed, *still_open])
        archive.tell_gone(transaction, self.gained.erased)


def _logs(transaction: Transaction, gained: Gains, names: Sequence[str]) -> dict[str, Log]:
    waiting = archive.open_records(transaction, names)
    pages = archive.last_pages(transaction, names)
    departed = archive.departed(transaction, names)
    for record in gained.records:
        waiting.setdefault(record.channel, []).append(record)
    away = frozenset(number for number, each in gained.departures.items() if each.returned_at is None)
    back = gained.returns.keys()
    return {
        name: Log(
            pages=pages.get(name, 0),
            open=tuple(waiting.get(name, ())),
            departed=frozenset(departed.get(name, ())) - back | gained.moved.get(name, frozenset()) & away,
        )
        for name in names
    }


def _by_channel(moves: Iterable[int], told: Mapping[int, Mapping[str, Record]]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number in moves:
        for name in told.get(number, ()):
            found.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


def _says(row: StoryRow, move: Departure | None) -> datetime | None:
    """The `updated` that readers are told of a story; None when it is gone."""
    if not is_public(row):
        return None
    return as_told(row, move.returned_at if move else None).updated or row.released


def _after(former: datetime, at: datetime | None) -> datetime:
    """The moment of an event, in whole seconds; a second after `former` at least."""
    least = former.replace(microsecond=0) + SECOND
    return max(least, at.replace(microsecond=0)) if at else least


def _why(row: StoryRow) -> str:
    if row.reason == stories.ERASED:
        return ERASED
    if row.merged_into is not None:
        return "merged"
    return "gone" if row.reason == GONE else "withdrawn"


def _order(row: StoryRow, change: Departure | None) -> tuple[datetime, int]:
    """Releases in their order, then what changed or left, when it did."""
    when = change.at if change and not is_public(row) else row.updated or row.released
    return when or EPOCH, row.id


def _carriers(labels: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, names in labels.items():
        for label in names:
            found.setdefault(label, []).append(source)
    return found
