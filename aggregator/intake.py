"""Taking in what a batch of polls brought, by one short transaction: polls, bodies, changes, and what is new."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.arrivals import arrive
from aggregator.batch import Change, Fresh, Intake, Receipt
from aggregator.dedup.identity import is_another_article, visible_change
from aggregator.dedup.moved import inherited
from aggregator.dedup.profile import lead_of, profile
from aggregator.model import Edits, Item, Source, State
from aggregator.policy.admission import UP_TO_AN_EDITOR, admit
from aggregator.store import Store, Transaction, agenda, decisions, items, leases, neighbours, stories, trials
from aggregator.store.events import Event
from aggregator.store.leases import Lease
from aggregator.store.stories import StoryRow
from aggregator.withdrawal import settle

__all__ = ["Change", "Fresh", "Intake", "Receipt", "complete", "take_in"]


def complete(
    store: Store, intake: Intake, batch: Sequence[Receipt], finished: Sequence[Lease], now: datetime
) -> list[Receipt]:
    """Write what a batch brought and give the `finished` hosts back; returns what was let in.

    Receipts of a lease that is no longer ours are dropped whole: whoever holds it now polls again.
    """
    may_move = any(each.fresh or each.changes or each.findings.are_some for each in batch)
    batch = [profiled(each) for each in batch]
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
    fresh = [(each, receipt) for receipt in receipts for each in reversed(receipt.fresh)]
    changes = [(each, receipt) for receipt in receipts for each in receipt.changes]
    if changes:
        fresh += take_in_changes(transaction, intake, changes, now)
    if fresh:
        arrive(transaction, intake, fresh, now)


def profiled(receipt: Receipt) -> Receipt:
    """The receipt with what joining needs to know of its new items: looked at before anybody has to wait for it."""
    fresh = tuple(replace(each, profile=profile(each.item.entry)) for each in receipt.fresh)
    return replace(receipt, fresh=fresh) if fresh else receipt


# --- What changed -----------------------------------------------------------------------------------------------------

Changed = tuple[Change, Receipt]


def take_in_changes(
    transaction: Transaction, intake: Intake, changes: Sequence[Changed], now: datetime
) -> list[tuple[Fresh, Receipt]]:
    """Store what known items say now; returns those that are another article under an id that was used before."""
    before = items.load_items(transaction, (each.known.id for each, _ in changes))
    told = [(each, receipt, before[each.known.id]) for each, receipt in changes if each.known.id in before]
    reused = [each for each in told if is_another_article(each[2].entry, each[0].item.entry)]
    _revise(transaction, intake, [each for each in told if each not in reused], now)
    return _released_keys(transaction, reused, now)


def _released_keys(
    transaction: Transaction, reused: Sequence[tuple[Change, Receipt, Item]], now: datetime
) -> list[tuple[Fresh, Receipt]]:
    """Take a reused key from the item that had it; who uses it now is new."""
    if not reused:
        return []
    items.rekey(transaction, [(each.known.id, f"was:{each.known.id}") for each, _, _ in reused])
    return [
        (Fresh(item=replace(each.item, first_seen=now), fingerprint=each.fingerprint, tags=each.tags), receipt)
        for each, receipt, _ in reused
    ]


def _revise(
    transaction: Transaction, intake: Intake, told: Sequence[tuple[Change, Receipt, Item]], now: datetime
) -> None:
    told = [
        (replace(each, item=replace(each.item, entry=inherited(each.item.entry, old.entry))), receipt, old)
        for each, receipt, old in told
    ]
    if not told:
        return
    renewed = [
        (each.known.id, replace(each.item, first_seen=old.first_seen), each.fingerprint) for each, _, old in told
    ]
    items.revise_items(transaction, renewed, [old for _, _, old in told], now)
    neighbours.reword(transaction, [(each.known.id, lead_of(each.item.entry)) for each, _, _ in told])
    held = stories.rows(transaction, (each.known.story_id for each, _, _ in told))
    decided = stories.decided(transaction, held)
    edited = decisions.edits_of(transaction, decided)
    for each, receipt, old in told:
        row = held[each.known.story_id]
        seen = visible_change(old.entry, each.item.entry)
        if row.origin_id == each.known.id and seen:
            edits = edited.get(row.id, Edits())
            unseen = _replaced(edits)
            source, undecided = receipt.claimed.source, row.id not in decided
            new = revised(intake, row, each, source, now, undecided=undecided, is_noticed=not unseen.issuperset(seen))
            new = replace(new, dated=edits.published or new.dated)
            event = Event(at=now, kind="revised", item_id=each.known.id, reason=", ".join(seen))
            stories.apply(transaction, [(row, new)], event)
            held[row.id] = new


def _replaced(edits: Edits) -> frozenset[str]:
    """What a partner may change without a reader noticing: editors replaced it."""
    ours = {"title": edits.title, "summary": edits.teaser, "published": edits.published}
    return frozenset(name for name, value in ours.items() if value is not None)


def revised(
    intake: Intake,
    row: StoryRow,
    change: Change,
    source: Source,
    now: datetime,
    *,
    undecided: bool,
    is_noticed: bool = True,
) -> StoryRow:
    """The story after its origin changed visibly: told as updated; judged anew while no person decided."""
    new = replace(row, dated=change.item.entry.published or row.dated)
    if row.released is not None and is_noticed:
        new = replace(new, updated=now)
    if not undecided:
        return new
    new = replace(new, tags=change.tags)
    waits = row.state in (State.HELD, State.OFF_TOPIC) and row.reason not in UP_TO_AN_EDITOR
    if not waits:
        return new
    state, reason = admit(change.item, change.tags, source, mode=intake.mode, now=now)
    if state is State.PUBLISHED:
        return replace(new, state=state, reason=reason, released=now, updated=now)
    return replace(new, state=state, reason=reason)
