import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.tag.matching import CACHED_WORDS, LONGEST_WORD, Term, compile_terms, fold, words_of


def found(term: str, text: str, *, capitals: bool = False) -> bool:
    return bool(compile_terms([Term(written=term, capitals=capitals)])(words_of(text)))


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("zij-instroom", "De zij-instroom stijgt"),
        ("zij-instroom", "ZIJ INSTROOM"),
        ("zij-instroom", "zijinstroom"),
        ("zij-instroom in beroep", "subsidie zijinstroom in beroep"),
        ("bèta", "beta"),
        ("beta", "be\u0300ta"),
        ("pps'en", "twee pps’en"),
        ("vwo'ers", "vwo'ers"),
        ("MKB!dee", "de MKB!dee-subsidie"),
        ("groep 7", "groep 7 en 8"),
        ("docentenstage*", "twee docentenstages"),
        ("open dag*", "de open dagen"),
        ("*docent", "een techniekdocent"),
        ("*docent", "docent"),
        ("*onderwijs*", "het techniekonderwijsbeleid"),
        ("STAFF", "staff"),
        ("straße", "STRASSE"),
    ],
)
def test_a_term_is_found_in_all_its_spellings(term: str, text: str) -> None:
    assert found(term, text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("ict", "district"),
        ("docentenstage", "docentenstages"),
        ("docent*", "techniekdocent"),
        ("*docent", "docenten"),
        ("open dag*", "open op dagen"),
        ("open dag*", "opengaan dag"),
        ("groep 7", "groep 78"),
        ("techniek", ""),
        ("techniek", "techniek" * LONGEST_WORD),
    ],
)
def test_another_word_is_not_the_term(term: str, text: str) -> None:
    assert not found(term, text)


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("STO", "geld voor STO", True),
        ("STO", "sto", False),
        ("W&T", "een les W&T", True),
        ("W&T", "w&t", False),
        ("CoE", "het CoE", True),
        ("CoE", "COE", False),
    ],
)
def test_capitals_are_found_only_as_written(term: str, text: str, expected: bool) -> None:
    assert found(term, text, capitals=True) is expected


def test_a_hit_says_which_term_and_which_words() -> None:
    find = compile_terms([Term(written="leren"), Term(written="leven lang leren"), Term(written="leren*")])
    hits = find(words_of("Een leven lang leren."))
    assert hits == [(1, 1, 4), (0, 3, 4), (2, 3, 4)]


def test_a_row_that_could_go_on_at_the_end_of_the_text_is_no_hit() -> None:
    assert not found("leven lang leren", "een leven lang")


@pytest.mark.parametrize("bad", ["", "*", "**", "-", "a*b", "*zij-instroom"])
def test_a_term_that_matches_nothing_or_anything_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="the term"):
        compile_terms([Term(written=bad)])


def test_capitals_take_no_star() -> None:
    with pytest.raises(ValueError, match="capitals"):
        compile_terms([Term(written="STO*", capitals=True)])


def test_what_is_remembered_of_silent_words_is_bounded_and_changes_no_answer() -> None:
    find = compile_terms([Term(written="techniek")])
    find([f"woord{n}" for n in range(CACHED_WORDS + 1)])
    assert len(find(["woord1", "techniek"])) == 1


@given(st.text(), st.text())
def test_a_term_is_found_wherever_it_stands(before: str, after: str) -> None:
    assert found("leven lang ontwikkelen", f"{before} Leven-lang ontwikkelen {after}")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
