"""Search: public stories by their words, the same ones in the same order on both databases.

Order: all words in the title, then in title or teaser, then anywhere in title, teaser and text; within each of these
classes by the minute of the partner's date (when first seen, if unknown), newest first, then by who came in last.
Nobody sorts what nobody sees: an index is walked from the newest story on until a page is full.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, TextClause, literal, select, text, tuple_

from aggregator.model import State
from aggregator.store import search_walk
from aggregator.store.database import Transaction
from aggregator.store.patience import bounded
from aggregator.store.search_blocks import ORDERS, Order
from aggregator.store.search_index import STORIES, place_of
from aggregator.store.search_words import ANYWHERE, FTS5, Facts, Question, classes_of
from aggregator.store.tables import BigId, UtcDateTime, item, search, story
from aggregator.text.query import Wanted

LOWEST, HIGHEST = -(1 << 62), 1 << 62
PATIENCE = 1.0  # seconds

# FTS5 walks the rows of a question in order of rowid, and stops when it has enough.
SQLITE: dict[Order, TextClause] = {
    order: text(
        f"SELECT rowid FROM search_{order} WHERE search_{order} MATCH :words AND rowid >= :floor AND rowid < :below "  # noqa: S608
        "ORDER BY rowid DESC LIMIT :limit"
    )
    for order in ORDERS
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A story that was found, and where it stands in the order: the next page begins behind it."""

    story_id: int
    kind: str
    place: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """From when (included) to when (not included) stories are dated; None: no bound."""

    since: datetime | None = None
    until: datetime | None = None


ALWAYS = Span()


def find(
    transaction: Transaction,
    wanted: Wanted,
    facts: Facts,
    *,
    limit: int,
    span: Span = ALWAYS,
    after: Hit | None = None,
) -> list[Hit]:
    """The stories that are wanted, best class first and newest first within it; those behind `after`, if given.

    Raises TooBroadError when that takes too long, as `in_feed` and `changed` do.
    """
    if wanted.is_hopeless:
        return []
    floor = LOWEST if span.since is None else place_of(span.since, 0)
    ceiling = HIGHEST if span.until is None else place_of(span.until, 0)
    with bounded(transaction, PATIENCE):
        return _found(transaction, wanted, facts, limit, (floor, ceiling), after)


def _found(
    transaction: Transaction, wanted: Wanted, facts: Facts, limit: int, bounds: tuple[int, int], after: Hit | None
) -> list[Hit]:
    floor, ceiling = bounds
    if transaction.dialect.name == "postgresql" and wanted.required:
        few = search_walk.few(transaction, wanted, facts, bounds, limit)
        if few is not None:
            found = (Hit(story_id=place % STORIES, kind=kind, place=place) for kind, place in few)
            return sorted((each for each in found if after is None or _rank(each) > _rank(after)), key=_rank)[:limit]
    hits: list[Hit] = []
    for kind in classes_of(wanted):
        if after is not None and kind < after.kind:
            continue
        below = min(ceiling, after.place) if after is not None and kind == after.kind else ceiling
        asked = Question(wanted=wanted, facts=facts, kind=kind)
        places = _places(transaction, asked, "dated", floor, below, limit - len(hits))
        hits += [Hit(story_id=place % STORIES, kind=kind, place=place) for place in places]
        if len(hits) >= limit:
            break
    return hits


def _places(transaction: Transaction, asked: Question, order: Order, floor: int, below: int, limit: int) -> list[int]:
    if transaction.dialect.name == "postgresql":
        return search_walk.places(transaction, asked, order, (floor, below), limit)
    values: dict[str, object] = {"words": asked.text(FTS5), "floor": floor, "below": below, "limit": limit}
    return list(transaction.execute(SQLITE[order], values).scalars())


def _rank(hit: Hit) -> tuple[str, int]:
    return hit.kind, -hit.place


def in_feed(transaction: Transaction, wanted: Wanted, facts: Facts, *, limit: int) -> list[int]:
    """The numbers of the stories that a feed of this search holds: latest released first, like all feeds."""
    if wanted.is_hopeless:
        return []
    asked = Question(wanted=wanted, facts=facts, kind=ANYWHERE, nested=True)
    with bounded(transaction, PATIENCE):
        places = _places(transaction, asked, "released", LOWEST, HIGHEST, limit)
    numbers = [place % STORIES for place in places]
    query = select(story.c.id).where(story.c.id.in_(numbers)).order_by(story.c.released.desc(), story.c.id.desc())
    return list(transaction.execute(query).scalars())


def changed(
    transaction: Transaction,
    facts: Facts,
    since: datetime,
    *,
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> list[tuple[int, datetime]]:
    """The stories in our feeds that changed visibly, and when, in that order; those behind `after`, if given."""
    query = select(story.c.id, story.c.updated).where(story.c.state == State.PUBLISHED.value, story.c.updated >= since)
    if facts.themes:
        query = query.where(story.c.theme.in_(facts.themes))
    if facts.sources is not None:
        members = select(item.c.id).where(item.c.story_id == story.c.id, item.c.source_id.in_(facts.sources))
        query = query.where(members.exists())
    if after is not None:
        query = query.where(tuple_(story.c.updated, story.c.id) > tuple_(*_bound(after)))
    with bounded(transaction, PATIENCE):
        rows = transaction.execute(query.order_by(story.c.updated, story.c.id).limit(limit)).all()
    return [(row.id, row.updated) for row in rows if row.updated is not None]


def _bound(after: tuple[datetime, int]) -> tuple[BindParameter[datetime], BindParameter[int]]:
    return literal(after[0], UtcDateTime), literal(after[1], BigId)


def gone(
    transaction: Transaction, since: datetime, *, limit: int, after: tuple[datetime, int] | None = None
) -> list[tuple[int, datetime]]:
    """The stories that were public and are no longer, since when, in the order in which they left."""
    query = select(search.c.story_id, search.c.gone_at).where(search.c.gone_at >= since)
    if after is not None:
        query = query.where(tuple_(search.c.gone_at, search.c.story_id) > tuple_(*_bound(after)))
    rows = transaction.execute(query.order_by(search.c.gone_at, search.c.story_id).limit(limit))
    return [(row.story_id, row.gone_at) for row in rows if row.gone_at is not None]


def was_public(transaction: Transaction, number: int) -> bool:
    """Whether a story was public and is no longer."""
    query = select(search.c.gone_at).where(search.c.story_id == number)
    return transaction.execute(query).scalar() is not None
