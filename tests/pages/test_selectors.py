from datetime import UTC, datetime

import pytest

from aggregator.errors import ReadError
from aggregator.model import Evidence, Image, Precision, Selectors
from aggregator.pages import read_page

NOW = datetime(2022, 7, 4, tzinfo=UTC)
PAGE = """<!DOCTYPE html><html lang="nl"><head><base href="/site/"><title>Nieuws</title></head><body>
<div class="rij"><span class="wanneer">Nieuws 30 juni 2022</span><b class="kop">Bouwen met leerlingen</b>
<p class="tekst">Column Wie bouwt, leert. Lees meer</p><img class="foto" src="/foto/1.jpg" alt="Een klas">
<a class="door" href="bericht/1#top">Lees meer</a></div>
<div class="rij"><time datetime="2022-06-24T09:30:00+02:00">vrijdag</time><h3>Meisjes kiezen techniek</h3>
<p>Meisjes kiezen techniek</p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><a href="bericht/2">Verder</a></div>
<div class="rij"><h3>Een bericht zonder link</h3></div>
<div class="rij"><a href="bericht/3">Lees meer</a></div>
<a class="rij" href="/2022/06/17/docenten-lopen-stage/">Docenten lopen stage</a>
<div class="rij"><h3>Van volgend jaar</h3><time>1 juni 2023</time><a href="bericht/5">x</a></div>
</body></html>"""


def read(selectors: Selectors, page: str = PAGE) -> list[tuple[str | None, str, str | None]]:
    reading = read_page(page.encode(), url="https://fonds.example.nl/nieuws", now=NOW, selectors=selectors)
    return [
        (entry.link, entry.title, entry.published.isoformat() if entry.published else None) for entry in reading.entries
    ]


def test_what_is_not_said_is_looked_up_within_the_item() -> None:
    site = "https://fonds.example.nl"
    assert read(Selectors(item=".rij")) == [
        (f"{site}/site/bericht/2", "Meisjes kiezen techniek", "2022-06-24T07:30:00+00:00"),
        (f"{site}/2022/06/17/docenten-lopen-stage/", "Docenten lopen stage", "2022-06-16T22:00:00+00:00"),
        (f"{site}/site/bericht/5", "Van volgend jaar", None),
    ]


def test_every_selector_finds_its_part_and_it_is_cleaned() -> None:
    selectors = Selectors(item="div.rij", title=".kop", link=".door", date=".wanneer", teaser=".tekst", image=".foto")
    reading = read_page(PAGE.encode(), url="https://fonds.example.nl/nieuws", now=NOW, selectors=selectors)
    (entry,) = reading.entries
    assert entry.title == "Bouwen met leerlingen"
    assert entry.link == entry.id == "https://fonds.example.nl/site/bericht/1"
    assert entry.published == datetime(2022, 6, 29, 22, tzinfo=UTC)
    assert (entry.date_evidence, entry.date_precision) == (Evidence.TEXT, Precision.DAY)
    assert (entry.kicker, entry.summary) == ("Column", "Wie bouwt, leert.")
    assert entry.image == Image(url="https://fonds.example.nl/foto/1.jpg", alt="Een klas")


def test_a_repeated_title_is_no_teaser() -> None:
    reading = read_page(PAGE.encode(), url="https://x.example/", now=NOW, selectors=Selectors(item="div.rij"))
    assert [entry.summary for entry in reading.entries] == ["", ""]


def test_selectors_that_find_nothing_give_a_reason() -> None:
    reading = read_page(PAGE.encode(), url="https://x.example/", now=NOW, selectors=Selectors(item=".weg"))
    assert reading.entries == ()
    assert [problem.code for problem in reading.problems] == ["no-list"]


def test_what_is_no_selector_is_refused_by_name() -> None:
    with pytest.raises(ReadError) as caught:
        read(Selectors(item="div[["))
    assert caught.value.code == "bad-selector"
