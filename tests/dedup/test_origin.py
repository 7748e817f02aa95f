from typing import Any

import pytest

from aggregator.dedup.origin import Claim, elect
from aggregator.dedup.profile import ending_of, lead_of, references
from aggregator.dedup.wording import wording
from aggregator.model import Entry
from tests.factories import DAY, NOW

TEXT = "Jongeren leren lassen, frezen en programmeren in het nieuwe techlab van de stichting uit Twente."


def claim(id_: int, organisation: str, text: str = TEXT, **fields: Any) -> Claim:
    host = f"{organisation.lower().replace(' ', '')}.nl"
    defaults: dict[str, Any] = {"host": host, "own_hosts": frozenset({host}), "linked_hosts": frozenset()}
    defaults |= {"authors": (), "wording": wording("Nieuw techlab", text), "at": NOW + id_ * DAY}
    return Claim(item_id=id_, organisation=organisation, text=text, **(defaults | fields))


@pytest.mark.parametrize(
    ("first", "second", "origin"),
    [
        (claim(1, "FME"), claim(2, "VHTO"), 1),
        (claim(1, "FME", f"{TEXT} Bron: VHTO"), claim(2, "VHTO"), 2),
        (claim(1, "FME", f"{TEXT} Bron: VHTO-nieuws"), claim(2, "VHTO"), 2),
        (claim(1, "FME", f"{TEXT} Bron: VHTOplus"), claim(2, "VHTO"), 1),
        (claim(1, "FME", authors=("vhto",)), claim(2, "VHTO"), 2),
        (claim(1, "FME", host="vhto.nl"), claim(2, "VHTO"), 2),
        (claim(1, "FME", linked_hosts=frozenset({"publicaties.vhto.nl"})), claim(2, "VHTO"), 2),
        (claim(1, "FME", f"{TEXT} De VO-raad is blij."), claim(2, "VO-raad", f"{TEXT} De VO-raad is blij."), 2),
        (claim(1, "FME", "Nieuw techlab."), claim(2, "VHTO", f"{TEXT} VHTO is blij."), 2),
        (claim(1, "FME", republisher=True), claim(2, "VHTO", "Kort."), 2),
        (claim(1, "FME", republisher=True), claim(2, "VHTO", f"{TEXT} Bron: FME"), 2),
        (claim(1, ""), claim(2, "VHTO"), 1),
    ],
)
def test_the_producer_is_whom_the_others_point_to(first: Claim, second: Claim, origin: int) -> None:
    assert elect([first, second]) == elect([second, first]) == origin


def test_a_story_of_one_is_its_own() -> None:
    assert elect([claim(7, "FME", republisher=True)]) == 7


@pytest.mark.parametrize(
    "line", ["5 januari 2022\n", "Nieuws - 5 januari 2022\n", "05-01-2022 | ", "Nieuwsbericht 5 jan. 2022 "]
)
def test_a_date_line_above_a_text_is_no_part_of_it(line: str) -> None:
    assert lead_of(Entry(summary=f"{line}In Almelo opent een techlab.")) == "In Almelo opent een techlab."


def test_a_teaser_that_begins_the_text_is_not_read_twice() -> None:
    whole = Entry(summary="In Almelo opent een techlab …", content="<p>In Almelo opent een techlab in mei.</p>")
    assert lead_of(whole).count("Almelo") == 1
    assert lead_of(Entry(summary="Eerst dit.", content="<p>Dan dat.</p>")) == "Eerst dit.\nDan dat."
    assert lead_of(Entry()) == ending_of(Entry()) == ""


def test_a_text_refers_to_articles_elsewhere() -> None:
    links = ("https://b.nl/rapport", "https://b.nl", "https://fme.nl/nieuws/1?utm_source=x", "https://b.nl:x/", "/los")
    content = "".join(f'<p><a href="{link}">x</a></p>' for link in links)
    assert references(Entry(link="https://www.fme.nl/nieuws/1", content=content)) == {"b.nl/rapport"}


def test_an_ending_says_whom_a_text_is_from() -> None:
    assert ending_of(Entry(content=f"<p>{'x ' * 3000}</p><p>Bron: FME</p>")).strip().endswith("Bron: FME")
