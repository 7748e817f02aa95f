"""Webhooks: what happened to a story, signed and brought to an address of someone's own.

After Standard Webhooks (standardwebhooks.com): the id of a message stays the same over every try, the timestamp is
that of the try, and HMAC-SHA256 signs both with the body. 410 ends a webhook.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from aggregator.announcing import WEBHOOK
from aggregator.deliver.answers import PATIENCE, Refusal, refusal_in
from aggregator.deliver.sending import Also, Needless, Undeliverable
from aggregator.fetch.sending import Courier
from aggregator.model import Site, State
from aggregator.publish.message import WITHDRAWN, message, public_story, withdrawn_story
from aggregator.store import Store, Transaction, outbox, sources, stories, webhooks
from aggregator.store.outbox import Delivery
from aggregator.store.webhooks import Webhook

log = structlog.get_logger()

SECRET_PREFIX = "whsec_"  # noqa: S105  the convention's mark, no secret
SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookSender:
    """Brings messages to webhooks, and switches off those that want none or take none for days."""

    store: Store
    site: Site
    courier: Courier

    def __call__(self, delivery: Delivery, now: datetime) -> Also:
        """Send one message. Raises Undeliverable, or Needless when a later message says what is true now."""
        with self.store.read() as transaction:
            hook = webhooks.get(transaction, int(delivery.subject))
            body = _body(transaction, delivery, self.site)
        if hook is None:
            raise Needless("this webhook was removed")
        if hook.off_at:
            raise Undeliverable(f"switched off: {hook.off_because}", is_final=True)
        if body is None:
            raise Needless("overtaken: it is no longer so")
        answer = self.courier.post(hook.url, body, headers(hook.secret, message_id(delivery), now, body))
        refusal = refusal_in(answer, now)
        if refusal is None:
            return lambda transaction, now: webhooks.set_told(transaction, hook.id, now)
        raise refusal.as_undeliverable(lambda transaction, now: _struggled(transaction, hook, refusal, now))


def message_id(delivery: Delivery) -> str:
    """What a receiver knows a message by. With its moment: a restored backup gives numbers out again."""
    at = datetime.fromisoformat(delivery.payload["at"])
    return f"msg_{delivery.id}_{int(at.timestamp())}"


def new_secret() -> str:
    """A secret to sign with, in the form that the convention's libraries take."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(secret: str, name: str, now: datetime, body: bytes) -> dict[str, str]:
    """The headers of one try to bring `body`, the message called `name`."""
    sent = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{signature(secret, name, sent, body)}",
    }


def signature(secret: str, name: str, sent: str, body: bytes) -> str:
    """Return the signature (version 1) of a message, in base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = hmac.new(key, f"{name}.{sent}.".encode() + body, hashlib.sha256)
    return base64.b64encode(signed.digest()).decode()


def _body(transaction: Transaction, delivery: Delivery, site: Site) -> bytes | None:
    """The message as it is true now; None when it no longer is."""
    payload = delivery.payload
    [story] = stories.load(transaction, [payload["story"]])
    is_out = story.state is State.PUBLISHED and story.released is not None
    if is_out == (payload["kind"] == WITHDRAWN):
        return None
    told: dict[str, Any]
    if is_out:
        told = public_story(story, sources.by_id(transaction), site)
    else:
        row = stories.rows(transaction, [payload["story"]])[payload["story"]]
        into = stories.rows(transaction, [row.merged_into])[row.merged_into].uri if row.merged_into else None
        told = withdrawn_story(story.id, f"{site.base_url}/stories/{story.slug}", into)
    return message(payload["kind"], datetime.fromisoformat(payload["at"]), told)


def _struggled(transaction: Transaction, hook: Webhook, refusal: Refusal, now: datetime) -> None:
    since = webhooks.set_failing(transaction, hook.id, now)
    if refusal.is_gone:
        because = f"it wants nothing more: {refusal.reason}"
    elif now - since >= PATIENCE:
        because = f"it took nothing for {PATIENCE.days} days, the last time because: {refusal.reason}"
    else:
        return
    webhooks.switch_off(transaction, hook.id, because, now)
    outbox.give_up(transaction, WEBHOOK, str(hook.id), f"switched off: {because}", now)
    log.warning("webhook_switched_off", webhook=hook.id, because=because)
