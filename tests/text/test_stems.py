import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.stems import WORD_LENGTH, rules_number, spelled, stems


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("school", "Scholen"),
        ("leraar", "LERAREN"),
        ("één", "een"),
        ("coöperatie", "Cooperatie"),
        ("bedrijf", "bedrijven"),
        ("foto’s", "foto"),
        ("gewerkt", "werken"),
        ("ĳzer", "ijzer"),
    ],
)
def test_forms_of_a_word_are_one_word(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_english_words_have_english_stems() -> None:
    assert stems("teachers engineering", "en-GB") == stems("teacher engineer", "en")
    assert stems("engineering", "en") != stems("engineer", "nl")


def test_what_separates_words_is_no_word() -> None:
    assert spelled("mbo-4, 3D_printen & <b>zij</b>-instroom/2026 \x00 🎓") == [
        *("mbo", "4", "3d", "printen", "b", "zij", "b", "instroom", "2026")
    ]


@given(st.text())
def test_words_of_any_text_are_short_folded_and_theirs(text: str) -> None:
    for word in spelled(text):
        assert 0 < len(word) <= WORD_LENGTH
        assert not any(sign.isspace() for sign in word)
    assert spelled(text.lower()) == spelled(text.lower())
    assert len(stems(text)) == len(spelled(text))


def test_threads_do_not_mix_their_words_up() -> None:
    words = [f"opleiding{chr(97 + n % 26)}{chr(97 + n // 26)}en" for n in range(600)]
    alone = [stems(word)[0] for word in words]
    from aggregator.text import stems as module

    module.stem.cache_clear()
    found: dict[str, str] = {}
    threads = [
        threading.Thread(target=lambda part=words[n::4]: found.update({w: stems(w)[0] for w in part})) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[word] for word in words] == alone


def test_the_rules_have_a_number_that_stays() -> None:
    assert rules_number() == rules_number() != 0
