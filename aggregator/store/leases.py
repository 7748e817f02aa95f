"""Who polls what: hosts are claimed, their due sources polled, and the results completed in batches.

One holder per host is what makes politeness hold across machines. A claim raises the host's epoch, and `fence` lets
only results of the current epoch in: what a paused or dead worker brings late is dropped. Leases are measured by the
database's clock; what is due, by the `now` that the caller works at.

The gap between two requests is carried by the host too: given back, it rests for as long (`Lease.rest`) before anybody
else may have it. `lease_until` of a host without an owner is the end of that rest.
"""

from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, update

from aggregator.model import Poll, Source
from aggregator.store import tallies
from aggregator.store.at_once import New, among, update_rows
from aggregator.store.database import Transaction, database_time
from aggregator.store.sources import Held, all_columns, held_from, poll_values, refresh_hosts
from aggregator.store.tables import host, poll, source
from aggregator.store.urgency import is_due

NO_REST = timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """The right to poll one host until `until` (database clock, which may differ from ours)."""

    host_id: int
    host: str
    owner: str
    epoch: int
    until: datetime
    rest: timedelta = NO_REST  # that its host has afterwards, before somebody else comes


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A due source under a lease."""

    held: Held
    lease: Lease

    @property
    def source(self) -> Source:
        """The source itself."""
        return self.held.source


def claim(
    transaction: Transaction,
    owner: str,
    now: datetime,
    *,
    hosts: int,
    per_host: int,
    lease: timedelta,
    rest: timedelta = NO_REST,
    only: Sequence[str] | None = None,
) -> list[Claimed]:
    """Take up to `hosts` free hosts that are due and their due sources, by urgency (urgency.py).

    That is what people asked for, then new sources, then what has been due longest. A host whose lease expired keeps
    its place in that order, which is before all that became due since; an order of its own for it would have every
    claim sort all that is due. `only` limits it to these source ids.
    """
    clock = database_time(transaction)
    query = (
        select(host.c.id, host.c.name, host.c.epoch, host.c.owner)
        .where(*_could_be_claimed(clock, now))
        .order_by(host.c.next_due)
        .limit(hosts)
        .with_for_update(skip_locked=True)
    )
    if only is not None:
        due = select(poll.c.host_id).where(poll.c.source_id.in_(only), is_due(poll.c.next_due, now))
        query = query.where(host.c.id.in_(due))
    leases = _taken(transaction, query, owner, clock + lease, rest)
    if not leases:
        return []
    claimed = _due_sources(transaction, leases, now, per_host, only)
    _give_back(transaction, leases.keys() - {each.lease.host_id for each in claimed})
    if claimed or only is not None:
        return claimed
    return claim(transaction, owner, now, hosts=hosts, per_host=per_host, lease=lease, rest=rest)


def claim_sources(
    transaction: Transaction, owner: str, source_ids: Sequence[str], *, lease: timedelta, rest: timedelta = NO_REST
) -> list[Claimed]:
    """Take the hosts of these sources, due or not, for what came without being asked for.

    A source whose host somebody holds now, or that is paused or removed, is left out.
    """
    clock = database_time(transaction)
    theirs = select(poll.c.host_id).where(poll.c.source_id.in_(source_ids))
    query = (
        select(host.c.id, host.c.name, host.c.epoch, host.c.owner)
        .where(host.c.id.in_(theirs), _is_free(clock))
        .with_for_update(skip_locked=True)
    )
    leases = _taken(transaction, query, owner, clock + lease, rest)
    if not leases:
        return []
    wanted = all_columns().where(poll.c.host_id.in_(list(leases)), source.c.id.in_(source_ids))
    claimed = [Claimed(held=held_from(row), lease=leases[row.host_id]) for row in transaction.execute(wanted)]
    claimed = [each for each in claimed if not each.source.paused]
    _give_back(transaction, leases.keys() - {each.lease.host_id for each in claimed})
    return claimed


def claim_idle(
    transaction: Transaction,
    owner: str,
    names: Collection[str],
    now: datetime,
    *,
    until: datetime,
    lease: timedelta,
    rest: timedelta = NO_REST,
) -> tuple[dict[str, Lease], frozenset[str]]:
    """Take those of the hosts called `names` on which nothing is due before `until`, for something else than polling.

    Returns the leases by name, and the names of hosts that are polled and cannot be had now. A name that is in neither
    is nobody's: we poll nothing there.
    """
    clock = database_time(transaction)
    known = frozenset(transaction.execute(select(host.c.name).where(host.c.name.in_(names))).scalars())
    query = (
        select(host.c.id, host.c.name, host.c.epoch, host.c.owner)
        .where(
            host.c.name.in_(known),
            _is_free(clock),
            or_(host.c.next_due.is_(None), host.c.next_due > until),
            or_(host.c.paused_until.is_(None), host.c.paused_until <= now),
        )
        .with_for_update(skip_locked=True)
    )
    taken = {each.host: each for each in _taken(transaction, query, owner, clock + lease, rest).values()}
    return taken, known - taken.keys()


def _is_free(clock: datetime) -> ColumnElement[bool]:
    """Nobody's lease runs, nor the rest after one."""
    return or_(host.c.lease_until.is_(None), host.c.lease_until < clock)


