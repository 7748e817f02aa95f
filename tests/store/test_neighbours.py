"""The index of likeness on both engines."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from aggregator.joining import Joining, forget
from aggregator.store import Store, items, neighbours
from aggregator.store.neighbours import CROWDED, DOSSIER, DOSSIER_ITEMS, EARLIER, KEPT, TERM_LIMIT, TERM_SLICES
from tests.factories import DAY, HOUR, NOW, make_entry, make_item

LONG_AGO = NOW - 400 * DAY


def keep(
    store: Store,
    number: int,
    terms: Iterable[int] = (),
    *,
    at: datetime = NOW,
    story: int = 0,
    references: Iterable[str] = (),
    lead: str = "een tekst",
) -> None:
    """An item that can be found, added as joining adds it."""
    terms = tuple(terms)
    with store.write() as transaction:
        shared = neighbours.sharing(transaction, terms, since=LONG_AGO, until=NOW + 9 * DAY)
        item = make_item(number, entry=make_entry(number, published=at))
        items.insert_items(transaction, [(number, story or number, item, b"")])
        neighbours.add(transaction, [(number, at, lead, terms, references)], shared)


def shared_with(
    store: Store, *terms: int, since: datetime = LONG_AGO, until: datetime = NOW + DAY
) -> dict[int, list[int]]:
    with store.read() as transaction:
        found = neighbours.sharing(transaction, terms, since=since, until=until)
    return {term: sorted(numbers) for term, numbers in found.items()}


def size(store: Store) -> int:
    with store.read() as transaction:
        return neighbours.size(transaction)


def test_items_are_found_by_the_terms_that_they_share(store: Store) -> None:
    keep(store, 1, [10, 11])
    keep(store, 2, [11, TERM_LIMIT - 1])
    assert shared_with(store, 10, 11, 12, TERM_LIMIT - 1) == {10: [1], 11: [1, 2], TERM_LIMIT - 1: [2]}
    assert shared_with(store) == {}


def test_more_terms_than_fit_in_one_question_are_all_asked_for(store: Store) -> None:
    keep(store, 1, [1])
    keep(store, 2, [items.IN_LIST + 7])
    assert shared_with(store, *range(items.IN_LIST + 8)) == {1: [1], items.IN_LIST + 7: [2]}


def test_only_items_of_the_asked_days_are_found(store: Store) -> None:
    for number, days in enumerate((-3, -2, 0, 2, 3), start=1):
        keep(store, number, [10], at=NOW + days * DAY)
    assert shared_with(store, 10, since=NOW - 2 * DAY, until=NOW + 2 * DAY) == {10: [2, 3, 4]}


def test_a_crowded_term_takes_nobody_in_any_more_and_is_still_told(store: Store) -> None:
    for number in range(1, CROWDED + 3):
        keep(store, number, [10, 100 + number])
    found = shared_with(store, 10, 100 + CROWDED + 2)
    assert found == {10: list(range(1, CROWDED + 1)), 100 + CROWDED + 2: [CROWDED + 2]}


def test_a_term_is_crowded_within_one_batch_too(store: Store) -> None:
    count = CROWDED + 5
    with store.write() as transaction:
        rows = [(number, NOW, "tekst", (10,), ()) for number in range(1, count + 1)]
        neighbours.add(transaction, rows, {})
    assert shared_with(store, 10) == {10: list(range(1, CROWDED + 1))}


def test_an_item_is_added_to_the_rarest_of_its_terms(store: Store) -> None:
    keep(store, 1, range(10, 10 + KEPT))
    keep(store, 2, range(10, 10 + KEPT + 5))
    found = shared_with(store, *range(10, 10 + KEPT + 5))
    own = {term for term, numbers in found.items() if 2 in numbers}
    assert len(own) == KEPT
    assert own >= set(range(10 + KEPT, 10 + KEPT + 5))  # that nobody had


def test_an_item_without_terms_is_known_but_not_found_by_words(store: Store) -> None:
    keep(store, 1, references=["fme.nl/rapport"])
    assert size(store) == 0
    with store.read() as transaction:
        assert list(neighbours.known(transaction, [1])) == [1]
        assert neighbours.referring(transaction, ["fme.nl/rapport"]) == {"fme.nl/rapport": [1]}


def test_what_is_known_of_an_item_is_what_joining_asks(store: Store) -> None:
    keep(store, 1, at=NOW - DAY, story=7, lead="Wat er staat")
    undated = make_item(2, entry=make_entry(2, published=None), first_seen=NOW - 2 * HOUR)
    with store.write() as transaction:
        items.insert_items(transaction, [(2, 8, undated, b"")])
        neighbours.add(transaction, [(2, NOW, "", (), ())], {})
    with store.read() as transaction:
        found = neighbours.known(transaction, [1, 2, 99])
    assert found.keys() == {1, 2}
    assert found[1] == neighbours.Known(
        id=1,
        story_id=7,
        source_id="fme",
        at=NOW - DAY,
        title="Nieuws nummer 1",
        lead="Wat er staat",
        url_key="fme.example/nieuws/1",
    )
    assert found[2].at == NOW - 2 * HOUR


def test_an_item_is_compared_by_what_it_says_now(store: Store) -> None:
    keep(store, 1, [10], lead="oud")
    keep(store, 2, lead="van een ander")
    with store.write() as transaction:
        neighbours.reword(transaction, [(1, "nieuw")])
    with store.read() as transaction:
        assert {each.lead for each in neighbours.known(transaction, [1, 2]).values()} == {"nieuw", "van een ander"}
    assert shared_with(store, 10) == {10: [1]}


def test_the_last_things_that_an_item_said_are_kept_in_mind(store: Store) -> None:
    keep(store, 1)
    keep(store, 2)
    titles = [f"Versie {n}" for n in range(EARLIER + 2)]
    versions = [make_item(1, entry=make_entry(1, title=title)) for title in titles]
    with store.write() as transaction:
        for before, after in pairwise(versions):
            items.revise_items(transaction, [(1, after, b"")], [before], NOW)
    with store.read() as transaction:
        found = neighbours.earlier(transaction, [1, 2])
    assert {number: [entry.title for entry in said] for number, said in found.items()} == {
        1: titles[:-1][::-1][:EARLIER]
    }


def test_who_links_where_is_known_both_ways(store: Store) -> None:
    keep(store, 2, references=["fme.nl/a", "sbb.nl/b"])
    keep(store, 1, references=["fme.nl/a"])
    keep(store, 3)
    with store.read() as transaction:
        assert neighbours.referring(transaction, ["fme.nl/a", "sbb.nl/b", "x.nl/c"]) == {
            "fme.nl/a": [1, 2],
            "sbb.nl/b": [2],
        }
        assert neighbours.references_of(transaction, [1, 2, 3]) == {
            1: frozenset({"fme.nl/a"}),
            2: frozenset({"fme.nl/a", "sbb.nl/b"}),
        }


# --- Dossiers ---------------------------------------------------------------------------------------------------------

REPORT = "rijksoverheid.example/rapport.pdf"


def dossier(store: Store, story: int) -> list[int]:
    with store.read() as transaction:
        return neighbours.dossier(transaction, story)


def test_stories_that_link_to_the_same_report_are_a_dossier_latest_first(store: Store) -> None:
    keep(store, 1, story=1, references=[REPORT])
    keep(store, 2, story=2, references=[REPORT, "elders.nl/x"])
    keep(store, 3, story=3, references=[REPORT])
    keep(store, 4, story=3, references=[REPORT])
    keep(store, 5, story=5, references=["elders.nl/y"])
    assert [dossier(store, story) for story in (1, 2, 3, 5)] == [[3, 2], [3, 1], [2, 1], []]


def test_a_link_to_a_partners_article_is_no_dossier(store: Store) -> None:
    article = make_item(3).url_key
    keep(store, 1, references=[article])
    keep(store, 2, references=[article])
    assert dossier(store, 1) == [2]
    keep(store, 3)
    assert dossier(store, 1) == []


def test_what_many_link_to_tells_nothing_and_a_dossier_is_short(store: Store) -> None:
    for number in range(1, DOSSIER_ITEMS + 1):
        keep(store, number, references=[REPORT])
    assert dossier(store, 1) == list(range(DOSSIER_ITEMS, DOSSIER_ITEMS - DOSSIER, -1))
    keep(store, DOSSIER_ITEMS + 1, references=[REPORT])
    assert dossier(store, 1) == []


# --- Forgetting -------------------------------------------------------------------------------------------------------


def test_old_terms_go_slice_by_slice(store: Store) -> None:
    width = TERM_LIMIT // TERM_SLICES
    terms = [0, width - 1, width, TERM_LIMIT - 1]
    keep(store, 1, terms, at=NOW - 61 * DAY)
    keep(store, 2, terms)
    with store.write() as transaction:
        assert neighbours.prune(transaction, NOW - 60 * DAY, 0, 0) == 2
    assert shared_with(store, *terms) == {0: [2], width - 1: [2], width: [1, 2], TERM_LIMIT - 1: [1, 2]}


def test_forgetting_leaves_the_window_and_what_else_is_known(store: Store) -> None:
    terms = [n * (TERM_LIMIT // 10) for n in range(10)] + [TERM_LIMIT - 1]
    keep(store, 1, terms, at=NOW - 61 * DAY, references=[REPORT])
    keep(store, 2, terms, at=NOW - 59 * DAY)
    assert forget(store, Joining(), NOW) == len(terms)
    assert set(map(tuple, shared_with(store, *terms).values())) == {(2,)}
    assert forget(store, Joining(), NOW) == 0
    with store.read() as transaction:
        assert neighbours.referring(transaction, [REPORT]) == {REPORT: [1]}


def test_the_index_holds_no_more_than_its_number_of_items(store: Store) -> None:
    for number in range(1, 6):
        keep(store, number, [number, 100])
    assert forget(store, Joining(window_items=2), NOW) == 6
    assert shared_with(store, 100, *range(1, 6)) == {100: [4, 5], 4: [4], 5: [5]}


def test_a_shorter_window_forgets_more(store: Store) -> None:
    keep(store, 1, [10], at=NOW - 3 * DAY)
    assert forget(store, replace(Joining(), window=timedelta(days=2)), NOW) == 1
    assert size(store) == 0
