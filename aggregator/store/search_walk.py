"""How PostgreSQL is searched: block by block, newest first, until there are enough (search_blocks.py).

A planner that guesses walks through all there is when two frequent words never meet; so no plan is left to it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, TextClause, text

from aggregator.store.database import Transaction
from aggregator.store.search_blocks import ORDERS, Order, blocks
from aggregator.store.search_words import ANYWHERE, LEAD, SOURCE, TITLE, TSQUERY, Facts, Question, fact
from aggregator.text.query import Wanted

ALL = Facts()
LARGE = 8  # sources: GIN weighs all alternatives against each other before it begins, which for 200 takes 35 ms

# The blocks are asked in the order of the list. OFFSET 0 keeps the planner from walking an index of places instead,
# past all that has not these words.
WALK = """
SELECT page.place FROM unnest(CAST(:questions AS text[]), CAST(:floors AS bigint[]), CAST(:belows AS bigint[]))
  AS block (words, floor, below)
CROSS JOIN LATERAL (
  SELECT place FROM (
    SELECT {order}_place AS place, facts FROM search WHERE vector @@ CAST(block.words AS tsquery) OFFSET 0
  ) AS found WHERE place >= block.floor AND place < block.below
    AND (:sources = '' OR facts @@ CAST(:sources AS tsquery)) ORDER BY place DESC LIMIT :limit
) AS page LIMIT :limit
"""
PLACES: dict[Order, TextClause] = {order: text(WALK.format(order=order)) for order in ORDERS}
RANKED = text(f"""
SELECT place, vector @@ CAST(:title AS tsquery) AS in_title, vector @@ CAST(:lead AS tsquery) AS in_lead
FROM ({WALK.format(order="dated")}) AS page JOIN search ON dated_place = place
""")  # noqa: S608
ENDS: dict[Order, TextClause] = {
    order: text(f"SELECT min({order}_place), max({order}_place) FROM search")  # noqa: S608
    for order in ORDERS
}
PLAIN_PLANS = text("SELECT set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true)")


def places(transaction: Transaction, asked: Question, order: Order, bounds: tuple[int, int], limit: int) -> list[int]:
    """The places that answer a question, from a floor on and below a ceiling, newest first."""
    return [row.place for row in _walk(transaction, PLACES[order], asked, order, bounds, {"limit": limit})]


def few(
    transaction: Transaction, wanted: Wanted, facts: Facts, bounds: tuple[int, int], limit: int
) -> list[tuple[str, int]] | None:
    """The class and place of all that is wanted; None if that is more than `limit`: then each class is walked."""
    whole = Question(wanted=wanted, facts=facts, kind=ANYWHERE, nested=True)
    title, lead = (Question(wanted=wanted, facts=ALL, kind=kind, nested=True).text(TSQUERY) for kind in (TITLE, LEAD))
    rows = _walk(transaction, RANKED, whole, "dated", bounds, {"limit": limit + 1, "title": title, "lead": lead})
    if len(rows) > limit:
        return None
    return [(TITLE if row.in_title else LEAD if row.in_lead else ANYWHERE, row.place) for row in rows]


def _walk(
    transaction: Transaction,
    statement: TextClause,
    asked: Question,
    order: Order,
    bounds: tuple[int, int],
    values: dict[str, object],
) -> Sequence[Row[Any]]:
    transaction.execute(PLAIN_PLANS)
    oldest, newest = transaction.execute(ENDS[order]).one()
    if newest is None:
        return []
    cut = list(blocks(order, max(bounds[0], oldest), min(bounds[1], newest + 1)))
    sources = asked.facts.sources or ()
    if len(sources) > LARGE:
        asked = replace(asked, facts=replace(asked.facts, sources=None))
    walk: dict[str, object] = {
        "questions": [asked.text(TSQUERY, each.word) for each in cut],
        "floors": [each.floor for each in cut],
        "belows": [each.below for each in cut],
        "sources": TSQUERY.either.join(fact(SOURCE, each) for each in sources) if len(sources) > LARGE else "",
    }
    return transaction.execute(statement, walk | values).all()
