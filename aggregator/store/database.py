"""Opening the database, and its three kinds of transaction.

SQLite runs in WAL mode. Only writers say BEGIN IMMEDIATE: a reader under it would meet "database is locked", and a
writer under a plain BEGIN would meet it halfway (sqlite.org/lang_transaction.html).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, text, update
from sqlalchemy import exc as sa_exc
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry

from aggregator.errors import StoreError
from aggregator.store.tables import EPOCH, MICROSECOND, counter

Transaction = Connection

APPEND_LOCK = 7_432_001  # PostgreSQL advisory lock: whoever appends to the log holds it until commit
BUSY_SECONDS = 15

# A server that stops says so in more than one way, and so does a pool that got no connection from it in time.
# InternalError is that of a session that it ended itself, see PAUSED.
GONE = (sa_exc.OperationalError, sa_exc.InterfaceError, sa_exc.InternalError, sa_exc.TimeoutError)

# Who is paused in the middle of a change (a frozen machine, a lost network) would keep its locks, and everybody from
# going on. The server ends it instead.
PAUSED_FOR = "8s"
PAUSED = text(f"SET LOCAL idle_in_transaction_session_timeout = '{PAUSED_FOR}'")

# Between the statements that a driver sends together (its pipeline) the server measures no pause: others must see it.
# Only sessions of ours that hold something are ended: no backup, and no operator at psql.
NAME = "aggregator"
END_PAUSED = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE application_name = :name AND datname = current_database() AND usename = current_user"
    " AND backend_xid IS NOT NULL AND wait_event = 'ClientRead'"
    " AND state_change < clock_timestamp() - CAST(:pause AS interval)"
)

CLOCK = {
    "sqlite": text("SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"),
    "postgresql": text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"),
}


class Store:
    """One database. Every use is a transaction: `read`, `write`, or `append` for whoever adds to the log."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent view; nothing is written."""
        with self._connect(write=False) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A short change; commits at the end, rolls back on an exception."""
        with self._connect(write=True) as connection, connection.begin():
            if self.dialect == "postgresql":
                connection.execute(PAUSED)
            yield connection

    @contextmanager
    def append(self) -> Iterator[Transaction]:
        """A change that adds events, items or stories: one at a time, so that seq is in commit order."""
        with self.write() as transaction:
            if self.dialect == "postgresql":
                transaction.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPEND_LOCK})
            yield transaction

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def _connect(self, *, write: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                options: dict[str, Any] = {"sqlite_immediate": write}
                if not write and self.dialect == "postgresql":
                    options["isolation_level"] = "REPEATABLE READ"
                yield connection.execution_options(**options)
        except GONE as error:
            raise StoreError(f"the database does not answer: {getattr(error, 'orig', error)}") from error


def open_store(url: str) -> Store:
    """Open the database at `url` (SQLAlchemy form); its tables may still be missing (migrate.py).

    Raises StoreError if the address cannot be used.
    """
    try:
        parsed = make_url(url)
    except sa_exc.ArgumentError as error:
        raise StoreError(f"not a database address: {url!r}") from error
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in CLOCK:
        raise StoreError(f"{parsed.drivername}: only sqlite and postgresql can be used")
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        named = {"application_name": NAME}
        engine = create_engine(parsed, pool_pre_ping=True, pool_size=4, max_overflow=4, connect_args=named)
    return Store(engine)


def libpq_address(url: str) -> str:
    """A PostgreSQL address as programs other than SQLAlchemy read it.

    >>> libpq_address("postgresql+psycopg://u:p@db/news")
    'postgresql://u:p@db/news'
    """
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def database_time(transaction: Transaction) -> datetime:
    """The database's own clock, the only one that leases are measured by."""
    micros = transaction.execute(CLOCK[transaction.dialect.name]).scalar_one()
    return EPOCH + int(micros) * MICROSECOND


def end_paused(transaction: Transaction, pause: str = PAUSED_FOR) -> int:
    """End the sessions of ours on PostgreSQL that stopped for so long in the middle of a change; returns how many."""
    ended: int = transaction.execute(END_PAUSED, {"name": NAME, "pause": pause}).scalar_one()
    return ended


def has_full_text(transaction: Transaction) -> bool:
    """Whether the engine can search in full text: PostgreSQL always, SQLite when it was built with FTS5."""
    if transaction.dialect.name != "sqlite":
        return True
    return bool(transaction.execute(text("SELECT sqlite_compileoption_used('ENABLE_FTS5')")).scalar())


def take_numbers(transaction: Transaction, name: str, count: int) -> int:
    """Reserve `count` consecutive numbers of the counter `name`; returns the first of them."""
    statement = (
        update(counter).where(counter.c.name == name).values(value=counter.c.value + count).returning(counter.c.value)
    )
    return transaction.execute(statement).scalar_one() - count + 1


def insert_plain(transaction: Transaction, table: Table, rows: Sequence[tuple[int | str, ...]]) -> None:
    """Add rows of numbers and texts, a value for each column: many small ones, at what the driver itself costs.

    What SQLAlchemy does for a row costs more than what SQLite does for three numbers.
    """
    if rows:
        statement = insert(table).compile(dialect=transaction.dialect)
        names = [column.name for column in table.columns]
        plain = rows if statement.positional else [dict(zip(names, row, strict=True)) for row in rows]
        transaction.exec_driver_sql(str(statement), plain)


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("sqlite_immediate", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
