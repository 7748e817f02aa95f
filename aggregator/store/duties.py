"""Work that an operator relies on (the nightly backup, the weekly letter, polling that keeps up): how it last went."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from aggregator.store.database import Transaction
from aggregator.store.tables import duty

INSERT: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """One kind of work: `done_at` is when it last went well (None: never), `error` what was wrong at the last try."""

    name: str
    tried_at: datetime
    done_at: datetime | None
    error: str


def went_well(transaction: Transaction, name: str, now: datetime) -> None:
    """It was done at `now`."""
    _write(transaction, name, tried_at=now, done_at=now, error="")


def went_wrong(transaction: Transaction, name: str, error: str, now: datetime) -> None:
    """It was tried at `now` and did not succeed; when it last did stays known."""
    _write(transaction, name, tried_at=now, error=error[:500] or "no reason was given")


def get(transaction: Transaction, name: str) -> Duty | None:
    """How it last went; None when it was never tried."""
    row = transaction.execute(select(duty).where(duty.c.name == name)).first()
    return Duty(**row._mapping) if row else None


def _write(transaction: Transaction, name: str, **values: Any) -> None:
    statement = INSERT[transaction.dialect.name](duty).values(name=name, **values)
    transaction.execute(statement.on_conflict_do_update(index_elements=[duty.c.name], set_=values))
