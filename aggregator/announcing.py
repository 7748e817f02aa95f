"""What a release has to tell: rows of the outbox, written in the very transaction that swaps the documents.

So nothing is lost by whatever dies, and nothing is told twice. A row names what is told, never says it: what is sent
is made at the moment of sending, so that it is the present truth and no text lies about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.model import State
from aggregator.publish.channel import MEDIA_TYPES
from aggregator.publish.message import PUBLISHED, UPDATED, WITHDRAWN
from aggregator.store import Transaction, documents, events, outbox, stories, subscriptions, webhooks
from aggregator.store.events import Event
from aggregator.store.outbox import Parcel
from aggregator.store.stories import StoryRow
from aggregator.store.subscriptions import Subscription
from aggregator.store.webhooks import Webhook

WEBHOOK, PUSH, PING, DENY = "webhook", "websub", "websub-publish", "websub-denied"
HUB_PATH = "/websub"
SETTLE = timedelta(seconds=10)  # a feed that changes often within a round of polls is sent once for it


@dataclass(frozen=True, kw_only=True, slots=True)
class Outreach:
    """Whom our feeds name as their hubs: one elsewhere, by its address, and our own."""

    base_url: str = ""
    hub: str = ""
    has_own_hub: bool = False

    @property
    def hubs(self) -> tuple[str, ...]:
        """The addresses of the hubs."""
        own = (self.base_url + HUB_PATH,) if self.has_own_hub else ()
        return ((self.hub,) if self.hub else ()) + own


NO_HUBS = Outreach()


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One thing that happened to one story, as its readers see it."""

    kind: str
    story_id: int
    seq: int
    at: datetime


def announce(
    transaction: Transaction, outreach: Outreach, news: Sequence[Event], changed: Sequence[str], now: datetime
) -> None:
    """Put in the outbox what follows from `news` of the log and from the paths whose documents `changed`."""
    hooks = webhooks.every(transaction, only_on=True)
    if hooks and news:
        _tell(transaction, hooks, news, now)
    topics = [path for path in changed if is_topic(path)]
    if outreach.hub and topics:
        outbox.put_latest(transaction, [_ping(outreach, topic, now) for topic in topics], now)
    if outreach.has_own_hub and topics:
        _push(transaction, outreach, topics, now)


def is_topic(path: str) -> bool:
    """Whether a document is a feed that can be subscribed to: not an archived page of one, nor a list of sources.

    >>> is_topic("/feeds/all.atom"), is_topic("/feeds/all/archive/3.atom"), is_topic("/feeds/sources.opml")
    (True, False, False)
    """
    is_feed = path.startswith("/feeds/") and path.rpartition(".")[2] in MEDIA_TYPES
    return is_feed and "/archive/" not in path


def host_of(url: str) -> str:
    """The host that goes by one lane: one request at a time."""
    return urlsplit(url).hostname or url


def notices(news: Sequence[Event], rows: Mapping[int, StoryRow], newborn: Iterable[int]) -> list[Notice]:
    """Return what became of each story since the last release, first changed first; what was undone again is nothing.

    `rows` are the stories as they are now, `newborn` those that did not exist at the last release.
    """
    before: dict[int, dict[str, object]] = {}
    last: dict[int, Event] = {}
    for each in news:
        if each.story_id is not None and each.story_id in rows:
            was = before.get(each.story_id, {})
            before[each.story_id] = each.before | was  # the first word about a field is what it was
            last[each.story_id] = each
    unborn = frozenset(newborn)
    found = []
    for number, was in before.items():
        fields = rows[number].fields()
        was_out = number not in unborn and _is_out(fields | was)
        kind = _kind(was_out=was_out, is_out=_is_out(fields), is_updated="updated" in was)
        if kind:
            found.append(Notice(kind=kind, story_id=number, seq=last[number].seq, at=last[number].at))
    return found


def _is_out(fields: Mapping[str, object]) -> bool:
    """In our feeds: what was known before a source was added is published, and was never released."""
    return fields["state"] == State.PUBLISHED.value and fields["released"] is not None


def _kind(*, was_out: bool, is_out: bool, is_updated: bool) -> str:
    if was_out and is_out:
        return UPDATED if is_updated else ""
    return PUBLISHED if is_out else WITHDRAWN if was_out else ""


def _tell(transaction: Transaction, hooks: Sequence[Webhook], news: Sequence[Event], now: datetime) -> None:
    numbers = {each.story_id for each in news if each.story_id is not None}
    rows = stories.rows(transaction, numbers)
    newborn = events.born_after(transaction, numbers, news[0].seq - 1)
    parcels = [
        Parcel(
            kind=WEBHOOK,
            target=hook.url,
            lane=host_of(hook.url),
            subject=str(hook.id),
            payload={"kind": notice.kind, "story": notice.story_id, "at": notice.at.isoformat()},
            event_seq=notice.seq,
        )
        for notice in notices(news, rows, newborn)
        for hook in hooks
        if notice.kind in hook.kinds
    ]
    if parcels:
        outbox.put_all(transaction, parcels, now)


def _ping(outreach: Outreach, topic: str, now: datetime) -> Parcel:
    payload = {"topic": outreach.base_url + topic}
    lane = host_of(outreach.hub)
    return Parcel(kind=PING, target=outreach.hub, lane=lane, subject=topic, payload=payload, due=now + SETTLE)


def _push(transaction: Transaction, outreach: Outreach, topics: Sequence[str], now: datetime) -> None:
    wanted = subscriptions.of_topics(transaction, topics, now)
    there = documents.generations(transaction, {each.topic for each in wanted})
    pushes = [_pushed(each, there[each.topic], now) for each in wanted if each.topic in there]
    if pushes:
        outbox.put_latest(transaction, pushes, now)
    for each in wanted:
        if each.topic not in there:
            subscriptions.end(transaction, each.topic, each.callback)
            outbox.put_all(transaction, [denial(each.callback, outreach.base_url + each.topic, "not published")], now)


def _pushed(to: Subscription, generation: int, now: datetime) -> Parcel:
    payload = {"path": to.topic, "generation": generation}
    return Parcel(kind=PUSH, target=to.callback, lane=to.host, subject=str(to.id), payload=payload, due=now + SETTLE)


def denial(callback: str, topic: str, reason: str) -> Parcel:
    """A subscription is denied or over (WebSub section 5.2); `topic` is the address of the feed."""
    payload = {"topic": topic, "reason": reason}
    return Parcel(kind=DENY, target=callback, lane=host_of(callback), payload=payload)
