"""Addresses with a moving window: servers that answer with the best twenty of all time are asked for the last month.

A placeholder stands in braces in the address, where a literal brace must be percent-encoded anyway (RFC 3986):

    {day}   {day-30}   {day+1}    midnight UTC of that day, with its time: 2026-10-24T00%3A00%3A00Z
    {date}  {date-30}  {date+1}   the day alone: 2026-10-24 (some servers fail on it, rijksoverheid.nl with a 500)
    {hour}  {hour-6}   {hour+1}   the start of that hour, with its time

All are stable within their day or hour, so that the address, and with it what the server caches, holds that long.
"""

import re
from datetime import datetime, timedelta
from urllib.parse import quote

_BRACED = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDER = re.compile(r"(day|date|hour)([+-]\d{1,4})?")


def is_template(url: str) -> bool:
    """Say whether `url` holds a placeholder, so that it is another address tomorrow.

    >>> is_template("https://example.nl/feed?from={day-30}")
    True
    """
    return _BRACED.search(url) is not None


def expand(url: str, now: datetime) -> str:
    """Return the address to ask at `now` (aware UTC).

    >>> from datetime import UTC
    >>> expand("https://example.nl/feed?from={date-30}", datetime(2026, 11, 23, 9, tzinfo=UTC))
    'https://example.nl/feed?from=2026-10-24'

    Raises ValueError for a placeholder that is not known.
    """
    return _BRACED.sub(lambda found: quote(_moment(found[1], now), safe=""), url)


def _moment(placeholder: str, now: datetime) -> str:
    found = _PLACEHOLDER.fullmatch(placeholder)
    if not found:
        raise ValueError(f"unknown placeholder {{{placeholder}}}; known are {{day-30}}, {{date-30}}, {{hour-6}}")
    unit, offset = found[1], int(found[2] or 0)
    hour = now.replace(minute=0, second=0, microsecond=0)
    if unit == "hour":
        return _iso(hour + timedelta(hours=offset))
    midnight = hour.replace(hour=0) + timedelta(days=offset)
    return midnight.date().isoformat() if unit == "date" else _iso(midnight)


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
