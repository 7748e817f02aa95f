from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Precision
from aggregator.text.dates import Dated, amsterdam_day, day_in_amsterdam, dutch_date, in_amsterdam
from aggregator.text.dates.amsterdam import clock, day, day_and_month, full_year, minute, month


def test_a_day_begins_at_midnight_in_amsterdam() -> None:
    assert amsterdam_day(date(2022, 6, 30)) == datetime(2022, 6, 29, 22, tzinfo=UTC)
    assert amsterdam_day(date(2022, 1, 5)) == datetime(2022, 1, 4, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("on", "hours"),
    [
        (date(2024, 3, 31), 23),
        (date(2024, 10, 27), 25),
        (date(2024, 3, 30), 24),
        (date(2024, 10, 28), 24),
    ],
)
def test_days_on_which_the_clock_changes_have_their_own_length(on: date, hours: int) -> None:
    assert amsterdam_day(on + timedelta(days=1)) - amsterdam_day(on) == timedelta(hours=hours)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_a_day_comes_back_as_the_same_day(on: date) -> None:
    assert day_in_amsterdam(amsterdam_day(on)) == on
    assert amsterdam_day(on).tzinfo is UTC


def test_readers_see_the_day_of_amsterdam_in_their_language() -> None:
    at = datetime(2022, 6, 29, 22, tzinfo=UTC)
    assert dutch_date(at) == "30 juni 2022"
    assert dutch_date(at, "en-GB") == "30 June 2022"
    assert in_amsterdam(at).isoformat() == "2022-06-30T00:00:00+02:00"


def test_an_hour_that_does_not_exist_or_exists_twice_is_still_one_instant() -> None:
    skipped = minute(date(2024, 3, 31), time(2, 30))
    doubled = minute(date(2024, 10, 27), time(2, 30))
    assert skipped is not None
    assert skipped.at == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)
    assert doubled is not None
    assert doubled.at == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)


def test_what_no_calendar_has_is_none() -> None:
    assert day(2023, 2, 29) is None
    assert month(2023, 13) is None
    assert day(1989, 12, 31) is None
    assert day(2101, 1, 1) is None
    assert minute(date(1970, 1, 1), time()) is None
    assert month(2020, 6) == Dated(at=datetime(2020, 5, 31, 22, tzinfo=UTC), precision=Precision.MONTH)


@pytest.mark.parametrize(
    ("hour", "half", "said"),
    [("12", "a", time(0, 5)), ("12", "p", time(12, 5)), ("5", "P", time(17, 5)), ("17", "", time(17, 5))],
)
def test_halves_of_the_day_are_counted_as_in_english(hour: str, half: str, said: time) -> None:
    assert clock({"hour": hour, "minute": "05", "half": half}) == said


@pytest.mark.parametrize(
    "part",
    [{"hour": "13", "minute": "00", "half": "p"}, {"hour": "24", "minute": "00"}, {"hour": "9", "minute": "60"}],
)
def test_what_no_clock_shows_is_none(part: dict[str, str]) -> None:
    assert clock(part) is None


def test_a_leap_second_is_the_second_before() -> None:
    assert clock({"hour": "23", "minute": "59", "second": "60"}) == time(23, 59, 59)


def test_two_digits_are_a_year_of_this_age() -> None:
    assert [full_year(digits) for digits in ("00", "49", "50", "99", "2022")] == [2000, 2049, 1950, 1999, 2022]


def test_slashes_are_read_only_as_far_as_they_are_clear() -> None:
    assert day_and_month(6, 7, "-") == (6, 7)
    assert day_and_month(6, 7, "/") is None
    assert day_and_month(7, 7, "/") == (7, 7)
    assert day_and_month(6, 30, "/") == (30, 6)
    assert day_and_month(30, 6, "/", slashed="month") == (30, 6)
    assert day_and_month(6, 7, "/", slashed="month") == (7, 6)
    assert day_and_month(6, 7, "/", slashed="day") == (6, 7)
