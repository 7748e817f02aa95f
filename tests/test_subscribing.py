"""Whom we ask, and what hubs may say of it: a subscription's life, on each engine."""

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import structlog

from aggregator.deliver import Undeliverable, work_off
from aggregator.deliver.subscribe import Subscriber
from aggregator.fetch import NoResponse, Response
from aggregator.model import Asking, Poll, Subscription
from aggregator.policy.push import AFTER_DENIAL, PATIENCE, secret_of
from aggregator.store import Store, hubs, inbox, leases, outbox, sources
from aggregator.store.outbox import Delivery
from aggregator.subscribing import AT_ONCE, KIND, Push, Said, heard, tend, took, wants
from tests.factories import DAY, HOUR, NOW, make_source
from tests.store.conftest import store

__all__ = ["store"]

HERE = "https://nieuws.example"
HUB, TOPIC = "https://hub.example/", "https://fme.example/feed"
NAMED = Poll(at=NOW, next_due=NOW + DAY, hub=HUB, topic=TOPIC)


@pytest.fixture(autouse=True)
def followed(store: Store) -> None:
    with store.write() as transaction:
        sources.add(transaction, [make_source()], NOW)
    name(store, NAMED)


def name(store: Store, poll: Poll) -> None:
    """Let the feed name this hub."""
    with store.write() as transaction:
        leases.save_polls(transaction, [("fme", poll)])


def every(store: Store) -> list[Subscription]:
    with store.read() as transaction:
        return hubs.every(transaction)


def one(store: Store) -> Subscription:
    (found,) = every(store)
    return found


def deliveries(store: Store, now: datetime = NOW) -> list[tuple[str, str, int]]:
    """What waits to be sent: mode, hub, subscription."""
    with store.write() as transaction:
        due = outbox.take_due(transaction, [KIND], now)
        for each in due:
            outbox.done(transaction, each.id, now)
    return [(each.payload["mode"], each.target, each.payload["subscription"]) for each in due]


def asks(mode: str = "subscribe", **said: str) -> Said:
    return Said(**({"mode": mode, "topic": TOPIC, "challenge": "uitdaging", "lease_seconds": "864000"} | said))


def confirm(store: Store, now: datetime = NOW, **said: Any) -> str | None:
    return heard(store, one(store).token, asks(**said), now)


def due(store: Store) -> datetime | None:
    with store.read() as transaction:
        found = sources.held(transaction, "fme")
    return found.poll.next_due if found else None


# --- Asking and being confirmed -----------------------------------------------------------------------------------


def test_what_a_feed_names_is_asked_for_once_with_an_address_that_nobody_can_guess(store: Store) -> None:
    assert tend(store, HERE, NOW)
    assert not tend(store, HERE, NOW)
    asked = one(store)
    assert (asked.source_id, asked.hub, asked.topic, asked.state) == ("fme", HUB, TOPIC, Asking.ASKED)
    assert asked.callback == f"{HERE}/websub/callback/{asked.token}"
    assert len(asked.token) == 43
    assert deliveries(store) == [("subscribe", HUB, asked.id)]


def test_where_no_hub_can_reach_us_nobody_is_asked(store: Store) -> None:
    assert not tend(store, "", NOW)
    assert every(store) == []


def test_so_many_are_asked_for_at_once(store: Store) -> None:
    with store.write() as transaction:
        ids = [f"bron-{number}" for number in range(AT_ONCE + 5)]
        sources.add(transaction, [make_source(each) for each in ids], NOW)
        leases.save_polls(transaction, [(each, NAMED) for each in ids])
    tend(store, HERE, NOW)
    assert len(every(store)) == AT_ONCE
    tend(store, HERE, NOW)
    assert len(every(store)) == AT_ONCE + 6


def test_a_confirmation_starts_the_lease_that_the_hub_gives(store: Store) -> None:
    tend(store, HERE, NOW)
    assert confirm(store, NOW + HOUR, lease_seconds="172800") == "uitdaging"
    held = one(store)
    assert (held.state, held.lease_until, held.failures) == (Asking.ACTIVE, NOW + HOUR + 2 * DAY, 0)
    assert NOW + DAY < held.next_at < NOW + 2 * DAY


@pytest.mark.parametrize(
    "said",
    [
        {"topic": "https://fme.example/other"},
        {"topic": ""},
        {"mode": "unsubscribe"},
        {"mode": ""},
        {"mode": "SUBSCRIBE"},
        {"challenge": ""},
        {"challenge": "x" * 5_000},
        {"lease_seconds": "0"},
        {"lease_seconds": "eeuwig"},
    ],
)
def test_what_we_did_not_ask_is_not_confirmed(store: Store, said: dict[str, Any]) -> None:
    tend(store, HERE, NOW)
    before = one(store)
    assert confirm(store, **said) is None
    assert one(store) == before


def test_nothing_is_confirmed_at_another_address_or_long_after_it_was_asked(store: Store) -> None:
    tend(store, HERE, NOW)
    assert heard(store, "x" * 43, asks(), NOW) is None
    assert heard(store, "", asks(), NOW) is None
    assert confirm(store, NOW + PATIENCE + HOUR) is None


