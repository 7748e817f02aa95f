"""Moments that come back by the clocks of Amsterdam: every night at three, every Monday at seven."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aggregator.text.dates import in_amsterdam

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """Each day at `hour`, or only on one day of the week (0 is Monday)."""

    hour: int
    weekday: int | None = None


def latest(moment: Moment, now: datetime) -> datetime:
    """The last time that `moment` was there, `now` included.

    >>> str(latest(Moment(hour=3), datetime(2026, 11, 27, 1, 59, tzinfo=UTC)))
    '2026-11-26 02:00:00+00:00'
    >>> str(latest(Moment(hour=7, weekday=0), datetime(2026, 7, 6, 5, tzinfo=UTC)))
    '2026-07-06 05:00:00+00:00'
    """
    here = in_amsterdam(now)
    at = here.replace(hour=moment.hour, minute=0, second=0, microsecond=0)
    while at.astimezone(UTC) > now or moment.weekday not in (None, at.weekday()):
        at -= DAY  # on the wall clock: the hour stays the same when summer time begins or ends
    return at.astimezone(UTC)
