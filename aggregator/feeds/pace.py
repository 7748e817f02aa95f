"""What a feed says about when to come again: ttl, skipHours and skipDays (RSS 2.0), sy:* (RSS 1.0 syndication).

Whatever is not a sensible number or a day's name is as if it had not been said.
"""

import re
from datetime import timedelta
from typing import Any

from aggregator.model import Pace

LONGEST = timedelta(days=366)

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(r"<day>\s*([A-Za-z]{6,9})\s*</day>", re.IGNORECASE)


def pace_of(feed: dict[str, Any], text: str) -> Pace:
    """Return the pace from a feed's parsed head and, for skipHours and skipDays, from its text."""
    hours = (int(hour) for hour in _HOUR.findall(_inside(text, "skipHours")))
    days = (day.lower() for day in _DAY.findall(_inside(text, "skipDays")))
    return Pace(
        every=_every(feed),
        skip_hours=frozenset(hour % 24 for hour in hours if hour <= 24),  # 24 is midnight in RSS 0.91
        skip_days=frozenset(_DAYS.index(day) for day in days if day in _DAYS),
    )


def _every(feed: dict[str, Any]) -> timedelta | None:
    said = [time for time in (_ttl(feed), _update_period(feed)) if time and time <= LONGEST]
    return max(said, default=None)


def _ttl(feed: dict[str, Any]) -> timedelta | None:
    minutes = _number(feed.get("ttl"))
    return timedelta(minutes=minutes) if minutes else None


def _update_period(feed: dict[str, Any]) -> timedelta | None:
    period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower())
    frequency = _number(feed.get("sy_updatefrequency")) or 1
    return period / frequency if period else None


def _number(value: object) -> int:
    digits = str(value or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else 0


def _inside(text: str, name: str) -> str:
    _, start, rest = text.partition(f"<{name}")
    return rest[:2000].partition(f"</{name}")[0] if start else ""
