"""The forms in which pages print a whole date: day, month and year, in words or in numbers, with or without a time.

Every form is anchored on a position of levelled text and says how far it reached, so that one grammar serves a line
that is a date, a text with dates in it and the two ends of a range. What a form cannot know for certain (the weekday
contradicts, the slashes may be American) is None.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from aggregator.text.dates.amsterdam import YEARS, Dated, clock, day, day_and_month, full_year, minute
from aggregator.text.dates.feed import feed_date
from aggregator.text.dates.names import MONTH_PATTERN, MONTHS, WEEKDAY_PATTERN, WEEKDAYS

# (?-i:...) looks at case: "14 oktoberPersoneel" is a date with a title stuck to it, "14 meisjes" is not.
WORD_ENDS = r"(?-i:(?![a-z]))"
NUMBER_ENDS = r"(?!\d|[.,/:-]\d|[-_]\w)" + WORD_ENDS
WEEKDAY = rf"(?:(?P<weekday>{WEEKDAY_PATTERN})\.?,?(?:\s[|–-])?\s{{1,2}})?"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|ste|de|er|e)?\.?"
MONTH = rf"(?P<month>{MONTH_PATTERN}){WORD_ENDS}"
YEAR = r"(?P<year>(?:19|20)\d\d|['’]\d\d)(?!\d)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A date and where it stands in the text that was searched: text[start:end]."""

    start: int
    end: int
    dated: Dated


def form(pattern: str) -> re.Pattern[str]:
    """Compile a form that stands by itself: not in a word, a price, an address or a longer number."""
    return re.compile(r"(?<![\w€$/])(?<!\d[.,:+-])(?<![a-z][_-])" + pattern, re.ASCII | re.IGNORECASE)


_FORMS = (
    form(r"(?P<machine>\d{4}-\d\d-\d\dT\d[\d:.,]{3,15}(?:Z|[+-]\d\d(?::?\d\d)?)?)(?!\w)"),
    form(rf"(?P<year>(?:19|20)\d\d)(?P<mark>[-/.])(?P<number>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){NUMBER_ENDS}(?!\w)"),
    form(rf"{WEEKDAY}{DAY}[\s-]{{0,2}}(?:(?:de|of)\s)?{MONTH}[.,]{{0,2}}[\s-]{{0,2}}(?:de\s)?{YEAR}"),
    form(rf"{WEEKDAY}{MONTH}[.,]?\s{{1,2}}{DAY},?\s{{0,2}}{YEAR}"),
    form(rf"(?P<year>(?:19|20)\d\d),?\s{MONTH}\.?\s{DAY}(?![\d:]){WORD_ENDS}"),
    form(
        rf"{WEEKDAY}(?P<first>\d{{1,2}})(?P<mark>[./-])(?P<next>\d{{1,2}})(?P=mark)"
        rf"(?P<year>(?:19|20)\d\d){NUMBER_ENDS}"
    ),
)
_TIME = re.compile(
    r"[\s,|/@·•–—-]{0,4}(?:(?P<word>om|at|um|te|van|from|tussen|between)\s)?(?P<hour>\d{1,2})(?P<mark>[:.uh])(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d))?(?!\d|[:.]\d)(?:\s?(?P<half>[ap])\.?m\b\.?)?(?P<unit>\s?(?:uur|u|h|uhr)\b)?",
    re.ASCII | re.IGNORECASE,
)


def date_at(text: str, start: int, language: str) -> Found | None:
    """Return the whole date, and its time if there is one, that begins at `start` of the levelled `text`."""
    for pattern in _FORMS:
        if match := pattern.match(text, start):
            return _found(match, language)
    return None


def dates_in(text: str, language: str, start: int = 0) -> Iterator[Found]:
    """Yield the whole dates of the levelled `text` from `start` on; their order is that of the forms."""
    for pattern in _FORMS:
        for match in pattern.finditer(text, start):
            if found := _found(match, language):
                yield found


def with_time(text: str, start: int, end: int, on: date) -> Found | None:
    """Return the day that text[start:end] says with the time behind it, if any; None if no clock shows that time."""
    match = _TIME.match(text, end)
    # "12.50" is a price or a number, unless a word makes it a time.
    if match is None or (match["mark"] == "." and not (match["word"] or match["unit"])):
        dated = day(on.year, on.month, on.day)
        return Found(start=start, end=end, dated=dated) if dated else None
    at = clock(match.groupdict(default=""))
    dated = minute(on, at) if at else None
    return Found(start=start, end=match.end(), dated=dated) if dated else None


def calendar_day(year: int, month: int, day_of_month: int, weekday: str = "") -> date | None:
    """Return the day if the calendar has it, in a year within reach, on that weekday if one is named."""
    try:
        on = date(year, month, day_of_month)
    except ValueError:
        return None
    if on.year not in YEARS or (weekday and WEEKDAYS[weekday.lower()] != on.weekday()):
        return None
    return on


def slashes(language: str) -> Literal["day", "month", ""]:
    """Return what comes first in "06/07/2022" in `language`; "" for English of nowhere in particular."""
    plain = language.lower()
    if plain == "en":
        return ""
    return "month" if plain.startswith("en-us") else "day"


def _found(match: re.Match[str], language: str) -> Found | None:
    part = match.groupdict(default="")
    if machine := part.get("machine"):
        dated = feed_date(machine)
        return Found(start=match.start(), end=match.end(), dated=dated) if dated else None
    numbers = _day_and_month(part, language)
    if numbers is None:
        return None
    on = calendar_day(full_year(part["year"].lstrip("'’")), numbers[1], numbers[0], part.get("weekday", ""))
    return with_time(match.string, match.start(), match.end(), on) if on else None


def _day_and_month(part: Mapping[str, str], language: str) -> tuple[int, int] | None:
    if "first" in part:
        return day_and_month(int(part["first"]), int(part["next"]), part["mark"], slashed=slashes(language))
    return int(part["day"]), int(part["number"]) if "number" in part else MONTHS[part["month"].lower()]
