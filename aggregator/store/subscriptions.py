"""Who gets our feeds sent by our own hub (W3C WebSub): confirmed subscriptions, until their leases are over."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from aggregator.store.database import Transaction, take_numbers
from aggregator.store.items import parts
from aggregator.store.tables import subscription


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One callback that gets one topic (the path of a document); `told` is the generation that it got last."""

    id: int
    topic: str
    callback: str
    host: str
    secret: str
    created: datetime
    lease_until: datetime
    told: int = 0
    failing_since: datetime | None = None


def key_of(topic: str, callback: str) -> str:
    """What names a subscription: of each pair there is one."""
    return hashlib.sha256(f"{topic}\0{callback}".encode()).hexdigest()


def confirm(
    transaction: Transaction, topic: str, callback: str, host: str, secret: str, now: datetime, lease_until: datetime
) -> None:
    """Begin or renew a subscription that its callback confirmed."""
    key = key_of(topic, callback)
    values = {"secret": secret, "lease_until": lease_until, "failing_since": None}
    renewed = update(subscription).where(subscription.c.key == key).returning(subscription.c.id)
    if transaction.execute(renewed.values(**values)).first() is None:
        number = take_numbers(transaction, "subscription", 1)
        row = {"id": number, "topic": topic, "callback": callback, "key": key, "host": host, "created": now, "told": 0}
        transaction.execute(insert(subscription).values(**row, **values))


def is_known(transaction: Transaction, topic: str, callback: str) -> bool:
    """Whether there is such a subscription."""
    query = select(subscription.c.id).where(subscription.c.key == key_of(topic, callback))
    return transaction.execute(query).first() is not None


def get(transaction: Transaction, number: int) -> Subscription | None:
    """One subscription."""
    row = transaction.execute(select(*COLUMNS).where(subscription.c.id == number)).one_or_none()
    return None if row is None else Subscription(**row._mapping)


def of_topics(transaction: Transaction, topics: Iterable[str], now: datetime) -> list[Subscription]:
    """Who gets any of these topics now."""
    found = []
    for part in parts(topics):
        query = select(*COLUMNS).where(subscription.c.topic.in_(part), subscription.c.lease_until > now)
        found += [Subscription(**row._mapping) for row in transaction.execute(query.order_by(subscription.c.id))]
    return found


def count(transaction: Transaction, now: datetime, host: str = "") -> int:
    """How many subscriptions there are, at callbacks on this host or at all."""
    query = select(func.count()).where(subscription.c.lease_until > now)
    return transaction.execute(query.where(subscription.c.host == host) if host else query).scalar_one()


def set_told(transaction: Transaction, number: int, generation: int) -> None:
    """It got the document of this generation."""
    mine = update(subscription).where(subscription.c.id == number)
    transaction.execute(mine.values(told=generation, failing_since=None))


def set_failing(transaction: Transaction, number: int, now: datetime) -> datetime:
    """It took none; returns since when that is so."""
    mine = update(subscription).where(subscription.c.id == number)
    transaction.execute(mine.where(subscription.c.failing_since.is_(None)).values(failing_since=now))
    query = select(subscription.c.failing_since).where(subscription.c.id == number)
    return transaction.execute(query).scalar() or now


def end(transaction: Transaction, topic: str, callback: str) -> None:
    """End one subscription, if there is one."""
    transaction.execute(delete(subscription).where(subscription.c.key == key_of(topic, callback)))


def forget_expired(transaction: Transaction, now: datetime) -> None:
    """Forget those whose lease is over."""
    transaction.execute(delete(subscription).where(subscription.c.lease_until <= now))


COLUMNS = tuple(subscription.c[name] for name in Subscription.__slots__)
