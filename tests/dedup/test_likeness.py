from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedup.likeness import Verdict, likeness
from aggregator.dedup.wording import wording

TEXT = (
    "In het nieuwe techlab leren jongeren lassen, frezen en programmeren op moderne machines. Wethouder Janssen knipte "
    "het lint door samen met veertig leerlingen van het Carmel College, die meteen een windmolen bouwden."
)
ANY = st.text(st.characters(codec=None), max_size=200)
SENTENCES = st.lists(st.sampled_from(TEXT.split()), max_size=40).map(" ".join)
NOTHING = timedelta(0)


def verdict(one: str, other: str, text: str = TEXT, apart: timedelta = NOTHING) -> Verdict:
    return likeness(wording(one, text), wording(other, text), apart).verdict


@given(ANY | SENTENCES, ANY | SENTENCES, ANY | SENTENCES, ANY | SENTENCES, st.booleans(), st.booleans())
def test_a_verdict_has_no_direction(a: str, b: str, c: str, d: str, at_home: bool, linked: bool) -> None:
    one, other, apart = wording(a, b), wording(c, d), timedelta(days=3)
    there = likeness(one, other, apart, same_source=at_home, linked=linked)
    back = likeness(other, one, -apart, same_source=at_home, linked=linked)
    assert (there.verdict, there.contradicts) == (back.verdict, back.contradicts)


@pytest.mark.parametrize("same_source", [True, False])
def test_an_item_is_the_same_as_itself(same_source: bool) -> None:
    words = wording("Techlab geopend in Almelo", TEXT)
    found = likeness(words, words, NOTHING, same_source=same_source)
    assert (found.verdict, found.contradicts) == (Verdict.SAME, False)
    assert "100% van de woorden" in found.because


def test_of_too_few_words_nothing_can_be_said() -> None:
    assert verdict("Open dag", "Open dag", "Kom langs") is Verdict.OTHER


@pytest.mark.parametrize(
    ("frame", "values"),
    [
        ("Techlab krijgt {} nieuwe machines van bedrijven", ["12", "twintig", "45"]),
        ("Nieuw techlab geopend in {}", ["Almelo", "Hengelo", "Den Haag"]),
        ("Nieuw techlab geopend op het {}", ["Carmel College", "Bonhoeffer College", "Twents Lyceum"]),
        ("Wethouder {} opent nieuw techlab", ["Janssen", "De Vries", "El Amrani"]),
        ("Techlab opent de deuren in {}", ["september", "oktober", "januari"]),
        ("De {} editie van het techlab begint", ["eerste", "tweede", "20ste", "25e"]),
    ],
)
def test_a_title_about_another_thing_is_never_the_same_news(frame: str, values: list[str]) -> None:
    titles = [frame.format(value) for value in values]
    assert {verdict(one, other) for one in titles for other in titles if one != other} <= {
        Verdict.PERHAPS,
        Verdict.OTHER,
    }


@pytest.mark.parametrize(
    "other", ["De 20e editie van het techlab begint", "De twintigste editie van het techlab begint"]
)
def test_another_spelling_of_an_ordinal_is_no_other_edition(other: str) -> None:
    assert verdict("De 20ste editie van het techlab begint", other) is Verdict.SAME


@pytest.mark.parametrize("sign", ["a ", "A1 ", "Ab ", "1 ", "x", "|a"])
def test_hostile_texts_are_judged_by_their_beginning(sign: str) -> None:
    one, other = wording(sign * 9_000, sign * 200_000), wording(sign * 8_000, sign * 100_000)
    assert likeness(one, other, NOTHING).verdict in Verdict
