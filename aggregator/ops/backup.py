"""Backups: one file that holds the whole database, proved to be what the database held, and the way back.

A backup is a gzipped SQLite database, whatever engine the service runs on: it needs no program of the server's version
to be made or read, and can be restored on either engine. What lies beside the database (config/, the secret key) is
no part of it.
"""

import gzip
import shlex
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregator.errors import BackupError, StoreError
from aggregator.store import Store, Transaction, copying, documents, migrate, open_store

PATTERN = "aggregator-*.sqlite.gz"
COMPRESSION = 6
COPYING = timedelta(hours=2)  # the longest that copying a file away may take


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A backup that was made and found to be right; `size` in bytes."""

    file: Path
    version: str
    rows: int
    size: int


def name_at(now: datetime) -> str:
    """What a backup made at `now` is called: names in order are moments in order.

    >>> from datetime import UTC
    >>> name_at(datetime(2026, 11, 27, 3, 0, tzinfo=UTC))
    'aggregator-20261127T030000Z.sqlite.gz'
    """
    return f"aggregator-{now:%Y%m%dT%H%M%SZ}.sqlite.gz"


def make(store: Store, file: Path) -> Made:
    """Write the database as it is at one moment into `file`, also while it is in use.

    The copy is compared with the database, table by table, before it gets its name. Raises StoreError when it differs,
    OSError when there is no room.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="backup-", dir=file.parent) as folder:
        copy = Path(folder) / "copy.sqlite"
        read = _copy(store, copy)
        with _opened(copy) as kept:
            version = migrate.version(kept) or ""
            with kept.read() as transaction:
                wrong = copying.differing(read, copying.contents(transaction))
        if wrong:
            raise StoreError(f"the backup differs from the database and was thrown away: {'; '.join(wrong)}")
        part = Path(folder) / "packed"
        with copy.open("rb") as plain, gzip.open(part, "wb", COMPRESSION) as packed:
            shutil.copyfileobj(plain, packed, 1 << 20)
        part.replace(file)
    rows = sum(content.rows for content in read.values())
    return Made(file=file, version=version, rows=rows, size=file.stat().st_size)


def restore(file: Path, store: Store) -> Made:
    """Make the database hold what the backup holds, and bring that to the version of this program.

    Nobody may work with the database meanwhile. What was in it goes: all at once, or not at all. Raises StoreError
    when the file is no backup, is damaged, or was made by a newer program.
    """
    with TemporaryDirectory(prefix="restore-") as folder:
        copy = Path(folder) / "copy.sqlite"
        version = unpack(file, copy)
        with _opened(copy) as kept:
            migrate.prepare(kept)
            rows = transfer(kept, store)
    return Made(file=file, version=version, rows=rows, size=file.stat().st_size)


def transfer(source: Store, target: Store) -> int:
    """Make `target` hold what `source` holds at this moment, and prove it; returns how many rows that is.

    Both have tables at this program's version. Raises StoreError when the proof fails; then `target` is as before.
    """
    with source.read() as reading, target.append() as writing:
        seen = documents.generation(writing)
        read = copying.copy_all(reading, writing)
        wrong = copying.differing(read, copying.contents(writing))
        if wrong:
            raise StoreError(f"the copy differs from what was copied; nothing was changed: {'; '.join(wrong)}")
        copying.come_alive(writing, seen)
    return sum(content.rows for content in read.values())


def unpack(file: Path, target: Path) -> str:
    """Write a backup as a plain SQLite file and look whether it is whole; returns the version of its tables."""
    try:
        with gzip.open(file) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
        with closing(sqlite3.connect(target)) as kept:
            [verdict] = kept.execute("PRAGMA integrity_check(1)").fetchone()
            row = kept.execute("SELECT version_num FROM alembic_version").fetchone()
    except (gzip.BadGzipFile, EOFError, sqlite3.DatabaseError) as error:
        raise StoreError(f"{file} is no backup of ours, or is damaged ({error}); nothing was changed") from error
    version = row[0] if row else ""
    if verdict != "ok":
        raise StoreError(f"{file} is damaged ({verdict}); nothing was changed")
    if version > migrate.HEAD:
        raise StoreError(
            f"{file} was made by a newer program (tables {version}, ours {migrate.HEAD}): restore it with that one"
        )
    return version


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all but the `keep` newest backups of ours in `folder`; returns what went."""
    old = sorted(folder.glob(PATTERN), reverse=True)[keep:]
    for each in old:
        each.unlink(missing_ok=True)
    return old


def copy_away(command: str, file: Path) -> None:
    """Run `command` with the file as its last argument, past any shell. Raises BackupError when it fails."""
    try:
        done = subprocess.run(  # noqa: S603  the operator's own command, from our configuration
            [*shlex.split(command), str(file.resolve())],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=COPYING.total_seconds(),
            check=False,
        )
        wrong = done.stderr.strip()[-300:] or f"code {done.returncode}" if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        wrong = str(error)
    if wrong:
        raise BackupError(f"the backup lies in {file}, but [backup] command could not copy it away: {wrong}")


def _copy(store: Store, file: Path) -> dict[str, copying.Content]:
    """Write one moment of `store` into a SQLite file; returns what the tables held at that moment."""
    if store.dialect == "sqlite":
        with store.read() as transaction:
            documents.generation(transaction)  # the first question fixes the moment: the copy is of this one
            with closing(sqlite3.connect(file)) as copy:
                _driver(transaction).backup(copy)
            return copying.contents(transaction)
    with _opened(file) as kept:
        migrate.prepare(kept)
        with store.read() as reading, kept.write() as writing:
            return copying.copy_all(reading, writing)


def _driver(transaction: Transaction) -> sqlite3.Connection:
    found = transaction.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


@contextmanager
def _opened(file: Path) -> Iterator[Store]:
    store = open_store(f"sqlite+pysqlite:///{file}")
    try:
        yield store
    finally:
        store.close()
