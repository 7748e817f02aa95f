from datetime import UTC, datetime, timedelta

import pytest

from aggregator.policy.waiting import after_waiting, is_due, next_monday
from tests.factories import DAY, NOW


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC)),  # on a Monday: the next one
        (datetime(2026, 11, 29, 22, 59, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC)),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), datetime(2026, 12, 7, 6, tzinfo=UTC)),  # Monday in Amsterdam
        (datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 30, 5, tzinfo=UTC)),  # summer time began
    ],
)
def test_later_is_the_next_monday_morning_in_amsterdam(now: datetime, monday: datetime) -> None:
    assert next_monday(now) == monday


def test_what_was_put_off_is_due_on_its_moment() -> None:
    assert is_due(NOW, NOW)
    assert not is_due(NOW, NOW - timedelta(seconds=1))


def test_a_month_of_waiting_is_asked_once_more_and_then_archived() -> None:
    assert after_waiting("unsure", NOW, NOW + 29 * DAY) == "unsure"
    assert after_waiting("unsure", NOW, NOW + 30 * DAY) == "asked again"
    assert after_waiting("asked again", NOW, NOW + 29 * DAY) == "asked again"
    assert after_waiting("asked again", NOW, NOW + 30 * DAY) == "archive"
