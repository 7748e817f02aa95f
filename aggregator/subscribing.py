"""Subscribing to what partners' hubs push (W3C WebSub): whom to ask, what hubs say of it, and what they push.

A feed names its hub; `tend` asks there, through the outbox. The hub asks back whether that was us (`confirmed`), and
from then on pushes: `took` keeps what came for the line (pushes.py). Nothing here asks anybody or reads a feed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from secrets import token_urlsafe
from urllib.parse import urlsplit

import structlog

from aggregator.model import Asking, Subscription
from aggregator.policy.push import (
    AFTER_DENIAL,
    CALLBACK,
    PATIENCE,
    Plan,
    is_signed,
    lease_of,
    patience,
    plan,
    renewal_after,
    secret_of,
)
from aggregator.store import Store, Transaction, hubs, inbox, outbox, sources
from aggregator.text.html import clean_text

log = structlog.get_logger()

KIND = "websub-subscribe"  # of a delivery in the outbox
AT_ONCE = 100  # new subscriptions that are asked for in one go
LONGEST_CHALLENGE = 4_096
TOKEN_BYTES, LONGEST_TOKEN = 32, 100


class Push(Enum):
    """What became of a push."""

    TAKEN = "taken"
    IGNORED = "ignored"  # its signature is wrong, or the same came before: the hub hears that all is well
    UNWANTED = "unwanted"  # nobody here wants it


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a hub says to a callback (sections 5.2 and 5.3), as it says it."""

    mode: str
    topic: str
    challenge: str = ""
    lease_seconds: str = ""
    reason: str = ""


# --- Asking -------------------------------------------------------------------------------------------------------


def tend(store: Store, reached_at: str, now: datetime) -> bool:
    """Ask for what is offered and not subscribed to, renew what ends soon, leave what is wanted no more.

    `reached_at` is where hubs reach us; "" when they cannot, and then everything is left. Returns whether anything was
    to be done.
    """
    with store.read() as transaction:
        if not _todo(transaction, reached_at, now):
            return False
    with store.write() as transaction:
        hubs.numbers(transaction, 0)  # locks the counter: of two processes that look at once, one waits here
        todo = _todo(transaction, reached_at, now)
        hubs.forget(transaction, [each.id for each in todo.forget])
        for each in todo.leave:
            left = replace(each, state=Asking.LEAVING, asked_at=now, next_at=now + PATIENCE)
            _ask(transaction, left, each.state, "unsubscribe", now)
        for each in todo.renew:
            failures = each.failures + 1
            state = Asking.ACTIVE if each.state is Asking.ACTIVE else Asking.ASKED
            again = replace(each, state=state, asked_at=now, next_at=now + patience(failures), failures=failures)
            _ask(transaction, again, each.state, "subscribe", now)
        _begin(transaction, todo.begin[:AT_ONCE], reached_at, now)
    log.info(
        "subscriptions_tended",
        begun=len(todo.begin[:AT_ONCE]),
        renewed=len(todo.renew),
        left=len(todo.leave) + len(todo.forget),
    )
    return True


def _todo(transaction: Transaction, reached_at: str, now: datetime) -> Plan:
    offers = hubs.offers(transaction) if reached_at else {}
    return plan(offers, hubs.every(transaction), f"{reached_at}{CALLBACK}", now)


def _begin(transaction: Transaction, offers: Sequence[tuple[str, str, str]], reached_at: str, now: datetime) -> None:
    for number, (source_id, hub, topic) in zip(hubs.numbers(transaction, len(offers)), offers, strict=True):
        token = token_urlsafe(TOKEN_BYTES)
        new = Subscription(
            id=number,
            source_id=source_id,
            hub=hub,
            topic=topic,
            callback=f"{reached_at}{CALLBACK}/{token}",
            token=token,
            asked_at=now,
            next_at=now + patience(0),
        )
        hubs.add(transaction, [new])
        _put(transaction, new, "subscribe", now)


def _ask(transaction: Transaction, asked: Subscription, held_as: Asking, mode: str, now: datetime) -> None:
    if hubs.change(transaction, asked, held_as):
        _put(transaction, asked, mode, now)


