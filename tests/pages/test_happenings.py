from datetime import datetime
from typing import Any

import pytest

from aggregator.errors import ReadError
from aggregator.ladder import best_reading
from aggregator.model import Fetched, Source, Wire
from aggregator.pages import read_page
from aggregator.pages.happenings import MAX_EVENTS, stated_events
from aggregator.pages.structured import events_stated_in
from aggregator.text.dates import in_amsterdam
from tests.factories import NOW

URL = "https://pact.example.nl/agenda"
TITLES = ("Open dag van de techniekcampus", "Studiemiddag over hybride docenten", "Bijeenkomst bedrijven en scholen")


def local(at: datetime | None) -> str | None:
    return in_amsterdam(at).strftime("%Y-%m-%d %H:%M") if at else None


def page(record: str) -> bytes:
    records = "".join(
        f"<li><h3><a href='/agenda/{n}'>{title}</a></h3>{record.replace('@', str(n + 1))}</li>"
        for n, title in enumerate(TITLES)
    )
    return f"<!doctype html><html lang=nl><main><h1>Agenda</h1><ul class=agenda>{records}</ul></main>".encode()


@pytest.mark.parametrize(
    ("record", "starts", "ends", "place"),
    [
        (
            "<p>1@ december 2026, 10:00 - 15:30 uur</p><p>Locatie: Almelo</p>",
            "2026-12-11 10:00",
            "2026-12-11 15:30",
            "Almelo",
        ),
        ("<p>1@ t/m 2@ december 2026</p><p class=plaats>Zwolle</p>", "2026-12-11 00:00", "2026-12-21 00:00", "Zwolle"),
        ("<p>1@ december 2026</p><p>13.30 tot 17.00 uur</p>", "2026-12-11 13:30", "2026-12-11 17:00", ""),
        ("<p>1@ december 2026</p><p>25:70 - 26:00</p>", "2026-12-11 00:00", None, ""),
        (
            "<span class='dtstart' title='2026-12-1@T10:00:00+01:00'>1@ dec</span>"
            "<span class='dtend' title='2026-12-1@T12:00:00+01:00'>12 uur</span><i itemprop=location>Utrecht</i>",
            "2026-12-11 10:00",
            "2026-12-11 12:00",
            "Utrecht",
        ),
        (
            "<meta><time itemprop=startDate datetime='2026-12-1@T10:00+01:00'>1@ december 2026</time>"
            "<time itemprop=endDate datetime='2026-12-01T10:00+01:00'></time>",
            "2026-12-11 10:00",
            None,
            "",
        ),
    ],
)
def test_an_agenda_says_when_and_where(record: str, starts: str, ends: str | None, place: str) -> None:
    reading = read_page(page(record), url=URL, now=NOW)
    assert reading.entries == ()
    assert [event.title for event in reading.events] == list(TITLES)
    first = reading.events[0]
    assert (local(first.starts), local(first.ends), first.place) == (starts, ends, place)
    assert first.link == first.key == "https://pact.example.nl/agenda/0"


def test_an_agenda_is_no_news_for_a_source_but_its_events_come_along() -> None:
    body = page("<p>1@ december 2026, 10:00 - 15:30 uur</p>")
    answer = Fetched(wire=Wire(url=URL, status=200), body=body, media_type="text/html")
    for rung in ("", "listing"):
        with pytest.raises(ReadError) as caught:
            best_reading(answer, Source(id="a", organisation="A", url=URL), NOW, rung)
        assert caught.value.code == "agenda"
        assert len(caught.value.events) == 3


def test_a_page_that_was_not_found_announces_nothing() -> None:
    body = page("<p>1@ december 2026</p>").replace(b"<h1>Agenda", b"<h1>Pagina niet gevonden")
    assert read_page(body, url=URL, now=NOW).events == ()


def node(**fields: Any) -> dict[str, Any]:
    return {"@type": "Event", "name": "Open dag", "startDate": "2026-12-05T10:00:00+01:00"} | fields


@pytest.mark.parametrize(
    ("location", "place"),
    [
        (None, ""),
        ("Almelo", "Almelo"),
        ({"name": "Campus", "address": {"addressLocality": "Almelo"}}, "Campus, Almelo"),
        ({"name": "Campus", "address": "Plein 1, Almelo"}, "Campus, Plein 1, Almelo"),
        ([{"name": "Online"}, {"name": "Campus"}], "Online"),
        ([], ""),
    ],
)
def test_a_place_is_said_in_many_ways(location: Any, place: str) -> None:
    (event,) = stated_events([node(location=location)], URL)
    assert event.place == place


def test_a_stated_event_needs_a_name_and_a_beginning() -> None:
    nodes = [node(name=""), node(startDate=None), node(startDate="ooit"), {"@type": "Article", "name": "Nieuws"}]
    assert stated_events(nodes, URL) == ()


def test_events_without_an_address_of_their_own_are_told_apart_by_day_and_title() -> None:
    nodes = [node(url=URL), node(url=URL), node(startDate="2026-12-06"), node(url="/agenda/7", name="Elders")]
    found = stated_events(nodes, URL)
    assert [event.key for event in found] == [
        "2026-12-05 Open dag",
        "2026-12-06 Open dag",
        "https://pact.example.nl/agenda/7",
    ]
    assert [event.link for event in found] == [None, None, "https://pact.example.nl/agenda/7"]


def test_a_page_that_states_thousands_gives_some() -> None:
    assert len(stated_events([node(name=f"Open dag {n}") for n in range(1_000)], URL)) == MAX_EVENTS


def test_a_page_without_events_is_not_read_for_them() -> None:
    assert events_stated_in("<script type='application/ld+json'>{}</script>", URL) == ()
    assert events_stated_in('"Event"', URL) == ()
