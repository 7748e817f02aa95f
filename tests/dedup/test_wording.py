import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedup.genres import Genre
from aggregator.dedup.shingles import terms
from aggregator.dedup.wording import TITLE_WORDS, WORD_LENGTH, tokens, wording

ANY_TEXT = st.text(st.characters(codec=None), max_size=300)  # lone surrogates too
WORDS = st.lists(st.from_regex(r"[A-Za-z]{3,12}", fullmatch=True), min_size=30, max_size=60, unique=True)


@pytest.mark.parametrize(
    ("text", "words", "kinds"),
    [
        ("Vandaag opent FNV in Almelo", ("vandaag", "opent", "fnv", "in", "almelo"), ".wN.N"),
        ("Techlab. Almelo wint", ("techlab", "almelo", "wint"), "www"),
        ("2.140 plekken op 3 mei", ("2140", "plekken", "op", "3", "mei"), "0w.00"),
        ("één foto’s McKinsey", ("een", "foto's", "mckinsey"), ".wN"),
        ("", (), ""),
        ("!?;", (), ""),
    ],
)
def test_words_are_folded_and_of_a_kind(text: str, words: tuple[str, ...], kinds: str) -> None:
    found = tokens(text, 50)
    assert (found.words, found.kinds) == (words, kinds)


@given(ANY_TEXT, st.integers(1, 40))
def test_any_text_has_as_many_kinds_as_words_and_few_enough(text: str, limit: int) -> None:
    found = tokens(text, limit)
    assert len(found.words) == len(found.kinds) <= limit
    assert all(0 < len(word) <= WORD_LENGTH + 1 for word in found.words)


@pytest.mark.parametrize("sign", ["A", "a", "1", "1.", " ", ".", "\u0301", "A ", "é'", "|", "\ud800", "Ab:"])
def test_a_million_signs_cost_no_more_than_their_beginning(sign: str) -> None:
    hostile = sign * (1_000_000 // len(sign))
    found = wording(hostile, hostile)
    assert found.title == tokens(hostile[: 12 * TITLE_WORDS], TITLE_WORDS)
    assert len(terms(found)) <= 23
    assert found.genre == Genre.of(hostile[:100], found.title.words)


@given(ANY_TEXT, ANY_TEXT)
def test_terms_are_few_numbers_of_32_bits_and_always_the_same(title: str, text: str) -> None:
    found = terms(wording(title, text))
    assert found == terms(wording.__wrapped__(title, text))
    assert len(found) == len(set(found)) <= 23
    assert all(0 <= term < 2**32 for term in found)


@given(WORDS, st.integers(8, 30))
def test_a_cut_copy_shares_a_term_with_the_whole(words: list[str], kept: int) -> None:
    whole, cut = " ".join(words), " ".join(words[:kept])
    assert set(terms(wording("Techlab geopend", whole))) & set(terms(wording("Techlab geopend", cut)))


@pytest.mark.parametrize(
    ("one", "other", "excludes"),
    [
        ("Genomineerden bekend", "Winnaar bekend", True),
        ("Nieuwsbrief september", "Techlab geopend", True),
        ("Nieuwsbrief september", "Nieuwsbrief oktober", False),
        ("Genomineerden en winnaars", "Winnaar bekend", False),
        ("Wonen en werken", "Schrijf je in", False),
        ("FNV: leerbudget is eerste stap", "Leerbudget is eerste stap", False),
    ],
)
def test_a_title_may_announce_another_piece(one: str, other: str, excludes: bool) -> None:
    genres = [wording(title, "").genre for title in (one, other)]
    assert genres[0].excludes(genres[1]) is genres[1].excludes(genres[0]) is excludes


@pytest.mark.parametrize(
    ("title", "speaks"),
    [
        ("FNV: leerbudget is eerste stap", True),
        ("MBO Raad: docent moet terug", True),
        ("Let op: techlab dicht", False),
        ("Techlab geopend", False),
        ("A" * 500, False),
    ],
)
def test_a_title_may_be_somebodys_word(title: str, speaks: bool) -> None:
    assert wording(title, "").genre.speaks is speaks
