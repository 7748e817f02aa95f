from datetime import UTC, datetime

import pytest

from aggregator.model import Precision
from aggregator.web.editors.moments import as_fields, chosen, end_of_day


def test_a_day_is_the_day_in_amsterdam_and_a_time_is_by_its_clocks() -> None:
    assert chosen("2026-07-01") == (datetime(2026, 6, 30, 22, tzinfo=UTC), Precision.DAY)
    assert chosen("2026-07-01", "09:30") == (datetime(2026, 7, 1, 7, 30, tzinfo=UTC), Precision.MINUTE)


@pytest.mark.parametrize(("day", "clock"), [("", ""), ("morgen", ""), ("2026-07-01", "9 uur"), ("1066-01-01", "")])
def test_what_is_no_moment(day: str, clock: str) -> None:
    assert chosen(day, clock) is None


def test_a_day_is_over_at_midnight_also_when_the_clock_changes() -> None:
    assert end_of_day("2026-10-25") == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert end_of_day("x") is None


@pytest.mark.parametrize(("day", "clock"), [("2026-07-01", "09:30"), ("2026-07-01", "")])
def test_fields_show_what_was_chosen(day: str, clock: str) -> None:
    found = chosen(day, clock)
    assert found
    assert as_fields(*found) == (day, clock)
    assert as_fields(None, None) == ("", "")
