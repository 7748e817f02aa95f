"""Subscriptions at hubs (WebSub): what was asked for, what was confirmed, and until when it holds."""

from collections.abc import Iterable, Sequence
from dataclasses import fields

from sqlalchemy import ColumnElement, delete, insert, select, update

from aggregator.model import Asking, Subscription
from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import hub_subscription, poll, source

LONGEST_REASON = 200


def offers(transaction: Transaction) -> dict[str, tuple[str, str]]:
    """The hub and the topic of each source whose feed names them, of those that are polled."""
    hub, topic = poll.c.details["hub"].as_string(), poll.c.details["topic"].as_string()
    query = (
        select(poll.c.source_id, hub.label("hub"), topic.label("topic"), source.c.settings)
        .join(source, source.c.id == poll.c.source_id)
        .where(source.c.removed_at.is_(None), hub.is_not(None), topic.is_not(None))
        .order_by(poll.c.source_id)
    )
    rows = transaction.execute(query)
    return {row.source_id: (row.hub, row.topic) for row in rows if not row.settings.get("paused")}


def every(transaction: Transaction) -> list[Subscription]:
    """All of them, oldest first."""
    return _found(transaction)


def by_token(transaction: Transaction, token: str) -> Subscription | None:
    """The one whose callback holds this token."""
    return next(iter(_found(transaction, hub_subscription.c.token == token)), None)


def by_number(transaction: Transaction, number: int) -> Subscription | None:
    """One of them, if it was not forgotten."""
    return next(iter(_found(transaction, hub_subscription.c.id == number)), None)


def of_sources(transaction: Transaction) -> dict[str, Subscription]:
    """The subscription of each source that has one which we do not leave."""
    return {each.source_id: each for each in _found(transaction, hub_subscription.c.state != Asking.LEAVING.value)}


def numbers(transaction: Transaction, count: int) -> Sequence[int]:
    """Numbers for so many new ones."""
    first = take_numbers(transaction, "hub_subscription", count)
    return range(first, first + count)


def add(transaction: Transaction, new: Iterable[Subscription]) -> None:
    """Keep new ones."""
    rows = [_columns(each) for each in new]
    if rows:
        transaction.execute(insert(hub_subscription), rows)


def change(transaction: Transaction, changed: Subscription, held_as: Asking) -> bool:
    """Write what became of one; False when it is not `held_as` any more, because somebody else was first."""
    is_as_before = (hub_subscription.c.id == changed.id) & (hub_subscription.c.state == held_as.value)
    return transaction.execute(update(hub_subscription).where(is_as_before).values(**_columns(changed))).rowcount == 1


def forget(transaction: Transaction, numbers: Iterable[int]) -> None:
    """Remove these: nobody pushes to their callbacks any more."""
    transaction.execute(delete(hub_subscription).where(hub_subscription.c.id.in_(list(numbers))))


def set_reason(transaction: Transaction, number: int, reason: str) -> None:
    """Note why a hub could not be asked."""
    said = update(hub_subscription).where(hub_subscription.c.id == number)
    transaction.execute(said.values(reason=reason[:LONGEST_REASON]))


def _found(transaction: Transaction, *conditions: ColumnElement[bool]) -> list[Subscription]:
    query = select(hub_subscription).where(*conditions).order_by(hub_subscription.c.id)
    return [Subscription(**{**row._mapping, "state": Asking(row.state)}) for row in transaction.execute(query)]


def _columns(held: Subscription) -> dict[str, object]:
    row = {each.name: getattr(held, each.name) for each in fields(held)}
    return row | {"state": held.state.value, "reason": held.reason[:LONGEST_REASON]}
