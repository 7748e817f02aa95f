"""Backups of a filled service, restored on both engines; and what is wrong with a backup, told before it does harm."""

import gzip
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from aggregator.desk import decide
from aggregator.errors import StoreError
from aggregator.model import Document, Source
from aggregator.ops import backup
from aggregator.release import refresh
from aggregator.schedule.polling import poll_round
from aggregator.store import Store, copying, documents, leases, migrate, open_store, stories
from aggregator.store.check import contradictions
from aggregator.wiring import Service
from tests.factories import DAY, HOUR, NOW
from tests.site import Site


@pytest.fixture
def filled(service: Service, site: Site, follow: Callable[..., Source]) -> Service:
    """A service with news, a decision and documents."""
    follow("fme", url=site.url(), relevance="all", labels=("noord",))
    poll_round(service, NOW, "test")
    decide.reject(service.store, [_newest(service.store)], "cli:piet", NOW + HOUR, reason="dubbel")
    refresh(service.press, NOW + HOUR)
    return service


@pytest.fixture
def other(database_url: str) -> Iterator[Store]:
    """An empty database, on each engine."""
    opened = open_store(database_url)
    migrate.prepare(opened)
    yield opened
    opened.close()


def documents_of(store: Store) -> list[Document]:
    with store.read() as transaction:
        kept = (documents.get(transaction, path) for path in documents.paths(transaction))
        return [each.document for each in kept if each is not None]


def contents_of(store: Store) -> dict[str, copying.Content]:
    with store.read() as transaction:
        return copying.contents(transaction)


# What differs on purpose: every process must see that all documents may be other ones, and nobody holds a lease.
MOVED_ON = {"counter", "document", "host"}


def same(one: Store, other: Store) -> list[str]:
    differing = copying.differing(contents_of(one), contents_of(other))
    return [line for line in differing if line.partition(":")[0] not in MOVED_ON]


def test_a_backup_restored_on_either_engine_is_the_same_service(filled: Service, other: Store, tmp_path: Path) -> None:
    made = backup.make(filled.store, tmp_path / "b.sqlite.gz")
    restored = backup.restore(made.file, other)
    assert made.rows == restored.rows > 50
    assert same(filled.store, other) == []
    assert documents_of(other) == documents_of(filled.store) != []
    with other.read() as transaction:
        assert contradictions(transaction) == []


def test_a_database_of_either_engine_is_backed_up_and_comes_back(filled: Service, other: Store, tmp_path: Path) -> None:
    backup.transfer(filled.store, other)
    made = backup.make(other, tmp_path / "b.sqlite.gz")
    before = contents_of(other)
    with other.write() as transaction:
        transaction.execute(text("DELETE FROM decision"))
        transaction.execute(text("UPDATE story SET state = 'published'"))
    backup.restore(made.file, other)
    assert [
        line for line in copying.differing(before, contents_of(other)) if line.partition(":")[0] not in MOVED_ON
    ] == []


def test_after_a_restore_every_web_process_looks_at_all_documents_again(filled: Service, tmp_path: Path) -> None:
    made = backup.make(filled.store, tmp_path / "b.sqlite.gz")
    decide.reject(filled.store, [_newest(filled.store)], "cli:piet", NOW + DAY)
    refresh(filled.press, NOW + DAY)
    with filled.store.read() as transaction:
        seen = documents.generation(transaction)  # of a process that goes on
    backup.restore(made.file, filled.store)
    with filled.store.read() as transaction:
        assert set(documents.changed_since(transaction, seen)) == set(documents.paths(transaction))


def test_a_restored_database_has_no_leases_and_drops_what_their_holders_bring(filled: Service, tmp_path: Path) -> None:
    with filled.store.write() as transaction:
        [claimed] = leases.claim(transaction, "dood", NOW + 30 * DAY, hosts=1, per_host=5, lease=HOUR)
    made = backup.make(filled.store, tmp_path / "b.sqlite.gz")
    backup.restore(made.file, filled.store)
    with filled.store.write() as transaction:
        assert leases.fence(transaction, [claimed.lease]) == set()
        assert leases.claim(transaction, "nieuw", NOW + 30 * DAY, hosts=1, per_host=5, lease=HOUR)


