from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedup.shingles import terms
from aggregator.dedup.stories import Member, Neighbourhood, Placement, Said, place, telling_keys
from aggregator.dedup.wording import wording
from tests.factories import DAY, NOW

LAB = (
    "In het nieuwe techlab leren jongeren lassen, frezen en programmeren op moderne machines. Wethouder Janssen knipte "
    "het lint door samen met veertig leerlingen van het Carmel College, die meteen een windmolen bouwden."
)
PACT = (
    "Netbeheerders tekenden met vakbonden een convenant over zij-instromers. Omscholing van bakkers en kappers tot "
    "laagspanningsmonteur duurt negen maanden, zegt projectleider Fatima Bouzid van Liander."
)


def member(id_: int, text: str = LAB, title: str = "Nieuw techlab geopend in Almelo", **fields: Any) -> Member:
    words = wording(title, text)
    defaults: dict[str, Any] = {"story": id_, "source_id": f"s{id_}", "at": NOW, "url_key": f"s{id_}.nl/{id_}"}
    return Member(id=id_, wording=words, **(defaults | {"terms": terms(words)} | fields))


def placed(*items: Member, around: Neighbourhood | None = None) -> list[Placement]:
    around = around or Neighbourhood()
    return list(place(items, around, telling_keys(items, around.carriers)))


def where(*items: Member) -> list[int]:
    return [each.story for each in placed(*items)]


ADDRESS = "fme.nl/nieuws/techlab"
AT = {"url_key": ADDRESS}


@pytest.mark.parametrize(
    ("first", "second", "story", "ground"),
    [
        (member(1), member(2), 1, "text"),
        (member(1), member(2, PACT, "Convenant getekend"), 2, ""),
        (member(1, **AT), member(2, PACT, "Convenant getekend", **AT), 1, "url"),
        (member(1, **AT), member(2, **AT, join="never"), 2, ""),
        (member(1, **AT, join="never"), member(2, **AT), 2, ""),
        (member(1, **AT), member(2, **AT, join="url"), 1, "url"),
        (member(1, **AT, join="url"), member(2, **AT), 1, "url"),
        (member(1), member(2, join="url"), 2, ""),
        (member(1, join="url"), member(2), 2, ""),
        (member(1), member(2, join="never"), 2, ""),
        (member(1, join="never"), member(2), 2, ""),
        (member(1, url_key="fme.nl"), member(2, PACT, "Convenant getekend", url_key="fme.nl"), 2, ""),
    ],
)
def test_an_item_joins_by_address_or_text_as_far_as_both_sources_allow(
    first: Member, second: Member, story: int, ground: str
) -> None:
    _, found = placed(first, second)
    assert (found.story, found.ground, found.proposal) == (story, ground, None)


@pytest.mark.parametrize(
    "asked",
    [member(2, join="ask"), member(2, PACT, "Convenant getekend", url_key="s1.nl/1", join="ask")],
    ids=["text", "address"],
)
def test_a_source_that_is_asked_for_only_proposes(asked: Member) -> None:
    _, found = placed(member(1), asked)
    assert found.story == 2
    assert found.proposal is not None
    assert found.proposal[:2] == (2, 1)


def test_an_address_that_one_source_uses_twice_tells_nothing() -> None:
    twice = member(2, PACT, "Convenant getekend", source_id="s1", **AT)
    assert where(member(1, **AT), twice, member(3, "Kort", "Agenda", **AT)) == [1, 2, 3]
    assert where(member(1, **AT), member(3, "Kort", "Agenda", **AT)) == [1, 1]


def test_a_link_to_the_article_is_found_without_a_common_term() -> None:
    first = member(1, terms=())
    second = member(2, terms=(), references=frozenset({first.url_key}))
    assert where(first, second) == where(replace(second, id=1, story=1), replace(first, id=2, story=2)) == [1, 1]


def test_nothing_is_chained_against_the_origin() -> None:
    """A copy of a copy whose title says another thing than the origin is for an editor."""
    between = member(2, title="Nieuw techlab")
    other = member(3, title="Nieuw techlab geopend in Hengelo")
    assert where(member(1), between) == [1, 1]
    found = placed(member(1), between, other)[-1]
    assert found.story == 3


def test_what_editors_said_holds() -> None:
    apart = Said(apart={2: {1}, 1: {2}})
    assert [each.story for each in placed(member(1), member(2), around=Neighbourhood(said=apart))] == [1, 2]
    together = Said(together={2: {1}, 1: {2}})
    strangers = member(1), member(2, PACT, "Convenant getekend", join="never")
    found = placed(*strangers, around=Neighbourhood(said=together))
    assert [(each.story, each.ground) for each in found] == [(1, ""), (1, "editor")]


CLEAR = [
    member(1),
    member(2, f"{LAB} Ook in Borne is er belangstelling.", at=NOW + DAY),
    member(3, LAB, "Almelo: nieuw techlab geopend", at=NOW + 2 * DAY),
    member(4, PACT, "Convenant getekend"),
    member(5, PACT, "Convenant over omscholing getekend", at=NOW + DAY),
]


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7])
def test_the_order_of_arrival_does_not_change_clear_clusters(order: tuple[int, ...]) -> None:
    items = [CLEAR[n] for n in order]
    clusters: dict[int, set[int]] = {}
    for item, found in zip(items, placed(*items), strict=True):
        clusters.setdefault(found.story, set()).add(item.id)
    assert sorted(map(sorted, clusters.values())) == [[1, 2, 3], [4, 5]]


@given(st.lists(st.sampled_from(CLEAR), unique_by=lambda each: each.id))
def test_placing_is_repeatable(items: list[Member]) -> None:
    assert placed(*items) == placed(*items)


def test_who_comes_much_later_needs_more() -> None:
    late = member(2, "Wethouder Janssen opende het techlab.", "Techlab open", at=NOW + timedelta(days=59))
    assert where(member(1), late) == [1, 2]
