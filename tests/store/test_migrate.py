import re
import sqlite3
from collections.abc import Iterator
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
    return not re.fullmatch(r"search_(dated|released).*|facts|vector|ix_search_vector", name or "")


def test_head_is_the_newest_migration() -> None:
    names = sorted(path.name for path in (migrate.MIGRATIONS / "versions").glob("v*.py"))
    assert names[-1].startswith(f"v{migrate.HEAD}_")


def test_a_newer_database_is_refused(store: Store) -> None:
    with store.write() as transaction:
        transaction.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer program"):
        migrate.prepare(store)


@pytest.fixture
def old(empty_database_url: str) -> Iterator[Store]:
    """A database as an earlier program left it, with a source in it."""
    opened = open_store(empty_database_url)
    migrate.upgrade(opened, "0006")
    with opened.write() as transaction:
        transaction.execute(
            text("INSERT INTO source (id, settings, added_at) VALUES ('fme', CAST(:settings AS JSON), 5)")
            if opened.dialect == "postgresql"
            else text("INSERT INTO source (id, settings, added_at) VALUES ('fme', :settings, 5)"),
            {"settings": '{"organisation": "FME"}'},
        )
    yield opened
    opened.close()


def test_before_an_upgrade_everything_is_kept_as_it_was(old: Store, tmp_path: Path) -> None:
    """In a file that the earlier program can be started on again, whatever the engine."""
    migrate.prepare(old, tmp_path / "backups")
    assert migrate.version(old) == migrate.HEAD
    [file] = (tmp_path / "backups").iterdir()
    assert file.name == f"before-{migrate.HEAD}-from-0006.sqlite"
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0006",)
        assert copy.execute("SELECT id, settings, added_at FROM source").fetchall() == [
            ("fme", '{"organisation": "FME"}', 5)
        ]


def test_a_new_database_and_one_at_our_version_need_no_backup(empty_database_url: str, tmp_path: Path) -> None:
    store = open_store(empty_database_url)
    for _ in range(2):
        migrate.prepare(store, tmp_path / "backups")
    assert not (tmp_path / "backups").exists()
    store.close()
