"""Dates of feeds: RFC 822, 2822 and 5322, RFC 3339, ISO 8601, W3CDTF and asctime, as feeds really write them.

The standards are read literally where they speak (RFC 5322 section 4.3 for old zones and two-digit years). Beyond
them go translated names, IANA zones, missing seconds and zones; a time without a zone is Amsterdam's.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from aggregator.text.dates.amsterdam import AMSTERDAM, Dated, clock, day, day_and_month, full_year, minute, month
from aggregator.text.dates.names import MONTHS, WEEKDAYS, folded

LENGTH_LIMIT = 80

# Hours from UTC. "CET" is taken at its word in summer too.
_ABBREVIATIONS = {
    -10: "hst", -9: "akst", -8: "pst akdt", -7: "mst pdt", -6: "cst mdt", -5: "est cdt", -4: "edt",
    0: "ut utc gmt z wet", 1: "cet met mez west bst", 2: "cest mest mesz eet", 3: "eest msk",
    9: "jst", 10: "aest", 11: "aedt",
}  # fmt: skip
_ZONE_HOURS = {name: hours for hours, names in _ABBREVIATIONS.items() for name in names.split()}

_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?(?:\s?(?P<half>[ap])\.?m\b\.?)?"
_ZONE = r"(?P<zone>[a-z+-][a-z0-9_/:+-]*)"
_WEEKDAY = r"(?:(?P<weekday>[a-z]{2,10})[.,]{0,2}\s)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|e)?"
_MONTH = r"(?P<month>[a-z]{3,10})"
_YEAR = r"(?P<year>\d{4}|\d\d)(?!\d)"
_CLOCK = rf"(?:(?:,?\s(?:(?:om|at|um|a|-)\s)?|,|t){_TIME})?(?:\s?{_ZONE}(?:\s[a-z ]+)?)?"

_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        # RFC 3339, ISO 8601 extended, W3CDTF, MySQL
        rf"(?P<year>\d{{4}})(?P<dash>[-/])(?P<number>\d{{1,2}})(?:(?P=dash){_DAY}{_CLOCK})?",
        # ISO 8601 basic
        r"(?P<year>\d{4})(?P<number>\d\d)(?P<day>\d\d)"
        rf"(?:t(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:[.,]\d+)?\s?{_ZONE}?)?",
        # RFC 822 and its children: "Thu, 30 Jun 2022 10:00:00 +0200", "30-jun-22", "30. Juni 2022"
        rf"{_WEEKDAY}{_DAY}[\s./-]{{1,2}}(?:de\s)?{_MONTH}[\s,./-]{{1,2}}(?:de\s)?{_YEAR}{_CLOCK}",
        # "Thursday, June 30, 2022 10:00 AM"
        rf"{_WEEKDAY}{_MONTH}[\s.]{{1,2}}{_DAY},?\s{_YEAR}{_CLOCK}",
        # asctime, with the zone of date(1) before the year or behind it
        rf"{_WEEKDAY}{_MONTH}\s{_DAY}\s{_TIME}(?:\s(?P<inner>[a-z]+|[+-]\d{{4}}))?\s{_YEAR}(?:\s{_ZONE})?",
        # "30-06-2022 10:00", "30/06/2022"
        rf"{_WEEKDAY}(?P<first>\d{{1,2}})(?P<mark>[./-])(?P<next>\d{{1,2}})(?P=mark)(?P<year>\d{{4}})(?!\d){_CLOCK}",
    )
)
_OFFSET = re.compile(r"(?:utc|gmt)?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?", re.ASCII)
_BRACKETED = re.compile(r"\[[^\]]*\]$")  # Java: "2022-06-30T10:00+02:00[Europe/Amsterdam]"
_PARENTHESES = str.maketrans("", "", "()")  # comments: "+0200 (CEST)"
_UNKNOWN_ZONE = re.compile(r"[a-z]{1,5}", re.ASCII)


def feed_date(text: str) -> Dated | None:
    """Return the date that a feed's element says, or None if it says none that can be believed.

    A date without a time is a calendar day of Amsterdam; "2022-06" is a month. A year alone is None, and so is
    "06/07/2022", which is June or July.

    >>> feed_date("do, 30 jun 2022 10:00:00 +0200").at.isoformat()
    '2022-06-30T08:00:00+00:00'
    """
    if len(text) > LENGTH_LIMIT:
        return None
    plain = folded(_BRACKETED.sub("", text)).translate(_PARENTHESES)
    for form in _FORMS:
        if match := form.fullmatch(plain):
            return _dated(match.groupdict(default=""))
    return None


def _dated(part: Mapping[str, str]) -> Dated | None:
    if part.get("weekday") and part["weekday"] not in WEEKDAYS:
        return None
    numbers = _day_and_month(part)
    if numbers is None:
        return None
    year, (day_of_month, month_of_year) = full_year(part["year"]), numbers
    if not day_of_month:
        return month(year, month_of_year)
    whole_day, zone = day(year, month_of_year, day_of_month), _zone(part["zone"] or part.get("inner", ""))
    if whole_day is None or zone is None or not part["hour"]:
        return whole_day if zone else None
    at = clock(part)
    return minute(date(year, month_of_year, day_of_month), at, zone) if at else None


def _day_and_month(part: Mapping[str, str]) -> tuple[int, int] | None:
    if "first" in part:
        return day_and_month(int(part["first"]), int(part["next"]), part["mark"])
    if "number" in part:
        return int(part["day"] or 0), int(part["number"])
    return int(part["day"]), MONTHS.get(part["month"], 0)


def _zone(name: str) -> tzinfo | None:
    if not name:
        return AMSTERDAM
    if name in _ZONE_HOURS:
        return timezone(timedelta(hours=_ZONE_HOURS[name]))
    if match := _OFFSET.fullmatch(name):
        return _offset(match["sign"], int(match["hours"]), int(match["minutes"] or 0))
    if "/" in name:
        return _iana_zone(name)
    # RFC 5322 section 4.3: an alphabetic zone that nobody knows is -0000.
    return UTC if _UNKNOWN_ZONE.fullmatch(name) else None


def _offset(sign: str, hours: int, minutes: int) -> tzinfo | None:
    if hours > 14 or minutes > 59:
        return None
    distance = timedelta(hours=hours, minutes=minutes)
    return timezone(-distance if sign == "-" else distance)


def _iana_zone(name: str) -> tzinfo | None:
    key = _iana_keys().get(name)
    return ZoneInfo(key) if key else None


@cache
def _iana_keys() -> Mapping[str, str]:
    return {key.lower(): key for key in available_timezones()}
