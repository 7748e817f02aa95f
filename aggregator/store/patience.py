"""A bound on questions: what a stranger asks may not keep the database busy for long."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy import exc as sa_exc
from sqlalchemy import text

from aggregator.errors import TooBroadError
from aggregator.store.database import Transaction

CANCELED = "57014"  # SQLSTATE query_canceled
STEPS = 10_000  # of SQLite's virtual machine between two looks at the clock: far less than a millisecond
TIMEOUT = text("SELECT set_config('statement_timeout', :milliseconds, true)")
FORMER = text("SELECT current_setting('statement_timeout')")


@contextmanager
def bounded(transaction: Transaction, seconds: float) -> Iterator[None]:
    """Bound what is asked meanwhile: each statement on PostgreSQL, all together on SQLite.

    Raises TooBroadError when that was not enough; the transaction is of no more use then.
    """
    on_engine = _on_sqlite if transaction.dialect.name == "sqlite" else _on_postgresql
    try:
        with on_engine(transaction, seconds):
            yield
    except sa_exc.OperationalError as error:
        if _is_cut_short(error.orig):
            raise TooBroadError("this search is too broad: add a word") from error
        raise


@contextmanager
def _on_sqlite(transaction: Transaction, seconds: float) -> Iterator[None]:
    connection: Any = transaction.connection.driver_connection
    deadline = monotonic() + seconds
    connection.set_progress_handler(lambda: monotonic() > deadline, STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, STEPS)


@contextmanager
def _on_postgresql(transaction: Transaction, seconds: float) -> Iterator[None]:
    former = transaction.execute(FORMER).scalar_one()
    transaction.execute(TIMEOUT, {"milliseconds": str(max(1, round(seconds * 1000)))})
    yield  # after a failure there is nothing to set back: the rollback does
    transaction.execute(TIMEOUT, {"milliseconds": former})


def _is_cut_short(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", None) or getattr(error, "sqlstate", None)
    return code in (sqlite3.SQLITE_INTERRUPT, CANCELED)
