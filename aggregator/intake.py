"""Taking in what a batch of polls brought, by one short transaction: join, number, admit, log, store.

Kept apart from pipeline.py because it is the only place where items become stories.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from aggregator.dedup.identity import visible_change
from aggregator.dedup.moved import inherited
from aggregator.dedup.stories import Candidate, join_by_url
from aggregator.model import Fetched, Happening, Item, Poll, Source, State, Tags
from aggregator.policy.admission import admit, announced
from aggregator.store import Store, Transaction, agenda, events, items, leases, sources, stories, trials
from aggregator.store.database import take_numbers
from aggregator.store.events import Event
from aggregator.store.items import KnownItem
from aggregator.store.leases import Claimed, Lease
from aggregator.store.stories import StoryRow
from aggregator.withdrawal import NO_FINDINGS, Findings, settle

ARCHIVE = "archive"  # the reason of what a new source had long before we followed it
ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0 or 1: ids are read out over the telephone
ID_LENGTH = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """How what comes in is treated."""

    mode: Literal["automatic", "edited"]
    announce_days: int
    announce_items: int
    tag_authority: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fresh:
    """An entry that the source did not have before."""

    item: Item
    fingerprint: bytes
    tags: Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """An entry that says something else than before."""

    known: KnownItem
    item: Item
    fingerprint: bytes
    tags: Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What one answer brings, decided and not yet written."""

    claimed: Claimed
    poll: Poll
    requests: int = 0
    fresh: tuple[Fresh, ...] = ()
    changes: tuple[Change, ...] = ()
    body: Fetched | None = None
    verdict: Literal["good", "bad"] = "good"
    pause_until: datetime | None = None
    next_page: str = ""  # where the list goes on, at its first read
    wanted: tuple[str, ...] = ()  # articles to fetch before this is written
    listed: frozenset[int] = frozenset()  # the known items that the document shows
    findings: Findings = NO_FINDINGS  # of articles that may be gone
    events: tuple[Happening, ...] = ()
    healed_from: str = ""  # the rule by which a page's list was found before it was redesigned


def complete(
    store: Store, intake: Intake, batch: Sequence[Receipt], finished: Sequence[Lease], now: datetime
) -> list[Receipt]:
    """Write what a batch brought and give the `finished` hosts back; returns what was let in.

    Receipts of a lease that is no longer ours are dropped whole: whoever holds it now polls again.
    """
    may_move = any(each.fresh or each.changes or each.findings.are_some for each in batch)
    with store.append() if may_move else store.write() as transaction:
        ours = leases.fence(transaction, [*(each.claimed.lease for each in batch), *finished])
        accepted = [each for each in batch if each.claimed.lease.host_id in ours]
        if accepted:
            leases.save_polls(transaction, [(each.claimed.source.id, each.poll) for each in accepted])
        for each in accepted:
            if each.pause_until is not None:
                leases.pause_host(transaction, each.claimed.lease.host_id, each.pause_until)
            if each.healed_from:
                _record_healing(transaction, each, now)
        bodies = [(each.claimed.source.id, each.verdict, each.body) for each in accepted if each.body is not None]
        items.keep_bodies(transaction, bodies, now)
        take_in(transaction, intake, accepted, now)
        settle(transaction, [(each.claimed.source.id, each.findings) for each in accepted], now)
        agenda.save(transaction, [(each.claimed.source.id, each.events) for each in accepted], now)
        leases.release(transaction, [lease for lease in finished if lease.host_id in ours])
    return accepted


def _record_healing(transaction: Transaction, receipt: Receipt, now: datetime) -> None:
    trials.record(
        transaction,
        kind=trials.PAGE_RULE,
        subject=receipt.claimed.source.id,
        before={"rule": receipt.healed_from},
        after={"rule": receipt.poll.rule},
        differences={"new": [each.item.entry.title for each in receipt.fresh], "changed": len(receipt.changes)},
        at=now,
    )


def take_in(transaction: Transaction, intake: Intake, receipts: Sequence[Receipt], now: datetime) -> None:
    """Store the new and changed items of a batch, with the events that tell of them."""
    fresh = [(each, receipt) for receipt in receipts for each in receipt.fresh]
    if fresh:
        _take_in_fresh(transaction, intake, fresh, now)
    changes = [(each, receipt.claimed.source) for receipt in receipts for each in receipt.changes]
    if changes:
        _take_in_changes(transaction, intake, changes, now)


# --- What is new ------------------------------------------------------------------------------------------------------


def _take_in_fresh(
    transaction: Transaction, intake: Intake, fresh: Sequence[tuple[Fresh, Receipt]], now: datetime
) -> None:
    # Who only passes on comes last, so that the producer of what both bring is the origin.
    fresh = sorted(fresh, key=lambda pair: pair[1].claimed.source.republisher)
    story_of = _joined(transaction, fresh)
    first_item = take_numbers(transaction, "item", len(fresh))
    first_story = take_numbers(transaction, "story", len(fresh))
    announceable = _announceable(intake, fresh, now)
    new_rows: list[StoryRow] = []
    item_rows: list[tuple[int, int, Item, bytes]] = []
    log: list[Event] = []
    numbers: dict[int, int] = {}  # position of the item that opened a story -> the story's number
    for n, (each, receipt) in enumerate(fresh):
        item_id, target = first_item + n, story_of[n]
        if target is None:
            story_id = numbers[n] = first_story + n
            may_announce = (each.item.source_id, each.item.key) in announceable
            row = _new_story(intake, each, receipt.claimed.source, story_id, item_id, now, may_announce=may_announce)
            new_rows.append(row)
            log.append(Event(at=now, kind="taken-in", story_id=story_id, item_id=item_id, after=row.fields()))
        else:
            story_id = target if target > 0 else numbers[-target - 1]
            log.append(Event(at=now, kind="joined", reason="url", story_id=story_id, item_id=item_id))
        item_rows.append((item_id, story_id, each.item, each.fingerprint))
    if new_rows:
        stories.create(transaction, new_rows)
    items.insert_items(transaction, item_rows)
    events.append(transaction, log)
    late = [
        (story_of[n] or 0, first_item + n, each.item)
        for n, (each, receipt) in enumerate(fresh)
        if (story_of[n] or 0) > 0 and not receipt.claimed.source.republisher
    ]
    if late:
        _credit_producers(transaction, late, now)


