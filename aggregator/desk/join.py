"""What editors say about joining: these are one story, these are not, never these two, always ask for this source.

Each is a decision about pairs of items or a source, which later polls and rebuilds obey.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations, product
from uuid import uuid4

from aggregator.desk.regroup import Said, absorb, former_of, part, seniority, slug_of
from aggregator.model import State
from aggregator.policy.admission import POSSIBLE_DUPLICATE, SURE
from aggregator.store import Store, Transaction, decisions, events, items, proposals, stories
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Regrouped:
    """What came of it: the story that stands now (its slug), and what could not be done, in a sentence."""

    story: str = ""
    problem: str = ""
    conflicts: tuple[Event, ...] = ()


def merge(
    store: Store, slugs: Sequence[str], actor: str, now: datetime, reason: str = "", seen: int | None = None
) -> Regrouped:
    """Make stories one: the one that was public first, else the oldest, takes in the others.

    `seen`: the last event about the first story that its editor knew; nothing is done when others were ahead.
    """
    with store.append() as transaction:
        rows, problem = _rows(transaction, slugs)
        if ahead := _ahead(transaction, rows, seen, actor):
            return Regrouped(conflicts=ahead)
        if problem or len(rows) < 2:
            return Regrouped(problem=problem or "those are one story already")
        survivor, *others = sorted(rows.values(), key=seniority)
        said = Said(actor=actor, at=now, group=uuid4().hex, reason=reason)
        members = _members(transaction, rows)
        with _stroke(transaction, decisions.JOIN, said) as pairs:
            absorb(transaction, survivor, others, said)
            for other in others:
                pairs += _settle(transaction, members[survivor.id], members[other.id], proposals.JOINED)
    return Regrouped(story=slug_of(survivor))


def split(
    store: Store,
    slug: str,
    leaving: Collection[int],
    actor: str,
    now: datetime,
    tag_authority: str,
    reason: str = "",
    seen: int | None = None,
) -> Regrouped:
    """Take items out of a story. Those leave that were a story of their own before: each has its id again.

    Else the id stays with the origin: who asks it to leave gets the others taken out.
    """
    with store.append() as transaction:
        rows, problem = _rows(transaction, [slug])
        if ahead := _ahead(transaction, rows, seen, actor):
            return Regrouped(conflicts=ahead)
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
        with _stroke(transaction, decisions.APART, said) as pairs:
            own = part(transaction, row, going, said, tag_authority)
            pairs += _settle(transaction, going, set(members) - going, proposals.APART)
            _let_out(transaction, list(stories.rows(transaction, [row.id, own.id]).values()), said)
    return Regrouped(story=slug_of(own))


def never(
    store: Store, slugs: Sequence[str], actor: str, now: datetime, reason: str = "", seen: int | None = None
) -> Regrouped:
    """Say that stories are different news: never joined, not proposed again. Who waited for this comes out."""
    with store.append() as transaction:
        rows, problem = _rows(transaction, slugs)
        if ahead := _ahead(transaction, rows, seen, actor):
            return Regrouped(conflicts=ahead)
        if problem or len(rows) < 2:
            return Regrouped(problem=problem or "name two stories; to take one apart there is `stories split`")
        said = Said(actor=actor, at=now, group=uuid4().hex, reason=reason)
        members = _members(transaction, rows)
        with _stroke(transaction, decisions.APART, said) as pairs:
            for one, other in combinations(rows, 2):
                pairs += _settle(transaction, members[one], members[other], proposals.APART)
            _let_out(transaction, list(rows.values()), said)
    return Regrouped(story=slug_of(next(iter(rows.values()))))


def ask_for(store: Store, source_id: str, actor: str, now: datetime, *, holds: bool = True) -> None:
    """Have every item of a source proposed instead of joined, or (`holds` False) no longer."""
    with store.write() as transaction:
        decisions.record_source(transaction, source_id, decisions.ASK, actor=actor, at=now, holds=holds)


def _rows(transaction: Transaction, slugs: Iterable[str]) -> tuple[dict[int, StoryRow], str]:
    """The stories of `slugs` by number, and a sentence about the first that is none or of which nothing is left."""
    found: dict[int, StoryRow] = {}
    for slug in slugs:
        row = stories.row_by_slug(transaction, slug)
        if row is None:
            return {}, f"no story is called {slug}; `aggregator stories list` shows their ids"
        if row.reason == stories.ERASED:
            return {}, f"{slug} was erased for good: nothing of it can be joined or taken apart; leave it out"
        found[row.id] = row
    return found, ""


def _members(transaction: Transaction, rows: Iterable[int]) -> dict[int, list[int]]:
    return {story: list(found) for story, found in items.of_stories(transaction, rows).items()}


@contextmanager
def _stroke(transaction: Transaction, kind: str, said: Said) -> Iterator[list[tuple[int, int]]]:
    """Write down what the body says of pairs of items, with what it did to the log: one stroke, undone at once."""
    pairs: list[tuple[int, int]] = []
    before = events.last_seq(transaction)
    yield pairs
    after = events.last_seq(transaction)
    log = (before + 1, after) if after > before else None
    decisions.record_pairs(transaction, pairs, kind, actor=said.actor, at=said.at, group=said.group, log=log)


def _settle(
    transaction: Transaction, ones: Collection[int], others: Collection[int], outcome: str
) -> list[tuple[int, int]]:
    """Close what was proposed between these items; returns their pairs."""
    proposals.settle(transaction, list(ones), list(others), outcome)
    return list(product(ones, others))


def _ahead(transaction: Transaction, rows: Mapping[int, StoryRow], seen: int | None, actor: str) -> tuple[Event, ...]:
    return tuple(events.by_others(transaction, next(iter(rows)), seen, actor)) if rows else ()


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
