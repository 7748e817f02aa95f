"""Ranges: the mark of an agenda. "6 juli 2022 / 17:00 - 19:00", "12 t/m 14 mei 2023", "28 april - 2 mei 2023".

News happens at a moment, events last: a line with a range is about an event, and its date is not that of news.
"""

import re
from dataclasses import dataclass

from aggregator.model import Precision
from aggregator.text.dates.amsterdam import Dated, clock, day, day_in_amsterdam, minute
from aggregator.text.dates.grammar import WORD_ENDS, Found, calendar_day, date_at, dates_in, form
from aggregator.text.dates.names import MONTH_PATTERN, MONTHS, WEEKDAY_PATTERN, levelled

TEXT_LIMIT = 500

_TO = r"\s?(?:-|–|—|t/m|tot\sen\smet|tot|en|&|to|through|until|and)\s?"
_WEEKDAY = rf"(?:{WEEKDAY_PATTERN}\.?,?\s)?"
_FIRST_DAY = re.compile(
    rf"(?<![\w€$/.,:+-])(?:(?:van|from)\s)?(?:(?P<weekday>{WEEKDAY_PATTERN})\.?,?\s)?(?P<day>\d{{1,2}})(?:e|st|nd|rd|th)?\.?"
    rf"(?:\s(?P<month>{MONTH_PATTERN}){WORD_ENDS}\.?)?{_TO}(?={_WEEKDAY}\d)",
    re.IGNORECASE,
)
_SAME_DAY = re.compile(rf"{_TO}(?P<hour>\d{{1,2}})[:.u](?P<minute>\d\d)(?!\d)", re.IGNORECASE)
_BETWEEN = re.compile(_TO, re.IGNORECASE)
_MONTH_FIRST = form(
    rf"(?P<month>{MONTH_PATTERN})\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_TO}(?P<last>\d{{1,2}})(?:st|nd|rd|th)?,?\s"
    r"(?P<year>(?:19|20)\d\d)(?!\d)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """A range: the date that opens it, found in the whole of its text, and the one that closes it if another."""

    opening: Found
    closing: Dated | None


def find_range(text: str, *, language: str = "nl") -> tuple[Dated, Dated | None] | None:
    """Return the start and the end of the first range in `text`; None if there is none, or none with a year.

    A single date is no range. The end is None where it says nothing: "6 juli 2022 / 17:00 - 17:00".
    """
    line = " ".join(levelled(text[:TEXT_LIMIT]).split())
    starts = {each.start for each in dates_in(line, language)}
    starts |= {match.start() for pattern in (_FIRST_DAY, _MONTH_FIRST) for match in pattern.finditer(line)}
    days = next(filter(None, (range_at(line, start, language) for start in sorted(starts))), None)
    return (days.opening.dated, days.closing) if days else None


def range_at(line: str, start: int, language: str) -> Days | None:
    """Return the range that begins at `start` of the levelled `line`."""
    first = date_at(line, start, language)
    if first:
        return range_from(line, first, language)
    return _days_before_date(line, start, language) or _days_of_month(line, start)


def range_from(line: str, first: Found, language: str) -> Days | None:
    """Return the range that the whole date `first` opens: up to another time of that day, or to another date."""
    same_day = _SAME_DAY.match(line, first.end)
    if same_day and first.dated.precision is Precision.MINUTE:
        at = clock(same_day.groupdict())
        end = minute(day_in_amsterdam(first.dated.at), at) if at else None
        return _days(first.start, same_day.end(), first.dated, end) if end else None
    between = _BETWEEN.match(line, first.end)
    last = date_at(line, between.end(), language) if between else None
    return _days(first.start, last.end, first.dated, last.dated) if last else None


def _days_before_date(line: str, start: int, language: str) -> Days | None:
    """Read "12 t/m 14 mei 2023" and "28 december - 2 januari 2023": the end says what the start leaves out."""
    match = _FIRST_DAY.match(line, start)
    last = date_at(line, match.end(), language) if match else None
    if match is None or last is None:
        return None
    ends = day_in_amsterdam(last.dated.at)
    month_of_year = MONTHS[match["month"].lower()] if match["month"] else ends.month
    year = ends.year - 1 if month_of_year > ends.month else ends.year
    on = calendar_day(year, month_of_year, int(match["day"]), match["weekday"] or "")
    first = day(on.year, on.month, on.day) if on else None
    return _days(match.start(), last.end, first, last.dated) if first else None


def _days_of_month(line: str, start: int) -> Days | None:
    """Read "May 12-14, 2023"."""
    match = _MONTH_FIRST.match(line, start)
    if match is None:
        return None
    year, month_of_year = int(match["year"]), MONTHS[match["month"].lower()]
    first = day(year, month_of_year, int(match["day"]))
    last = day(year, month_of_year, int(match["last"]))
    return _days(match.start(), match.end(), first, last) if first and last else None


def _days(start: int, end: int, first: Dated, last: Dated) -> Days | None:
    if last.at < first.at:
        return None
    opening = Found(start=start, end=end, dated=first)
    return Days(opening=opening, closing=last if last.at > first.at else None)
