from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Happening
from aggregator.publish.icalendar import Announcement, icalendar
from aggregator.text.dates import amsterdam_day
from tests.publish.site.content import SITE

SEEN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def lines(**changed: object) -> dict[str, str]:
    """The content lines of a calendar of one event, unfolded, by what stands before the colon."""
    said: dict[str, object] = {"key": "open-dag", "title": "Open dag", "starts": amsterdam_day(date(2026, 12, 5))}
    event = Happening(**(said | changed))  # type: ignore[arg-type]  # a test's shorthand
    made = icalendar([Announcement(source_id="fme", organiser="FME", event=event, first_seen=SEEN)], SITE)
    assert all(len(each) <= 75 for each in made.split(b"\r\n"))
    assert made.endswith(b"END:VCALENDAR\r\n")
    unfolded = made.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")
    return dict(each.split(":", 1) for each in unfolded)


def test_an_event_says_when_it_was_first_seen_and_keeps_its_name() -> None:
    told = lines()
    assert told["DTSTAMP"] == "20261102T080000Z"
    assert told["UID"] == lines(title="Open dag verplaatst", place="Ede")["UID"]
    assert told["UID"].endswith("@techniekpact.nl")
    assert told["UID"] != lines(key="andere")["UID"]


@pytest.mark.parametrize(
    ("ends", "end"),
    [(None, "20261206"), (date(2026, 12, 7), "20261208"), (date(2026, 12, 1), "20261206")],
)
def test_an_event_without_a_time_is_of_whole_days_and_ends_after_the_last(ends: date | None, end: str) -> None:
    told = lines(ends=amsterdam_day(ends) if ends else None)
    assert (told["DTSTART;VALUE=DATE"], told["DTEND;VALUE=DATE"]) == ("20261205", end)


def test_an_event_with_a_time_is_told_in_utc() -> None:
    starts = datetime(2026, 12, 5, 18, 30, tzinfo=UTC)
    told = lines(starts=starts, ends=starts + timedelta(hours=2))
    assert (told["DTSTART"], told["DTEND"]) == ("20261205T183000Z", "20261205T203000Z")
    assert "DTEND" not in lines(starts=starts, ends=starts - timedelta(hours=2))


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://x.example/\r\nATTENDEE:x", ""])
def test_only_a_web_address_is_a_link(link: str) -> None:
    told = lines(link=link)
    assert "ATTENDEE" not in told
    assert not told.get("URL", "").startswith("javascript")


@given(st.text(max_size=300), st.text(max_size=100))
def test_no_text_breaks_out_of_its_line(title: str, place: str) -> None:
    told = lines(title=title, place=place)
    assert {"BEGIN", "UID", "DTSTAMP", "SUMMARY", "END"} <= told.keys()
    assert told.keys() <= {
        *("BEGIN", "END", "VERSION", "PRODID", "METHOD", "NAME", "X-WR-CALNAME", "X-WR-TIMEZONE", "UID", "DTSTAMP"),
        *("DTSTART;VALUE=DATE", "DTEND;VALUE=DATE", "SUMMARY", "DESCRIPTION", "LOCATION", "URL"),
    }
