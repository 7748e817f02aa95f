"""When to come again: as often as a source's own rhythm asks for, never sooner than its server bears.

Sources: RFC 9110 section 10.2.3 (Retry-After) and 15.5.11 (410), RFC 9111 (freshness), RFC 6585 section 4 (429),
RSS 2.0 (ttl, skipHours, skipDays), the RSS 1.0 syndication module. docs/configuration.md tells operators the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from statistics import median

from aggregator.model import Answer, Outcome, Pace, Poll, Source, Throttled

# A weekly source is visited every three hours, a daily one every hour (the least), a monthly one twice a day.
VISITS_PER_ITEM = 56
# Silence of twice the usual gap is nothing special; beyond it, silence is the rhythm.
USUAL_SILENCE = 2
RHYTHM_DAYS = 10
ATTEMPTS_TO_MAX = 16  # more doublings than any bound has room for

# Pushes are believed for so many of the longest waits without one, and for half as long again as the usual gap.
PUSHED_VISITS = 7
PUSH_LATENESS = 1.5

JITTER = 0.05
FAILURE_JITTER = 0.10
LONGEST_LATENESS = timedelta(minutes=5)

_TOO_MANY_REQUESTS = 429
_NOBODY_ASKED = frozenset({"dns"})  # no name, no request: mostly this machine was offline, which bothers no partner
_SUCCESSES = frozenset({Outcome.FETCHED, Outcome.UNCHANGED, Outcome.MOVED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How soon and how late. Those of real partners stand here; a demo with a fast clock brings its own."""

    floor: timedelta = timedelta(minutes=5)  # never sooner, whatever an operator sets
    default_min: timedelta = timedelta(hours=1)
    default_max: timedelta = timedelta(hours=24)
    hint_cap: timedelta = timedelta(days=7)  # what servers say of freshness, at most
    retry_after_cap: timedelta = timedelta(hours=48)
    throttled_min: timedelta = timedelta(hours=2)  # 429 without Retry-After
    gone_again: timedelta = timedelta(hours=24)  # until a 410 is confirmed
    nameless: timedelta = timedelta(hours=24)  # while partners cannot reach us


def next_due(
    poll: Poll,
    source: Source,
    now: datetime,
    *,
    pace: Bounds,
    rhythm: timedelta | None,
    retry_after: timedelta | None,
    anonymous: bool,
    pushes_until: datetime | None = None,
) -> datetime | None:
    """Return when to visit `source` again, None for not by itself (a confirmed 410).

    `poll` is the visit that just ended: its outcome, status, failures (`failures_after`), hints. `rhythm` is what
    `rhythm_of` says of the source's items, None when none has a date. `retry_after` counts from `now`.
    `anonymous`: no contact is set, and this host belongs to someone else. `pushes_until`: when the lease ends by which
    a hub pushes what is new (WebSub); None without one.
    """
    if poll.outcome is Outcome.GONE and poll.failures > 1:
        return None
    wait = _wait(poll, source, now, pace, rhythm, retry_after)
    if pushes_until is not None and poll.outcome in _SUCCESSES:
        wait = max(wait, _spared(poll, source, now, pace, rhythm, pushes_until))
    if anonymous and poll.code not in _NOBODY_ASKED:
        wait = max(wait, _jittered(pace.nameless, source, poll, JITTER))
    return _outside_skipped(_later(now, wait), poll.pace, source.id)


def failures_after(before: Poll, outcome: Outcome) -> int:
    """Return how many visits in a row have failed; a first 410 counts from one, so that it can be confirmed."""
    if outcome in _SUCCESSES:
        return 0
    return 1 if outcome is Outcome.GONE and before.outcome is not Outcome.GONE else before.failures + 1


def host_pause(answer: Answer, pace: Bounds | None = None) -> timedelta | None:
    """Return how long this answer closes the whole host to us: after 429 only, 503 concerns one address."""
    if not isinstance(answer, Throttled) or answer.wire.status != _TOO_MANY_REQUESTS:
        return None
    bounds = pace or Bounds()
    if answer.retry_after is None:
        return bounds.throttled_min
    return _clamp(answer.retry_after, timedelta(0), bounds.retry_after_cap)


def stand_in(poll: Poll, now: datetime, rhythm: timedelta | None, most: timedelta) -> bool:
    """Return whether pushes stand in for visits: one came lately, and no visit since found what none had brought.

    Lately: within PUSHED_VISITS of the longest time between visits (`most`), or where the source is slower than that,
    not later than half as much again as its rhythm.
    """
    if poll.pushed_at is None or (poll.changed_at is not None and poll.changed_at > poll.pushed_at):
        return False
    return now - poll.pushed_at <= max(PUSHED_VISITS * most, PUSH_LATENESS * (rhythm or timedelta(0)))


def rhythm_of(dates: Sequence[datetime], now: datetime) -> timedelta | None:
    """Return the typical time between items, and not less than the silence since the newest suggests.

    Items of one day are one batch: a weekly round of five is a weekly rhythm. Only where every day brings news
    does the number of items a day count. None without dates in the past.
    """
    past = [moment for moment in dates if moment <= now]
    if not past:
        return None
    silence = (now - max(past)) / USUAL_SILENCE
    return max(_typical_gap(past), silence)


