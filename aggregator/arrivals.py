"""What is new: each item is placed in a story, admitted, logged and stored; its story is credited to its producer.

The only place where items become stories.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from aggregator.batch import Fresh, Intake, Receipt
from aggregator.dedup.profile import profile
from aggregator.dedup.stories import Placement
from aggregator.joining import Newcomer, credited, placed, producers
from aggregator.model import Item, State
from aggregator.policy.admission import ARCHIVE, FLOOD, POSSIBLE_DUPLICATE, UP_TO_AN_EDITOR, admit, announced
from aggregator.store import Transaction, decisions, erasure, items, proposals, stories
from aggregator.store.database import take_numbers
from aggregator.store.events import Event, append
from aggregator.store.stories import StoryRow

NOT_THIS_SOURCE = "not this source"  # the reason of a rejection that another partner's copy ends
ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0 or 1: ids are read out over the telephone
ID_LENGTH = 12
UNSEEN = (State.OFF_TOPIC, State.WITHDRAWN)  # a possible copy of such a story need not wait for it

Arrival = tuple[Fresh, Receipt]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """A new item that was placed."""

    newcomer: Newcomer
    fresh: Fresh
    receipt: Receipt
    placement: Placement

    @property
    def is_joined(self) -> bool:
        """Whether it became part of a story that was there."""
        return self.placement.story != self.newcomer.story


def arrive(transaction: Transaction, intake: Intake, fresh: Sequence[Arrival], now: datetime) -> None:
    """Take in the new items of a batch, those of each document from its end on: the latest news last.

    So among equal dates the higher number is the later news, as it is between two polls, and what stands first at the
    partner stands first with us wherever the latest is shown.
    """
    # Who only passes on comes last, so that a story is opened by the producer where both bring it.
    fresh = sorted(fresh, key=lambda pair: pair[1].claimed.source.republisher)
    arrived = _placed(transaction, intake, fresh, now)
    opened = _opened(transaction, intake, arrived, now)
    if opened:
        stories.create(transaction, list(opened.values()))
    items.insert_items(
        transaction,
        [(each.newcomer.id, each.placement.story, each.fresh.item, each.fresh.fingerprint) for each in arrived],
    )
    erased = _emptied(transaction, arrived)
    append(transaction, _told(arrived, opened, now, erased))
    asked = [each.placement.proposal for each in arrived if each.placement.story not in erased]
    proposals.put(transaction, [each for each in asked if each], now)
    _credit(
        transaction, intake, [each for each in arrived if each.is_joined and each.placement.story not in erased], now
    )


def _placed(transaction: Transaction, intake: Intake, fresh: Sequence[Arrival], now: datetime) -> list[Arrived]:
    first_item = take_numbers(transaction, "item", len(fresh))
    first_story = take_numbers(transaction, "story", len(fresh))
    newcomers = [
        Newcomer(
            id=first_item + n,
            story=first_story + n,
            item=each.item,
            source=receipt.claimed.source,
            profile=each.profile or profile(each.item.entry),
        )
        for n, (each, receipt) in enumerate(fresh)
    ]
    asked = decisions.sources_to_ask(transaction)
    where = placed(transaction, intake.joining, newcomers, asked, now)
    return [
        Arrived(newcomer=newcomer, fresh=each, receipt=receipt, placement=placement)
        for newcomer, (each, receipt), placement in zip(newcomers, fresh, where, strict=True)
    ]


def _emptied(transaction: Transaction, arrived: Sequence[Arrived]) -> set[int]:
    """The erased stories that copies of this batch belong to; nothing is kept of these but that they are known."""
    joined = stories.rows(transaction, {each.placement.story for each in arrived if each.is_joined})
    erased = {number for number, row in joined.items() if row.reason == stories.ERASED}
    if erased:
        erasure.empty(transaction, erased)
    return erased


# --- Stories of their own ---------------------------------------------------------------------------------------------


def _opened(transaction: Transaction, intake: Intake, arrived: Sequence[Arrived], now: datetime) -> dict[int, StoryRow]:
    """The stories that items of this batch open, by number."""
    announceable = _announceable(intake, arrived, now)
    doubled = _possibly_doubled(transaction, arrived)
    found: dict[int, StoryRow] = {}
    for each in arrived:
        if not each.is_joined:
            key = (each.fresh.item.source_id, each.fresh.item.key)
            row = _new_story(intake, each, now, may_announce=key in announceable)
            if each.newcomer.id in doubled and row.state is State.PUBLISHED:
                # What would not be announced is no news either once it is known to be no duplicate.
                reason = POSSIBLE_DUPLICATE if row.released is not None else ARCHIVE
                row = replace(row, state=State.HELD, reason=reason, released=None, updated=None)
            found[row.id] = row
    return found


def _announceable(intake: Intake, arrived: Sequence[Arrived], now: datetime) -> set[tuple[str, str]]:
    by_source: dict[str, tuple[Receipt, list[Item]]] = {}
    for each in reversed(arrived):  # the order of the document
        by_source.setdefault(each.fresh.item.source_id, (each.receipt, []))[1].append(each.fresh.item)
    return {
        (source_id, key)
        for source_id, (receipt, found) in by_source.items()
        for key in announced(
            found,
            source_added=receipt.claimed.held.added_at,
            known_before=receipt.claimed.held.poll.changed_at is not None,
            days=intake.announce_days,
            count=intake.announce_items,
            now=now,
        )
    }


def _possibly_doubled(transaction: Transaction, arrived: Sequence[Arrived]) -> set[int]:
    """The items that wait for an editor: readers would see their news twice, or what an editor rejected."""
    proposed = {each.placement.proposal.other for each in arrived if each.placement.proposal}
    standing = stories.standing_of_items(transaction, proposed)
    return {
        each.newcomer.id
        for each in arrived
        if each.placement.proposal and standing.get(each.placement.proposal.other) not in UNSEEN
    }


def _new_story(intake: Intake, arrived: Arrived, now: datetime, *, may_announce: bool) -> StoryRow:
    each = arrived.fresh
    state, reason = admit(each.item, each.tags, arrived.receipt.claimed.source, mode=intake.mode, now=now)
    if arrived.receipt.is_flood and state is not State.OFF_TOPIC:
        state, reason = State.HELD, FLOOD
    elif not may_announce and state is State.HELD:
        reason = ARCHIVE
    released = now if may_announce and state is State.PUBLISHED else None
    return StoryRow(
        id=arrived.newcomer.story,
        uri=mint(intake.tag_authority),
        origin_id=arrived.newcomer.id,
        state=state,
        reason=reason,
        tags=each.tags,
        dated=each.item.entry.published or each.item.first_seen,
        released=released,
        updated=released,
    )


def mint(tag_authority: str) -> str:
    """A new story id: a tag: URI (RFC 4151) that says nothing about rows, addresses or titles."""
    drawn = secrets.randbits(5 * ID_LENGTH)  # five bits a sign: the alphabet has 32
    name = "".join(ID_ALPHABET[drawn >> 5 * n & 31] for n in range(ID_LENGTH))
    return f"tag:{tag_authority}:story/{name}"


def _told(
    arrived: Sequence[Arrived], opened: Mapping[int, StoryRow], now: datetime, erased: Collection[int]
) -> list[Event]:
    """What the log says of the new items; those of one flood belong together."""
    floods: dict[str, str] = {}
    log = []
    for each in arrived:
        place, number = each.placement, each.newcomer.id
        if each.is_joined:
            is_explained = place.because and place.story not in erased
            reason = f"{place.ground}: {place.because}" if is_explained else place.ground
            log.append(Event(at=now, kind="joined", reason=reason, story_id=place.story, item_id=number))
            continue
        row = opened[place.story]
        group = floods.setdefault(each.fresh.item.source_id, uuid4().hex) if row.reason == FLOOD else None
        event = Event(at=now, kind="taken-in", story_id=row.id, item_id=number, group_id=group, after=row.fields())
        log.append(event)
    return log


# --- Stories that were there ------------------------------------------------------------------------------------------


def _credit(transaction: Transaction, intake: Intake, joined: Sequence[Arrived], now: datetime) -> None:
    """Let the producer be the origin of the stories that items joined.

    A story keeps its id and its place in the feeds. Its certainty follows its origin while nobody decided.
    """
    touched = {each.placement.story for each in joined}
    if not touched:
        return
    rows = stories.rows(transaction, touched)
    decided = stories.decided(transaction, touched)
    arrivals = {each.newcomer.id: each for each in joined}
    elected = producers(transaction, touched)
    edited = decisions.edits_of(transaction, decided)
    origins = items.load_items(transaction, {*elected.values(), *(row.origin_id for row in rows.values())})
    for story, number in elected.items():
        row = rows[story]
        if number != row.origin_id:
            newcomer = arrivals.get(number)
            new = _credited(intake, row, number, origins, newcomer, now, undecided=story not in decided)
            if story in edited:
                new = replace(new, dated=edited[story].published or new.dated)
            stories.apply(transaction, [(row, new)], Event(at=now, kind="origin", item_id=number))
    refused = {story: origins[row.origin_id].source_id for story, row in rows.items()}
    elsewhere = [
        each
        for each in joined
        if each.fresh.item.source_id != refused[each.placement.story] and not each.receipt.is_flood
    ]
    _reopen(transaction, intake, elsewhere, rows, now)


def _credited(
    intake: Intake,
    row: StoryRow,
    number: int,
    origins: Mapping[int, Item],
    newcomer: Arrived | None,
    now: datetime,
    *,
    undecided: bool,
) -> StoryRow:
    """The story with another origin, judged anew by what that says while no person decided."""
    origin = origins[number]
    new = credited(row, number, origins[row.origin_id], origin, now)
    if newcomer is None or not undecided:
        return new
    new = replace(new, tags=newcomer.fresh.tags)
    if row.state not in (State.HELD, State.OFF_TOPIC) or row.reason in UP_TO_AN_EDITOR:
        return new
    state, reason = admit(origin, new.tags, newcomer.receipt.claimed.source, mode=intake.mode, now=now)
    if state is State.PUBLISHED and not newcomer.receipt.is_flood:
        return replace(new, state=state, reason=reason, released=now, updated=now)
    return new


def _reopen(
    transaction: Transaction, intake: Intake, joined: Sequence[Arrived], rows: Mapping[int, StoryRow], now: datetime
) -> None:
    """A story that was rejected for its source gets another chance when another partner brings it."""
    for each in joined:
        row = rows[each.placement.story]
        if row.state is not State.REJECTED or row.reason != NOT_THIS_SOURCE:
            continue
        current = stories.rows(transaction, [row.id])[row.id]
        if current.state is not State.REJECTED:
            continue
        source = each.receipt.claimed.source
        state, reason = admit(each.fresh.item, each.fresh.tags, source, mode=intake.mode, now=now)
        released = now if state is State.PUBLISHED else None
        new = replace(
            current,
            origin_id=each.newcomer.id,
            tags=each.fresh.tags,
            state=state,
            reason=reason,
            released=released,
            updated=released,
        )
        stories.apply(transaction, [(current, new)], Event(at=now, kind="reopened", item_id=each.newcomer.id))
