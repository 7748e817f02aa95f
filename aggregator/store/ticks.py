"""Periodic work, done once a tick however many processes are there to do it and however often they are started."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from aggregator.store.database import Transaction
from aggregator.store.tables import EPOCH, MICROSECOND, counter

INSERT: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def once(transaction: Transaction, name: str, tick: datetime) -> bool:
    """Whether the caller is the one who does `name` for this tick; nobody else is, then, nor for an earlier one.

    True and what is done in the same transaction stand or fall together.
    """
    micros = (tick - EPOCH) // MICROSECOND
    statement = INSERT[transaction.dialect.name](counter).values(name=f"tick/{name}", value=micros)
    statement = statement.on_conflict_do_update(
        index_elements=[counter.c.name], set_={"value": micros}, where=counter.c.value < micros
    )
    return transaction.execute(statement.returning(counter.c.value)).scalar() is not None