def _typical_gap(past: Sequence[datetime]) -> timedelta:
    counts: dict[date, int] = {}
    for moment in past:
        day = moment.astimezone(UTC).date()
        counts[day] = counts.get(day, 0) + 1
    days = sorted(counts)[-RHYTHM_DAYS:]
    if len(days) < 2:
        return timedelta(0)
    gap = timedelta(days=median((later - earlier).days for earlier, later in pairwise(days)))
    return gap if gap > timedelta(days=1) else gap / median(counts[day] for day in days)


def _wait(
    poll: Poll,
    source: Source,
    now: datetime,
    pace: Bounds,
    rhythm: timedelta | None,
    retry_after: timedelta | None,
) -> timedelta:
    least = max(pace.floor, source.interval_min or pace.default_min)
    match poll.outcome:
        case Outcome.GONE:
            return _jittered(pace.gone_again, source, poll, FAILURE_JITTER)
        case Outcome.REFUSED:  # robots.txt itself is asked again once a day (RFC 9309 section 2.4)
            return _jittered(max(least, pace.default_max), source, poll, FAILURE_JITTER)
        case Outcome.THROTTLED if retry_after is not None:
            asked = max(least, _clamp(retry_after, timedelta(0), pace.retry_after_cap))
            return asked + min(asked * _fraction(source.id, poll.failures) * JITTER, LONGEST_LATENESS)
        case Outcome.THROTTLED if poll.status == _TOO_MANY_REQUESTS:
            return _backoff(poll, source, max(least, pace.throttled_min), pace)
        case Outcome.FAILED if poll.code in _NOBODY_ASKED:
            return _backoff(poll, source, pace.floor, pace)
        case Outcome.THROTTLED | Outcome.FAILED:
            return _backoff(poll, source, max(least, pace.default_min), pace)
        case _:
            return _adaptive(poll, source, now, pace, rhythm, least)


def _adaptive(
    poll: Poll, source: Source, now: datetime, pace: Bounds, rhythm: timedelta | None, least: timedelta
) -> timedelta:
    if rhythm is None:  # undated: only how long nothing changed can tell
        rhythm = (now - (poll.changed_at or now)) / USUAL_SILENCE
    most = max(least, source.interval_max or pace.default_max)
    wait = _clamp(rhythm / VISITS_PER_ITEM, least, max(least, most / (1 + JITTER)))
    hints = [hint for hint in (poll.fresh_for, poll.pace.every) if hint is not None]
    told = min(max(hints, default=timedelta(0)), pace.hint_cap)
    return _jittered(max(wait, told), source, poll, JITTER)


def _spared(
    poll: Poll, source: Source, now: datetime, pace: Bounds, rhythm: timedelta | None, until: datetime
) -> timedelta:
    """Return how long visits may be left to pushes: as long as any source may wait, and not beyond the lease."""
    most = max(pace.floor, source.interval_max or pace.default_max)
    if not stand_in(poll, now, rhythm, most):
        return timedelta(0)
    return min(_jittered(most / (1 + JITTER), source, poll, JITTER), max(until - now, timedelta(0)))


def _backoff(poll: Poll, source: Source, base: timedelta, pace: Bounds) -> timedelta:
    """Double the wait at each failure. The jitter fits under the upper bound, so that a day stays a day."""
    doublings = min(max(poll.failures - 1, 0), ATTEMPTS_TO_MAX)
    most = max(base, pace.default_max / (1 + FAILURE_JITTER))
    return _jittered(min(base * 2**doublings, most), source, poll, FAILURE_JITTER)


def _jittered(wait: timedelta, source: Source, poll: Poll, share: float) -> timedelta:
    """Return `wait`, a little longer: sources that failed together must not come back together."""
    return wait * (1 + share * _fraction(source.id, poll.failures))


def _fraction(source_id: str, failures: int) -> float:
    """Return a number in [0, 1) that is the same at every rehearsal."""
    digest = blake2b(f"{source_id} {failures}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 2**32


def _outside_skipped(due: datetime, pace: Pace, source_id: str) -> datetime:
    """Return the first moment from `due` on that the feed did not ask us to skip; skipping all is no answer."""
    hours = pace.skip_hours & frozenset(range(24))
    days = pace.skip_days & frozenset(range(7))
    hours = hours if len(hours) < 24 else frozenset()
    days = days if len(days) < 7 else frozenset()
    moved = due.astimezone(UTC)
    while moved.hour in hours or moved.weekday() in days:
        moved = moved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    # Some minutes later, so that not everyone arrives on the stroke of the first open hour.
    return moved if moved == due else moved + LONGEST_LATENESS * _fraction(source_id, 0)


def _later(now: datetime, wait: timedelta) -> datetime:
    # Room for the way out of skipped hours and days stays below the end of the calendar.
    latest = datetime.max.replace(tzinfo=UTC) - timedelta(days=16)
    return now + wait if now < latest - wait else latest


def _clamp(span: timedelta, least: timedelta, most: timedelta) -> timedelta:
    return min(max(span, least), most)