def test_a_backup_beside_working_editors_is_one_moment_of_the_service(filled: Service, tmp_path: Path) -> None:
    stop, done = threading.Event(), []
    slugs = [_newest(filled.store)]

    def edit() -> None:
        while not stop.is_set():
            decide.reject(filled.store, slugs, "cli:piet", NOW + HOUR)
            decide.publish(filled.store, slugs, "cli:piet", NOW + HOUR)
            done.append(1)

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        files = [backup.make(filled.store, tmp_path / f"{n}.sqlite.gz").file for n in range(5)]
    finally:
        stop.set()
        editor.join()
    assert done
    for file in files:
        copy = tmp_path / "copy.sqlite"
        backup.unpack(file, copy)
        store = open_store(f"sqlite+pysqlite:///{copy}")
        with store.read() as transaction:
            assert contradictions(transaction) == []
        store.close()
        copy.unlink()


def spoiled(file: Path, how: str) -> None:
    packed = file.read_bytes()
    if how == "cut":
        file.write_bytes(packed[: len(packed) // 2])
    elif how == "no gzip":
        file.write_bytes(b"SQLite format 3\0" + bytes(4096))
    elif how == "no database":
        file.write_bytes(gzip.compress(b"niets van dien aard" * 1000))
    elif how == "a page overwritten":
        plain = bytearray(gzip.decompress(packed))
        plain[8192:12288] = b"x" * 4096
        file.write_bytes(gzip.compress(bytes(plain)))
    elif how == "another program's database":
        other = file.with_suffix(".other")
        with closing(sqlite3.connect(other)) as made, made:
            made.execute("CREATE TABLE wp_posts (id)")
        file.write_bytes(gzip.compress(other.read_bytes()))
    else:
        newer = file.with_suffix(".newer")
        newer.write_bytes(gzip.decompress(packed))
        with closing(sqlite3.connect(newer)) as made, made:
            made.execute("UPDATE alembic_version SET version_num = '9999'")
        file.write_bytes(gzip.compress(newer.read_bytes()))


@pytest.mark.parametrize(
    "how", ["cut", "no gzip", "no database", "a page overwritten", "another program's database", "newer"]
)
def test_a_file_that_cannot_be_restored_is_refused_and_changes_nothing(
    filled: Service, tmp_path: Path, how: str
) -> None:
    made = backup.make(filled.store, tmp_path / "b.sqlite.gz")
    before = contents_of(filled.store)
    spoiled(made.file, how)
    with pytest.raises(StoreError, match=r"backup of ours|damaged|newer program"):
        backup.restore(made.file, filled.store)
    assert contents_of(filled.store) == before


def test_a_restore_that_breaks_off_leaves_the_database_as_it_was(
    filled: Service, other: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.transfer(filled.store, other)
    made = backup.make(other, tmp_path / "b.sqlite.gz")
    before = contents_of(other)

    def out_of_order(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(copying, "come_alive", out_of_order)
    with pytest.raises(OSError, match="no space"):
        backup.restore(made.file, other)
    assert contents_of(other) == before


def test_a_backup_that_differs_from_the_database_is_never_kept(
    filled: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "differing", lambda *_: ["story: 3 rows in one, 2 in the other"])
    with pytest.raises(StoreError, match="story: 3 rows"):
        backup.make(filled.store, tmp_path / "backups" / "b.sqlite.gz")
    assert list((tmp_path / "backups").iterdir()) == []


def test_only_the_newest_backups_are_kept_and_nothing_else_is_touched(tmp_path: Path) -> None:
    for day in range(20):
        (tmp_path / backup.name_at(NOW + day * DAY)).touch()
    (tmp_path / "before-restore-aggregator-20200101T000000Z.sqlite.gz").touch()
    (tmp_path / "mijn.sqlite.gz").touch()
    assert len(backup.prune(tmp_path, 14)) == 6
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == 16
    assert backup.name_at(NOW + 6 * DAY) in left
    assert backup.name_at(NOW + 5 * DAY) not in left


def _newest(store: Store) -> str:
    """The newest public story, by the name that editors know it by."""
    with store.read() as transaction:
        return stories.load(transaction, stories.latest(transaction, limit=1))[0].slug
