"""Webhooks: who is told what happens to stories, and how it goes with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import webhook


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """An address that is told of `kinds`; with `off_at` it is told nothing, for the reason named."""

    id: int
    url: str
    secret: str
    kinds: tuple[str, ...]
    created: datetime
    told_at: datetime | None = None
    failing_since: datetime | None = None
    off_at: datetime | None = None
    off_because: str = ""


def add(transaction: Transaction, url: str, secret: str, kinds: Sequence[str], now: datetime) -> Webhook:
    """Have `url` told from now on."""
    made = Webhook(id=take_numbers(transaction, "webhook", 1), url=url, secret=secret, kinds=tuple(kinds), created=now)
    values = {"id": made.id, "url": url, "secret": secret, "kinds": list(kinds), "created": now, "off_because": ""}
    transaction.execute(insert(webhook).values(**values))
    return made


def every(transaction: Transaction, *, only_on: bool = False) -> list[Webhook]:
    """All webhooks, or those that are told, in the order in which they were added."""
    query = select(webhook).order_by(webhook.c.id)
    if only_on:
        query = query.where(webhook.c.off_at.is_(None))
    return [Webhook(**{**row._mapping, "kinds": tuple(row.kinds)}) for row in transaction.execute(query)]


def get(transaction: Transaction, number: int) -> Webhook | None:
    """One webhook."""
    return next((each for each in every(transaction) if each.id == number), None)


def remove(transaction: Transaction, number: int) -> None:
    """Tell it nothing any more."""
    transaction.execute(delete(webhook).where(webhook.c.id == number))


def set_told(transaction: Transaction, number: int, now: datetime) -> None:
    """It took a message."""
    transaction.execute(update(webhook).where(webhook.c.id == number).values(told_at=now, failing_since=None))


def set_failing(transaction: Transaction, number: int, now: datetime) -> datetime:
    """It took none; returns since when that is so."""
    mine = update(webhook).where(webhook.c.id == number)
    transaction.execute(mine.where(webhook.c.failing_since.is_(None)).values(failing_since=now))
    return transaction.execute(select(webhook.c.failing_since).where(webhook.c.id == number)).scalar() or now


def switch_off(transaction: Transaction, number: int, because: str, now: datetime) -> None:
    """Tell it nothing until it is switched on."""
    off = update(webhook).where(webhook.c.id == number, webhook.c.off_at.is_(None))
    transaction.execute(off.values(off_at=now, off_because=because[:500]))


def switch_on(transaction: Transaction, number: int) -> None:
    """Tell it again, what happens from now on."""
    on = update(webhook).where(webhook.c.id == number)
    transaction.execute(on.values(off_at=None, off_because="", failing_since=None))
