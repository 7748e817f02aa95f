"""WebSub as subscriber, all of it over real HTTP: polled, asked for, confirmed, pushed, renewed, left.

The peer (hub.py) is a publisher and hub of its own. It dies, lies, floods and replays, and is survived.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
import uvicorn

from aggregator.config import load, shipped
from aggregator.deliver import work_off
from aggregator.model import Asking, Poll, Source, Subscription
from aggregator.schedule.chores import Turn, take_pushes
from aggregator.schedule.polling import poll_round
from aggregator.store import documents, hubs, inbox, sources, stories
from aggregator.subscribing import KIND, tend
from aggregator.web.app import make_app
from aggregator.wiring import Service, open_service
from tests.hub import Peer

DAY = timedelta(days=1)


@dataclass
class Subscriber:
    """Our whole service, driven a step at a time by a test."""

    service: Service

    def poll(self, now: datetime | None = None) -> int:
        return poll_round(self.service, now or datetime.now(UTC), "test")

    def ask(self, now: datetime | None = None) -> None:
        at = now or datetime.now(UTC)
        tend(self.service.store, self.service.hubs.reached_at, at)
        work_off(self.service.store, {KIND: self.service.senders[KIND]}, lambda: at)

    def read(self) -> None:
        take_pushes(Turn(service=self.service, now=datetime.now(UTC)))

    def visited(self) -> Poll:
        with self.service.store.read() as transaction:
            found = sources.held(transaction, "proef")
        assert found is not None
        return found.poll

    def subscriptions(self) -> list[Subscription]:
        with self.service.store.read() as transaction:
            return hubs.every(transaction)

    def titles(self) -> list[str]:
        with self.service.store.read() as transaction:
            numbers = stories.by_state(transaction, None, limit=1000)
            return sorted(item.entry.title for each in stories.load(transaction, numbers) for item in each.items)


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    made.feed = made.atom("Een", "Twee")
    with structlog.testing.capture_logs(), closing(made):
        yield made


@pytest.fixture
def ours(tmp_path: Path, peer: Peer) -> Iterator[Subscriber]:
    """A service on loopback that follows the peer; its operator says that hubs reach it there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        "AGGREGATOR_FETCH_ALLOW": "127.0.0.1",
        "AGGREGATOR_WEBSUB__CALLBACK_URL": f"http://127.0.0.1:{port}",
        "AGGREGATOR_POLLING__GAP": "0 s",
    }
    config = load(environ=environ, flags={"data_dir": tmp_path / "data"}, config_dir=shipped())
    followed = Source(id="proef", organisation="Proef", url=f"{peer.url}/feed", relevance="all")
    service = open_service(replace(config, sources=(followed,)), datetime.now(UTC))
    app = make_app(service.press, service.access, line=service.line, lookout=service.lookout)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield Subscriber(service)
    server.should_exit = True
    thread.join(10)
    service.close()


@pytest.fixture
def subscribed(ours: Subscriber, peer: Peer) -> Subscriber:
    """Polled once, asked for, confirmed."""
    assert ours.poll() == 1
    ours.ask()
    peer.wait()
    assert peer.verified == [("subscribe", 200)]
    return ours


def test_the_round_trip(subscribed: Subscriber, peer: Peer) -> None:
    (held,) = subscribed.subscriptions()
    assert held.state is Asking.ACTIVE
    assert peer.asked[0]["hub.topic"] == f"{peer.url}/feed"

    assert peer.push(peer.atom("Drie")) == [202]
    subscribed.read()
    assert subscribed.titles() == ["Drie", "Een", "Twee"]
    with subscribed.service.store.read() as transaction:
        public = documents.get(transaction, "/feeds/all.atom")
    assert public is not None
    assert b"Drie" in public.document.body
    assert peer.polls == 1  # nothing was fetched for it

    now = datetime.now(UTC)
    due = subscribed.visited().next_due
    assert due is not None
    assert due > now + 20 * timedelta(hours=1)
    assert subscribed.poll(now + timedelta(hours=12)) == 0

    peer.feed = peer.atom("Drie", "Een", "Twee")
    assert subscribed.poll(now + DAY) == 1
    assert subscribed.titles() == ["Drie", "Een", "Twee"]


