from datetime import UTC, datetime

import pytest

from aggregator.feeds import read_feed
from aggregator.model import Happening, Reading
from tests.factories import NOW

HEAD = "<rss version='2.0' xmlns:ev='http://purl.org/rss/1.0/modules/event/'><channel><title>Nieuws</title>"
NEWS = "<item><title>Campus krijgt geld</title><link>https://fme.example/1</link></item>"


def read(*items: str) -> Reading:
    body = f"{HEAD}{''.join(items)}</channel></rss>".encode()
    return read_feed(body, url="https://fme.example/feed", now=NOW)


def event(inside: str) -> str:
    return f"<item><title>Open dag</title><link>https://fme.example/agenda/1</link>{inside}</item>"


def test_an_entry_that_states_an_event_is_an_event_and_no_news() -> None:
    reading = read(
        event(
            "<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate><ev:startdate>2026-12-05T10:00:00+01:00</ev:startdate>"
            "<ev:enddate>2026-12-05T15:00:00+01:00</ev:enddate><ev:location>Almelo</ev:location>"
        ),
        NEWS,
    )
    assert [entry.title for entry in reading.entries] == ["Campus krijgt geld"]
    assert reading.events == (
        Happening(
            key="https://fme.example/agenda/1",
            title="Open dag",
            link="https://fme.example/agenda/1",
            starts=datetime(2026, 12, 5, 9, tzinfo=UTC),
            ends=datetime(2026, 12, 5, 14, tzinfo=UTC),
            place="Almelo",
        ),
    )


@pytest.mark.parametrize("end", ["", "<ev:enddate>ooit</ev:enddate>", "<ev:enddate>2026-12-01</ev:enddate>"])
def test_an_end_that_says_nothing_is_left_out(end: str) -> None:
    (found,) = read(event(f"<guid>urn:1</guid><ev:startdate>2026-12-05</ev:startdate>{end}")).events
    assert (found.key, found.ends, found.place) == ("urn:1", None, "")


@pytest.mark.parametrize("start", ["", "binnenkort", "5" * 300])
def test_what_does_not_say_when_it_begins_is_news_as_before(start: str) -> None:
    reading = read(event(f"<ev:startdate>{start}</ev:startdate>"))
    assert reading.events == ()
    assert [entry.title for entry in reading.entries] == ["Open dag"]
