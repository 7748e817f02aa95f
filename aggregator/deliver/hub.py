"""Our own WebSub hub (W3C Recommendation, 2018, section 5): who may subscribe, and whether they meant it.

Anyone may ask for anything on behalf of anyone, so a request costs nobody more than one small GET to the callback,
by the guarded courier, and only so many of those: per asker, per host of a callback, and at all.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

import structlog

from aggregator.announcing import denial, host_of, is_topic
from aggregator.deliver.answers import Refusal, refusal_in
from aggregator.deliver.sending import Also, Needless, nothing_else
from aggregator.fetch.address import web_address
from aggregator.fetch.sending import Courier, Response
from aggregator.store import Store, Transaction, documents, outbox, subscriptions, throttle
from aggregator.store.outbox import Delivery, Parcel
from aggregator.store.subscriptions import key_of

log = structlog.get_logger()

VERIFY = "websub-verify"
SUBSCRIBE, UNSUBSCRIBE = "subscribe", "unsubscribe"
SHORTEST, USUAL, LONGEST = timedelta(hours=1), timedelta(days=10), timedelta(days=30)  # leases
LONGEST_CALLBACK = 2000
LONGEST_SECRET = 199  # bytes (section 5.1)
ASKED = 100  # requests per asker and per host of a callback, in `throttle.WINDOW`
MOST_UNVERIFIED = 500
VERIFY_TRIES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A request that can be read: what (the path of a feed), where to, signed with what, for how long."""

    mode: str
    topic: str
    callback: str
    secret: str = ""
    lease: timedelta = USUAL


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Why a request is not taken, with the status that says whose side it is on."""

    status: HTTPStatus
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hub:
    """Takes requests in; whoever confirms them is subscribed (`Verifier`)."""

    store: Store
    base_url: str
    most: int = 1000
    most_per_host: int = 50

    def take(self, form: Mapping[str, str], asker: str, now: datetime) -> Refused | None:
        """Take a request in to have it verified; returns why not, or None."""
        wanted = read(form, self.base_url)
        if isinstance(wanted, Refused):
            return wanted
        with self.store.write() as transaction:
            refused = _too_often(transaction, wanted, asker, now) or self._impossible(transaction, wanted, now)
            if refused is None:
                outbox.put_latest(transaction, [verification(wanted, self.base_url)], now)
        return refused

    def _impossible(self, transaction: Transaction, wanted: Wanted, now: datetime) -> Refused | None:
        if outbox.standing(transaction, VERIFY).waiting >= MOST_UNVERIFIED:
            return Refused(status=HTTPStatus.SERVICE_UNAVAILABLE, reason="too many wait to be verified: try later")
        if wanted.mode == UNSUBSCRIBE:
            is_known = subscriptions.is_known(transaction, wanted.topic, wanted.callback)
            return None if is_known else Refused(status=HTTPStatus.NOT_FOUND, reason="there is no such subscription")
        if not documents.generations(transaction, [wanted.topic]):
            return Refused(status=HTTPStatus.NOT_FOUND, reason="hub.topic is none of our feeds")
        return no_room(self, transaction, wanted, now)


def no_room(hub: Hub, transaction: Transaction, wanted: Wanted, now: datetime) -> Refused | None:
    """Why there is no room for one more subscription; whoever renews has room."""
    if subscriptions.is_known(transaction, wanted.topic, wanted.callback):
        return None
    if subscriptions.count(transaction, now, host_of(wanted.callback)) >= hub.most_per_host:
        return Refused(status=HTTPStatus.FORBIDDEN, reason="this host has all the subscriptions that it can have")
    if subscriptions.count(transaction, now) >= hub.most:
        return Refused(status=HTTPStatus.SERVICE_UNAVAILABLE, reason="this hub has all the subscribers that it can")
    return None


def read(form: Mapping[str, str], base_url: str) -> Wanted | Refused:
    """Return what a request wants (section 5.1); parameters that we do not know are ignored."""
    mode, topic, callback = (form.get(f"hub.{name}", "").strip() for name in ("mode", "topic", "callback"))
    secret, lease = form.get("hub.secret", ""), form.get("hub.lease_seconds", "").strip()
    if mode not in (SUBSCRIBE, UNSUBSCRIBE):
        return _bad("hub.mode must be subscribe or unsubscribe")
    if not topic.startswith(f"{base_url}/") or not is_topic(topic.removeprefix(base_url)):
        return Refused(status=HTTPStatus.NOT_FOUND, reason="hub.topic is none of our feeds: name its rel=self address")
    if not _is_callback(callback, base_url):
        return _bad("hub.callback must be an absolute http(s) address elsewhere, without fragment and user name")
    if len(secret.encode()) > LONGEST_SECRET:
        return _bad("hub.secret must be shorter than 200 bytes")
    if lease and not (lease.isascii() and lease.isdecimal()):
        return _bad("hub.lease_seconds must be a number of seconds")
    return Wanted(
        mode=mode,
        topic=topic.removeprefix(base_url),
        callback=callback,
        secret=secret,
        lease=_lease(lease),
    )


def _lease(seconds: str) -> timedelta:
    if not seconds:
        return USUAL
    digits = seconds.lstrip("0") or "0"
    return min(max(timedelta(seconds=int(digits[:9])), SHORTEST), LONGEST) if len(digits) < 10 else LONGEST


def _is_callback(text: str, base_url: str) -> bool:
    try:
        web_address(text)
        parts = urlsplit(text)
        ours = urlsplit(base_url)
    except ValueError:
        return False
    is_elsewhere = (parts.hostname, parts.port) != (ours.hostname, ours.port)
    is_clean = text.isascii() and text.isprintable() and " " not in text
    return is_elsewhere and is_clean and "@" not in parts.netloc and "#" not in text and len(text) <= LONGEST_CALLBACK


def _bad(reason: str) -> Refused:
    return Refused(status=HTTPStatus.BAD_REQUEST, reason=reason)


def _too_often(transaction: Transaction, wanted: Wanted, asker: str, now: datetime) -> Refused | None:
    hashed = [hashlib.sha256(f"websub {each}".encode()).hexdigest() for each in (asker, host_of(wanted.callback))]
    if throttle.wait(transaction, hashed, now, ASKED):
        return Refused(status=HTTPStatus.TOO_MANY_REQUESTS, reason="too many requests: wait a quarter of an hour")
    throttle.count(transaction, hashed, now)
    return None


def verification(wanted: Wanted, base_url: str) -> Parcel:
    """The question whether the callback wants this (section 5.3); a later one takes the place of one that waits."""
    return Parcel(
        kind=VERIFY,
        target=wanted.callback,
        lane=host_of(wanted.callback),
        subject=key_of(wanted.topic, wanted.callback),
        payload={
            "mode": wanted.mode,
            "topic": base_url + wanted.topic,
            "secret": wanted.secret,
            "lease": int(wanted.lease.total_seconds()),
        },
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Verifier:
    """Asks a callback whether it wants what was asked in its name, and does that if it says so."""

    hub: Hub
    courier: Courier

    def __call__(self, delivery: Delivery, now: datetime) -> Also:
        """Ask once. Raises Undeliverable while there may yet be an answer, Needless when it was not confirmed."""
        wanted = _wanted(delivery, self.hub.base_url)
        challenge = secrets.token_urlsafe(32)
        asked = {"hub.mode": wanted.mode, "hub.topic": delivery.payload["topic"], "hub.challenge": challenge}
        if wanted.mode == SUBSCRIBE:
            asked["hub.lease_seconds"] = str(delivery.payload["lease"])
        answer = self.courier.get(with_query(wanted.callback, asked))
        refusal = refusal_in(answer, now)
        if refusal is None and isinstance(answer, Response) and _echoes(answer.body, challenge):
            return lambda transaction, now: _confirmed(self.hub, transaction, wanted, now)
        if refusal is None:
            raise Needless("not confirmed: it did not give the challenge back")
        if delivery.tries < VERIFY_TRIES and _may_pass(answer, refusal):
            raise refusal.as_undeliverable()
        raise Needless(f"not confirmed: {refusal.reason}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Denier:
    """Tells a callback that a subscription is denied or over (section 5.2): once is enough."""

    courier: Courier

    def __call__(self, delivery: Delivery, _now: datetime) -> Also:
        """Tell it. Raises Needless when it does not listen."""
        payload = delivery.payload
        said = {"hub.mode": "denied", "hub.topic": payload["topic"], "hub.reason": payload["reason"]}
        answer = self.courier.get(with_query(delivery.target, said))
        if not isinstance(answer, Response):
            raise Needless(f"not heard: {answer.code}")
        return nothing_else


def with_query(callback: str, parameters: Mapping[str, str]) -> str:
    """Return a callback with more parameters; what its query holds already stays as it is (section 5.3)."""
    return callback + ("&" if "?" in callback else "?") + urlencode(parameters)


def _wanted(delivery: Delivery, base_url: str) -> Wanted:
    payload = delivery.payload
    return Wanted(
        mode=payload["mode"],
        topic=payload["topic"].removeprefix(base_url),
        callback=delivery.target,
        secret=payload["secret"],
        lease=timedelta(seconds=payload["lease"]),
    )


def _echoes(body: bytes, challenge: str) -> bool:
    return hmac.compare_digest(body.strip(), challenge.encode())


def _may_pass(answer: object, refusal: Refusal) -> bool:
    """A server that is down may come back; one that says no (4xx, a redirect, a private address) has said so."""
    return not refusal.is_final and not (isinstance(answer, Response) and answer.status < 500)


def _confirmed(hub: Hub, transaction: Transaction, wanted: Wanted, now: datetime) -> None:
    if wanted.mode == UNSUBSCRIBE:
        subscriptions.end(transaction, wanted.topic, wanted.callback)
        return
    is_there = bool(documents.generations(transaction, [wanted.topic]))
    refused = no_room(hub, transaction, wanted, now) if is_there else _bad("this feed is no longer published")
    if refused:
        outbox.put_all(transaction, [denial(wanted.callback, hub.base_url + wanted.topic, refused.reason)], now)
        return
    host, until = host_of(wanted.callback), now + wanted.lease
    subscriptions.confirm(transaction, wanted.topic, wanted.callback, host, wanted.secret, now, until)
    log.info("subscription_confirmed", topic=wanted.topic, until=until.isoformat(timespec="seconds"))
