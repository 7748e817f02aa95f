"""What software adds goes; what an author wrote stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds.noise import kicker, title_suffixes, without_suffix, without_tail, without_tail_paragraph
from tests.pace import Stopwatch


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Techniek is leuk […] Het bericht Techniek verscheen eerst op FME.", "Techniek is leuk…"),
        ("Leuk. The post Het bericht appeared first on FME.", "Leuk."),
        ("Het bericht X verscheen eerst op Y.", ""),
        ("Tekst hier. Lees meer", "Tekst hier."),
        ("Tekst hier… Lees verder →", "Tekst hier…"),
        ("tekst gaat [lees meer]", "tekst gaat"),
        ("Tekst. Lees meer over techniek »", "Tekst."),
        ("Tekst [...]", "Tekst…"),
        ("Tekst. […]", "Tekst."),
        ("Verder […] Continue reading Techniek in beeld →", "Verder…"),
        ("Goed. Deel dit bericht: Facebook Twitter LinkedIn", "Goed."),
        ("Dag. Share this: Twitter Facebook Like this: Like Loading...", "Dag."),
        ("Lees meer", ""),
        ("…", ""),
    ],
)
def test_tails_of_software_go(text: str, left: str) -> None:
    assert without_tail(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "U kunt hier lees meer",
        "Wil je leren lezen? Lees meer boeken.",
        "Dit is het eerste deel",
        "Wij nemen deel: via",
        "Dat kan via Facebook en Twitter",
        "Zijn boek verscheen eerst op een zolder. Dat bleek pas later, " + "en nog veel later, " * 8,
        "Zijn boek verscheen eerst op zolder",
        "De trend: meer lezen, minder schrijven",
    ],
)
def test_sentences_of_authors_stay(text: str) -> None:
    assert without_tail(text) == text.strip()


@given(st.text(alphabet="abc .…[]LeesmrdvHtbichonpFk", max_size=60))
def test_taking_the_tail_off_only_ever_shortens(text: str) -> None:
    assert len(without_tail(text)) <= len(text)


@pytest.mark.parametrize(
    "words", ["deel x ", "Het bericht ", "lees meer ", "verscheen eerst op ", "[…] ", "share this "]
)
def test_texts_of_nothing_but_such_words_take_no_time(words: str) -> None:
    with Stopwatch() as watch:
        for _ in range(200):
            without_tail(words * 100)
    assert watch.cpu < 2


def test_the_closing_paragraph_goes_and_no_other() -> None:
    tail = '<p>Het bericht <a href="x">T</a> verscheen eerst op <a href="y">FME</a>.</p>'
    assert without_tail_paragraph(f"<p>a</p>\n{tail}") == "<p>a</p>"
    assert (
        without_tail_paragraph("<p>Zijn boek verscheen eerst op zolder.</p>")
        == "<p>Zijn boek verscheen eerst op zolder.</p>"
    )
    assert without_tail_paragraph("<p>a</p>") == "<p>a</p>"
    assert without_tail_paragraph("a") == "a"


@pytest.mark.parametrize(
    ("title", "split"),
    [
        ("COLUMN | De vakman", ("Column", "De vakman")),
        ("Video: kijk mee", ("Video", "kijk mee")),
        ("VIDEOVakbond wint", ("Video", "Vakbond wint")),
        ("[Video] Kijk", ("Video", "Kijk")),
        ("Blog – mijn dag", ("Blog", "mijn dag")),
        ("Video's kijken", ("", "Video's kijken")),
        ("Interview met de minister", ("", "Interview met de minister")),
        ("Column-schrijver stopt", ("", "Column-schrijver stopt")),
        ("Interview:", ("", "Interview:")),
        ("Techniek: een vak", ("", "Techniek: een vak")),
    ],
)
def test_a_kicker_is_told_only_by_its_separator(title: str, split: tuple[str, str]) -> None:
    assert kicker(title) == split


def test_the_site_s_name_goes_off_titles() -> None:
    titles = ["Meer meisjes - FME", "Techniek - een vak", "Nieuws"]
    suffixes = title_suffixes(titles, "FME | Nieuws")
    assert [without_suffix(title, suffixes) for title in titles] == ["Meer meisjes", "Techniek - een vak", "Nieuws"]


def test_what_most_titles_end_in_goes_too() -> None:
    titles = [f"Bericht {number} | Techniekpact" for number in range(5)] + ["Deel 1 - Lassen"]
    assert title_suffixes(titles, "Iets anders") == {"techniekpact"}
    assert title_suffixes(titles[:2], "Iets anders") == frozenset()


def test_a_name_that_begins_the_feed_s_title_is_the_site_s_name() -> None:
    assert title_suffixes(["Lassen - FME"], "FME nieuws") == {"fme"}
    assert title_suffixes(["Lassen - " + "x" * 60], "x" * 60) == frozenset()