def _put(transaction: Transaction, asked: Subscription, mode: str, now: datetime) -> None:
    payload = {"subscription": asked.id, "mode": mode}
    lane = urlsplit(asked.hub).netloc
    outbox.put_all(transaction, [outbox.Parcel(kind=KIND, target=asked.hub, lane=lane, payload=payload)], now)


# --- What hubs say ------------------------------------------------------------------------------------------------


def heard(store: Store, token: str, said: Said, now: datetime) -> str | None:
    """What to answer a hub that asks whether we want this, or says that we do not get it; None: nothing of ours.

    A confirmation counts only while we wait for one, for the topic that we asked for.
    """
    if not _may_be_token(token):
        return None
    with store.write() as transaction:
        held = hubs.by_token(transaction, token)
        if held is None or held.topic != said.topic:
            return None
        match said.mode:
            case "subscribe":
                return _confirmed(transaction, held, said, now)
            case "unsubscribe":
                return _left(transaction, held, said)
            case "denied":
                return _denied(transaction, held, said, now)
            case _:
                return None


def _confirmed(transaction: Transaction, held: Subscription, said: Said, now: datetime) -> str | None:
    lease = lease_of(said.lease_seconds)
    is_expected = held.state in (Asking.ASKED, Asking.ACTIVE) and now - held.asked_at <= PATIENCE
    if lease is None or not is_expected or not _is_challenge(said.challenge):
        return None
    confirmed = replace(
        held,
        state=Asking.ACTIVE,
        lease_until=now + lease,
        next_at=now + renewal_after(lease),
        failures=0,
        reason="",
    )
    return said.challenge if hubs.change(transaction, confirmed, held.state) else None


def _left(transaction: Transaction, held: Subscription, said: Said) -> str | None:
    if held.state is not Asking.LEAVING or not _is_challenge(said.challenge):
        return None
    hubs.forget(transaction, [held.id])
    return said.challenge


def _denied(transaction: Transaction, held: Subscription, said: Said, now: datetime) -> str | None:
    if held.state is Asking.LEAVING:
        hubs.forget(transaction, [held.id])
        return ""
    if held.state is Asking.DENIED:
        return ""
    denied = replace(
        held,
        state=Asking.DENIED,
        lease_until=None,
        next_at=now + AFTER_DENIAL,
        reason=clean_text(said.reason) or "denied",
    )
    if hubs.change(transaction, denied, held.state) and held.state is Asking.ACTIVE:
        sources.hasten(transaction, held.source_id, now)  # visits take over at once
    return ""


def _may_be_token(text: str) -> bool:
    """Whether it could be one of ours; what is not is never looked up."""
    return len(text) <= LONGEST_TOKEN and text.isascii() and text.isprintable()


def _is_challenge(text: str) -> bool:
    return 0 < len(text) <= LONGEST_CHALLENGE


# --- What hubs push -----------------------------------------------------------------------------------------------


def wants(store: Store, token: str) -> Subscription | None:
    """The subscription that pushes with this token are for; None when there is none that gets any."""
    if not _may_be_token(token):
        return None
    with store.read() as transaction:
        held = hubs.by_token(transaction, token)
    return held if held is not None and held.state is Asking.ACTIVE else None


def took(
    store: Store, secret_key: str, held: Subscription, body: bytes, headers: Mapping[str, str], now: datetime
) -> Push:
    """Keep a push for the line, if it is its hub's. Section 7.1: a wrong signature is thrown away without a word."""
    if not is_signed(secret_of(secret_key, held.token), body, headers.get("x-hub-signature", "")):
        log.warning("push_not_signed", source=held.source_id)
        return Push.IGNORED
    with store.read() as transaction:  # a flood of what we have costs no more than this
        if inbox.is_known(transaction, held.source_id, body):
            return Push.IGNORED
    with store.write() as transaction:
        inbox.keep(transaction, held.source_id, body, headers.get("content-type", ""), now)
    return Push.TAKEN
