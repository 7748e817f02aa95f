"""What waits for the editors, list by list. No question here grows with the archive.

A list is read along its index: rank by rank, in each the newest first. A filter looks at the next `LOOK` stories only,
and says from where to go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from aggregator.store import samples
from aggregator.store.database import Transaction
from aggregator.store.stories import StoryRow
from aggregator.store.tables import EPOCH, MICROSECOND, item, story
from aggregator.store.trays import OPEN, Tray, tray_of

COUNTED = 200  # more than so many are not counted
LOOK = 5_000  # stories that a filter looks at for one page
RANKS = range(4)  # of trays.rank_of
ALIKE = 500  # stories of a source among which look-alikes are sought
FLOODED = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which stories of a list: of this theme, this source, with these words in the title; "" for any."""

    tray: Tray
    theme: str = ""
    source: str = ""
    words: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the list was asked for."""
        return bool(self.theme or self.source or self.words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place in a list, after which the next page begins. Written as "rank.micros.id"."""

    rank: int
    dated: datetime
    id: int

    def __str__(self) -> str:
        return f"{self.rank}.{(self.dated - EPOCH) // MICROSECOND}.{self.id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A page of a list: the numbers of its stories in order, and where the next page begins, if there is one."""

    stories: tuple[int, ...]
    next: Place | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Open:
    """A story that waits, as far as look-alikes are told by it."""

    id: int
    slug: str
    title: str


def place(text: str) -> Place | None:
    """The place that was written so; None for anything else."""
    numbers = text.split(".")
    is_written_so = len(numbers) == 3 and all(each.lstrip("-").isdecimal() and each.isascii() for each in numbers)
    if not is_written_so or len(text) > 48:
        return None
    rank, micros, number = map(int, numbers)
    try:
        return Place(rank=rank, dated=EPOCH + micros * MICROSECOND, id=number)
    except OverflowError:
        return None


def page(transaction: Transaction, wanted: Wanted, *, limit: int, after: Place | None = None) -> Found:
    """The next stories of a list. The sample is no list to browse: it has one page, of what is not answered yet."""
    if wanted.tray is Tray.SAMPLE:
        return Found(stories=tuple(samples.open(transaction, limit)), next=None)
    found: list[Place] = []
    for rank in RANKS:
        if after is not None and rank < after.rank:
            continue
        start = after if after is not None and after.rank == rank else None
        found += _of_rank(transaction, wanted, rank, start, limit + 1 - len(found))
        if len(found) > limit:
            return Found(stories=tuple(each.id for each in found[:limit]), next=found[limit - 1])
        end = _horizon(transaction, wanted, rank, start)
        if end is not None:
            return Found(stories=tuple(each.id for each in found), next=end)
    return Found(stories=tuple(each.id for each in found), next=None)


def counts(transaction: Transaction) -> dict[Tray, int]:
    """How many stories each list holds; `COUNTED` + 1 for more than that."""
    held = {
        tray: transaction.execute(
            select(func.count()).select_from(
                select(story.c.id).where(story.c.tray == tray.value).limit(COUNTED + 1).subquery()
            )
        ).scalar_one()
        for tray in Tray
        if tray not in (Tray.NONE, Tray.SAMPLE)
    }
    return held | {Tray.SAMPLE: samples.count_open(transaction, COUNTED + 1)}


def floods(transaction: Transaction) -> dict[str, int]:
    """How many stories of each source wait as a flood."""
    flooded = select(story.c.origin_id).where(story.c.tray == Tray.FLOOD.value).limit(FLOODED).subquery()
    query = select(item.c.source_id, func.count()).join(flooded, flooded.c.origin_id == item.c.id)
    return dict(transaction.execute(query.group_by(item.c.source_id).order_by(func.count().desc())).all())


def put_off(transaction: Transaction) -> list[int]:
    """The numbers of the stories that are kept for later."""
    return list(transaction.execute(select(story.c.id).where(story.c.tray == Tray.LATER.value)).scalars())


def waiting(transaction: Transaction, by: datetime) -> dict[int, datetime]:
    """The stories that wait and came in by this moment, and when."""
    query = (
        select(story.c.id, item.c.first_seen)
        .join(item, item.c.id == story.c.origin_id)
        .where(story.c.tray.in_(OPEN), item.c.first_seen <= by)
    )
    return dict(transaction.execute(query).all())


def open_of_source(transaction: Transaction, source_id: str) -> list[Open]:
    """What waits of one source, as far as one looks: what is decided first, first."""
    query = (
        select(story.c.id, story.c.slug, item.c.title)
        .join(item, item.c.id == story.c.origin_id)
        .where(story.c.tray.in_(OPEN), item.c.source_id == source_id)
        .limit(ALIKE)
    )
    return [Open(id=row.id, slug=row.slug, title=row.title) for row in transaction.execute(query)]


def is_open(row: StoryRow) -> bool:
    """Whether an editor is asked about a story."""
    return tray_of(row.state, row.reason) in OPEN


def _of_rank(transaction: Transaction, wanted: Wanted, rank: int, after: Place | None, limit: int) -> Sequence[Place]:
    inner = _along(wanted, rank, after).limit(LOOK if wanted.is_narrowed else limit).subquery()
    query = select(inner.c.id, inner.c.dated).order_by(inner.c.dated.desc(), inner.c.id.desc()).limit(limit)
    if wanted.theme:
        query = query.where(inner.c.theme == wanted.theme)
    if wanted.source or wanted.words:
        query = query.join(item, item.c.id == inner.c.origin_id)
    if wanted.source:
        query = query.where(item.c.source_id == wanted.source)
    if wanted.words:
        query = query.where(func.lower(item.c.title).contains(wanted.words.lower(), autoescape=True))
    return [Place(rank=rank, dated=row.dated, id=row.id) for row in transaction.execute(query)]


def _horizon(transaction: Transaction, wanted: Wanted, rank: int, after: Place | None) -> Place | None:
    """Where a filter stopped looking; None when it looked at all of this rank."""
    if not wanted.is_narrowed:
        return None
    row = transaction.execute(_along(wanted, rank, after).offset(LOOK - 1).limit(1)).one_or_none()
    return None if row is None else Place(rank=rank, dated=row.dated, id=row.id)


def _along(wanted: Wanted, rank: int, after: Place | None) -> Any:
    query = (
        select(story.c.id, story.c.dated, story.c.origin_id, story.c.theme)
        .where(story.c.tray == wanted.tray.value, story.c.rank == rank)
        .order_by(story.c.dated.desc(), story.c.id.desc())
    )
    if after is None:
        return query
    earlier = and_(story.c.dated == after.dated, story.c.id < after.id)
    return query.where(story.c.dated <= after.dated, or_(story.c.dated < after.dated, earlier))