def _could_be_claimed(clock: datetime, now: datetime) -> tuple[ColumnElement[bool], ...]:
    rested = or_(host.c.paused_until.is_(None), host.c.paused_until <= now)
    return is_due(host.c.next_due, now), _is_free(clock), rested


def _taken(
    transaction: Transaction, free: Select[int, str, int, str | None], owner: str, until: datetime, rest: timedelta
) -> dict[int, Lease]:
    """Leases on the hosts that `free` finds, by host; those whose owner never gave them back are counted as lost."""
    rows = transaction.execute(free).all()
    leases = {
        row.id: Lease(host_id=row.id, host=row.name, owner=owner, epoch=row.epoch + 1, until=until, rest=rest)
        for row in rows
    }
    if leases:
        taken = update(host).where(among(transaction, host.c.id, leases))
        transaction.execute(taken.values(owner=owner, epoch=host.c.epoch + 1, lease_until=until))
    if lost := sum(row.owner is not None for row in rows):
        tallies.add(transaction, tallies.LEASES_LOST, lost)
    return leases


def _give_back(transaction: Transaction, idle: Set[int]) -> None:
    """What hosts were taken for is gone meanwhile: nothing is held for nothing, and what was removed is not due."""
    if idle:
        removed = select(source.c.id).where(source.c.id == poll.c.source_id, source.c.removed_at.is_not(None))
        due = update(poll).where(among(transaction, poll.c.host_id, idle), poll.c.next_due.is_not(None))
        transaction.execute(due.where(removed.exists()).values(next_due=None))
        refresh_hosts(transaction, idle, owner=None, lease_until=None)


def _due_sources(
    transaction: Transaction, leases: dict[int, Lease], now: datetime, per_host: int, only: Sequence[str] | None
) -> list[Claimed]:
    theirs = among(transaction, poll.c.host_id, leases)
    query = all_columns().where(theirs, is_due(poll.c.next_due, now)).order_by(poll.c.next_due)
    if only is not None:
        query = query.where(poll.c.source_id.in_(only))
    taken: dict[int, int] = dict.fromkeys(leases, 0)
    claimed = []
    for row in transaction.execute(query):
        taken[row.host_id] += 1
        if taken[row.host_id] <= per_host:
            claimed.append(Claimed(held=held_from(row), lease=leases[row.host_id]))
    return claimed


def fence(transaction: Transaction, leases: Iterable[Lease]) -> set[int]:
    """The hosts among `leases` that are still ours; locks them until the transaction ends."""
    wanted = {lease.host_id: lease for lease in leases}
    rows = transaction.execute(
        select(host.c.id, host.c.owner, host.c.epoch).where(among(transaction, host.c.id, wanted)).with_for_update()
    )
    return {row.id for row in rows if (row.owner, row.epoch) == (wanted[row.id].owner, wanted[row.id].epoch)}


def save_polls(transaction: Transaction, polls: Sequence[tuple[str, Poll]]) -> None:
    """Write the last visit of each source, in one statement."""
    rows = [{"source_id": source_id} | poll_values(visited) for source_id, visited in polls]
    update_rows(transaction, poll.c.source_id, rows, _visited)


def _visited(new: New) -> dict[str, ColumnElement[Any]]:
    # Paused or removed while it was being polled: it is not due again.
    due = case((poll.c.next_due.is_(None), None), else_=new["next_due"])
    return {"next_due": due, "outcome": new["outcome"], "details": new["details"]}


def release(transaction: Transaction, leases: Iterable[Lease]) -> None:
    """Give hosts back, due again when the most urgent of their sources is, and not before they rested."""
    ids, rest = [], NO_REST
    for lease in leases:
        ids.append(lease.host_id)
        rest = max(rest, lease.rest)
    if ids:
        refresh_hosts(transaction, ids, owner=None, lease_until=_rested(transaction, rest))


def _rested(transaction: Transaction, rest: timedelta) -> datetime | None:
    return database_time(transaction) + rest if rest else None


def pause_host(transaction: Transaction, host_id: int, until: datetime) -> None:
    """Ask nothing of a host before `until`: it said 429."""
    transaction.execute(update(host).where(host.c.id == host_id).values(paused_until=until))


def free_all(transaction: Transaction) -> None:
    """Take every host back, for the sole process of an embedded service at its start: whoever held them is dead."""
    transaction.execute(
        update(host).where(host.c.owner.is_not(None)).values(owner=None, lease_until=None, epoch=host.c.epoch + 1)
    )


def free(transaction: Transaction, owner: str, rest: timedelta = NO_REST) -> None:
    """Give back everything that `owner` holds, due again once it rested: it stops, and writes nothing more."""
    given = update(host).where(host.c.owner == owner)
    until = _rested(transaction, rest)
    transaction.execute(given.values(owner=None, lease_until=until, epoch=host.c.epoch + 1))


def count_due(transaction: Transaction, now: datetime, most: int) -> int:
    """How many hosts could be claimed now, as far as it matters: nobody counts a million to ask for some."""
    some = select(host.c.id).where(*_could_be_claimed(database_time(transaction), now))
    some = some.order_by(host.c.next_due).limit(most)  # along the index, whatever old statistics make of it
    return transaction.execute(select(func.count()).select_from(some.subquery())).scalar_one()
