from aggregator.model import Document
from aggregator.store import Store, documents
from aggregator.web.shelf import Shelf
from tests.factories import NOW


def publish(store: Store, *paths: str, body: bytes = b"x" * 1000) -> None:
    with store.write() as transaction:
        made = [Document(path=path, media_type="text/plain", body=body, changed=NOW) for path in paths]
        documents.swap(transaction, made)


def test_a_document_is_loaded_once_and_then_held(store: Store) -> None:
    publish(store, "/a")
    shelf = Shelf(store)
    shelf.look()
    assert shelf.held("/a") is None
    loaded = shelf.load("/a")
    assert shelf.held("/a") is loaded
    assert shelf.load("/nonesuch") is None


def test_a_changed_document_is_forgotten_and_the_others_are_not(store: Store) -> None:
    publish(store, "/a", "/b")
    shelf = Shelf(store)
    shelf.look()
    shelf.load("/a")
    shelf.load("/b")
    publish(store, "/a", body=b"new")
    shelf.look()
    assert shelf.held("/a") is None
    assert shelf.held("/b") is not None


def test_what_is_gone_is_known_no_longer(store: Store) -> None:
    publish(store, "/a", "/b")
    shelf = Shelf(store)
    shelf.look()
    shelf.load("/a")
    with store.write() as transaction:
        documents.swap(transaction, [], gone=["/a"])
    shelf.look()
    assert shelf.held("/a") is None
    assert shelf.known == {"/b"}


def test_the_least_lately_used_documents_make_room(store: Store) -> None:
    publish(store, "/a", "/b", "/c")
    shelf = Shelf(store, limit=2500)
    shelf.look()
    for path in ("/a", "/b"):
        shelf.load(path)
    shelf.held("/a")
    shelf.load("/c")
    assert [path for path in ("/a", "/b", "/c") if shelf.held(path)] == ["/a", "/c"]


def test_what_was_read_before_a_change_is_not_held_after_it(store: Store) -> None:
    publish(store, "/a")
    shelf = Shelf(store)
    shelf.look()

    original = documents.get

    def overtaken(transaction: object, path: str) -> object:
        found = original(transaction, path)  # type: ignore[arg-type]
        publish(store, "/a", body=b"newer")
        shelf.look()
        return found

    documents.get = overtaken  # type: ignore[assignment]
    try:
        shelf.load("/a")
    finally:
        documents.get = original
    assert shelf.held("/a") is None
