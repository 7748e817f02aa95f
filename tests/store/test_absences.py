from aggregator.model import Absence, Standing, State
from aggregator.store import Store, absences, reservations
from tests.factories import DAY, NOW, make_entry, make_source
from tests.line.partner import Partners, feed, follow, make_line, run

FULL = Absence(
    item_id=2,
    status=Standing.GONE,
    listed=True,
    first_missing_at=NOW,
    checks=3,
    last_checked_at=NOW + DAY,
    gone_at=NOW + 2 * DAY,
)


def test_an_absence_is_kept_whole_replaced_and_forgotten(store: Store) -> None:
    partners = Partners()
    follow(store)
    partners.documents["https://fme.example/feed"] = feed(*(make_entry(n) for n in (1, 2, 3)))
    run(make_line(store, partners))
    with store.write() as transaction:
        absences.save(transaction, [])
        absences.save(transaction, [Absence(item_id=1), Absence(item_id=2)])
        absences.save(transaction, [FULL])
    with store.read() as transaction:
        held = {each.item_id: each for each in absences.latest_of(transaction, "fme", 9)}
        open_ones = {each.item_id for each in absences.unsettled(transaction, ["fme", "vhto"])}
        (of_story,) = absences.of_story(transaction, 2).values()
        members = absences.members(transaction, [1, 2])
    assert {number: each.absence for number, each in held.items()} == {1: Absence(item_id=1), 2: FULL, 3: None}
    assert {each.state for each in held.values()} == {State.PUBLISHED}
    assert open_ones == {1, 2}
    assert of_story == FULL
    assert {number: [each.is_gone for each in found] for number, found in members.items()} == {1: [False], 2: [True]}
    with store.write() as transaction:
        absences.drop(transaction, [1, 2])
    with store.read() as transaction:
        assert absences.unsettled(transaction, ["fme"]) == []


def test_settled_absences_are_not_open(store: Store) -> None:
    partners = Partners()
    follow(store, make_source("fme"))
    partners.documents["https://fme.example/feed"] = feed(*(make_entry(n) for n in (1, 2, 3)))
    run(make_line(store, partners))
    settled = [Absence(item_id=1, status=Standing.ALIVE), Absence(item_id=2, status=Standing.GONE)]
    with store.write() as transaction:
        absences.save(transaction, settled)
    with store.read() as transaction:
        assert absences.unsettled(transaction, ["fme"]) == []


def test_what_sites_reserve_is_kept_by_address(store: Store) -> None:
    with store.write() as transaction:
        reservations.save(transaction, {"https://a.nl/x": "[]", "https://b.nl/x": "a\0b"}, NOW)
        reservations.save(transaction, {"https://a.nl/x": "[1]"}, NOW + DAY)
    with store.read() as transaction:
        found = reservations.load(transaction, ["https://a.nl/x", "https://b.nl/x", "https://c.nl/x"])
    assert found == {"https://a.nl/x": (NOW + DAY, "[1]"), "https://b.nl/x": (NOW, "ab")}
