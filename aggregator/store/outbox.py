"""The outbox: what has to reach someone elsewhere, written together with what causes it and delivered at least once.

Of each kind, what goes to one host goes one after another (its `lane`), so that one that hangs holds up nobody else.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from aggregator.store import tallies
from aggregator.store.database import Transaction, take_numbers
from aggregator.store.items import parts
from aggregator.store.tables import outbox

TRIES = 8  # over about a day and a half
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=12)
LEASE = timedelta(minutes=10)  # whoever took a delivery and died: another may try after this
KEEP = timedelta(days=30)

# Their payload lets someone in or signs for someone: it is kept no longer than it takes. What is over of these is
# asked for anew, where a new link or secret is made, and not sent again.
SECRET_KINDS = frozenset({"mail", "websub-verify"})

WAITS = and_(outbox.c.done_at.is_(None), outbox.c.dead_at.is_(None))


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """Something to be delivered; `lane` "" is that of its kind, `due` None is now."""

    kind: str
    target: str
    payload: Mapping[str, Any]
    lane: str = ""
    subject: str = ""
    event_seq: int = 0
    due: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One delivery that is due; `tries` counts the one that begins with it."""

    id: int
    kind: str
    target: str
    payload: Mapping[str, Any]
    tries: int
    lane: str = ""
    subject: str = ""


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
    return put_all(transaction, [Parcel(kind=kind, target=target, payload=payload, event_seq=event_seq)], now)


def put_all(transaction: Transaction, parcels: Sequence[Parcel], now: datetime) -> int:
    """Have all of these delivered; returns the number of the first, the others follow it."""
    first = take_numbers(transaction, "outbox", len(parcels))
    rows = [
        {
            "id": first + n,
            "event_seq": each.event_seq,
            "kind": each.kind,
            "target": each.target,
            "lane": each.lane or each.kind,
            "subject": each.subject,
            "payload": dict(each.payload),
            "due": each.due or now,
            "tries": 0,
        }
        for n, each in enumerate(parcels)
    ]
    if rows:
        transaction.execute(insert(outbox), rows)
    return first


def put_latest(transaction: Transaction, parcels: Sequence[Parcel], now: datetime) -> None:
    """Have these delivered instead of what still waits, untaken, for the same subjects; all are of one kind."""
    waiting: dict[str, int] = {}
    for part in parts(each.subject for each in parcels):
        query = select(outbox.c.subject, outbox.c.id).where(
            outbox.c.kind == parcels[0].kind, outbox.c.subject.in_(part), WAITS, outbox.c.taken_at.is_(None)
        )
        waiting |= {row.subject: row.id for row in transaction.execute(query.with_for_update())}
    for each in parcels:
        if each.subject in waiting:
            newer = update(outbox).where(outbox.c.id == waiting[each.subject])
            transaction.execute(newer.values(payload=dict(each.payload), event_seq=each.event_seq))
    put_all(transaction, [each for each in parcels if each.subject not in waiting], now)


def has_due(transaction: Transaction, kind: str, now: datetime, busy: Collection[str] = ()) -> bool:
    """Whether anything of this kind could be taken now, outside the `busy` lanes."""
    query = select(outbox.c.id).where(_is_due([kind], now), outbox.c.lane.not_in(busy))
    return transaction.execute(query.limit(1)).first() is not None