def test_a_lease_is_renewed_before_it_ends_at_the_same_address(store: Store) -> None:
    tend(store, HERE, NOW)
    confirm(store)
    before, soon = one(store), NOW + 7 * DAY
    deliveries(store)
    assert tend(store, HERE, soon)
    assert deliveries(store, soon) == [("subscribe", HUB, before.id)]
    assert (one(store).callback, one(store).state) == (before.callback, Asking.ACTIVE)
    assert confirm(store, soon + HOUR) == "uitdaging"
    assert one(store).lease_until == soon + HOUR + 10 * DAY


def test_a_hub_that_never_confirms_is_asked_ever_less_often(store: Store) -> None:
    now, asked = NOW, []
    while now < NOW + 200 * DAY:
        if tend(store, HERE, now):
            asked.append(now)
        now += DAY / 2
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert gaps == sorted(gaps)
    assert 5 <= len(asked) <= 12


def test_a_tiny_lease_is_taken_and_not_asked_for_without_end(store: Store) -> None:
    tend(store, HERE, NOW)
    confirm(store, lease_seconds="1")
    now, asked = NOW, 0
    while now < NOW + DAY:
        now += timedelta(minutes=5)
        if tend(store, HERE, now):
            asked += 1
            confirm(store, now, lease_seconds="1")
    assert 0 < asked <= 24


def test_a_giant_lease_is_renewed_all_the_same(store: Store) -> None:
    tend(store, HERE, NOW)
    confirm(store, lease_seconds="999999999999")
    assert one(store).next_at <= NOW + 10 * DAY


# --- Denied -------------------------------------------------------------------------------------------------------


def test_a_denial_ends_it_for_a_week_and_visits_take_over_at_once(store: Store) -> None:
    tend(store, HERE, NOW)
    confirm(store)
    assert confirm(store, NOW + HOUR, mode="denied", challenge="", reason="te druk") == ""
    held = one(store)
    assert (held.state, held.reason, held.lease_until) == (Asking.DENIED, "te druk", None)
    assert due(store) == NOW + HOUR
    assert not tend(store, HERE, NOW + DAY)
    assert tend(store, HERE, NOW + HOUR + AFTER_DENIAL)
    assert one(store).state is Asking.ASKED


def test_a_hub_that_denies_again_and_again_makes_us_do_nothing(store: Store) -> None:
    tend(store, HERE, NOW)
    confirm(store, mode="denied", challenge="")
    before = one(store)
    assert due(store) == NOW + DAY
    assert confirm(store, NOW + HOUR, mode="denied", challenge="", reason="anders") == ""
    assert one(store) == before
    assert wants(store, before.token) is None


# --- Leaving ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["paused", "removed", "no hub", "unreachable"])
def test_what_is_wanted_no_more_is_ended_at_the_hub(store: Store, how: str) -> None:
    tend(store, HERE, NOW)
    confirm(store)
    deliveries(store)
    held = one(store)
    with store.write() as transaction:
        if how == "paused":
            sources.change(transaction, make_source(paused=True), NOW)
        if how == "removed":
            sources.remove(transaction, "fme", NOW)
    if how == "no hub":
        name(store, replace(NAMED, hub="", topic=""))
    assert tend(store, "" if how == "unreachable" else HERE, NOW + HOUR)
    assert deliveries(store, NOW + HOUR) == [("unsubscribe", HUB, held.id)]
    assert wants(store, held.token) is None
    assert confirm(store) is None  # a late "subscribe" is not what we want any more
    assert confirm(store, mode="unsubscribe") == "uitdaging"
    assert every(store) == []


def test_another_hub_takes_the_place_of_the_one_before(store: Store) -> None:
    tend(store, HERE, NOW)
    confirm(store)
    deliveries(store)
    name(store, replace(NAMED, hub="https://other.example/"))
    tend(store, HERE, NOW)
    assert sorted(deliveries(store)) == [("subscribe", "https://other.example/", 2), ("unsubscribe", HUB, 1)]
    assert [each.state for each in every(store)] == [Asking.LEAVING, Asking.ASKED]


def test_a_hub_that_does_not_let_go_is_forgotten(store: Store) -> None:
    tend(store, HERE, NOW)
    confirm(store)
    name(store, replace(NAMED, hub="", topic=""))
    tend(store, HERE, NOW)
    assert not tend(store, HERE, NOW + DAY)
    assert tend(store, HERE, NOW + PATIENCE)
    assert every(store) == []


def test_one_that_was_denied_while_it_was_left_is_gone(store: Store) -> None:
    tend(store, HERE, NOW)
    confirm(store)
    tend(store, "", NOW)
    assert confirm(store, mode="denied") == ""
    assert every(store) == []


# --- Pushes -------------------------------------------------------------------------------------------------------


def headers_for(store: Store, body: bytes, key: str = "sleutel") -> dict[str, str]:
    secret = secret_of(key, one(store).token)
    signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
    return {"x-hub-signature": f"sha256={signature}", "content-type": "application/atom+xml; charset=utf-8"}


