import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedup.numerals import agree, number, numerals
from aggregator.dedup.wording import FIGURE, tokens

FIGURES = st.one_of(st.integers(0, 10**7).map(str), st.from_regex(r"\d{1,4}([.,]\d{1,3})?e?", fullmatch=True))


@pytest.mark.parametrize("value", sorted({int(each) for each in numerals().values() if each.isdigit()}))
def test_a_number_in_words_is_its_digits_and_so_is_each_spelling(value: int) -> None:
    words = [word for word, digits in numerals().items() if digits == str(value)]
    for spelling in (*words, str(value), f"{value:,}".replace(",", ".")):
        assert tokens(spelling, 5).words == (str(value),)
        assert tokens(spelling, 5).kinds == FIGURE


def test_news_writes_these_in_words() -> None:
    values = set(numerals().values())
    written = [*range(2, 100), *(100 * n for n in range(1, 20)), *(1000 * n for n in range(1, 10))]
    assert [value for value in written if str(value) not in values] == []
    assert tokens("tweeëntwintig drieëndertig negentienhonderd", 9).words == ("22", "33", "1900")


@pytest.mark.parametrize(
    ("spellings", "ordinal"),
    [
        ("eerste 1e 1ste", "1e"),
        ("derde 3e 3de", "3e"),
        ("achtste 8e 8ste 8STE", "8e"),
        ("twintigste 20e 20ste", "20e"),
        ("vijfentwintigste 25e 25ste", "25e"),
    ],
)
def test_an_ordinal_is_one_in_every_spelling_and_no_number(spellings: str, ordinal: str) -> None:
    assert set(tokens(spellings, 9).words) == {ordinal}
    assert not agree(ordinal, ordinal.removesuffix("e"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2140", "2000", True),
        ("2140", "2100", True),
        ("2140", "1870", False),
        ("2140", "2500", False),
        ("10842", "11000", True),
        ("12", "10", False),
        ("14.00", "14", False),
        ("²", "2", False),
    ],
)
def test_a_rounded_figure_is_the_same_figure(one: str, other: str, same: bool) -> None:
    assert agree(one, other) is same


@given(FIGURES, FIGURES)
def test_agreement_has_no_direction(one: str, other: str) -> None:
    assert agree(one, other) == agree(other, one)
    assert agree(one, one)


@given(st.integers(0, 10**9))
def test_thousands_points_do_not_count(value: int) -> None:
    assert number(f"{value:,}") == number(f"{value:,}".replace(",", ".")) == str(value)


def test_a_figure_without_end_agrees_with_nothing() -> None:
    (huge,) = tokens("9" * 1000, 5).words
    assert not agree(huge, "500")
