"""Bringing the tables to the version that this program knows, by numbered migrations (alembic)."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from aggregator.errors import StoreError
from aggregator.store import copying, search_index
from aggregator.store.database import Store, open_store

MIGRATIONS = Path(__file__).with_name("migrations")
HEAD = "0016"  # a test holds this to the newest file in migrations/versions


def version(store: Store) -> str | None:
    """The version that the tables have; None when there are none yet."""
    from sqlalchemy import inspect, text

    with store.read() as transaction:
        if not inspect(transaction).has_table("alembic_version"):
            return None
        return transaction.execute(text("SELECT version_num FROM alembic_version")).scalar()


def prepare(store: Store, backups: Path | None = None) -> None:
    """Make or upgrade the tables when they are not at our version; a filled database is copied to `backups` first.

    The search index is filled when it must be: then this may take minutes. Raises StoreError when the database is
    newer than this program.
    """
    found = version(store)
    if found != HEAD:
        _to_head(store, found, backups)
    search_index.renew(store)


def _to_head(store: Store, found: str | None, backups: Path | None) -> None:
    if found is not None:
        if found > HEAD:
            raise StoreError(
                f"the database is at version {found}, this program knows {HEAD}: start the newer program, "
                "or restore the backup that it made before upgrading"
            )
        if backups is not None:
            keep(store, found, backups / f"before-{HEAD}-from-{found}.sqlite")
    upgrade(store)


def keep(store: Store, found: str, target: Path) -> None:
    """Copy a database whose tables are at version `found` into a SQLite file, also while it is in use."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    if store.dialect == "sqlite":
        with closing(sqlite3.connect(store.engine.url.database or "")) as live, closing(sqlite3.connect(part)) as copy:
            live.backup(copy)
    else:
        copy_to = open_store(f"sqlite+pysqlite:///{part}")
        upgrade(copy_to, found)
        with store.read() as reading, copy_to.write() as writing:
            copying.copy_all(reading, writing, copying.tables_of(reading))
        copy_to.close()
    part.replace(target)


def set_aside(store: Store, name: str) -> str:
    """Put all that a newer program made out of the way, whole, so that its place is empty; returns where it is now.

    `name` is a plain word. Nobody may work with the database meanwhile.
    """
    if store.dialect == "sqlite":
        path = Path(store.engine.url.database or "")
        store.close()
        with closing(sqlite3.connect(path)) as live:  # the last one to close it leaves one file
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return str(path.rename(path.with_name(f"{path.name}.{name}")))
    from sqlalchemy import text
    from sqlalchemy.sql import quoted_name

    quote = store.engine.dialect.identifier_preparer.quote
    with store.write() as transaction:
        schema = quote(quoted_name(transaction.execute(text("SELECT current_schema()")).scalar_one(), quote=True))
        transaction.execute(text(f"ALTER SCHEMA {schema} RENAME TO {quote(quoted_name(name, quote=True))}"))
        transaction.execute(text(f"CREATE SCHEMA {schema}"))
    return f"schema {name}"


def upgrade(store: Store, to: str = "head") -> None:
    """Run the migrations up to the version `to`, all in one transaction."""
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.write() as transaction:
        attributes: dict[str, Any] = config.attributes
        attributes["connection"] = transaction
        command.upgrade(config, to)