def take_due(
    transaction: Transaction, kinds: Collection[str], now: datetime, limit: int = 20, busy: Collection[str] = ()
) -> list[Delivery]:
    """The first of each kind that is due in each lane but the `busy` ones; the caller's alone until `LEASE` is over."""
    order = (outbox.c.due, outbox.c.id)
    place = func.row_number().over(partition_by=(outbox.c.kind, outbox.c.lane), order_by=order).label("place")
    due = select(outbox.c.id, place).where(_is_due(kinds, now), outbox.c.lane.not_in(busy)).subquery()
    query = (
        select(*(outbox.c[each] for each in Delivery.__slots__))
        .where(outbox.c.id.in_(select(due.c.id).where(due.c.place == 1)), _is_due(kinds, now))
        .order_by(*order)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [Delivery(**{**row._mapping, "tries": row.tries + 1}) for row in transaction.execute(query)]
    for each in found:
        transaction.execute(update(outbox).where(outbox.c.id == each.id).values(tries=each.tries, taken_at=now))
    return found


def _is_due(kinds: Collection[str], now: datetime) -> ColumnElement[bool]:
    is_free = or_(outbox.c.taken_at.is_(None), outbox.c.taken_at <= now - LEASE)
    return and_(WAITS, outbox.c.due <= now, is_free, outbox.c.kind.in_(kinds))


def free_all(transaction: Transaction) -> None:
    """What a dead process had taken may be taken at once: for whoever knows that no other process is at work."""
    transaction.execute(update(outbox).where(WAITS).values(taken_at=None))


def done(transaction: Transaction, number: int, now: datetime, note: str = "") -> None:
    """It arrived, or `note` says why that is not needed any more."""
    ended = update(outbox).where(outbox.c.id == number)
    values = ended.values(done_at=now, taken_at=None, error=note[:500] or None).returning(outbox.c.kind)
    for kind in transaction.execute(values).scalars().all():
        if not note:
            tallies.add(transaction, tallies.DELIVERED + kind)
    transaction.execute(ended.where(outbox.c.kind.in_(SECRET_KINDS)).values(payload={}))


def failed(
    transaction: Transaction,
    delivery: Delivery,
    error: str,
    now: datetime,
    *,
    is_final: bool = False,
    holds_lane: bool = False,
    away: timedelta = timedelta(0),
) -> None:
    """It did not arrive: again later, after longer each time; or never, after the last try or when that is no use.

    Nothing of its kind is brought to the same target before, or, with `holds_lane`, anywhere in the same lane. `away`
    is how long the target asks for itself, at least.
    """
    values: dict[str, Any] = {"error": error[:500], "taken_at": None}
    if is_final or delivery.tries >= TRIES:
        values |= {"dead_at": now} | ({"payload": {}} if delivery.kind in SECRET_KINDS else {})
    else:
        values["due"] = now + max(wait_after(delivery.tries), min(away, LONGEST_WAIT))
        near = outbox.c.lane == delivery.lane if holds_lane else outbox.c.target == delivery.target
        held = update(outbox).where(outbox.c.kind == delivery.kind, near, WAITS, outbox.c.due < values["due"])
        transaction.execute(held.values(due=values["due"]))
    transaction.execute(update(outbox).where(outbox.c.id == delivery.id).values(**values))


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries: 1 minute, 4, 16 ... half a day at most."""
    return min(FIRST_WAIT * (1 << 2 * min(tries - 1, 8)), LONGEST_WAIT)


def give_up(transaction: Transaction, kind: str, subject: str, error: str, now: datetime) -> None:
    """What waits for `subject` is not tried any more."""
    waiting = update(outbox).where(outbox.c.kind == kind, outbox.c.subject == subject, WAITS)
    transaction.execute(waiting.values(dead_at=now, taken_at=None, error=error[:500]))


def standing(transaction: Transaction, *kinds: str) -> Standing:
    """What waits and what was given up, of these kinds or of all."""
    of_kinds = outbox.c.kind.in_(kinds) if kinds else outbox.c.id.is_not(None)
    dead = and_(of_kinds, outbox.c.done_at.is_(None), outbox.c.dead_at.is_not(None))
    last = select(outbox.c.error).where(dead).order_by(outbox.c.dead_at.desc())
    return Standing(
        waiting=transaction.execute(select(func.count()).where(of_kinds, WAITS)).scalar_one(),
        dead=transaction.execute(select(func.count()).where(dead)).scalar_one(),
        error=transaction.execute(last.limit(1)).scalar() or "",
    )


# --- For operators


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A delivery as an operator sees it.

    `state` is "waiting", "sending", "arrived", "skipped" (there was no need any more, for the reason in `error`) or
    "dead" (given up).
    """

    id: int
    kind: str
    target: str
    subject: str
    tries: int
    due: datetime
    ended: datetime | None
    error: str
    state: str
    payload: Mapping[str, Any] = field(repr=False)


def lines(
    transaction: Transaction,
    *,
    kinds: Collection[str] = (),
    subject: str = "",
    only_dead: bool = False,
    limit: int = 100,
) -> list[Line]:
    """The latest deliveries, newest first."""
    query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
    if kinds:
        query = query.where(outbox.c.kind.in_(kinds))
    if subject:
        query = query.where(outbox.c.subject == subject)
    if only_dead:
        query = query.where(outbox.c.dead_at.is_not(None))
    return [_line(row) for row in transaction.execute(query)]


def _line(row: Any) -> Line:
    ended = row.done_at or row.dead_at
    open_state = "dead" if row.dead_at else "sending" if row.taken_at else "waiting"
    return Line(
        id=row.id,
        kind=row.kind,
        target=row.target,
        subject=row.subject,
        tries=row.tries,
        due=row.due,
        ended=ended,
        error=row.error or "",
        state=open_state if row.done_at is None else "skipped" if row.error else "arrived",
        payload=row.payload,
    )


def resend(
    transaction: Transaction, now: datetime, *, number: int | None = None, kind: str = "", subject: str = ""
) -> int:
    """Try one delivery again, arrived or not, or all that were given up (of a kind and subject); returns how many.

    It keeps its number. One whose payload had to be emptied is not sent again.
    """
    ended = or_(outbox.c.done_at.is_not(None), outbox.c.dead_at.is_not(None))
    wanted = and_(outbox.c.id == number, ended) if number is not None else outbox.c.dead_at.is_not(None)
    if kind:
        wanted = and_(wanted, outbox.c.kind == kind, outbox.c.subject == subject)
    again = update(outbox).where(wanted, outbox.c.kind.not_in(SECRET_KINDS)).returning(outbox.c.id)
    values = again.values(due=now, tries=0, taken_at=None, done_at=None, dead_at=None, error=None)
    return len(transaction.execute(values).all())


def forget_dead(transaction: Transaction, number: int | None = None) -> int:
    """Take one, or all, off the list of those that were given up; returns how many."""
    dead = delete(outbox).where(outbox.c.dead_at.is_not(None))
    wanted = dead if number is None else dead.where(outbox.c.id == number)
    return len(transaction.execute(wanted.returning(outbox.c.id)).all())


def forget_old(transaction: Transaction, now: datetime) -> None:
    """Forget what is long over."""
    is_old = or_(outbox.c.done_at < now - KEEP, outbox.c.dead_at < now - KEEP)
    transaction.execute(delete(outbox).where(is_old))
