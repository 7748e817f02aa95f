import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from aggregator.errors import StoreError
from aggregator.store import Store, migrate, open_store
from aggregator.store.tables import metadata


def test_the_migrations_make_what_the_tables_say(store: Store) -> None:
    with store.read() as transaction:
        options = {"compare_type": False, "include_object": is_ours}
        context = MigrationContext.configure(transaction, opts=options)
        assert compare_metadata(context, metadata) == []


def is_ours(_: object, name: str | None, *__: object) -> bool:
    """The full-text indexes are each database's own: SQLAlchemy has no words for them."""
    return not re.fullmatch(r"search_(dated|released).*|vector|ix_search_vector", name or "")


def test_head_is_the_newest_migration() -> None:
    names = sorted(path.name for path in (migrate.MIGRATIONS / "versions").glob("v*.py"))
    assert names[-1].startswith(f"v{migrate.HEAD}_")


def test_a_newer_database_is_refused(store: Store) -> None:
    with store.write() as transaction:
        transaction.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer program"):
        migrate.prepare(store)


def test_a_backup_is_a_whole_database_made_while_it_is_in_use(tmp_path: Path) -> None:
    store = open_store(f"sqlite+pysqlite:///{tmp_path / 'live.sqlite3'}")
    migrate.prepare(store)
    with store.read():
        migrate.backup_sqlite(store, tmp_path / "backups" / "copy.sqlite")
    with closing(sqlite3.connect(tmp_path / "backups" / "copy.sqlite")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (migrate.HEAD,)
    assert [path.name for path in (tmp_path / "backups").iterdir()] == ["copy.sqlite"]
