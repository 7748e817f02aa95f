from dataclasses import replace

from aggregator.model import Happening
from aggregator.store import Store, agenda
from tests.factories import DAY, HOUR, NOW

OPEN_DAY = Happening(
    key="https://fme.example/agenda/open-dag",
    title="Open dag",
    link="https://fme.example/agenda/open-dag",
    starts=NOW + 3 * DAY,
    ends=NOW + 3 * DAY + 4 * HOUR,
    place="Almelo",
)


def test_an_event_is_kept_once_as_its_source_says_it_now(store: Store) -> None:
    with store.write() as transaction:
        agenda.save(transaction, [("fme", [OPEN_DAY]), ("vhto", []), ("aob", [OPEN_DAY])], NOW)
    moved = replace(OPEN_DAY, starts=NOW + 5 * DAY, ends=None, place="Zwolle", title="Open dag, later")
    with store.write() as transaction:
        agenda.save(transaction, [("fme", [moved, replace(moved, key="b", title="Nog een")])], NOW + DAY)
    with store.read() as transaction:
        other, second, first = agenda.coming(transaction, NOW)
        assert [each.event.key for each in agenda.coming(transaction, NOW, "fme")] == ["b", first.event.key]
    assert (other.source_id, other.event) == ("aob", OPEN_DAY)
    assert (first.source_id, first.event, first.first_seen, first.last_seen) == ("fme", moved, NOW, NOW + DAY)
    assert (second.event.title, second.first_seen) == ("Nog een", NOW + DAY)


def test_what_is_over_is_not_coming_and_what_lasts_still_is(store: Store) -> None:
    lasts = replace(OPEN_DAY, key="lasts", starts=NOW - 3 * DAY, ends=NOW + DAY)
    over = replace(OPEN_DAY, key="over", starts=NOW - 3 * DAY, ends=None)
    with store.write() as transaction:
        agenda.save(transaction, [("fme", [OPEN_DAY, lasts, over])], NOW)
    with store.read() as transaction:
        assert [each.event.key for each in agenda.coming(transaction, NOW)] == ["lasts", OPEN_DAY.key]
