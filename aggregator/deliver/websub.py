"""WebSub (W3C Recommendation, 2018), the publisher's side: a hub elsewhere is told that a feed changed, and our own
hub sends the feed to whoever subscribed (section 7), signed where the subscriber gave a secret (section 7.1).
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import structlog

from aggregator.deliver.answers import PATIENCE, Refusal, refusal_in
from aggregator.deliver.sending import Also, Needless
from aggregator.fetch.sending import Courier
from aggregator.store import Store, Transaction, documents, subscriptions
from aggregator.store.outbox import Delivery
from aggregator.store.subscriptions import Subscription

log = structlog.get_logger()

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Pinger:
    """Tells a hub elsewhere that a feed changed; it comes and gets it."""

    courier: Courier

    def __call__(self, delivery: Delivery, now: datetime) -> None:
        """Tell it of one feed, by the name of old (`hub.url`) and of now. Raises Undeliverable."""
        topic = delivery.payload["topic"]
        form = urlencode({"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}).encode()
        refusal = refusal_in(self.courier.post(delivery.target, form, FORM), now)
        if refusal:
            raise refusal.as_undeliverable()


@dataclass(frozen=True, kw_only=True, slots=True)
class Distributor:
    """Sends a whole feed, as it is now, to one subscriber; ends subscriptions that are over."""

    store: Store
    courier: Courier
    base_url: str
    hubs: tuple[str, ...]

    def __call__(self, delivery: Delivery, now: datetime) -> Also:
        """Send it once per generation. Raises Undeliverable, or Needless when the subscriber wants or needs none."""
        path = str(delivery.payload["path"])
        with self.store.read() as transaction:
            to = subscriptions.get(transaction, int(delivery.subject))
            kept = documents.get(transaction, path)
        if to is None or to.lease_until <= now:
            raise Needless("this subscription is over")
        if kept is None:
            raise Needless("this feed is no longer published")
        if kept.generation <= to.told:
            raise Needless("it has these bytes already")
        headers = {
            "Content-Type": kept.document.media_type,
            "Link": link_header(self.hubs, self.base_url + path),
            "X-Hub-Delivery": str(delivery.id),
        }
        if to.secret:
            headers["X-Hub-Signature"] = f"sha256={signature(to.secret, kept.document.body)}"
        refusal = refusal_in(self.courier.post(to.callback, kept.document.body, headers), now)
        if refusal is None:
            return lambda transaction, _: subscriptions.set_told(transaction, to.id, kept.generation)
        if refusal.is_gone:
            raise Needless(refusal.reason, also=lambda transaction, _: _end(transaction, to, refusal))
        raise refusal.as_undeliverable(lambda transaction, now: _struggled(transaction, to, refusal, now))


def signature(secret: str, body: bytes) -> str:
    """Return the signature of a body, in hexadecimal."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def link_header(hubs: tuple[str, ...], self_url: str) -> str:
    """Return where a feed can be subscribed to, and its own address (section 4, RFC 8288)."""
    links = [f'<{hub}>; rel="hub"' for hub in hubs]
    return ", ".join([*links, f'<{self_url}>; rel="self"'])


def _struggled(transaction: Transaction, to: Subscription, refusal: Refusal, now: datetime) -> None:
    if now - subscriptions.set_failing(transaction, to.id, now) >= PATIENCE:
        _end(transaction, to, refusal)


def _end(transaction: Transaction, to: Subscription, refusal: Refusal) -> None:
    subscriptions.end(transaction, to.topic, to.callback)
    log.info("subscription_ended", topic=to.topic, because=refusal.reason)
