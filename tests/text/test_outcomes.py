import doctest
import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Outcome
from aggregator.text import outcomes
from aggregator.text.outcome_texts import DEFAULTS, ROWS, Language
from aggregator.text.outcomes import explain, sentence

LANGUAGES: tuple[Language, ...] = get_args(Language)
SOURCES = Path(outcomes.__file__).parents[1]


def test_the_examples_in_the_documentation_hold() -> None:
    assert doctest.testmod(outcomes).failed == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ROWS)
def test_every_code_has_four_plain_sentences(code: str, language: Language) -> None:
    said = explain(code, language)
    for text in (said.what, said.we, said.you):
        assert re.fullmatch(r"[A-Z].+[.]", text), text
        assert "{" not in text
        assert all(len(each.split()) <= 20 for each in re.split(r"[.?:] ", text)), text
    assert bool(said.whose) == (said.side != "nobody")


@pytest.mark.parametrize("code", ROWS)
def test_the_two_languages_differ(code: str) -> None:
    dutch, english = explain(code, "nl"), explain(code, "en")
    assert dutch.side == english.side
    assert not {dutch.what, dutch.we, dutch.you} & {english.what, english.we, english.you}


def test_every_code_that_the_program_gives_has_its_own_sentences() -> None:
    given_codes = {str(outcome) for outcome in Outcome}
    for room in ("fetch", "feeds", "pages", "dedup"):
        for file in (SOURCES / room).rglob("*.py"):
            text = file.read_text()
            given_codes |= set(re.findall(r"(?:ReadError|SourceError|BodyError)\(\s*\"([a-z-]+)\"", text))
            given_codes |= set(re.findall(r"failed\([^\"\n]*\"([a-z-]+)\"", text))
            given_codes |= set(re.findall(r"pycurl\.E_\w+: \"([a-z-]+)\"", text))
    assert {"truncated", "tls", "bad-url", "redirect-loop", "too-deep", "moved"} <= given_codes
    assert given_codes <= set(ROWS)


@pytest.mark.parametrize(
    ("code", "side"),
    [
        ("dns", "network"),
        ("private-address", "ours"),
        ("http-500", "theirs"),
        ("timeout", "theirs"),
        ("fetched", "nobody"),
    ],
)
def test_it_says_whose_side_it_is_on(code: str, side: str) -> None:
    assert explain(code, "nl").side == side


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("code", "like"), [("http-418", "http-4xx"), ("http-599", "http-5xx"), ("http-206", "http-2xx")]
)
def test_a_status_without_its_own_sentence_gets_that_of_its_class(code: str, like: str, language: Language) -> None:
    said = explain(code, language)
    assert code.removeprefix("http-") in said.what
    assert said.we == explain(like, language).we


@pytest.mark.parametrize("code", ["http-999", "http-12", "http-", "", "nonsense"])
def test_a_code_that_nobody_knows_is_named(code: str) -> None:
    assert f"({code})" in explain(code, "nl").what


def test_facts_make_it_more_exact() -> None:
    assert "https://b.nl/feed" in explain("moved", "nl", moved_to="https://b.nl/feed").what
    assert "vrijdag 10:00" in explain("throttled", "nl", until="vrijdag 10:00").what
    for language in LANGUAGES:
        assert DEFAULTS[language]["moved_to"] in explain("moved", language).what


@given(st.text(), st.text())
def test_nothing_that_is_put_in_breaks_a_sentence(code: str, fact: str) -> None:
    assert fact in explain("moved", "en", moved_to=fact).what
    assert sentence(code, "nl")


def test_one_line_says_what_and_what_we_do() -> None:
    said = explain("gone", "nl")
    assert sentence("gone", "nl") == f"{said.what} {said.we}"
