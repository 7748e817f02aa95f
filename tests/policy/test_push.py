"""Whom to ask, when again, and whose push it is: tables, then properties."""

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Asking, Reading, Subscription
from aggregator.policy.push import (
    LEASE,
    LONGEST_LEASE,
    LONGEST_PATIENCE,
    METHODS,
    PATIENCE,
    RENEW_LEAST,
    RENEW_MOST,
    Plan,
    is_reachable,
    is_signed,
    lease_of,
    offer_of,
    patience,
    plan,
    renewal_after,
    request_form,
    secret_of,
    standing,
)
from tests.factories import DAY, NOW

HUB, TOPIC = "https://hub.example/", "https://fme.example/feed"
CALLBACKS = "https://nieuws.example/websub/callback"
READING = Reading(kind="feed", format="atom10", hubs=("http://plain.example/", HUB), topic=TOPIC)
HELD = Subscription(
    id=1,
    source_id="fme",
    hub=HUB,
    topic=TOPIC,
    callback=f"{CALLBACKS}/token",
    token="token",
    state=Asking.ACTIVE,
    asked_at=NOW - DAY,
    next_at=NOW + DAY,
    lease_until=NOW + 9 * DAY,
)
OFFERS = {"fme": (HUB, TOPIC)}


# --- Whom to ask --------------------------------------------------------------------------------------------------


def test_a_feed_that_names_a_hub_and_itself_is_offered_by_the_hub_that_is_asked_by_https() -> None:
    assert offer_of((), READING) == (HUB, TOPIC)
    assert offer_of((), replace(READING, hubs=("http://plain.example/",))) == ("http://plain.example/", TOPIC)


def test_headers_go_before_the_document() -> None:
    links = (("alternate", "https://x.example/"), ("self", "https://a.example/f"), ("hub", "https://b.example/"))
    assert offer_of(links, READING) == ("https://b.example/", "https://a.example/f")
    assert offer_of(links[1:2], READING) == (HUB, "https://a.example/f")


@pytest.mark.parametrize(
    "reading",
    [
        replace(READING, hubs=()),
        replace(READING, topic=""),
        replace(READING, hubs=("https://hub.example/" + "x" * 2_000,)),
        replace(READING, topic=TOPIC + "x" * 2_000),
    ],
)
def test_without_both_or_with_endless_addresses_nothing_is_offered(reading: Reading) -> None:
    assert offer_of((), reading) == ("", "")


@pytest.mark.parametrize(
    ("base_url", "reachable"),
    [
        ("https://nieuws.example.nl", True),
        ("https://nieuws.example.nl:8443/techniek", True),
        ("https://8.8.8.8", True),
        ("http://nieuws.example.nl", False),
        ("http://127.0.0.1:8000", False),
        ("https://127.0.0.1:8000", False),
        ("https://10.0.0.8", False),
        ("https://[::1]", False),
        ("https://localhost", False),
        ("https://nieuws", False),
        ("https://nieuws.local", False),
        ("https://nieuws.intern.internal.", False),
    ],
)
def test_a_hub_reaches_public_https_addresses_only(base_url: str, reachable: bool) -> None:
    assert is_reachable(base_url) is reachable


# --- When to ask again --------------------------------------------------------------------------------------------


def test_what_is_offered_is_begun_once() -> None:
    assert plan(OFFERS, [], CALLBACKS, NOW).begin == [("fme", HUB, TOPIC)]
    assert not plan(OFFERS, [HELD], CALLBACKS, NOW)


def test_a_lease_is_renewed_when_its_time_comes() -> None:
    assert plan(OFFERS, [HELD], CALLBACKS, HELD.next_at) == Plan(begin=[], renew=[HELD], leave=[], forget=[])


@pytest.mark.parametrize(
    ("offers", "callbacks"),
    [
        ({}, CALLBACKS),  # paused, removed, or its feed names no hub any more
        ({"fme": ("https://other.example/", TOPIC)}, CALLBACKS),
        ({"fme": (HUB, "https://fme.example/other")}, CALLBACKS),
        (OFFERS, "https://elders.example/websub/callback"),  # we moved
    ],
)
def test_what_is_offered_no_more_is_left_and_what_came_in_its_place_is_begun(
    offers: dict[str, tuple[str, str]], callbacks: str
) -> None:
    todo = plan(offers, [HELD], callbacks, NOW)
    assert (todo.leave, todo.forget) == ([HELD], [])
    assert todo.begin == [("fme", *offer) for offer in offers.values()]


def test_what_was_never_confirmed_is_only_forgotten_and_what_is_left_after_a_while() -> None:
    asked = replace(HELD, state=Asking.ASKED, lease_until=None)
    leaving = replace(HELD, state=Asking.LEAVING)
    assert plan({}, [asked], CALLBACKS, NOW) == Plan(begin=[], renew=[], leave=[], forget=[asked])
    assert not plan({}, [leaving], CALLBACKS, NOW)
    assert plan({}, [leaving], CALLBACKS, leaving.next_at).forget == [leaving]
    assert plan(OFFERS, [leaving], CALLBACKS, NOW).begin == [("fme", HUB, TOPIC)]


