"""The editors' lists: in which of them a story lies, and how much a decision about it is worth (pure).

Both follow from the story's own fields and stand in columns only so that an index can answer: no list, however long
what lies behind it, is sorted when a page is asked for.
"""

from enum import StrEnum

from aggregator.model import State


class Tray(StrEnum):
    """A list of the queue; NONE for what nobody is asked about."""

    NONE = ""
    NEW = "new"
    UNSURE = "unsure"
    FLOOD = "flood"  # shown among the new ones, as one card a source
    LATER = "later"
    PUBLISHED = "published"
    REJECTED = "rejected"
    DROPPED = "dropped"  # off-topic by the program's own word
    SAMPLE = "sample"  # drawn for people to judge; its stories lie in another list too


OPEN = (Tray.NEW, Tray.UNSURE)  # what an editor is asked about
NOBODY_IS_ASKED = frozenset({"archive", "merged"})
FIRST = frozenset({"possible duplicate", "odd date", "asked again"})  # only a person can tell
NEAR, LIKELY = 0.8, 0.5  # certainty from which a story is nearly published by itself; is rather right than wrong

_HELD = {"unsure": Tray.UNSURE, "flood": Tray.FLOOD}
_TRAYS = {
    State.LATER: Tray.LATER,
    State.SCHEDULED: Tray.LATER,
    State.PUBLISHED: Tray.PUBLISHED,
    State.REJECTED: Tray.REJECTED,
    State.WITHDRAWN: Tray.REJECTED,
}


def tray_of(state: State, reason: str) -> Tray:
    """The list in which a story lies."""
    if state in (State.HELD, State.WITHDRAWN) and reason in NOBODY_IS_ASKED:
        return Tray.NONE
    if state is State.HELD:
        return _HELD.get(reason, Tray.NEW)
    if state is State.OFF_TOPIC:
        return Tray.DROPPED if reason == "off-topic" else Tray.REJECTED
    return _TRAYS[state]


def rank_of(state: State, reason: str, score: float, *, is_off_topic: bool) -> int:
    """The order within a list: 0 is decided first. What does not wait has one rank, and so the order of its dates."""
    if state is not State.HELD or reason in FIRST:
        return 0
    if is_off_topic or score < LIKELY:
        return 3
    return 1 if score >= NEAR else 2
