"""The rules one by one, then as properties that hold for every input."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Failed, NotModified, Outcome, Pace, Poll, Source, Throttled, Wire
from aggregator.policy.interval import Bounds, failures_after, host_pause, next_due, rhythm_of, stand_in

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = Source(id="fme", organisation="FME", url="https://www.fme.nl/nieuws")
GOOD = Poll(at=NOW, outcome=Outcome.UNCHANGED, status=304, changed_at=NOW)
BAD = Poll(at=NOW, outcome=Outcome.FAILED, status=500, failures=1)
FULL = Poll(at=NOW, outcome=Outcome.THROTTLED, status=429, failures=1)


def wait(
    poll: Poll = GOOD,
    source: Source = SOURCE,
    *,
    rhythm: timedelta | None = None,
    retry_after: timedelta | None = None,
    anonymous: bool = False,
    pace: Bounds | None = None,
    now: datetime = NOW,
    pushes_until: datetime | None = None,
) -> timedelta:
    due = next_due(
        poll,
        source,
        now,
        pace=pace or Bounds(),
        rhythm=rhythm,
        retry_after=retry_after,
        anonymous=anonymous,
        pushes_until=pushes_until,
    )
    assert due is not None
    return due - now


def assert_about(actual: timedelta, expected: timedelta, share: float = 0.05) -> None:
    assert expected <= actual <= expected * (1 + share)


# --- rhythm ------------------------------------------------------------------------------------------------------


def every(gap: timedelta, count: int, *, batch: int = 1) -> list[datetime]:
    return [NOW - gap * place - timedelta(minutes=part) for place in range(count) for part in range(batch)]


@pytest.mark.parametrize(
    ("dates", "rhythm"),
    [
        (every(7 * DAY, 12), 7 * DAY),
        (every(7 * DAY, 4, batch=10), 7 * DAY),
        (every(DAY, 30), DAY),
        (every(6 * HOUR, 60), 6 * HOUR),
        (every(30 * DAY, 2), 30 * DAY),
        (every(HOUR, 3), timedelta(0)),
    ],
)
def test_the_rhythm_is_the_usual_time_between_days_with_news(dates: list[datetime], rhythm: timedelta) -> None:
    assert rhythm_of(dates, NOW) == rhythm


def test_a_long_silence_is_a_rhythm_too() -> None:
    assert rhythm_of(every(DAY, 30), NOW + 40 * DAY) == 20 * DAY
    assert rhythm_of([NOW - 3 * 365 * DAY], NOW) == 1.5 * 365 * DAY


def test_a_changed_rhythm_is_followed() -> None:
    long_ago = [NOW - 100 * DAY - place * DAY for place in range(50)]
    assert rhythm_of([*every(7 * DAY, 12), *long_ago], NOW) == 7 * DAY


def test_dates_to_come_say_nothing_of_the_rhythm() -> None:
    assert rhythm_of([], NOW) is None
    assert rhythm_of([NOW + DAY], NOW) is None
    assert rhythm_of([*every(7 * DAY, 12), NOW + DAY], NOW) == 7 * DAY


# --- after a good visit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rhythm", "expected"),
    [
        (timedelta(0), HOUR),
        (DAY, HOUR),
        (7 * DAY, 3 * HOUR),
        (30 * DAY, 30 * DAY / 56),
        (365 * DAY, DAY / 1.05),
        (timedelta.max, DAY / 1.05),
    ],
)
@pytest.mark.parametrize("outcome", [Outcome.FETCHED, Outcome.UNCHANGED, Outcome.MOVED])
def test_a_source_is_visited_at_its_own_rhythm(rhythm: timedelta, expected: timedelta, outcome: Outcome) -> None:
    assert_about(wait(replace(GOOD, outcome=outcome), rhythm=rhythm), expected)


def test_an_undated_source_is_visited_less_as_it_falls_silent() -> None:
    waits = [wait(replace(GOOD, changed_at=NOW - days * DAY)) for days in (0, 1, 30, 90, 400)]
    assert_about(waits[0], HOUR)
    assert waits[:8] == sorted(waits[:8])
    assert_about(waits[2], 30 * DAY / 112)
    assert_about(waits[-1], DAY / 1.05)
    assert_about(wait(replace(GOOD, changed_at=None)), HOUR)


def test_an_operator_may_ask_for_more_visits_but_never_below_the_floor() -> None:
    assert_about(wait(source=replace(SOURCE, interval_min=10 * timedelta(minutes=1))), HOUR / 6)
    assert_about(wait(source=replace(SOURCE, interval_min=timedelta(seconds=1))), HOUR / 12)


def test_an_operator_bounds_the_rhythm_from_both_sides() -> None:
    slow, quick = replace(SOURCE, interval_min=6 * HOUR), replace(SOURCE, interval_max=2 * HOUR)
    assert_about(wait(source=slow, rhythm=DAY), 6 * HOUR)
    assert wait(source=quick, rhythm=365 * DAY) <= 2 * HOUR
    assert wait(source=replace(SOURCE, interval_max=HOUR / 4)) >= HOUR


@pytest.mark.parametrize(
    "hinted",
    [replace(GOOD, fresh_for=6 * HOUR), replace(GOOD, pace=Pace(every=6 * HOUR), fresh_for=HOUR)],
)
def test_what_the_server_says_of_freshness_is_a_floor(hinted: Poll) -> None:
    assert_about(wait(hinted), 6 * HOUR)
    assert_about(wait(hinted, replace(SOURCE, interval_min=HOUR / 12, interval_max=HOUR)), 6 * HOUR)
    assert_about(wait(hinted, rhythm=365 * DAY), DAY / 1.05)


def test_absurd_freshness_is_capped_at_a_week() -> None:
    assert_about(wait(replace(GOOD, fresh_for=timedelta.max)), 7 * DAY)
    assert_about(wait(replace(GOOD, pace=Pace(every=3650 * DAY))), 7 * DAY)


# --- skipped hours and days --------------------------------------------------------------------------------------


def test_skipped_hours_and_days_are_waited_out() -> None:
    skipping = Pace(skip_hours=frozenset({13, 14, 15}), skip_days=frozenset({1, 2}))
    due = NOW + wait(replace(GOOD, pace=skipping))
    assert datetime(2026, 11, 23, 16, tzinfo=UTC) <= due <= datetime(2026, 11, 23, 16, 5, tzinfo=UTC)
    due = NOW + wait(replace(BAD, failures=9, pace=skipping))
    assert due.date().isoformat() == "2026-11-26"


@pytest.mark.parametrize(
    "everything",
    [Pace(skip_hours=frozenset(range(24))), Pace(skip_days=frozenset(range(7)))],
)
def test_whoever_skips_everything_has_said_nothing(everything: Pace) -> None:
    assert wait(replace(GOOD, pace=everything)) == wait(GOOD)


def test_hours_that_do_not_exist_are_not_counted() -> None:
    all_but_midnight = Pace(skip_hours=frozenset(range(1, 25)))
    assert (NOW + wait(replace(GOOD, pace=all_but_midnight))).hour == 0


def test_sources_that_were_visited_together_do_not_come_back_together() -> None:
    others = [replace(SOURCE, id=f"source-{number}") for number in range(50)]
    skipping = replace(GOOD, pace=Pace(skip_hours=frozenset({13})))
    for poll in (GOOD, BAD, skipping):
        assert len({wait(poll, source) for source in others}) == 50


def test_the_end_of_the_calendar_is_no_accident() -> None:
    now = datetime(9999, 12, 31, 23, tzinfo=UTC)
    due = next_due(GOOD, SOURCE, now, pace=Bounds(), rhythm=None, retry_after=None, anonymous=False)
    assert due is not None
    assert due.year == 9999


# --- after a bad visit -------------------------------------------------------------------------------------------


def test_failures_are_retried_ever_less_up_to_a_day() -> None:
    waits = [wait(replace(BAD, failures=failures)) for failures in (1, 2, 3, 4, 5)]
    for actual, hours in zip(waits, (1, 2, 4, 8, 16), strict=True):
        assert_about(actual, hours * HOUR, 0.10)
    assert DAY / 1.1 <= wait(replace(BAD, failures=10**6)) <= DAY


def test_failures_are_not_retried_more_often_than_the_operator_asks_for() -> None:
    assert wait(BAD, replace(SOURCE, interval_min=6 * HOUR)) >= 6 * HOUR
    assert wait(BAD, replace(SOURCE, interval_min=HOUR / 12)) >= HOUR


def test_retry_after_is_kept_to_the_minute() -> None:
    assert 5 * HOUR <= wait(FULL, retry_after=5 * HOUR) <= 5 * HOUR + timedelta(minutes=5)
    assert wait(FULL, retry_after=5 * HOUR, rhythm=365 * DAY) <= 5 * HOUR + timedelta(minutes=5)
    assert_about(wait(FULL, retry_after=timedelta.max), 48 * HOUR, 0.01)
    assert_about(wait(FULL, retry_after=timedelta(0)), HOUR)
    assert_about(wait(FULL, retry_after=-DAY), HOUR)


def test_too_many_requests_without_a_time_means_two_hours_and_then_more() -> None:
    assert_about(wait(FULL), 2 * HOUR, 0.10)
    assert_about(wait(replace(FULL, failures=3)), 8 * HOUR, 0.10)
    assert_about(wait(replace(FULL, status=503)), HOUR, 0.10)


def test_a_refusal_by_robots_txt_is_looked_at_once_a_day() -> None:
    assert_about(wait(Poll(outcome=Outcome.REFUSED, failures=1)), DAY, 0.10)


def test_gone_is_confirmed_once_and_then_left_alone() -> None:
    gone = Poll(outcome=Outcome.GONE, status=410, failures=1)
    assert_about(wait(gone), DAY, 0.10)
    again = replace(gone, failures=2)
    due = next_due(again, SOURCE, NOW, pace=Bounds(), rhythm=None, retry_after=None, anonymous=False)
    assert due is None


def test_failures_are_counted_in_a_row_and_a_first_410_counts_from_one() -> None:
    assert failures_after(BAD, Outcome.FAILED) == 2
    assert failures_after(BAD, Outcome.FETCHED) == 0
    assert failures_after(replace(BAD, failures=7), Outcome.GONE) == 1
    assert failures_after(Poll(outcome=Outcome.GONE, failures=1), Outcome.GONE) == 2
    assert failures_after(Poll(), Outcome.THROTTLED) == 1


def test_nameless_we_come_once_a_day_at_most() -> None:
    for poll in (GOOD, BAD, FULL):
        assert_about(wait(poll, anonymous=True), DAY)
    assert_about(wait(replace(GOOD, fresh_for=3 * DAY), anonymous=True), 3 * DAY)


def test_a_demo_brings_its_own_clock() -> None:
    second = timedelta(seconds=1)
    fast = Bounds(floor=second, default_min=2 * second, default_max=20 * second)
    assert_about(wait(pace=fast), 2 * second)
    assert wait(replace(BAD, failures=50), pace=fast) <= 20 * second


def test_only_429_closes_the_host() -> None:
    def throttled(status: int, span: timedelta | None) -> Throttled:
        return Throttled(wire=Wire(url=SOURCE.url, status=status), retry_after=span)

    assert host_pause(throttled(429, None)) == 2 * HOUR
    assert host_pause(throttled(429, HOUR)) == HOUR
    assert host_pause(throttled(429, timedelta.max)) == 48 * HOUR
    assert host_pause(throttled(429, -HOUR), Bounds()) == timedelta(0)
    assert host_pause(throttled(503, HOUR)) is None
    assert host_pause(NotModified(wire=Wire(url=SOURCE.url))) is None
    assert host_pause(Failed(wire=Wire(url=SOURCE.url), code="timeout")) is None


# --- always ------------------------------------------------------------------------------------------------------

spans = st.timedeltas(timedelta(0), timedelta.max)
moments = st.timedeltas(timedelta(0), 3_650_000 * DAY).map(lambda span: datetime(1, 1, 2, tzinfo=UTC) + span)
paces = st.builds(
    Pace,
    every=st.none() | spans,
    skip_hours=st.frozensets(st.integers(-1, 24)),
    skip_days=st.frozensets(st.integers(0, 6)),
)
polls = st.builds(
    Poll,
    at=st.none(),
    outcome=st.none() | st.sampled_from(Outcome),
    status=st.sampled_from([None, 200, 304, 429, 500, 503]),
    failures=st.integers(0, 10**9),
    changed_at=st.none() | moments,
    pace=paces,
    fresh_for=st.none() | st.timedeltas(),
)
sources = st.builds(
    Source,
    id=st.text(max_size=5),
    organisation=st.just("FME"),
    url=st.just("https://fme.nl/"),
    interval_min=st.none() | st.timedeltas(timedelta(0), 7 * DAY),
    interval_max=st.none() | st.timedeltas(timedelta(0), 7 * DAY),
)


@given(polls, sources, moments, st.none() | spans, st.none() | st.timedeltas(), st.booleans())
def test_a_visit_is_never_too_soon_never_years_away_and_never_in_skipped_time(
    poll: Poll,
    source: Source,
    now: datetime,
    rhythm: timedelta | None,
    retry_after: timedelta | None,
    anonymous: bool,
) -> None:
    due = next_due(poll, source, now, pace=Bounds(), rhythm=rhythm, retry_after=retry_after, anonymous=anonymous)
    if due is None:
        assert poll.outcome is Outcome.GONE
        return
    assert due.tzinfo is UTC
    if now.year < 9999:
        assert due >= now + timedelta(minutes=5)
    assert due <= now + 17 * DAY
    assert due.hour not in poll.pace.skip_hours or set(range(24)) <= poll.pace.skip_hours
    assert due.weekday() not in poll.pace.skip_days or len(poll.pace.skip_days) == 7


@given(st.timedeltas(timedelta(0), 48 * HOUR), st.integers(1, 100), sources, st.sampled_from([429, 503]))
def test_never_before_retry_after(retry_after: timedelta, failures: int, source: Source, status: int) -> None:
    poll = replace(FULL, failures=failures, status=status)
    assert wait(poll, source, retry_after=retry_after) >= retry_after


@given(st.text(max_size=20), st.sampled_from([BAD, FULL]))
def test_endless_failure_means_ever_longer_gaps(source_id: str, kind: Poll) -> None:
    source = replace(SOURCE, id=source_id)
    gaps = [wait(replace(kind, failures=failures), source) for failures in range(1, 12)]
    assert max(gaps) >= 3.5 * gaps[0]
    assert max(gaps) <= DAY
    assert all(later >= earlier / 1.1 for earlier, later in pairwise(gaps))
    growing = gaps[: 4 if kind is BAD else 3]
    assert growing == sorted(growing)


@given(st.lists(moments, max_size=30), moments)
def test_a_rhythm_is_never_negative(dates: list[datetime], now: datetime) -> None:
    rhythm = rhythm_of(dates, now)
    assert rhythm is None or rhythm >= timedelta(0)


def test_a_machine_that_was_offline_looks_again_within_minutes_and_then_ever_less_often() -> None:
    waits = []
    for failures in range(1, 13):
        poll = Poll(at=NOW, outcome=Outcome.FAILED, code="dns", failures=failures)
        due = next_due(
            poll,
            Source(id="a", organisation="A", url="https://a.nl"),
            NOW,
            pace=Bounds(),
            rhythm=None,
            retry_after=None,
            anonymous=True,
        )
        assert due is not None
        waits.append(due - NOW)
    assert timedelta(minutes=5) <= waits[0] < timedelta(minutes=6)
    assert waits[:8] == sorted(waits[:8])
    assert waits[-1] <= timedelta(days=1)


# --- Pushes ------------------------------------------------------------------------------------------------------

LEASED = NOW + 9 * DAY
PUSHED = replace(GOOD, pushed_at=NOW - HOUR, changed_at=NOW - HOUR)


def test_while_pushes_come_a_source_is_visited_as_seldom_as_any_may_be() -> None:
    assert_about(wait(PUSHED, rhythm=DAY), HOUR)
    assert_about(wait(PUSHED, rhythm=DAY, pushes_until=LEASED), DAY / 1.05)
    seldom = replace(SOURCE, interval_max=3 * DAY)
    assert_about(wait(PUSHED, seldom, rhythm=DAY, pushes_until=LEASED), 3 * DAY / 1.05)


def test_a_visit_that_finds_what_no_push_had_brought_ends_it_until_the_next_push() -> None:
    missed = replace(PUSHED, changed_at=NOW)
    assert wait(missed, rhythm=DAY, pushes_until=LEASED) == wait(missed, rhythm=DAY)
    caught_up = replace(missed, pushed_at=NOW)
    assert_about(wait(caught_up, rhythm=DAY, pushes_until=LEASED), DAY / 1.05)


@pytest.mark.parametrize(
    ("rhythm", "silence", "holds"),
    [
        (None, 7 * DAY, True),
        (None, 7 * DAY + HOUR, False),
        (DAY, 8 * DAY, False),
        (7 * DAY, 10 * DAY, True),
        (7 * DAY, 11 * DAY, False),
    ],
)
def test_pushes_are_believed_for_a_week_or_half_as_long_again_as_the_rhythm(
    rhythm: timedelta | None, silence: timedelta, holds: bool
) -> None:
    poll = replace(GOOD, pushed_at=NOW - silence, changed_at=NOW - silence)
    assert stand_in(poll, NOW, rhythm, DAY) is holds


def test_a_long_silence_is_no_rhythm_that_keeps_pushes_believed_for_ever() -> None:
    silences = [days * DAY for days in range(30, 300, 30)]
    for silence in silences:
        poll = replace(GOOD, pushed_at=NOW - silence, changed_at=NOW - silence)
        assert not stand_in(poll, NOW, rhythm_of([NOW - silence, NOW - silence - DAY], NOW), DAY)


def test_a_visit_is_due_when_the_lease_ends() -> None:
    assert wait(PUSHED, rhythm=DAY, pushes_until=NOW + 5 * HOUR) == 5 * HOUR
    assert wait(PUSHED, rhythm=DAY, pushes_until=NOW - HOUR) == wait(PUSHED, rhythm=DAY)


@given(polls, sources, moments, st.none() | spans, st.none() | moments, st.none() | moments)
def test_pushes_only_ever_spare_visits_and_never_more_than_the_longest_time_or_the_lease(
    poll: Poll,
    source: Source,
    now: datetime,
    rhythm: timedelta | None,
    pushed_at: datetime | None,
    until: datetime | None,
) -> None:
    poll = replace(poll, pushed_at=pushed_at, pace=Pace())
    said = {"pace": Bounds(), "rhythm": rhythm, "retry_after": None, "anonymous": False}
    own = next_due(poll, source, now, **said)  # type: ignore[arg-type]
    due = next_due(poll, source, now, **said, pushes_until=until)  # type: ignore[arg-type]
    if own is None or due is None:
        assert own is due
        return
    assert due >= own
    if due > own:
        assert pushed_at is not None
        assert until is not None
        most = max(timedelta(minutes=5), source.interval_max or DAY)
        assert due - now <= most
        assert due <= until
