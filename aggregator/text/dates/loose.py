"""Dates that need the present to be read: "gisteren", "2 dagen geleden", "do 29 sep", "26 juni jl.", "Juni 2020".

A list that prints no year means this year, so a day without one is the nearest in the past; but only the nearest: if
the weekday contradicts that year, the list is old and any year may be meant. Weeks and months ago tell no day.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from aggregator.model import Precision
from aggregator.text.dates.amsterdam import Dated, day, day_in_amsterdam, full_year, month
from aggregator.text.dates.grammar import (
    DAY,
    MONTH,
    NUMBER_ENDS,
    WEEKDAY,
    WORD_ENDS,
    YEAR,
    Found,
    calendar_day,
    form,
    slashes,
    with_time,
)
from aggregator.text.dates.names import MONTHS

# How far ahead a day without a year may lie: tomorrow's paper, another time zone.
_AHEAD = timedelta(days=2)

_DAY_FIRST = form(rf"{WEEKDAY}{DAY}[\s-]{{0,2}}{MONTH}\.?(?:,?\s{{1,2}}(?P<side>jl|j\.l|l\.l|as|a\.s)\b\.?)?")
# Up to the end or a separator: "May 1st Reboot" is a title.
_MONTH_FIRST = form(rf"{WEEKDAY}{MONTH}\.?\s{{1,2}}{DAY}(?![\d:.,/-]*\d)(?=\s?(?:$|[|·•–—,;.)]))")
_ONLY_ENGLISH = frozenset({"january", "february", "march", "may", "june", "july", "october", "oct"})
_NOT_A_YEAR = re.compile(r"[\s,./|·•–—(-]{0,3}['’]?\d{2,}(?![\d]*[:.uh]\d\d)", re.ASCII)
_SHORT_NUMBERS = form(rf"{WEEKDAY}(?P<day>\d\d)(?P<mark>[/-])(?P<number>\d\d)(?P=mark)(?P<year>\d\d){NUMBER_ENDS}")
_SHORT_YEAR = form(rf"{WEEKDAY}{DAY}[\s-]{MONTH}\.?[\s-](?P<year>\d\d)$")
_MONTH_ONLY = form(rf"{MONTH}\.?,?\s{{1,2}}{YEAR}")
_NAMED_DAY = form(rf"(?P<name>vandaag|today|eergisteren|gisteren|yesterday){WORD_ENDS}")
_DAYS_BACK = {"vandaag": 0, "today": 0, "gisteren": 1, "yesterday": 1, "eergisteren": 2}
_AGO = form(
    r"(?:(?P<amount>\d{1,3}|een|an?|one)\s{0,2}"
    r"(?:(?P<minutes>min(?:uut|uten|utes?|s)?)|(?P<hours>uur|uren|u|hours?|hrs?)|(?P<days>dag(?:en)?|days?))\.?"
    rf"\s{{1,2}}(?:geleden|ago)|(?:zojuist|zonet|just\snow)){WORD_ENDS}"
)


def ago_at(text: str, start: int, now: datetime) -> Found | None:
    """Return what "2 dagen geleden" or "52 minuten geleden" at `start` means."""
    match = _AGO.match(text, start)
    if match is None:
        return None
    part = match.groupdict(default="")
    amount = int(part["amount"]) if part["amount"].isdigit() else 1
    if part["days"]:
        dated = _day(day_in_amsterdam(now) - timedelta(days=amount))
    else:
        ago = timedelta(minutes=amount if part["minutes"] else 0, hours=amount if part["hours"] else 0)
        at = (now - ago).astimezone(UTC).replace(second=0, microsecond=0)
        dated = Dated(at=at, precision=Precision.MINUTE)
    return Found(start=match.start(), end=match.end(), dated=dated) if dated else None


def named_day_at(text: str, start: int, now: datetime) -> Found | None:
    """Return what "vandaag, 17:04" or "gisteren" at `start` means."""
    match = _NAMED_DAY.match(text, start)
    if match is None:
        return None
    on = day_in_amsterdam(now) - timedelta(days=_DAYS_BACK[match["name"].lower()])
    return with_time(text, match.start(), match.end(), on)


def no_year_at(text: str, start: int, now: datetime, language: str) -> Found | None:
    """Return the day without a year at `start`, in the year that makes it nearest: past, or coming for "a.s."."""
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        match = pattern.match(text, start)
        # "Juni 22" is June 2022 in Dutch, and the 22nd of June in English; so "Oct 22" is a day everywhere.
        if match and pattern is _MONTH_FIRST and not _is_english(match["month"], language):
            return None
        if match and not _NOT_A_YEAR.match(text, match.end()):
            on = _nearest(match.groupdict(default=""), day_in_amsterdam(now))
            found = with_time(text, match.start(), match.end(), on) if on else None
            return replace(found, dated=replace(found.dated, year_said=False)) if found else None
    return None


def short_year_at(text: str, start: int, now: datetime, language: str) -> Found | None:
    """Return "30-06-22" (not where the order is unsure) or "30 jun 22" at `start`; never a year to come."""
    for pattern in (_SHORT_NUMBERS, _SHORT_YEAR):
        if match := pattern.match(text, start):
            part = match.groupdict(default="")
            year = full_year(part["year"])
            if year > day_in_amsterdam(now).year or ("number" in part and slashes(language) != "day"):
                return None
            month_of_year = int(part["number"]) if "number" in part else MONTHS[part["month"].lower()]
            on = calendar_day(year, month_of_year, int(part["day"]), part["weekday"])
            return with_time(text, match.start(), match.end(), on) if on else None
    return None


def month_at(text: str, start: int) -> Found | None:
    """Return the month at `start`: "Juni 2020"."""
    match = _MONTH_ONLY.match(text, start)
    if match is None:
        return None
    dated = month(full_year(match["year"].lstrip("'’")), MONTHS[match["month"].lower()])
    return Found(start=match.start(), end=match.end(), dated=dated) if dated else None


def _nearest(part: Mapping[str, str], today: date) -> date | None:
    coming = part.get("side", "").startswith("a")
    years = (today.year, today.year + 1) if coming else (today.year + 1, today.year, today.year - 1)
    for year in years:
        on = calendar_day(year, MONTHS[part["month"].lower()], int(part["day"]))
        if on and (on >= today if coming else today - timedelta(days=365) <= on <= today + _AHEAD):
            return calendar_day(on.year, on.month, on.day, part["weekday"])
    return None


def _day(on: date) -> Dated | None:
    return day(on.year, on.month, on.day)


def _is_english(month_name: str, language: str) -> bool:
    return language.lower().startswith("en") or month_name.lower() in _ONLY_ENGLISH
