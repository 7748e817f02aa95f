import zlib
from collections.abc import Iterable

from sqlalchemy import select

from aggregator.model import Entry, Fetched, Item, Wire
from aggregator.store import Store, items, sources
from aggregator.store.codec import from_json
from aggregator.store.items import IN_LIST, Carrier, KnownItem, parts
from aggregator.store.tables import revision
from tests.factories import NOW, full_entry, make_entry, make_item


def insert(store: Store, *rows: Item, story_id: int = 1) -> None:
    with store.write() as transaction:
        numbered = [(n, story_id, each, f"print {n}".encode()) for n, each in enumerate(rows, start=1)]
        items.insert_items(transaction, numbered)


def load(store: Store, ids: Iterable[int]) -> dict[int, Item]:
    with store.read() as transaction:
        return items.load_items(transaction, ids)


def revise(store: Store, number: int, before: Item, after: Item) -> None:
    with store.write() as transaction:
        items.revise_items(transaction, [(number, after, b"new print")], [before], NOW)


def stored(entry: Entry) -> Entry:
    """Copies are told by `copied_from` when they come in; nobody asks for it later."""
    from dataclasses import replace

    return replace(entry, copied_from=())


def test_every_field_of_an_item_comes_back(store: Store) -> None:
    full, bare = make_item(entry=full_entry()), make_item(entry=Entry(), key="text:leeg", url_key="")
    insert(store, full, bare)
    found = load(store, [1, 2])
    assert found[1].entry == stored(full.entry)
    assert found[2] == bare
    assert (found[1].key, found[1].url_key, found[1].first_seen) == (full.key, full.url_key, full.first_seen)


def test_a_source_knows_its_own_items_only(store: Store) -> None:
    insert(store, make_item(1), make_item(2), make_item(1, "vhto"), story_id=7)
    with store.read() as transaction:
        found = items.known_items(transaction, "fme", ["id:urn:entry:1", "id:urn:entry:9"])
    assert found == {"id:urn:entry:1": KnownItem(id=1, story_id=7, fingerprint=b"print 1")}


def test_whoever_carries_an_address_is_told_oldest_first(store: Store) -> None:
    same = "fme.example/nieuws/1"
    insert(store, make_item(1, "vhto", url_key=same), make_item(2), make_item(3, "fme", url_key=same))
    with store.read() as transaction:
        found = items.carriers(transaction, [same, "nergens"])
    assert found == {same: [Carrier(id=1, story_id=1, source_id="vhto"), Carrier(id=3, story_id=1, source_id="fme")]}


def test_a_revision_keeps_what_was_said_before(store: Store) -> None:
    old = make_item(entry=full_entry())
    new = make_item(entry=make_entry(5, title="Anders", image=None), url_key="fme.example/anders", key=old.key)
    insert(store, old, make_item(2))
    revise(store, 1, old, new)
    assert load(store, [1])[1] == new
    assert load(store, [2])[2] == make_item(2)
    with store.read() as transaction:
        (row,) = transaction.execute(select(revision)).all()
        known = items.known_items(transaction, "fme", [old.key])
    assert (row.item_id, row.at) == (1, NOW)
    assert from_json(Entry, row.before) == old.entry
    assert known[old.key].fingerprint == b"new print"


def test_an_item_may_lose_every_field_that_it_had(store: Store) -> None:
    old, new = make_item(entry=full_entry()), make_item(entry=Entry(), key="id:x", url_key="")
    insert(store, old)
    revise(store, 1, old, new)
    assert load(store, [1])[1].entry == Entry()


def test_the_last_body_takes_the_place_of_the_one_before(store: Store) -> None:
    def keep(verdict: str, body: bytes) -> None:
        answer = Fetched(wire=Wire(url="https://fme.example/feed"), body=body, media_type="text/xml", charset="utf-8")
        with store.write() as transaction:
            items.keep_bodies(transaction, [("fme", verdict, answer)], NOW)

    keep("good", b"<rss/>" * 100)
    keep("bad", b"\x00\xff")
    keep("good", b"<rss>2</rss>")
    with store.read() as transaction:
        good, bad = (sources.last_body(transaction, "fme", verdict) for verdict in ("good", "bad"))
        assert sources.last_body(transaction, "vhto", "good") is None
    assert good is not None
    assert bad is not None
    assert (zlib.decompress(good[0]), *good[1:]) == (
        b"<rss>2</rss>",
        "https://fme.example/feed",
        "text/xml",
        "utf-8",
    )
    assert zlib.decompress(bad[0]) == b"\x00\xff"


def test_there_is_room_for_more_items_than_fit_in_one_question(store: Store) -> None:
    many = [make_item(n) for n in range(1, 603)]
    insert(store, *many)
    with store.read() as transaction:
        known = items.known_items(transaction, "fme", [each.key for each in many])
        held = items.carriers(transaction, [each.url_key for each in many])
    assert len(known) == len(held) == len(load(store, range(1, 603))) == 602


def test_values_are_asked_once_in_portions_that_fit() -> None:
    portions = list(parts([*range(IN_LIST + 1), 0, 1]))
    assert [len(part) for part in portions] == [IN_LIST, 1]
    assert list(parts([])) == []
