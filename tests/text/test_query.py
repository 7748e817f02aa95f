import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.query import PHRASE_WORDS, QUERY_LENGTH, TERMS, Term, Wanted, canonical, wanted


def forms(query: str) -> list[tuple[tuple[str, ...], ...]]:
    return [each.forms for each in wanted(query).required]


def test_all_words_must_be_found_in_any_form() -> None:
    assert [each[0] for each in forms("Scholen BEDRIJVEN")] == [each[0] for each in forms("school  bedrijf")]
    assert len(forms("techniek onderwijs")) == 2


def test_quotes_of_any_kind_make_a_phrase_and_the_last_may_be_missing() -> None:
    (phrase,) = forms('"technisch onderwijs"')
    assert phrase == (("technisch", "onderwijs"), ("technisch", "onderwij"))
    assert forms("„technisch onderwijs”") == forms('"technisch onderwijs') == [phrase]


def test_a_minus_before_a_word_or_phrase_excludes_it_and_one_within_does_not() -> None:
    found = wanted('techniek -energie -"smart industry"')
    assert (len(found.required), len(found.excluded)) == (1, 2)
    assert wanted("zij-instroom").excluded == ()
    assert wanted("zij-instroom").required[0].forms[0] == ("zij", "instroom")


def test_a_star_finds_beginnings_of_four_letters_and_more() -> None:
    (term,) = wanted("techniekon*").required
    assert term.prefix == "techniekon"
    assert wanted("te*").required[0].prefix == ""
    assert [each.prefix for each in wanted("leraren* techniek* onderwijs").required] == ["leraren", "", ""]


def test_words_that_differ_by_language_are_looked_for_in_both() -> None:
    assert wanted("engineering").required == (Term(forms=(("engineer",), ("engin",))),)


@pytest.mark.parametrize("nothing", ["", " ", "\n"])
def test_nothing_typed_is_no_restriction(nothing: str) -> None:
    assert wanted(nothing) == Wanted()


@pytest.mark.parametrize("hopeless", ["!!!", '"', '""', "-", "🎓", "* ' --", "\x00"])
def test_what_has_no_word_finds_nothing(hopeless: str) -> None:
    assert wanted(hopeless) == Wanted(is_hopeless=hopeless != "\x00")


@given(st.text(max_size=2 * QUERY_LENGTH))
def test_nothing_that_is_typed_is_an_error_and_all_is_bounded(query: str) -> None:
    found = wanted(query)
    assert len(found.required) + len(found.excluded) <= TERMS
    assert all(len(form) <= PHRASE_WORDS for each in found.required for form in each.forms)
    assert wanted(canonical(query)) == found
    assert canonical(canonical(query)) == canonical(query)