def _credit_producers(transaction: Transaction, late: Sequence[tuple[int, int, Item]], now: datetime) -> None:
    """Who brings news after someone who only passes on becomes its origin: (story, item id, item).

    The story keeps its id, and its place in the feeds: a moved origin is no update.
    """
    rows = stories.rows(transaction, (story_id for story_id, _, _ in late))
    origins = items.load_items(transaction, (row.origin_id for row in rows.values()))
    configured = sources.by_id(transaction, {origin.source_id for origin in origins.values()})
    for story_id, item_id, item in late:
        row = rows[story_id]
        credited = configured.get(origins[row.origin_id].source_id)
        if credited is not None and credited.republisher:
            new = replace(row, origin_id=item_id, dated=item.entry.published or row.dated)
            stories.apply(transaction, [(row, new)], Event(at=now, kind="origin", item_id=item_id))
            rows[story_id] = new
            origins[item_id] = item


def _joined(transaction: Transaction, fresh: Sequence[tuple[Fresh, Receipt]]) -> list[int | None]:
    """For each new item the story it belongs to: a number, -(position + 1) of an item of this batch, or None."""
    held = items.carriers(transaction, (each.item.url_key for each, _ in fresh if each.item.url_key))
    candidates = [
        Candidate(
            url_key=each.item.url_key,
            source_id=each.item.source_id,
            join=receipt.claimed.source.join,
        )
        for each, receipt in fresh
    ]
    carriers = {key: [(each.story_id, each.source_id) for each in found] for key, found in held.items()}
    return join_by_url(candidates, carriers)


def _announceable(intake: Intake, fresh: Sequence[tuple[Fresh, Receipt]], now: datetime) -> set[tuple[str, str]]:
    by_source: dict[str, tuple[Receipt, list[Item]]] = {}
    for each, receipt in fresh:
        by_source.setdefault(each.item.source_id, (receipt, []))[1].append(each.item)
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


def _new_story(
    intake: Intake, each: Fresh, source: Source, story_id: int, item_id: int, now: datetime, *, may_announce: bool
) -> StoryRow:
    state, reason = admit(each.item, each.tags, source, mode=intake.mode, now=now)
    if not may_announce and state is State.HELD:
        reason = ARCHIVE
    released = now if may_announce and state is State.PUBLISHED else None
    return StoryRow(
        id=story_id,
        uri=mint(intake.tag_authority),
        origin_id=item_id,
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


# --- What changed -----------------------------------------------------------------------------------------------------


def _take_in_changes(
    transaction: Transaction, intake: Intake, changes: Sequence[tuple[Change, Source]], now: datetime
) -> None:
    before = items.load_items(transaction, (each.known.id for each, _ in changes))
    changes = [(each, source) for each, source in changes if each.known.id in before]
    old_items = [before[each.known.id] for each, _ in changes]
    changes = [
        (replace(each, item=replace(each.item, entry=inherited(each.item.entry, old.entry))), source)
        for (each, source), old in zip(changes, old_items, strict=True)
    ]
    renewed = [
        (each.known.id, replace(each.item, first_seen=old.first_seen), each.fingerprint)
        for (each, _), old in zip(changes, old_items, strict=True)
    ]
    items.revise_items(transaction, renewed, old_items, now)
    held = stories.rows(transaction, (each.known.story_id for each, _ in changes))
    decided = stories.decided(transaction, held)
    for (each, source), old in zip(changes, old_items, strict=True):
        row = held[each.known.story_id]
        seen = visible_change(old.entry, each.item.entry)
        if row.origin_id == each.known.id and seen:
            new = revised(intake, row, each, source, now, undecided=row.id not in decided)
            event = Event(at=now, kind="revised", item_id=each.known.id, reason=", ".join(seen))
            stories.apply(transaction, [(row, new)], event)
            held[row.id] = new


def revised(
    intake: Intake, row: StoryRow, change: Change, source: Source, now: datetime, *, undecided: bool
) -> StoryRow:
    """The story after its origin changed visibly: told as updated; judged anew while no person decided."""
    new = replace(row, dated=change.item.entry.published or row.dated)
    if row.released is not None:
        new = replace(new, updated=now)
    if not undecided:
        return new
    new = replace(new, tags=change.tags)
    waits = row.state in (State.HELD, State.OFF_TOPIC) and row.reason != ARCHIVE
    if not waits:
        return new
    state, reason = admit(change.item, change.tags, source, mode=intake.mode, now=now)
    if state is State.PUBLISHED:
        return replace(new, state=state, reason=reason, released=now, updated=now)
    return replace(new, state=state, reason=reason)
