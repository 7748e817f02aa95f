"""When editors are reminded of their weekly round: once, on its day, from its hour on."""

from dataclasses import dataclass
from datetime import datetime

from aggregator.text.dates import in_amsterdam

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """The round's day ("never" for none) and the hour, by the clocks of Amsterdam."""

    day: str
    hour: int


def is_due(reminder: Reminder, last: datetime, now: datetime) -> bool:
    """Whether it is time, and nothing was sent on this day; `last` is when something was, or an account was made."""
    here = in_amsterdam(now)
    is_time = DAYS[here.weekday()] == reminder.day and here.hour >= reminder.hour
    return is_time and in_amsterdam(last).date() < here.date()
