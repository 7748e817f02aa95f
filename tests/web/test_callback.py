"""The callback before real requests: what hubs ask is answered, what they push is bounded and never read here."""

import asyncio
import hmac
import http.client
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import pytest
import structlog

from aggregator.model import Asking, Subscription
from aggregator.policy.push import secret_of
from aggregator.release import Press
from aggregator.store import hubs, inbox
from aggregator.web.bounds import PUSH_BYTES
from aggregator.web.callback import Places
from tests.factories import DAY
from tests.web.test_app import Reply, ask

TOKEN = "t" * 43
PATH = f"/websub/callback/{TOKEN}"
TOPIC = "https://fme.example/feed"
KEY = "geheim" * 6  # of the web side's `access`


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(autouse=True)
def subscription(press: Press) -> Subscription:
    """Asked for just now, by the clock that the callback has."""
    now = datetime.now(UTC)
    made = Subscription(
        id=1,
        source_id="fme",
        hub="https://hub.example/",
        topic=TOPIC,
        callback=f"https://ons.example{PATH}",
        token=TOKEN,
        state=Asking.ACTIVE,
        asked_at=now,
        next_at=now + DAY,
        lease_until=now + DAY,
    )
    with press.store.write() as transaction:
        hubs.add(transaction, [made])
    return made


def verify(address: str, path: str = PATH, **said: str) -> Reply:
    asked = {"mode": "subscribe", "topic": TOPIC, "challenge": "<b>toets</b>", "lease_seconds": "600"} | said
    return ask(address, f"{path}?{urlencode({f'hub.{name}': value for name, value in asked.items()})}")


def push(address: str, body: bytes, path: str = PATH, signature: str | None = None) -> Reply:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    if signature is None:
        signature = f"sha1={hmac.new(secret_of(KEY, TOKEN).encode(), body, 'sha1').hexdigest()}"
    headers = {"X-Hub-Signature": signature, "Content-Type": "application/rss+xml"}
    connection.request("POST", path, body=body, headers=headers)
    response = connection.getresponse()
    reply = Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    connection.close()
    return reply


def bodies(press: Press) -> list[bytes]:
    with press.store.read() as transaction:
        return [each.body for each in inbox.waiting(transaction)]


def test_a_hub_that_asks_hears_its_challenge_as_plain_text(address: str) -> None:
    reply = verify(address)
    assert (reply.status, reply.body.decode()) == (200, "<b>toets</b>")
    assert reply.headers["content-type"].startswith("text/plain")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "said", [{"topic": "https://elders.example/"}, {"mode": "unsubscribe"}, {"challenge": ""}, {"lease_seconds": "-1"}]
)
def test_what_we_did_not_ask_is_not_found(address: str, said: dict[str, str]) -> None:
    reply = verify(address, **said)
    assert reply.status == 404
    assert b"toets" not in reply.body


def test_other_addresses_are_not_found_and_their_pushes_are_gone(address: str, press: Press) -> None:
    for token in ("x" * 43, "x", "%00", "é"):
        path = f"/websub/callback/{'%C3%A9' if token == 'é' else token}"
        assert verify(address, path).status == 404
        assert push(address, b"<rss/>", path).status == 410
    assert bodies(press) == []


def test_a_denial_is_heard(address: str, press: Press) -> None:
    assert verify(address, mode="denied", challenge="", reason="nee").status == 200
    with press.store.read() as transaction:
        (held,) = hubs.every(transaction)
    assert (held.state, held.reason) == (Asking.DENIED, "nee")
    assert push(address, b"<rss/>").status == 410


def test_a_push_is_kept_and_not_read(address: str, press: Press) -> None:
    assert push(address, b"\x00 no feed at all").status == 202
    assert bodies(press) == [b"\x00 no feed at all"]


@pytest.mark.parametrize("signature", ["", "sha1=00", "sha256=" + "0" * 64, "é"])
def test_a_wrong_signature_hears_that_all_is_well_and_is_thrown_away(
    address: str, press: Press, signature: str
) -> None:
    assert push(address, b"<rss/>", signature=signature).status == 202
    assert bodies(press) == []


def test_a_push_may_be_as_large_as_feeds_are_and_no_larger(address: str, press: Press) -> None:
    assert push(address, b"x" * (PUSH_BYTES - 100)).status == 202
    with suppress(BrokenPipeError, ConnectionResetError):  # refused before all of it was sent
        assert push(address, b"x" * (PUSH_BYTES + 1)).status == 413
    assert [len(each) for each in bodies(press)] == [PUSH_BYTES - 100]


def test_a_flood_is_answered_and_kept_in_bounds(address: str, press: Press) -> None:
    statuses = {push(address, b"%d" % number).status for number in range(60)}
    assert statuses == {202}
    assert len(bodies(press)) == inbox.WAITING_OF_SOURCE + 1


def test_so_many_pushes_are_received_at_once_and_their_places_come_back() -> None:
    async def three_for_two_places() -> list[bool]:
        places = Places(2)
        async with places.one() as first, places.one() as second, places.one() as third:
            taken = [first, second, third]
        async with places.one() as again:
            return [*taken, again]

    assert asyncio.run(three_for_two_places()) == [True, True, False, True]
