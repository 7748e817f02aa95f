"""A service with some news whose deliveries are worked off at moments that a test chooses."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from aggregator.announcing import DENY, PING, PUSH, WEBHOOK, Outreach
from aggregator.deliver import work_off
from aggregator.deliver.hub import VERIFY, Denier, Hub, Verifier
from aggregator.deliver.sending import Sender
from aggregator.deliver.webhooks import WebhookSender, new_secret
from aggregator.deliver.websub import Distributor, Pinger
from aggregator.fetch import Allowlist, Courier, Limits
from aggregator.model import Entry
from aggregator.publish.message import KINDS
from aggregator.release import Press, refresh
from aggregator.store import Store, documents, outbox, stories, webhooks
from aggregator.store.outbox import Line
from tests.deliver.receiver import Receiver
from tests.factories import DAY, HOUR, NOW, make_entry
from tests.line.partner import Partners, feed, follow, make_line, run
from tests.line.test_release import SITE

BASE_URL = "https://nieuws.example"
URL = "https://fme.example/feed"
ALL = "/feeds/all.atom"


@dataclass
class Newsroom:
    """What a partner says goes in, what receivers are sent comes out; `now` moves by hand."""

    store: Store
    partners: Partners
    allow: str = "127.0.0.0/8"
    hub_elsewhere: str = ""
    seconds: float = 15.0
    most: int = 1000
    most_per_host: int = 50
    now: datetime = NOW
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        follow(self.store)
        outreach = Outreach(base_url=BASE_URL, hub=self.hub_elsewhere, has_own_hub=True)
        site = replace(SITE, base_url=BASE_URL)
        self.press = Press(store=self.store, site=site, created=NOW - DAY, outreach=outreach)
        self.hub = Hub(store=self.store, base_url=BASE_URL, most=self.most, most_per_host=self.most_per_host)
        limits = Limits(total=timedelta(seconds=self.seconds), body_bytes=16_000)
        courier = Courier(user_agent="Proef/1", allow=Allowlist.parse(self.allow), limits=limits)
        self.senders: dict[str, Sender] = {
            WEBHOOK: WebhookSender(store=self.store, site=site, courier=courier),
            PING: Pinger(courier=courier),
            VERIFY: Verifier(hub=self.hub, courier=courier),
            PUSH: Distributor(store=self.store, courier=courier, base_url=BASE_URL, hubs=outreach.hubs),
            DENY: Denier(courier=courier),
        }

    def says(self, *entries: Entry) -> None:
        """Some hours later the partner has this in its feed, and we polled it."""
        self.now += 3 * HOUR
        self.partners.documents[URL] = feed(*entries)
        self.entries = list(entries)
        run(make_line(self.store, self.partners), self.now)

    def publish(self, *numbers: int) -> None:
        """News comes in and is released."""
        self.says(*(make_entry(number) for number in numbers))
        self.release()

    def release(self) -> list[str]:
        return refresh(self.press, self.now)

    def work_off(self, after: timedelta = timedelta(seconds=10)) -> int:
        """Deliver what is due a little later."""
        self.now += after
        with structlog.testing.capture_logs():
            return work_off(self.store, self.senders, lambda: self.now)

    def add_webhook(self, receiver: Receiver, path: str = "/hook", kinds: tuple[str, ...] = KINDS) -> webhooks.Webhook:
        with self.store.write() as transaction:
            return webhooks.add(transaction, receiver.url(path), new_secret(), kinds, self.now)

    def webhook(self, number: int) -> webhooks.Webhook:
        with self.store.read() as transaction:
            found = webhooks.get(transaction, number)
        assert found is not None
        return found

    def document(self, path: str = ALL) -> bytes:
        with self.store.read() as transaction:
            kept = documents.get(transaction, path)
        assert kept is not None
        return kept.document.body

    def lines(self, *kinds: str) -> list[Line]:
        with self.store.read() as transaction:
            return outbox.lines(transaction, kinds=kinds)[::-1]

    def slug(self, number: int = 1) -> str:
        with self.store.read() as transaction:
            rows = stories.rows(transaction, range(1, 1000))
            found = stories.load(transaction, list(rows))
        return next(each.slug for each in found if each.origin.entry.id == f"urn:entry:{number}")
