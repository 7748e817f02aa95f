"""Rounds: an editor's walks through what waits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import round_


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """One walk. `planned` is how much there was to do; its decisions have numbers above `first_decision`."""

    id: int
    account_id: int
    started: datetime
    closed: datetime | None
    planned: int
    first_decision: int


def begin(transaction: Transaction, account_id: int, planned: int, first_decision: int, now: datetime) -> None:
    """Begin a round."""
    number = take_numbers(transaction, "round", 1)
    values = {"id": number, "account_id": account_id, "planned": planned, "first_decision": first_decision}
    transaction.execute(insert(round_).values(**values, started=now))


def latest(transaction: Transaction, account_id: int) -> Round | None:
    """The last round of this person, closed or not."""
    query = select(round_).where(round_.c.account_id == account_id).order_by(round_.c.id.desc()).limit(1)
    row = transaction.execute(query).one_or_none()
    return None if row is None else Round(**row._mapping)


def close(transaction: Transaction, number: int, now: datetime) -> None:
    """End a round; one that ended keeps its end."""
    open_one = (round_.c.id == number, round_.c.closed.is_(None))
    transaction.execute(update(round_).where(*open_one).values(closed=now))
