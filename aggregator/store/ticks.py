"""Periodic work, done once a tick however many processes are there to do it and however often they are started."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from aggregator.store.database import Transaction
from aggregator.store.tables import EPOCH, MICROSECOND, counter

PREFIX = "tick/"
INSERT: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def newest(transaction: Transaction, names: Sequence[str]) -> dict[str, datetime]:
    """The newest tick that each of `names` was done for; those that never were are left out."""
    keys = {f"{PREFIX}{name}": name for name in names}
    rows = transaction.execute(select(counter.c.name, counter.c.value).where(counter.c.name.in_(keys)))
    return {keys[row.name]: EPOCH + row.value * MICROSECOND for row in rows}


def once(transaction: Transaction, name: str, tick: datetime) -> bool:
    """Whether the caller is the one who does `name` for this tick; nobody else is, then, nor for an earlier one.

    True and what is done in the same transaction stand or fall together.
    """
    micros = (tick - EPOCH) // MICROSECOND
    statement = INSERT[transaction.dialect.name](counter).values(name=PREFIX + name, value=micros)
    statement = statement.on_conflict_do_update(
        index_elements=[counter.c.name], set_={"value": micros}, where=counter.c.value < micros
    )
    return transaction.execute(statement.returning(counter.c.value)).scalar() is not None


def again(transaction: Transaction, name: str) -> None:
    """Whoever did `name` died over it: somebody does it for the same tick once more."""
    transaction.execute(update(counter).where(counter.c.name == PREFIX + name).values(value=counter.c.value - 1))
