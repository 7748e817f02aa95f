"""What is polled first: what people asked for, then sources that nobody polled yet, then what has been due longest.

All of it is one order, that of `next_due`, so that one index serves every claim however many sources there are. What
goes first is written down as due for ages; only the store sees that, everybody else the moment itself.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, not_

ASKED, NEW = timedelta(days=1500 * 365), timedelta(days=1000 * 365)
ASKED_END, NEW_END = datetime(700, 1, 1, tzinfo=UTC), datetime(1700, 1, 1, tzinfo=UTC)  # moments of 1700 to 2199


def asked(now: datetime) -> datetime:
    """Due at `now`, before everything else: somebody waits for it."""
    return now - ASKED


def new(now: datetime) -> datetime:
    """Due at `now`, before all that was polled before."""
    return now - NEW


def is_due(due: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """Whether the moment has come; the first condition is the one that an index answers.

    The others are for a rehearsal at another moment: nothing was asked for before it was.
    """
    asked_later = and_(due > asked(now), due < ASKED_END)
    added_later = and_(due > new(now), due < NEW_END)
    return and_(due <= now, not_(asked_later), not_(added_later))


def moment(due: datetime) -> datetime:
    """When it is due, whether it goes first or not.

    >>> midnight = datetime(2026, 11, 28, tzinfo=UTC)
    >>> asked(midnight) < new(midnight) < midnight
    True
    >>> moment(asked(midnight)) == moment(new(midnight)) == moment(midnight) == midnight
    True
    """
    if due < ASKED_END:
        return due + ASKED
    return due + NEW if due < NEW_END else due
