import re

from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.dates import names
from aggregator.text.dates.names import MONTH_PATTERN, MONTHS, WEEKDAY_PATTERN, WEEKDAYS, folded, levelled


def test_every_name_is_matched_whole() -> None:
    for pattern, known in ((MONTH_PATTERN, MONTHS), (WEEKDAY_PATTERN, WEEKDAYS)):
        for name in known:
            match = re.match(pattern, name)
            assert match is not None
            assert match[0] == name


def test_months_and_weekdays_are_numbered_as_in_the_calendar() -> None:
    assert (MONTHS["januari"], MONTHS["mrt"], MONTHS["décembre".replace("é", "e")]) == (1, 3, 12)
    assert (WEEKDAYS["maandag"], WEEKDAYS["zo"], WEEKDAYS["thu"]) == (0, 6, 3)


def test_folding_takes_accents_capitals_and_odd_spaces_away() -> None:
    assert folded(" Jeudi,\u00a030  Août 2022\n") == "jeudi, 30 aout 2022"


@given(st.text())
def test_levelling_keeps_every_character_in_its_place(text: str) -> None:
    level = levelled(text)
    assert len(level) == len(text)
    assert all(a == b for a, b in zip(level, text, strict=True) if b.isascii() and not b.isspace())


def test_levelling_remembers_no_more_letters_than_texts_need() -> None:
    strange = "".join(map(chr, range(0x20000, 0x20000 + 12_000)))
    assert levelled(strange + "é") == strange + "e"
    assert len(names._LEVELS) <= 10_000


def test_levelling_leaves_what_is_no_accent() -> None:
    assert levelled("½ août\u00a0’22") == "½ aout ’22"
