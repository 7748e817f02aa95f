"""What follows from articles that are gone or came back: stories withdrawn, returned, or told by another member.

A person's decision stands: about such a story it is only known that its articles are gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.joining import credited
from aggregator.model import Absence, Standing, State
from aggregator.store import Transaction, absences, items, stories
from aggregator.store.absences import Member
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow

GONE = "gone at the partner"
BACK = "back at the partner"


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What one poll found of articles that may be gone."""

    absences: tuple[Absence, ...] = ()  # how it stands with them now
    returned: tuple[int, ...] = ()  # items that stand in their list again
    not_found: tuple[str, ...] = ()  # keys of new items whose article answered 404 or 410

    @property
    def are_some(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.absences or self.returned or self.not_found)


NO_FINDINGS = Findings()


def settle(transaction: Transaction, found: Sequence[tuple[str, Findings]], now: datetime) -> None:
    """Write what the polls of these sources found, and move the stories that it decides about."""
    known = [each for _, findings in found for each in findings.absences]
    returned = [number for _, findings in found for number in findings.returned]
    for source_id, findings in found:
        new = items.known_items(transaction, source_id, findings.not_found)
        known += [_not_found(each.id, now) for each in new.values()]
    absences.save(transaction, known)
    absences.drop(transaction, returned)
    touched = [each.item_id for each in known if each.status in (Standing.GONE, Standing.ALIVE)]
    for story_id, members in absences.members(transaction, [*touched, *returned]).items():
        _move(transaction, story_id, members, now)


def _not_found(item_id: int, now: datetime) -> Absence:
    return Absence(
        item_id=item_id, status=Standing.MISSING, listed=True, first_missing_at=now, checks=1, last_checked_at=now
    )


def _move(transaction: Transaction, story_id: int, members: Sequence[Member], now: datetime) -> None:
    row = stories.rows(transaction, [story_id])[story_id]
    told = _told_by_who_is_left(transaction, row, members, now)
    stories.apply(transaction, [(row, told)], Event(at=now, kind="origin", item_id=told.origin_id))
    if not stories.decided(transaction, [story_id]):
        moved = standing(told, members)
        event = Event(at=now, kind=moved.state.value, reason=moved.reason)
        stories.apply(transaction, [(told, moved)], event)


def _told_by_who_is_left(transaction: Transaction, row: StoryRow, members: Sequence[Member], now: datetime) -> StoryRow:
    """The story with an origin that is still there, if any member is: an update where readers see other words now."""
    living = [member.item_id for member in members if not member.is_gone]
    if not living or row.origin_id in living:
        return row
    next_one = min(living)
    told = items.load_items(transaction, [row.origin_id, next_one])
    return credited(row, next_one, told[row.origin_id], told[next_one], now)


def standing(row: StoryRow, members: Sequence[Member]) -> StoryRow:
    """Where a story that nobody decided about stands: withdrawn when all is gone, and back when something is.

    It keeps the time of its release: what returns is not announced again.
    """
    are_all_gone = all(member.is_gone for member in members)
    if are_all_gone and row.state is State.PUBLISHED:
        return replace(row, state=State.WITHDRAWN, reason=GONE)
    if not are_all_gone and row.state is State.WITHDRAWN and row.reason == GONE:
        return replace(row, state=State.PUBLISHED, reason=BACK)
    return row