def test_a_lease_is_renewed_at_the_hub_and_ended_when_the_source_is_paused(subscribed: Subscriber, peer: Peer) -> None:
    (held,) = subscribed.subscriptions()
    with subscribed.service.store.write() as transaction:
        hubs.change(transaction, replace(held, next_at=held.asked_at), Asking.ACTIVE)
    subscribed.ask()
    peer.wait()
    assert peer.verified == [("subscribe", 200)] * 2
    assert len(peer.subscribers) == 1
    with subscribed.service.store.write() as transaction:
        found = sources.held(transaction, "proef")
        assert found is not None
        sources.change(transaction, replace(found.source, paused=True), datetime.now(UTC))
    subscribed.ask()
    peer.wait()
    assert peer.verified[-1] == ("unsubscribe", 200)
    assert (peer.subscribers, subscribed.subscriptions()) == ({}, [])


def test_a_hub_that_lies_about_what_we_asked_is_not_confirmed(ours: Subscriber, peer: Peer) -> None:
    peer.is_lying = True
    ours.poll()
    ours.ask()
    peer.wait()
    assert peer.verified == [("subscribe", 404)]
    assert [each.state for each in ours.subscriptions()] == [Asking.ASKED]


def test_a_hub_that_denies_is_left_alone_and_the_source_polled_as_before(ours: Subscriber, peer: Peer) -> None:
    peer.denies = True
    ours.poll()
    before = ours.visited()
    ours.ask()
    peer.wait()
    assert [(each.state, each.reason) for each in ours.subscriptions()] == [(Asking.DENIED, "wij kennen u niet")]
    ours.ask()
    assert len(peer.asked) == 1
    assert ours.visited() == before


def test_a_bad_signature_a_replay_and_rubbish_change_nothing(subscribed: Subscriber, peer: Peer) -> None:
    body = peer.atom("Drie")
    assert peer.push(body, signature="sha256=" + "0" * 64) == [202]
    subscribed.read()
    assert subscribed.titles() == ["Een", "Twee"]
    peer.push(body)
    subscribed.read()
    before = subscribed.visited()
    for again in (body, body, b"<html>weg</html>", body[:200], b"\xff" * 50_000):
        assert peer.push(again) == [202]
    subscribed.read()
    assert subscribed.visited() == before
    assert subscribed.titles() == ["Drie", "Een", "Twee"]


def test_a_flood_loses_nothing(subscribed: Subscriber, peer: Peer) -> None:
    names = [f"Bericht {number}" for number in range(30)]
    for name in names:
        assert peer.push(peer.atom(name)) == [202]
    peer.feed = peer.atom(*names, "Een", "Twee")
    with subscribed.service.store.read() as transaction:
        assert len(inbox.waiting(transaction)) == inbox.WAITING_OF_SOURCE + 1
    subscribed.read()
    assert subscribed.poll(datetime.now(UTC) + timedelta(minutes=6)) == 1  # what was not kept is fetched
    assert subscribed.titles() == sorted([*names, "Een", "Twee"])


def test_a_hub_that_dies_is_asked_again_later_and_its_source_polled_in_its_own_rhythm(
    subscribed: Subscriber, peer: Peer
) -> None:
    peer.push(peer.atom("Drie"))
    subscribed.read()
    lapsed = datetime.now(UTC) + timedelta(days=11)
    peer.close()
    subscribed.ask(lapsed)
    (held,) = subscribed.subscriptions()
    assert held.reason
    assert held.lease_until is not None
    assert held.lease_until < lapsed
    assert subscribed.poll(lapsed) == 1
    assert subscribed.visited().failures == 1
    due = subscribed.visited().next_due
    assert due is not None
    assert due < lapsed + timedelta(hours=2)


def test_a_hub_on_a_private_address_is_never_asked(ours: Subscriber, peer: Peer) -> None:
    ours.poll()
    service = ours.service
    strict = load(environ={}, flags={"data_dir": service.config.paths.data_dir}, config_dir=shipped())
    with closing(open_service(replace(strict, sources=()), datetime.now(UTC))) as guarded:
        assert guarded.hubs.reached_at == ""
        assert "127.0.0.1" in guarded.hubs.why
        tend(service.store, service.hubs.reached_at, datetime.now(UTC))
        work_off(service.store, {KIND: guarded.senders[KIND]}, lambda: datetime.now(UTC))
    assert peer.asked == []
    (held,) = ours.subscriptions()
    assert "private-address" in held.reason
