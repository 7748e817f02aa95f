"""The index that search asks: kept up to date with the log, and proven to be what the stories say.

Whatever becomes of a story is an event (a text that only its partner changed: a revision). So the index follows both,
as the documents do: it forgets nothing that happened while nobody looked, and filling it anew is following from 0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from aggregator.model import State
from aggregator.store import sources, stories
from aggregator.store.database import Store, Transaction, take_numbers
from aggregator.store.events import Event
from aggregator.store.items import parts, story_numbers
from aggregator.store.search_blocks import MINUTE_BITS, STORY_BITS
from aggregator.store.search_words import words_of
from aggregator.store.stories import StoryRow
from aggregator.store.tables import EPOCH, counter, event, revision, search, story
from aggregator.text.stems import rules_number

RULES, SEQ, REVISION = "search_rules", "search_seq", "search_revision"
AT_ONCE = 1_000  # events, so that filling a large index takes no more memory than a small one
STORIES = 1 << STORY_BITS
LAST_MINUTE = (1 << MINUTE_BITS) - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """How far the index follows the log and the revisions."""

    seq: int
    revision: int


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """Stories that may have to be indexed anew, and how far that brings the index."""

    stories: frozenset[int]
    marks: Marks


Row = dict[str, Any]  # of the table `search`


def follow(store: Store) -> bool:
    """Index what happened since the last time, in short transactions; returns whether anything public changed."""
    is_other = False
    while True:
        with store.read() as transaction:
            since = _marks(transaction)
            news = _news(transaction, since)
            if news is None:
                return is_other
            rows = _rows(transaction, news.stories)
        with store.write() as transaction:
            if _locked_marks(transaction) != since:
                continue  # another process was here meanwhile, and what we read may be older than what it wrote
            is_other |= _put(transaction, rows)
            _mark(transaction, news.marks)


def renew(store: Store) -> None:
    """Index everything again if words are made otherwise than when it was done."""
    rules = rules_number()
    with store.read() as transaction:
        is_current = _value(transaction, RULES) == rules
    if is_current:
        return
    with store.write() as transaction:
        _mark(transaction, Marks(seq=0, revision=0))
        _set(transaction, RULES, rules)
    follow(store)


def place_of(when: datetime, number: int) -> int:
    """Where a story stands among all in order of date; the lowest of its minute for number 0."""
    minutes = int((when - EPOCH).total_seconds() // 60)
    return (max(-LAST_MINUTE, min(minutes, LAST_MINUTE)) << STORY_BITS) + number


# --- Whether it is right ----------------------------------------------------------------------------------------------


def contradictions(transaction: Transaction) -> Iterator[str]:
    """Where the index is not what the stories say, one sentence each; what it has yet to follow is no contradiction."""
    pending: set[int] = set()
    marks = _marks(transaction)
    while news := _news(transaction, marks):
        pending |= news.stories
        marks = news.marks
    last = 0
    while numbers := _numbers_after(transaction, last):
        last = numbers[-1]
        held = _held(transaction, numbers)
        made = {row["story_id"]: row for row in _rows(transaction, numbers)}
        for number in numbers:
            if number not in pending and _differs(held.get(number), made.get(number)):
                yield f"story {number}: search does not know it as it is (`aggregator db reindex` mends that)"


def is_broken(store: Store) -> bool:
    """Whether SQLite's indexes do not hold what the table says; PostgreSQL looks after its own."""
    if store.dialect != "sqlite":
        return False
    try:
        with store.write() as transaction:
            for name in ("search_dated", "search_released"):
                transaction.execute(text(f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)"))  # noqa: S608
    except DatabaseError:
        return True
    return False


def reindex(store: Store) -> None:
    """Make the whole index again from the stories."""
    with store.write() as transaction:
        if store.dialect == "sqlite":
            for name in ("search_dated", "search_released"):
                transaction.execute(text(f"INSERT INTO {name} ({name}) VALUES ('rebuild')"))  # noqa: S608
        _mark(transaction, Marks(seq=0, revision=0))
    follow(store)


def _numbers_after(transaction: Transaction, number: int) -> list[int]:
    query = select(story.c.id).where(story.c.id > number).order_by(story.c.id).limit(AT_ONCE)
    return list(transaction.execute(query).scalars())


def _differs(held: Row | None, made: Row | None) -> bool:
    # When a story left is known from the log only as far as that was read in time: the fact counts.
    if held is None or made is None:
        return held is not made
    return {**held, "gone_at": held["gone_at"] is None} != {**made, "gone_at": made["gone_at"] is None}


# --- What happened ----------------------------------------------------------------------------------------------------


def _news(transaction: Transaction, since: Marks) -> News | None:
    told = transaction.execute(
        select(event.c.seq, event.c.story_id).where(event.c.seq > since.seq).order_by(event.c.seq).limit(AT_ONCE)
    ).all()
    revised = transaction.execute(
        select(revision.c.id, revision.c.item_id)
        .where(revision.c.id > since.revision)
        .order_by(revision.c.id)
        .limit(AT_ONCE)
    ).all()
    if not told and not revised:
        return None
    of_items = story_numbers(transaction, (row.item_id for row in revised))
    marks = Marks(
        seq=told[-1].seq if told else since.seq,
        revision=revised[-1].id if revised else since.revision,
    )
    mentioned = {row.story_id for row in told if row.story_id is not None} | set(of_items.values())
    return News(stories=frozenset(mentioned), marks=marks)


def _rows(transaction: Transaction, numbers: Iterable[int]) -> list[Row]:
    """What the index must hold of these stories; nothing of those that were never public."""
    found = stories.rows(transaction, numbers)
    public = [number for number, row in found.items() if row.state is State.PUBLISHED]
    left = _left(transaction, [row for row in found.values() if row.state is not State.PUBLISHED])
    whole = {number: each for number, each in stories.by_number(transaction, public).items() if each.items}
    known = sources.by_id(transaction, {each.origin.source_id for each in whole.values()}) if whole else {}
    made = [
        _row(found[number], *words_of(each, known.get(each.origin.source_id)), None) for number, each in whole.items()
    ]
    return made + [_row(found[number], "", "", at) for number, at in left.items()]


def _row(row: StoryRow, headline: str, words: str, gone_at: datetime | None) -> Row:
    return {
        "story_id": row.id,
        "dated_place": place_of(row.dated, row.id),
        "released_place": None if row.released is None else place_of(row.released, row.id),
        "headline": headline,
        "words": words,
        "gone_at": gone_at,
    }


def _left(transaction: Transaction, rows: list[StoryRow]) -> dict[int, datetime]:
    """When stories that are not public stopped being so; those that never were are not there."""
    found: dict[int, datetime] = {}
    for part in parts(row.id for row in rows):
        query = select(event).where(event.c.story_id.in_(part)).order_by(event.c.seq)
        for each in (Event(**row._mapping) for row in transaction.execute(query)):
            if each.story_id is not None and each.before.get("state") == State.PUBLISHED.value:
                found[each.story_id] = each.at
    return found


# --- The table --------------------------------------------------------------------------------------------------------


def _put(transaction: Transaction, rows: list[Row]) -> bool:
    """Let the index hold these rows; readers' copies of what is made from it are old from now on."""
    held = _held(transaction, (row["story_id"] for row in rows))
    fresh = [row for row in rows if held.get(row["story_id"]) != row]
    for part in parts(row["story_id"] for row in fresh):
        transaction.execute(delete(search).where(search.c.story_id.in_(part)))
    if fresh:
        transaction.execute(insert(search), fresh)
    if rows:
        take_numbers(transaction, "generation", 1)
    return bool(rows)


def _held(transaction: Transaction, numbers: Iterable[int]) -> dict[int, Row]:
    found: dict[int, Row] = {}
    for part in parts(numbers):
        for row in transaction.execute(select(search).where(search.c.story_id.in_(part))):
            found[row.story_id] = dict(row._mapping)
    return found


def _marks(transaction: Transaction) -> Marks:
    return Marks(seq=_value(transaction, SEQ), revision=_value(transaction, REVISION))


def _locked_marks(transaction: Transaction) -> Marks:
    """The marks, which nobody else changes until this transaction ends."""
    return Marks(seq=take_numbers(transaction, SEQ, 0) - 1, revision=take_numbers(transaction, REVISION, 0) - 1)


def _mark(transaction: Transaction, marks: Marks) -> None:
    _set(transaction, SEQ, marks.seq)
    _set(transaction, REVISION, marks.revision)


def _value(transaction: Transaction, name: str) -> int:
    return transaction.execute(select(counter.c.value).where(counter.c.name == name)).scalar_one()


def _set(transaction: Transaction, name: str, value: int) -> None:
    transaction.execute(update(counter).where(counter.c.name == name).values(value=value))
