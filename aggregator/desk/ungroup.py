"""Taking back what an editor said about joining: the items go home, and the stories are what they were.

What the log cannot take back, an id that was minted by a split, stays and leads to the story that it left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aggregator.desk.regroup import MERGED, Said, credit
from aggregator.model import State
from aggregator.store import Transaction, decisions, events, items, proposals, stories
from aggregator.store.decisions import Decision
from aggregator.store.events import SYSTEM, Event
from aggregator.store.stories import StoryRow

BACK = ("state", "reason", "merged_into", "released")  # who a story is published by follows from its items
OUTCOMES = {decisions.JOIN: proposals.JOINED, decisions.APART: proposals.APART}


@dataclass(frozen=True, kw_only=True, slots=True)
class Moves:
    """What a stroke did: its events, the stories that it changed, where it took items, and where they were before."""

    log: Sequence[Event]
    rows: Mapping[int, StoryRow]
    to: Mapping[int, int]
    home: Mapping[int, int]

    @property
    def founded(self) -> Mapping[int, int]:
        """The stories that a split made, and which story each left."""
        made = {each.story_id for each in self.log if each.kind == "taken-in"}
        return {story: self.home[number] for number, story in self.to.items() if story in made}


def moves_of(transaction: Transaction, said: Sequence[Decision]) -> Moves:
    """What the stroke of these decisions moved."""
    first, last = said[0].event_seq, said[0].value.get("last_event")
    log = events.between(transaction, first, last) if first is not None and last is not None else []
    to = {each.item_id: each.story_id for each in log if each.kind == "joined" and each.item_id and each.story_id}
    rows = stories.rows(transaction, {each.story_id for each in log if each.story_id is not None})
    return Moves(log=log, rows=rows, to=to, home=events.homes_before(transaction, to, first or 0))


def obstacle(
    transaction: Transaction, moves: Moves, last_decision: int, kinds: Sequence[str]
) -> tuple[StoryRow, str] | None:
    """The story that stands in the way, and who changed it since ("" for the program)."""
    later = decisions.later_than(transaction, dict.fromkeys(moves.rows, last_decision), kinds) if moves.rows else []
    if later:
        return moves.rows[later[0].story_id], later[0].actor
    now = items.story_numbers(transaction, moves.to)
    members = items.of_stories(transaction, moves.rows)
    for number, row in moves.rows.items():
        wanted = {name: value for each in _of(moves, number) for name, value in each.after.items() if name in BACK}
        is_other = any(row.fields()[name] != value for name, value in wanted.items())
        is_taken = any(now[each] != story for each, story in moves.to.items() if story == number)
        if is_other or is_taken or not _has_items(moves, number, members.get(number, {})):
            return row, _last_actor(transaction, moves)
    return None


def take_back(transaction: Transaction, said: Sequence[Decision], moves: Moves, by: Said) -> None:
    """Move the items home, and let stories, decisions and proposals be what they were."""
    decisions.end_all(transaction, [each.id for each in said], by.at)
    _reopen(transaction, [each.pair for each in said if each.pair])
    members = items.of_stories(transaction, moves.founded)
    home = dict(moves.home) | {
        number: moves.founded[story] for story, held in members.items() for number in held if story in moves.founded
    }
    for number, story in home.items():
        items.move(transaction, [number], story)
    if home:
        events.append(transaction, [by.event("undone", item_id=n, story_id=story) for n, story in sorted(home.items())])
    for number, row in moves.rows.items():
        _restore(transaction, moves, number, row, by)
    for number in moves.rows:
        if number not in moves.founded and stories.rows(transaction, [number])[number].merged_into is None:
            credit(transaction, number, by)


def _restore(transaction: Transaction, moves: Moves, number: int, row: StoryRow, by: Said) -> None:
    if number in moves.founded:
        new = replace(row, state=State.WITHDRAWN, reason=MERGED, merged_into=moves.founded[number])
        stories.apply(transaction, [(row, new)], by.event(MERGED))
        return
    before = _before(moves, number)
    fields = {name: value for name, value in before.items() if name in BACK}
    if "released" in fields:
        fields["updated"] = before.get("updated")
    new = stories.with_fields(row, fields)
    _ = stories.apply(transaction, [(row, new)], by.event("undone")) or events.append(
        transaction, [by.event("undone", story_id=number)]
    )


def _before(moves: Moves, number: int) -> dict[str, Any]:
    """What a story was before the stroke, of what the stroke changed."""
    before: dict[str, Any] = {}
    for each in _of(moves, number):
        before = dict(each.before) | before
    return before


def _of(moves: Moves, number: int) -> list[Event]:
    return [each for each in moves.log if each.story_id == number and each.kind != "taken-in"]


def _has_items(moves: Moves, story: int, members: Iterable[int]) -> bool:
    """Whether a story has an item when all are home; one that becomes part of another again needs none."""
    is_part = story in moves.founded or _before(moves, story).get("merged_into") is not None
    is_home = story in moves.home.values()
    return is_part or is_home or any(moves.home.get(number, story) == story for number in members)


def _last_actor(transaction: Transaction, moves: Moves) -> str:
    """Who was last to do something with what the stroke moved; "" for the program."""
    last = [log[-1] for number in moves.rows if (log := events.of_story(transaction, number))]
    actor = max(last, key=lambda each: each.seq).actor
    return "" if actor == SYSTEM else actor


def _reopen(transaction: Transaction, pairs: Sequence[tuple[int, int]]) -> None:
    """Ask again about these pairs, or say of them what was said before."""
    said = decisions.said_of_pairs(transaction, pairs)
    for one, other in pairs:
        outcome = OUTCOMES[said[one, other]] if (one, other) in said else proposals.OPEN
        proposals.settle(transaction, [one], [other], outcome)
