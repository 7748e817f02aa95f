"""What editors say about joining: these are one story, these are not, never these two, always ask for this source.

Each is a decision about pairs of items or a source, which later polls and rebuilds obey.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations, product
from uuid import uuid4

from aggregator.desk.regroup import Said, absorb, former_of, part, seniority, slug_of
from aggregator.model import State
from aggregator.policy.admission import POSSIBLE_DUPLICATE, SURE
from aggregator.store import Store, Transaction, decisions, items, proposals, stories
from aggregator.store.stories import StoryRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Regrouped:
    """What came of it: the story that stands now (its slug), and what could not be done, in a sentence."""

    story: str = ""
    problem: str = ""


def merge(store: Store, slugs: Sequence[str], actor: str, now: datetime, reason: str = "") -> Regrouped:
    """Make stories one: the one that was public first, else the oldest, takes in the others."""
    with store.append() as transaction:
        rows, problem = _rows(transaction, slugs)
        if problem or len(rows) < 2:
            return Regrouped(problem=problem or "those are one story already")
        survivor, *others = sorted(rows.values(), key=seniority)
        said = Said(actor=actor, at=now, group=uuid4().hex, reason=reason)
        members = _members(transaction, rows)
        absorb(transaction, survivor, others, said)
        for other in others:
            _say(transaction, members[survivor.id], members[other.id], decisions.JOIN, said)
    return Regrouped(story=slug_of(survivor))


def split(
    store: Store, slug: str, leaving: Collection[int], actor: str, now: datetime, tag_authority: str, reason: str = ""
) -> Regrouped:
    """Take items out of a story. Those leave that were a story of their own before: each has its id again.

    Else the id stays with the origin: who asks it to leave gets the others taken out.
    """
    with store.append() as transaction:
        rows, problem = _rows(transaction, [slug])
        if problem:
            return Regrouped(problem=problem)
        (row,) = rows.values()
        members = _members(transaction, rows)[row.id]
        if not set(leaving) <= set(members):
            return Regrouped(problem=f"{slug} has no such item; `aggregator stories show {slug}` lists them")
        sides = [set(leaving), set(members) - set(leaving)]
        if not all(sides):
            return Regrouped(problem="a story needs an item: nothing would be left")
        by_default = next(side for side in sides if row.origin_id not in side)
        going = next((side for side in sides if former_of(transaction, row, side)), by_default)
        said = Said(actor=actor, at=now, group=uuid4().hex, reason=reason)
        own = part(transaction, row, going, said, tag_authority)
        _say(transaction, going, set(members) - going, decisions.APART, said)
        _let_out(transaction, list(stories.rows(transaction, [row.id, own.id]).values()), said)
    return Regrouped(story=slug_of(own))


def never(store: Store, slugs: Sequence[str], actor: str, now: datetime, reason: str = "") -> Regrouped:
    """Say that stories are different news: never joined, not proposed again. Who waited for this comes out."""
    with store.append() as transaction:
        rows, problem = _rows(transaction, slugs)
        if problem or len(rows) < 2:
            return Regrouped(problem=problem or "name two stories; to take one apart there is `stories split`")
        said = Said(actor=actor, at=now, group=uuid4().hex, reason=reason)
        members = _members(transaction, rows)
        for one, other in combinations(rows, 2):
            _say(transaction, members[one], members[other], decisions.APART, said)
        _let_out(transaction, list(rows.values()), said)
    return Regrouped(story=slug_of(next(iter(rows.values()))))


def ask_for(store: Store, source_id: str, actor: str, now: datetime, *, holds: bool = True) -> None:
    """Have every item of a source proposed instead of joined, or (`holds` False) no longer."""
    with store.write() as transaction:
        decisions.record_source(transaction, source_id, decisions.ASK, actor=actor, at=now, holds=holds)


def _rows(transaction: Transaction, slugs: Iterable[str]) -> tuple[dict[int, StoryRow], str]:
    """The stories of `slugs` by number, and a sentence about the first that is none."""
    found: dict[int, StoryRow] = {}
    for slug in slugs:
        row = stories.row_by_slug(transaction, slug)
        if row is None:
            return {}, f"no story is called {slug}; `aggregator stories list` shows their ids"
        found[row.id] = row
    return found, ""


def _members(transaction: Transaction, rows: Iterable[int]) -> dict[int, list[int]]:
    return {story: list(found) for story, found in items.of_stories(transaction, rows).items()}


def _say(transaction: Transaction, ones: Collection[int], others: Collection[int], kind: str, said: Said) -> None:
    decisions.record_pairs(transaction, product(ones, others), kind, actor=said.actor, at=said.at)
    outcome = proposals.JOINED if kind == decisions.JOIN else proposals.APART
    proposals.settle(transaction, list(ones), list(others), outcome)


def _let_out(transaction: Transaction, rows: Sequence[StoryRow], said: Said) -> None:
    """Publish what waited only because it might be news that was there already."""
    waiting = [row for row in rows if row.state is State.HELD and row.reason == POSSIBLE_DUPLICATE]
    asked = {card.story_id for card in proposals.of_stories(transaction, [row.id for row in waiting])}
    changes = [
        (row, replace(row, state=State.PUBLISHED, reason=SURE, released=said.at, updated=said.at))
        for row in waiting
        if row.id not in asked
    ]
    stories.apply(transaction, changes, said.event(State.PUBLISHED.value))
