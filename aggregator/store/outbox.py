"""The outbox: what has to reach someone elsewhere, written together with what causes it and delivered at least once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import outbox

TRIES = 8  # over about two days
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=12)
LEASE = timedelta(minutes=10)  # whoever took a delivery and died: another may try after this
KEEP = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One delivery that is due; `tries` counts the one that begins with it."""

    id: int
    kind: str
    target: str
    payload: Mapping[str, Any]
    tries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How the outbox stands: how many wait, how many were given up, and why the last of those was."""

    waiting: int
    dead: int
    error: str


def put(
    transaction: Transaction, kind: str, target: str, payload: Mapping[str, Any], now: datetime, event_seq: int = 0
) -> int:
    """Have something delivered; returns its number, which stays the same however often it is tried."""
    number = take_numbers(transaction, "outbox", 1)
    transaction.execute(
        insert(outbox).values(
            id=number, event_seq=event_seq, kind=kind, target=target, payload=dict(payload), due=now, tries=0
        )
    )
    return number


def take_due(transaction: Transaction, kinds: list[str], now: datetime, limit: int = 20) -> list[Delivery]:
    """Deliveries of these kinds that are due, for the caller alone until `LEASE` is over; forgets what is long done."""
    transaction.execute(delete(outbox).where(outbox.c.done_at < now - KEEP))
    query = (
        select(outbox.c.id, outbox.c.kind, outbox.c.target, outbox.c.payload, outbox.c.tries)
        .where(outbox.c.done_at.is_(None), outbox.c.dead_at.is_(None), outbox.c.due <= now, outbox.c.kind.in_(kinds))
        .order_by(outbox.c.due, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [Delivery(**{**row._mapping, "tries": row.tries + 1}) for row in transaction.execute(query)]
    for each in found:
        changed = update(outbox).where(outbox.c.id == each.id)
        transaction.execute(changed.values(tries=each.tries, due=now + LEASE))
    return found


def done(transaction: Transaction, number: int, now: datetime) -> None:
    """It arrived; what it said is kept no longer."""
    transaction.execute(update(outbox).where(outbox.c.id == number).values(done_at=now, payload={}, error=None))


def failed(transaction: Transaction, delivery: Delivery, error: str, now: datetime, *, is_final: bool = False) -> None:
    """It did not arrive: again later, after longer each time; or never, after the last try or when that is no use."""
    values: dict[str, Any] = {"error": error[:500]}
    if is_final or delivery.tries >= TRIES:
        values |= {"dead_at": now, "payload": {}}
    else:
        values["due"] = now + wait_after(delivery.tries)
    transaction.execute(update(outbox).where(outbox.c.id == delivery.id).values(**values))


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries: 1 minute, 4, 16 ... half a day at most."""
    return min(FIRST_WAIT * (1 << 2 * min(tries - 1, 8)), LONGEST_WAIT)


def standing(transaction: Transaction, *kinds: str) -> Standing:
    """What waits and what was given up, of these kinds or of all."""
    open_ = outbox.c.done_at.is_(None) & (outbox.c.kind.in_(kinds) if kinds else outbox.c.id.is_not(None))
    waiting = select(func.count()).select_from(outbox).where(open_, outbox.c.dead_at.is_(None))
    dead = select(func.count()).select_from(outbox).where(open_, outbox.c.dead_at.is_not(None))
    last = select(outbox.c.error).where(open_, outbox.c.dead_at.is_not(None)).order_by(outbox.c.dead_at.desc())
    return Standing(
        waiting=transaction.execute(waiting).scalar_one(),
        dead=transaction.execute(dead).scalar_one(),
        error=transaction.execute(last.limit(1)).scalar() or "",
    )
