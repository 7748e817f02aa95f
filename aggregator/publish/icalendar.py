"""Events as iCalendar (RFC 5545), for the calendars that people have.

Times are written in UTC, which needs no VTIMEZONE; an event that begins at midnight in Amsterdam is one of whole days.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from aggregator.model import Happening, Site
from aggregator.publish.channel import VERSION
from aggregator.publish.characters import line, web_address
from aggregator.publish.entry import local
from aggregator.text.dates import day_in_amsterdam

MEDIA_TYPE = "text/calendar; charset=utf-8"
LINE_OCTETS = 75  # RFC 5545 section 3.1
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """An event, who announces it and since when we know of it."""

    source_id: str
    organiser: str
    event: Happening
    first_seen: datetime


def icalendar(announced: Sequence[Announcement], site: Site) -> bytes:
    """Return a calendar of these events, at least one: RFC 5545 has no empty calendar."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{_text(site.title)}//aggregator {VERSION}//NL",
        "METHOD:PUBLISH",
        f"NAME:{_text(site.title)}",
        f"X-WR-CALNAME:{_text(site.title)}",
        "X-WR-TIMEZONE:Europe/Amsterdam",
        *(each for one in announced for each in _event(one, site)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(each) for each in lines)


def _event(one: Announcement, site: Site) -> Iterator[str]:
    event = one.event
    number = blake2b(f"{one.source_id}\n{event.key}".encode("utf-8", "replace"), digest_size=12).hexdigest()
    yield "BEGIN:VEVENT"
    yield f"UID:{number}@{site.tag_authority.partition(',')[0]}"
    yield f"DTSTAMP:{_utc(one.first_seen)}"
    yield from _times(event.starts, event.ends)
    yield f"SUMMARY:{_text(event.title)}"
    yield f"DESCRIPTION:{_text(one.organiser)}"
    if event.place:
        yield f"LOCATION:{_text(event.place)}"
    if link := web_address(event.link or ""):
        yield f"URL:{link}"
    yield "END:VEVENT"


def _times(starts: datetime, ends: datetime | None) -> Iterable[str]:
    if _is_midnight(starts) and (ends is None or _is_midnight(ends)):
        first = day_in_amsterdam(starts)
        # DTEND is the day after the last one, and never the first (section 3.6.1); partners name the last day.
        last = max(first, day_in_amsterdam(ends)) if ends else first
        return f"DTSTART;VALUE=DATE:{first:%Y%m%d}", f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"
    is_longer = ends is not None and ends > starts
    return (f"DTSTART:{_utc(starts)}", *((f"DTEND:{_utc(ends)}",) if ends and is_longer else ()))


def _is_midnight(at: datetime) -> bool:
    here = local(at)
    return (here.hour, here.minute, here.second) == (0, 0, 0)


def _utc(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """A value of type TEXT (section 3.3.11)."""
    return line(text).translate(_ESCAPES)


def _folded(content: str) -> bytes:
    """A content line, continued after every 75 octets and never within a character."""
    parts, part = [], b""
    for character in content:
        octets = character.encode("utf-8", "replace")
        if len(part) + len(octets) > LINE_OCTETS:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"
