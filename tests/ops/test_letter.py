"""The weekly letter: who gets it, in which language, and that a person can read it."""

import string

import pytest

from aggregator.ops.finding import Finding
from aggregator.ops.letter import MOST_SOURCES, WORDS, compose, send
from aggregator.store import accounts, outbox
from aggregator.store.accounts import Role
from aggregator.wiring import Service
from tests.factories import NOW

WELL = Finding(check="disk", ok=True, found="75 GB free")
FULL = Finding(check="disk", ok=False, found="1.0 GB free (4%)", fix="free space")
VALUES = {"title": "Proefnieuws", "base_url": "https://nieuws.example", "stories": "12", "sources": "30"}


def source(number: int, passing: bool = False) -> Finding:
    return Finding(check=f"bron-{number}", ok=False, found="dns, 9 times in a row", kind="source", passing=passing)


def text_of(*findings: Finding, language: str = "nl") -> str:
    return compose(findings, language, VALUES)["text"]


def test_when_all_is_well_nothing_is_asked() -> None:
    letter = compose([WELL, source(1, passing=True)], "nl", VALUES)
    assert letter["subject"] == "Alles in orde: Proefnieuws"
    assert "U hoeft niets te doen" in letter["text"]
    assert "bron-1" not in letter["text"]


def test_what_is_not_well_is_said_in_plain_words_with_a_line_for_who_knows() -> None:
    letter = compose([WELL, FULL, source(1)], "nl", VALUES)
    assert letter["subject"] == "Dit vraagt uw aandacht: Proefnieuws"
    assert "- De schijf is bijna vol; daarom wordt er geen nieuws opgehaald." in letter["text"]
    assert "(disk: 1.0 GB free (4%))" in letter["text"]
    assert "- De bron bron-1 geeft al langer dan een dag niets." in letter["text"]


def test_many_sources_that_fail_are_one_line_from_some_number_on() -> None:
    text = text_of(*(source(n) for n in range(MOST_SOURCES + 7)))
    assert text.count("\n- De bron bron-") == MOST_SOURCES
    assert "- En nog 7 bronnen" in text
    assert "En nog" not in text_of(*(source(n) for n in range(MOST_SOURCES)))


def test_what_a_partner_says_stays_on_a_line_of_its_own() -> None:
    text = text_of(Finding(check="x", ok=False, found="regel\r\n.\r\nBcc: iedereen@example.nl", kind="source"))
    assert "\r" not in text
    assert "\n." not in text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_line_fits_a_mail_and_every_kind_has_words(language: str) -> None:
    kinds = [Finding(check=kind, ok=False, found="x" * 60) for kind in WORDS["nl"]["asks"]]
    text = text_of(*kinds, Finding(check="onbekend", ok=False, found="?"), language=language)
    assert max(map(len, text.splitlines())) <= 100
    assert text.count("\n- ") == len(kinds) + 1
    assert WORDS["nl"]["asks"].keys() == WORDS["en"]["asks"].keys()


def test_the_letters_say_the_same_in_both_languages() -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert WORDS["nl"].keys() == WORDS["en"].keys()
    for key, text in WORDS["nl"].items():
        if isinstance(text, str):
            assert places(text) == places(WORDS["en"][key]), key


def test_those_who_run_the_service_get_it_each_in_their_language(service: Service) -> None:
    with service.store.write() as transaction:
        for email, role, language in (
            ("baas@example.nl", Role.MANAGER, ""),
            ("boss@example.nl", Role.MANAGER, "en"),
            ("thea@example.nl", Role.EDITOR, ""),
            ("weg@example.nl", Role.MANAGER, ""),
        ):
            made = accounts.add(transaction, email=email, role=role, now=NOW, language=language)
            assert made is not None
            if email.startswith("weg"):
                accounts.change(transaction, made.id, disabled=NOW)
    assert send(service.access, [FULL], NOW) == 2
    with service.store.read() as transaction:
        subjects = {each.target: each.payload["subject"] for each in outbox.lines(transaction)}
    assert subjects == {
        "baas@example.nl": "Dit vraagt uw aandacht: Proefnieuws",
        "boss@example.nl": "This needs you: Proefnieuws",
    }
