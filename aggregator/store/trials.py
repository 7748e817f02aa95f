"""Trials: changes of judgement, kept with what they replaced, so that they can be looked at and rolled back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import trial

PAGE_RULE, REBUILD, TAGS = "page-rule", "rebuild", "tags"
PROPOSED, APPLIED, DISCARDED, ROLLED_BACK = "proposed", "applied", "discarded", "rolled back"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One change of judgement. `before` and `after` are the rules; `differences` says what that changed."""

    id: int
    kind: str
    subject: str
    at: datetime
    state: str
    before: dict[str, Any]
    after: dict[str, Any]
    differences: dict[str, Any]


def record(
    transaction: Transaction,
    *,
    kind: str,
    subject: str,
    before: dict[str, Any],
    after: dict[str, Any],
    differences: dict[str, Any],
    at: datetime,
    state: str = APPLIED,
) -> int:
    """Write down a change that was applied, or is PROPOSED; returns its number."""
    number = take_numbers(transaction, "trial", 1)
    transaction.execute(
        insert(trial).values(
            id=number,
            kind=kind,
            subject=subject,
            at=at,
            state=state,
            before=before,
            after=after,
            differences=differences,
        )
    )
    return number


def every(transaction: Transaction, kind: str | None = None) -> list[Trial]:
    """All trials, latest first."""
    query = select(trial).order_by(trial.c.id.desc())
    if kind is not None:
        query = query.where(trial.c.kind == kind)
    return [Trial(**row._mapping) for row in transaction.execute(query)]


def by_number(transaction: Transaction, number: int) -> Trial | None:
    """One trial."""
    row = transaction.execute(select(trial).where(trial.c.id == number)).one_or_none()
    return None if row is None else Trial(**row._mapping)


def settle(transaction: Transaction, number: int, state: str) -> None:
    """Say how a trial ended (APPLIED, DISCARDED, ROLLED_BACK); what that means is the caller's."""
    transaction.execute(update(trial).where(trial.c.id == number).values(state=state))
