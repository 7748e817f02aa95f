"""Search: public stories by their words, the same ones in the same order on both databases.

Order: all words in the title, then in title or teaser, then anywhere in title, teaser and text; within each of these
classes by the minute of the partner's date (when first seen, if unknown), newest first, then by who came in last.
Nobody sorts what nobody sees: an index is walked from the newest story on until a page is full.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import BindParameter, TextClause, literal, select, text, tuple_

from aggregator.model import State
from aggregator.store.database import Transaction
from aggregator.store.patience import bounded
from aggregator.store.search_index import STORIES, place_of
from aggregator.store.search_words import ANYWHERE, FTS5, TSQUERY, Facts, classes_of, question
from aggregator.store.tables import BigId, UtcDateTime, item, search, story
from aggregator.text.query import Wanted

Order = Literal["dated", "released"]

LOWEST, HIGHEST = -(1 << 62), 1 << 62
PATIENCE = 1.0  # seconds
WALK = 1_000  # of the newest stories PostgreSQL looks at each, before it asks its index for all there are


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
    hits: list[Hit] = []
    is_dense = _is_dense(transaction, wanted, facts, floor, ceiling, limit)
    for kind in classes_of(wanted):
        if after is not None and kind < after.kind:
            continue
        below = min(ceiling, after.place) if after is not None and kind == after.kind else ceiling
        asked = Asked(wanted=wanted, facts=facts, kind=kind, is_dense=is_dense)
        places = _places(transaction, asked, "dated", floor, below, limit - len(hits))
        hits += [Hit(story_id=place % STORIES, kind=kind, place=place) for place in places]
        if len(hits) >= limit:
            break
    return hits


def in_feed(transaction: Transaction, wanted: Wanted, facts: Facts, *, limit: int) -> list[int]:
    """The numbers of the stories that a feed of this search holds: latest released first, like all feeds."""
    if wanted.is_hopeless:
        return []
    asked = Asked(wanted=wanted, facts=facts, kind=ANYWHERE, nested=True)
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


# --- Asking an index --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One class of a search; `nested`: with the better ones; `is_dense`: enough may stand among the newest stories."""

    wanted: Wanted
    facts: Facts
    kind: str
    nested: bool = False
    is_dense: bool = True


def _places(transaction: Transaction, asked: Asked, order: Order, floor: int, below: int, limit: int) -> list[int]:
    bounds: dict[str, object] = {"floor": floor, "below": below, "limit": limit}
    if transaction.dialect.name == "sqlite":
        words = question(FTS5, asked.wanted, asked.facts, asked.kind, nested=asked.nested)
        return _asked(transaction, SQLITE[order], {"words": words} | bounds)
    words = question(TSQUERY, asked.wanted, asked.facts, asked.kind, nested=asked.nested)
    transaction.execute(PLAIN_PLANS)
    near = _asked(transaction, NEAR[order], {"words": words, "walk": WALK} | bounds) if asked.is_dense else []
    return near if len(near) == limit else _asked(transaction, ALL[order], {"words": words} | bounds)


def _is_dense(transaction: Transaction, wanted: Wanted, facts: Facts, floor: int, below: int, limit: int) -> bool:
    """Whether looking at the newest stories one by one is worth it for each class: not for what few of them have."""
    if transaction.dialect.name == "sqlite" or not wanted.required:
        return True
    words = question(TSQUERY, wanted, facts, ANYWHERE, nested=True)
    bounds: dict[str, object] = {"floor": floor, "below": below, "limit": limit}
    return len(_asked(transaction, NEAR["dated"], {"words": words, "walk": WALK} | bounds)) == limit


def _asked(transaction: Transaction, statement: TextClause, values: dict[str, object]) -> list[int]:
    return list(transaction.execute(statement, values).scalars())


def _for_orders(statement: str, orders: Iterable[Order] = ("dated", "released")) -> dict[Order, TextClause]:
    return {order: text(statement.format(order=order)) for order in orders}


# FTS5 walks the rows of a question in order of rowid, and stops when it has enough.
SQLITE = _for_orders("""
SELECT rowid FROM search_{order} WHERE search_{order} MATCH :words AND rowid >= :floor AND rowid < :below
ORDER BY rowid DESC LIMIT :limit
""")

# A GIN index knows no order. What is frequent is found among the newest; what is not is rare enough to be sorted. Left
# to itself the planner guesses which it is, and walks through all there is when two frequent words never meet.
NEAR = _for_orders("""
SELECT place FROM (
  SELECT {order}_place AS place, vector FROM search WHERE {order}_place >= :floor AND {order}_place < :below
  ORDER BY {order}_place DESC LIMIT :walk
) AS newest WHERE vector @@ CAST(:words AS tsquery) ORDER BY place DESC LIMIT :limit
""")
ALL = _for_orders("""
WITH found AS MATERIALIZED (
  SELECT {order}_place AS place FROM search WHERE vector @@ CAST(:words AS tsquery)
) SELECT place FROM found WHERE place >= :floor AND place < :below ORDER BY place DESC LIMIT :limit
""")
PLAIN_PLANS = text("SELECT set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true)")
