import gzip
from datetime import UTC, datetime, timedelta

from aggregator.model import Document
from aggregator.store import Store, documents, migrate, open_store
from tests.factories import HOUR, NOW

PATH = "/feeds/all.atom"


def made(body: bytes, path: str = PATH, at: datetime = NOW, media_type: str = "application/atom+xml") -> Document:
    return Document(path=path, media_type=media_type, body=body, changed=at)


def swap(store: Store, *kept: Document, gone: tuple[str, ...] = ()) -> list[str]:
    with store.write() as transaction:
        return documents.swap(transaction, kept, gone)


def get(store: Store, path: str = PATH) -> documents.Kept:
    with store.read() as transaction:
        found = documents.get(transaction, path)
    assert found is not None
    return found


def generation(store: Store) -> int:
    with store.read() as transaction:
        return documents.generation(transaction)


def test_a_document_is_kept_with_its_gzip_and_a_tag_of_its_bytes(store: Store) -> None:
    assert swap(store, made(b"<feed/>"), made(b"", "/leeg")) == [PATH, "/leeg"]
    kept = get(store)
    assert (kept.document.body, kept.document.media_type) == (b"<feed/>", "application/atom+xml")
    assert gzip.decompress(kept.gzip) == b"<feed/>"
    assert kept.document.etag == documents.etag_of(b"<feed/>") != documents.etag_of(b"<feed />")
    assert gzip.decompress(get(store, "/leeg").gzip) == b""
    with store.read() as transaction:
        assert documents.paths(transaction) == [PATH, "/leeg"]
        assert documents.get(transaction, "/nergens") is None


def test_the_same_bytes_later_are_no_change(store: Store) -> None:
    swap(store, made(b"<feed/>"))
    before = get(store)
    assert swap(store, made(b"<feed/>", at=NOW + HOUR)) == []
    assert get(store) == before


def test_a_change_moves_the_generation_and_says_what_changed(store: Store) -> None:
    swap(store, made(b"1"), made(b"x", "/x"))
    seen = generation(store)
    assert swap(store, made(b"2", at=NOW + HOUR), made(b"x", "/x", NOW + HOUR)) == [PATH]
    assert generation(store) == seen + 1 == get(store).generation
    assert get(store).document.changed == NOW + HOUR
    with store.read() as transaction:
        assert documents.changed_since(transaction, seen) == [PATH]
        assert documents.changed_since(transaction, seen + 1) == []


def test_the_same_bytes_under_another_media_type_are_a_change(store: Store) -> None:
    swap(store, made(b"<feed/>"))
    assert swap(store, made(b"<feed/>", media_type="application/xml")) == [PATH]
    assert get(store).document.media_type == "application/xml"


def test_a_document_never_goes_back_in_time(store: Store) -> None:
    """A client compares Last-Modified by the second; a clock that was set back must not hide a change."""
    swap(store, made(b"1"))
    swap(store, made(b"2", at=NOW + timedelta(milliseconds=900)))
    assert get(store).document.changed == NOW + timedelta(seconds=1)
    swap(store, made(b"3", at=NOW - HOUR))
    assert get(store).document.changed == NOW + timedelta(seconds=2)


def test_what_is_gone_is_gone_and_tells_so_once(store: Store) -> None:
    swap(store, made(b"1"), made(b"x", "/x"))
    seen = generation(store)
    assert swap(store, gone=("/x",)) == ["/x"]
    assert generation(store) == seen + 1
    assert swap(store, gone=("/x", "/never")) == []
    assert generation(store) == seen + 1
    with store.read() as transaction:
        assert documents.paths(transaction) == [PATH]


def test_the_documents_remember_how_far_they_follow_the_log(store: Store) -> None:
    with store.write() as transaction:
        assert documents.released_seq(transaction) == 0
        documents.set_released_seq(transaction, 12)
    with store.read() as transaction:
        assert documents.released_seq(transaction) == 12


def test_a_database_knows_when_it_was_made(empty_database_url: str) -> None:
    store = open_store(empty_database_url)
    migrate.prepare(store)
    with store.read() as transaction:
        made_at = documents.created(transaction)
    store.close()
    assert timedelta(0) <= datetime.now(UTC) - made_at < timedelta(minutes=10)
