"""The rows "over time" of a polite poller's manners, each as days of simulated visits to one server."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from aggregator.model import Outcome, Pace, Poll, Source
from aggregator.policy.interval import Bounds, failures_after, next_due, rhythm_of

START = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NO_PACE = Pace()
SOURCE = Source(id="fme", organisation="FME", url="https://www.fme.nl/rss.xml")


@dataclass(frozen=True, kw_only=True)
class Says:
    """What the server answers at one moment."""

    outcome: Outcome = Outcome.UNCHANGED
    status: int = 304
    fresh_for: timedelta | None = None
    retry_after: timedelta | None = None
    pace: Pace = NO_PACE


Server = Callable[[datetime], Says]


def visits(server: Server, days: int, source: Source = SOURCE, *, weekly: bool = False) -> list[datetime]:
    """Return the moments at which the server is asked during `days`."""
    asked: list[datetime] = []
    poll = Poll(changed_at=START)
    due: datetime | None = START
    while due is not None and due < START + days * DAY:
        asked.append(due)
        says = server(due)
        poll = replace(
            poll,
            outcome=says.outcome,
            status=says.status,
            failures=failures_after(poll, says.outcome),
            pace=says.pace,
            fresh_for=says.fresh_for,
        )
        news = [START - 7 * DAY * week for week in range(-days // 7, 20)] if weekly else []
        rhythm = rhythm_of(news, due)
        following = next_due(
            poll,
            source,
            due,
            pace=Bounds(),
            rhythm=rhythm,
            retry_after=says.retry_after,
            anonymous=False,
        )
        assert following is None or following > due
        due = following
    return asked


def gaps(asked: list[datetime]) -> list[timedelta]:
    return [later - earlier for earlier, later in pairwise(asked)]


def test_nothing_said_at_least_an_hour_and_still_every_few_hours() -> None:
    asked = visits(lambda _: Says(), 30)
    assert min(gaps(asked)) >= HOUR
    assert len(asked) > 100


def test_an_operator_may_set_less_for_a_source() -> None:
    asked = visits(lambda _: Says(), 1, replace(SOURCE, interval_min=HOUR / 4, interval_max=HOUR / 2))
    assert HOUR / 4 <= min(gaps(asked)) < HOUR


@pytest.mark.parametrize(
    "says", [Says(fresh_for=8 * HOUR), Says(pace=Pace(every=8 * HOUR)), Says(fresh_for=HOUR, pace=Pace(every=8 * HOUR))]
)
def test_not_before_freshness_has_run_out_and_soon_after(says: Says) -> None:
    spans = gaps(visits(lambda _: says, 20))
    assert min(spans) >= 8 * HOUR
    assert max(spans) <= 9 * HOUR


def test_no_request_in_skipped_hours_and_days() -> None:
    night, weekend = frozenset({22, 23, 0, 1, 2, 3, 4, 5}), frozenset({5, 6})
    asked = visits(lambda _: Says(pace=Pace(skip_hours=night, skip_days=weekend)), 60)
    assert not [at for at in asked[1:] if at.hour in night or at.weekday() in weekend]
    assert {at.weekday() for at in asked} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("status", [429, 503])
def test_not_before_retry_after_and_then_it_comes(status: int) -> None:
    def server(at: datetime) -> Says:
        if at == START:
            return Says(outcome=Outcome.THROTTLED, status=status, retry_after=7 * HOUR)
        return Says()

    first, second, *_ = visits(server, 2)
    assert 7 * HOUR <= second - first <= 7 * HOUR + timedelta(minutes=5)


def test_429_without_a_time_at_least_two_hours() -> None:
    asked = visits(lambda _: Says(outcome=Outcome.THROTTLED, status=429), 10)
    assert min(gaps(asked)) >= 2 * HOUR
    assert len(asked) > 10


@pytest.mark.parametrize("status", [500, 404, 403])
def test_failing_for_ever_the_gaps_grow(status: int) -> None:
    spans = gaps(visits(lambda _: Says(outcome=Outcome.FAILED, status=status), 20))
    assert max(spans) >= 3.5 * spans[0]
    assert max(spans) <= DAY


def test_it_recovers_by_itself_and_returns_to_its_rhythm() -> None:
    def server(at: datetime) -> Says:
        return Says(outcome=Outcome.FAILED, status=500) if at < START + 5 * DAY else Says()

    asked = visits(server, 10, weekly=True)
    back = next(at for at in asked if at >= START + 5 * DAY)
    assert back <= START + 6 * DAY
    after = [at for at in asked if at >= back]
    assert max(gaps(after)) <= 3.2 * HOUR


@pytest.mark.parametrize(
    "says",
    [
        Says(fresh_for=3650 * DAY),
        Says(pace=Pace(every=3650 * DAY)),
        Says(outcome=Outcome.THROTTLED, status=503, retry_after=3650 * DAY),
        Says(pace=Pace(skip_hours=frozenset(range(24)), skip_days=frozenset(range(7)))),
    ],
)
def test_absurd_values_are_capped(says: Says) -> None:
    asked = visits(lambda _: says, 30)
    assert len(asked) >= 4


def test_gone_is_asked_twice_in_all() -> None:
    asked = visits(lambda _: Says(outcome=Outcome.GONE, status=410), 90)
    assert len(asked) == 2
    assert gaps(asked)[0] >= DAY


def test_gone_after_other_failures_is_still_confirmed_once() -> None:
    def server(at: datetime) -> Says:
        failing = Says(outcome=Outcome.FAILED, status=500)
        return failing if at < START + DAY else Says(outcome=Outcome.GONE, status=410)

    asked = visits(server, 90)
    assert len([at for at in asked if at >= START + DAY]) == 2


def test_a_weekly_source_is_seen_within_three_hours() -> None:
    spans = gaps(visits(lambda _: Says(), 60, weekly=True))
    assert max(spans) <= 3.2 * HOUR
    assert sorted(spans)[len(spans) // 2] >= 2.9 * HOUR
