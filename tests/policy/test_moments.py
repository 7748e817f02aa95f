from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from aggregator.policy.moments import Moment, latest

At = tuple[int, int, int, int, int]

NIGHT, WEEK = Moment(hour=3), Moment(hour=7, weekday=0)


def at(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "now", "expected"),
    [
        (NIGHT, (2026, 11, 27, 2, 0), (2026, 11, 27, 2, 0)),  # three in winter
        (NIGHT, (2026, 11, 27, 1, 59), (2026, 11, 26, 2, 0)),
        (NIGHT, (2026, 7, 1, 1, 0), (2026, 7, 1, 1, 0)),  # three in summer
        (NIGHT, (2026, 3, 29, 1, 0), (2026, 3, 29, 1, 0)),  # the night in which two o'clock is three
        (NIGHT, (2026, 3, 29, 0, 59), (2026, 3, 28, 2, 0)),
        (NIGHT, (2026, 10, 25, 2, 0), (2026, 10, 25, 2, 0)),  # the night in which three is two again
        (WEEK, (2026, 11, 23, 6, 0), (2026, 11, 23, 6, 0)),
        (WEEK, (2026, 11, 23, 5, 59), (2026, 11, 16, 6, 0)),
        (WEEK, (2026, 11, 29, 23, 0), (2026, 11, 23, 6, 0)),
    ],
)
def test_the_last_time_that_it_was(moment: Moment, now: At, expected: At) -> None:
    assert latest(moment, at(*now)) == at(*expected)


def test_every_day_of_a_year_has_one_and_the_next_begins_where_it_ends() -> None:
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    found = [latest(NIGHT, start + timedelta(days=day)) for day in range(365)]
    assert len(set(found)) == 365
    gaps = {later - earlier for earlier, later in pairwise(found)}
    assert gaps == {timedelta(hours=hours) for hours in (23, 24, 25)}
