"""How often someone tries: tries are counted per subject over a window, and forgotten after it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import login_attempt

WINDOW = timedelta(minutes=15)
ALLOWED = 10


def wait(transaction: Transaction, subjects: Sequence[str], now: datetime, allowed: int = ALLOWED) -> timedelta | None:
    """How long these subjects must wait before another try; None when they may try now."""
    waits = [_wait(transaction, subject, now, allowed) for subject in subjects]
    return max((each for each in waits if each), default=None)


def count(transaction: Transaction, subjects: Sequence[str], now: datetime) -> list[int]:
    """Count one try of each subject before it is made, so that many at once are no way around; returns their numbers.

    The lock on the counter lets one transaction at a time look and count.
    """
    transaction.execute(delete(login_attempt).where(login_attempt.c.at <= now - WINDOW))
    first = take_numbers(transaction, "login_attempt", len(subjects))
    rows = [{"id": first + n, "subject": subject, "at": now} for n, subject in enumerate(subjects)]
    transaction.execute(insert(login_attempt), rows)
    return [first + n for n in range(len(subjects))]


def lock(transaction: Transaction) -> None:
    """Whoever looks and then counts does so alone."""
    take_numbers(transaction, "login_attempt", 0)


def forget(transaction: Transaction, subject: str, numbers: Sequence[int] = ()) -> None:
    """A try went well: nothing of `subject` is held against it, nor these tries."""
    is_over = (login_attempt.c.subject == subject) | login_attempt.c.id.in_(list(numbers))
    transaction.execute(delete(login_attempt).where(is_over))


def _wait(transaction: Transaction, subject: str, now: datetime, allowed: int) -> timedelta | None:
    recent = (
        select(login_attempt.c.at)
        .where(login_attempt.c.subject == subject, login_attempt.c.at > now - WINDOW)
        .order_by(login_attempt.c.at.desc())
        .limit(allowed)
    )
    times = list(transaction.execute(recent).scalars())
    return times[-1] + WINDOW - now if len(times) == allowed else None
