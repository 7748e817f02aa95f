"""A date as we hold it: an instant in UTC, and how exactly the other side said it.

A date without a time of day is a calendar day of Amsterdam, never a day of UTC: "30 juni 2022" began at 22:00 UTC
on the 29th. So it is kept as midnight in Amsterdam, with the precision that tells it from a real midnight.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from aggregator.model import Precision

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

# What lies outside is a machine's mistake (0000-00-00, 1970-01-01, 20222), never news on the web.
YEARS = range(1990, 2101)

_DUTCH = "januari februari maart april mei juni juli augustus september oktober november december"
_ENGLISH = "January February March April May June July August September October November December"


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """An instant (aware, UTC) and its precision; a day or a month is the midnight in Amsterdam that begins it.

    `year_said` is False where the text gave no year and the nearest one was taken: right on a list of fresh news,
    for the caller to hold against a year heading or the items around it.
    """

    at: datetime
    precision: Precision
    year_said: bool = field(default=True, compare=False)


def amsterdam_day(day: date) -> datetime:
    """Return the midnight in Amsterdam that begins `day`, in UTC.

    >>> amsterdam_day(date(2022, 6, 30)).isoformat()
    '2022-06-29T22:00:00+00:00'
    """
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)


def in_amsterdam(at: datetime) -> datetime:
    """Return the aware `at` as clocks in Amsterdam show it."""
    return at.astimezone(AMSTERDAM)


def day_in_amsterdam(at: datetime) -> date:
    """Return the calendar day that the aware `at` falls on in Amsterdam."""
    return in_amsterdam(at).date()


def dutch_date(at: datetime, language: str = "nl") -> str:
    """Return the day of `at` in Amsterdam for readers: "30 juni 2022", or "30 June 2022" for English."""
    day = day_in_amsterdam(at)
    months = (_ENGLISH if language.lower().startswith("en") else _DUTCH).split()
    return f"{day.day} {months[day.month - 1]} {day.year}"


def day(year: int, month: int, day_of_month: int) -> Dated | None:
    """Return a calendar day, or None if the calendar has no such day or its year is out of reach."""
    return _dated(year, month, day_of_month, Precision.DAY)


def month(year: int, month_of_year: int) -> Dated | None:
    """Return the first day of a month, or None if there is no such month."""
    return _dated(year, month_of_year, 1, Precision.MONTH)


def minute(on: date, at: time, zone: tzinfo = AMSTERDAM) -> Dated | None:
    """Return the instant when clocks in `zone` showed `at`; the first of two when the clock was set back."""
    if on.year not in YEARS:
        return None
    return Dated(at=datetime.combine(on, at, zone).astimezone(UTC), precision=Precision.MINUTE)


def full_year(digits: str) -> int:
    """Return the year that two or four digits mean; of two, 00 to 49 are in this century (RFC 5322 section 4.3)."""
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 50 else 1900)


def day_and_month(
    first: int, second: int, mark: str, *, slashed: Literal["day", "month", ""] = ""
) -> tuple[int, int] | None:
    """Return what is the day and what the month in "30-06-2022"; None if that cannot be known.

    Dots and dashes put the day first everywhere. With slashes Americans put the month first: `slashed` says what
    comes first as far as the reader knows, and a number past 12 settles it.
    """
    if mark != "/" or first > 12:
        return first, second
    if second > 12 or slashed == "month":
        return second, first
    return (first, second) if slashed == "day" or first == second else None


def clock(part: Mapping[str, str]) -> time | None:
    """Return the time of day in the groups hour, minute, second and half (a or p); None if no clock shows it."""
    hour, half = int(part["hour"]), part.get("half")
    if half:
        if hour not in range(1, 13):
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    second = min(int(part.get("second") or 0), 59)  # a leap second is 60
    try:
        return time(hour, int(part["minute"]), second)
    except ValueError:
        return None


def _dated(year: int, month_of_year: int, day_of_month: int, precision: Precision) -> Dated | None:
    if year not in YEARS:
        return None
    try:
        return Dated(at=amsterdam_day(date(year, month_of_year, day_of_month)), precision=precision)
    except ValueError:
        return None
