"""How long a story may wait for an editor (pure): until the day that was named, and not for ever."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY, OFFICE_OPENS = 0, 7  # the weekday, and the hour in Amsterdam

PATIENCE = timedelta(days=30)
ASKED_AGAIN = "asked again"
ARCHIVE = "archive"


def next_monday(now: datetime) -> datetime:
    """The morning of the first Monday after today, by the clocks of Amsterdam."""
    here = now.astimezone(AMSTERDAM)
    days = (MONDAY - here.weekday() - 1) % 7 + 1
    morning = (here + timedelta(days=days)).replace(hour=OFFICE_OPENS, minute=0, second=0, microsecond=0)
    return morning.astimezone(now.tzinfo)


def is_due(until: datetime, now: datetime) -> bool:
    """Whether what was put off comes back."""
    return until <= now


def after_waiting(reason: str, since: datetime, now: datetime) -> str:
    """The reason that a story waits for from now on: the same, asked once more, or archived when that was done."""
    if now - since < PATIENCE:
        return reason
    return ARCHIVE if reason == ASKED_AGAIN else ASKED_AGAIN