states = st.builds(
    replace,
    st.just(HELD),
    id=st.integers(1, 5),
    state=st.sampled_from(Asking),
    hub=st.sampled_from([HUB, "https://other.example/"]),
    lease_until=st.sampled_from([None, NOW - DAY, NOW + DAY]),
    next_at=st.sampled_from([NOW - DAY, NOW + DAY]),
)


@given(st.lists(states, max_size=5, unique_by=lambda each: each.id), st.sampled_from([{}, OFFERS]))
def test_one_thing_at_most_is_done_to_each_and_a_source_is_never_subscribed_to_twice(
    held: list[Subscription], offers: dict[str, tuple[str, str]]
) -> None:
    todo = plan(offers, held, CALLBACKS, NOW)
    touched = [each.id for each in (*todo.renew, *todo.leave, *todo.forget)]
    assert len(touched) == len(set(touched))
    kept = [each for each in held if each not in (*todo.leave, *todo.forget) and each.state is not Asking.LEAVING]
    assert all((each.hub, each.topic) == offers.get(each.source_id) for each in kept)
    assert len(todo.begin) == (1 if offers and not kept else 0)


@pytest.mark.parametrize(
    ("said", "lease"),
    [
        ("", LEASE),
        ("86400", DAY),
        ("1", timedelta(seconds=1)),
        ("999999999999", LONGEST_LEASE),
        ("9" * 13, None),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("tien dagen", None),
    ],
)
def test_a_lease_is_what_the_hub_names(said: str, lease: timedelta | None) -> None:
    assert lease_of(said) == lease


@given(st.timedeltas(timedelta(seconds=1), LONGEST_LEASE))
def test_a_lease_of_any_use_is_renewed_before_it_ends_and_a_tiny_one_is_not_asked_for_all_day(lease: timedelta) -> None:
    assert RENEW_LEAST <= renewal_after(lease) <= RENEW_MOST
    assert renewal_after(lease) < lease or lease <= RENEW_LEAST


@given(st.integers(0, 10_000))
def test_a_hub_that_never_answers_is_asked_ever_less_often(failures: int) -> None:
    assert PATIENCE <= patience(failures) <= patience(failures + 1) <= LONGEST_PATIENCE


# --- Whose push it is ---------------------------------------------------------------------------------------------


@given(st.binary(max_size=50), st.sampled_from(sorted(METHODS)))
def test_a_signature_holds_for_its_bytes_and_its_secret_alone(body: bytes, method: str) -> None:
    signature = f"{method}={hmac.new(b'geheim', body, method).hexdigest()}"
    assert is_signed("geheim", body, signature)
    assert is_signed("geheim", body, signature.upper())
    assert not is_signed("geheim", body + b"!", signature)
    assert not is_signed("anders", body, signature)


@pytest.mark.parametrize("header", ["", "sha256", "sha256=", "md5=00", "=", "sha256=zz", "sha256=é", "blake2b=00"])
def test_what_is_no_signature_holds_for_nothing(header: str) -> None:
    assert not is_signed("geheim", b"x", header)


def test_a_signature_without_a_key_that_anyone_can_make_does_not_hold() -> None:
    assert not is_signed("geheim", b"x", f"sha256={hashlib.sha256(b'x').hexdigest()}")


def test_each_subscription_has_a_secret_of_its_own_that_fits_the_specification() -> None:
    assert secret_of("sleutel", "a") != secret_of("sleutel", "b") != secret_of("andere", "b")
    assert len(secret_of("sleutel", "a")) < 200


def test_a_hub_is_told_the_secret_with_a_subscription_only() -> None:
    asked = request_form(HELD, "subscribe", "sleutel")
    assert asked["hub.secret"] == secret_of("sleutel", "token")
    assert asked["hub.lease_seconds"] == "864000"
    assert request_form(HELD, "unsubscribe", "sleutel") == {
        "hub.callback": HELD.callback,
        "hub.mode": "unsubscribe",
        "hub.topic": TOPIC,
    }


@pytest.mark.parametrize(
    ("held", "pushed", "word"),
    [
        (None, False, "offered"),
        (replace(HELD, state=Asking.ASKED), False, "asked"),
        (HELD, False, "active"),
        (HELD, True, "pushes"),
        (replace(HELD, lease_until=NOW), True, "lapsed"),
        (replace(HELD, state=Asking.DENIED), True, "denied"),
    ],
)
def test_how_a_source_pushes_is_one_word(held: Subscription | None, pushed: bool, word: str) -> None:
    assert standing(HUB, held, NOW if pushed else None, NOW) == word
    assert standing("", None, None, NOW) == ""