def test_a_push_with_our_secret_is_kept_and_another_is_thrown_away(store: Store) -> None:
    tend(store, HERE, NOW)
    confirm(store)
    held = wants(store, one(store).token)
    assert held is not None
    with structlog.testing.capture_logs():
        for headers in ({}, headers_for(store, b"anders"), headers_for(store, b"<feed/>", "andere sleutel")):
            assert took(store, "sleutel", held, b"<feed/>", headers, NOW) is Push.IGNORED
    assert took(store, "sleutel", held, b"<feed/>", headers_for(store, b"<feed/>"), NOW) is Push.TAKEN
    assert took(store, "sleutel", held, b"<feed/>", headers_for(store, b"<feed/>"), NOW) is Push.IGNORED
    with store.read() as transaction:
        (kept,) = inbox.waiting(transaction)
    assert (kept.source_id, kept.body, kept.content_type) == (
        "fme",
        b"<feed/>",
        "application/atom+xml; charset=utf-8",
    )


def test_nobody_waits_for_a_push_that_was_not_confirmed(store: Store) -> None:
    tend(store, HERE, NOW)
    assert wants(store, one(store).token) is None
    assert wants(store, "x" * 43) is None


# --- What is sent -------------------------------------------------------------------------------------------------


class Hub:
    """Answers as a test planned, and keeps what it was sent."""

    def __init__(self, *answers: Response | NoResponse) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, bytes]] = []

    def post(self, url: str, body: bytes, _: object) -> Response | NoResponse:
        self.asked.append((url, body))
        return self.answers.pop(0)


def send(store: Store, hub: Hub, mode: str = "subscribe") -> None:
    sender = Subscriber(store=store, post=hub.post, secret_key="sleutel")
    sender(Delivery(id=1, kind=KIND, target=HUB, payload={"subscription": one(store).id, "mode": mode}, tries=1), NOW)


def moved(status: int, to: str) -> Response:
    return Response(status=status, headers={b"location": [to.encode()]} if to else {})


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_hub_that_takes_the_request_has_not_confirmed_it_yet(store: Store, status: int) -> None:
    tend(store, HERE, NOW)
    hub = Hub(Response(status=status))
    send(store, hub)
    assert one(store).state is Asking.ASKED
    ((url, body),) = hub.asked
    assert url == HUB
    assert b"hub.mode=subscribe" in body
    assert secret_of("sleutel", one(store).token).encode() in body


@pytest.mark.parametrize(
    ("answer", "is_final"),
    [
        (Response(status=503, body=b"even\nniet"), False),
        (Response(status=429), False),
        (Response(status=404, body=b"weg"), True),
        (Response(status=422), True),
        (Response(status=301), True),
        (NoResponse(code="timeout"), False),
        (NoResponse(code="private-address", transient=False), True),
    ],
)
def test_a_hub_that_does_not_is_tried_again_where_that_helps_and_the_reason_is_kept(
    store: Store, answer: Response | NoResponse, is_final: bool
) -> None:
    tend(store, HERE, NOW)
    with pytest.raises(Undeliverable) as raised:
        send(store, Hub(answer))
    assert raised.value.is_final is is_final
    assert one(store).reason == str(raised.value) != ""


def test_a_redirect_is_followed_as_the_specification_asks(store: Store) -> None:
    tend(store, HERE, NOW)
    hub = Hub(moved(307, "/hub2"), moved(308, "https://elders.example/hub"), Response(status=202))
    send(store, hub)
    assert [url for url, _ in hub.asked] == [HUB, "https://hub.example/hub2", "https://elders.example/hub"]
    assert len({body for _, body in hub.asked}) == 1


@pytest.mark.parametrize("to", ["", "http://hub.example/", "file:///etc/passwd"])
def test_a_redirect_that_would_show_the_secret_or_leads_nowhere_is_not(store: Store, to: str) -> None:
    tend(store, HERE, NOW)
    with pytest.raises(Undeliverable):
        send(store, Hub(moved(307, to)))


def test_redirects_without_end_are_given_up(store: Store) -> None:
    tend(store, HERE, NOW)
    hub = Hub(*(moved(307, f"/{number}") for number in range(99)))
    with pytest.raises(Undeliverable):
        send(store, hub)
    assert len(hub.asked) == 4


def test_what_was_overtaken_is_not_sent(store: Store) -> None:
    tend(store, HERE, NOW)
    hub = Hub()
    send(store, hub, "unsubscribe")
    sender = Subscriber(store=store, post=hub.post, secret_key="sleutel")
    sender(Delivery(id=1, kind=KIND, target=HUB, payload={"subscription": 99, "mode": "subscribe"}, tries=1), NOW)
    assert hub.asked == []


def test_the_outbox_brings_it_there(store: Store) -> None:
    tend(store, HERE, NOW)
    hub = Hub(Response(status=202))
    sender = Subscriber(store=store, post=hub.post, secret_key="sleutel")
    assert work_off(store, {KIND: sender}, lambda: NOW) == 1
    assert len(hub.asked) == 1
