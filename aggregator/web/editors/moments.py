"""Days and times that people choose in forms, by the clocks of Amsterdam; and the same for filling forms in."""

from datetime import date, datetime, time, timedelta

from aggregator.model import Precision
from aggregator.text.dates import amsterdam_day, in_amsterdam
from aggregator.text.dates.amsterdam import minute

Chosen = tuple[datetime, Precision]


def chosen(day: str, clock: str = "") -> Chosen | None:
    """The moment of a date field and a time field; without a time the day as such. None for what is no date."""
    try:
        on = date.fromisoformat(day)
        at = time.fromisoformat(clock) if clock else None
    except ValueError:
        return None
    if not 1995 <= on.year <= 2100:
        return None
    if at is None:
        return amsterdam_day(on), Precision.DAY
    found = minute(on, at.replace(tzinfo=None, second=0, microsecond=0))
    return (found.at, Precision.MINUTE) if found else None


def end_of_day(day: str) -> datetime | None:
    """The moment at which a chosen day is over."""
    found = chosen(day)
    return chosen((in_amsterdam(found[0]).date() + timedelta(days=1)).isoformat())[0] if found else None  # type: ignore[index]  # the day after a day is one


def as_fields(at: datetime | None, precision: Precision | None) -> tuple[str, str]:
    """What a date field and a time field show."""
    if at is None:
        return "", ""
    local = in_amsterdam(at)
    return local.date().isoformat(), f"{local:%H:%M}" if precision is Precision.MINUTE else ""
