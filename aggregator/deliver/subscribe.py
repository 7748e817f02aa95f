"""Asking a hub for a subscription, or to end one (W3C WebSub, section 5.1), from the outbox.

That a hub took the request says nothing yet: it asks back at our callback (subscribing.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urljoin, urlsplit

from aggregator.deliver.sending import Undeliverable
from aggregator.fetch.sending import NoResponse, Response
from aggregator.model import Asking, Subscription
from aggregator.policy.push import request_form
from aggregator.store import Store, hubs
from aggregator.store.outbox import Delivery
from aggregator.text.html import clean_text

REDIRECTS = (307, 308)  # section 5.1.1: ask again there, the same; any other redirect is none for a POST
MOST_HOPS = 3
MAY_PASS = (408, 425, 429)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Post = Callable[[str, bytes, Mapping[str, str]], Response | NoResponse]


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """Sends what the outbox holds of this kind."""

    store: Store
    post: Post
    secret_key: str

    def __call__(self, delivery: Delivery, _now: datetime) -> None:
        """Ask the hub. Raises Undeliverable."""
        mode = delivery.payload["mode"]
        with self.store.read() as transaction:
            held = hubs.by_number(transaction, delivery.payload["subscription"])
        if held is None or (held.state is Asking.LEAVING) != (mode == "unsubscribe"):
            return  # overtaken: what it asked for is wanted no more
        try:
            self._ask(held, mode)
        except Undeliverable as error:
            with self.store.write() as transaction:
                hubs.set_reason(transaction, held.id, str(error))
            raise

    def _ask(self, held: Subscription, mode: str) -> None:
        body = urlencode(request_form(held, mode, self.secret_key)).encode()
        url = held.hub
        for _ in range(1 + MOST_HOPS):
            answer = self.post(url, body, FORM)
            if isinstance(answer, NoResponse):
                raise Undeliverable(f"{answer.code} {answer.detail}".strip(), is_final=not answer.transient)
            if answer.status not in REDIRECTS:
                return _judge(answer)
            url = _target(url, answer)
        raise Undeliverable("too many redirects", is_final=True)


def _target(url: str, answer: Response) -> str:
    """Where a hub sends us. The secret goes along, so never from https to http."""
    target = urljoin(url, answer.header(b"location"))
    if not answer.header(b"location") or (url.startswith("https:") and urlsplit(target).scheme != "https"):
        raise Undeliverable(f"{answer.status}, which leads nowhere", is_final=True)
    return target


def _judge(answer: Response) -> None:
    if 200 <= answer.status < 300:
        return
    said = clean_text(answer.body[:200].decode("utf-8", "replace"))
    may_pass = answer.status >= 500 or answer.status in MAY_PASS
    raise Undeliverable(f"{answer.status} {said}".strip(), is_final=not may_pass)
