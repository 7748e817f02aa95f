"""The sources' pages: what they say of each visit, adding by an address, and the buttons."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import Poll, Source, State
from aggregator.release import Press
from aggregator.store import Store, leases, sources, stories
from aggregator.store.accounts import Role
from aggregator.store.events import Event
from aggregator.store.sources import Held
from tests.factories import NOW, make_entry
from tests.line.partner import feed
from tests.web.editors.conftest import WEB, Client

SignedIn = Callable[..., Client]
PAGE = "/edit/sources"
NEW = "https://www.nieuw.example/feed"


@pytest.fixture(autouse=True)
def web() -> Iterator[None]:
    WEB.documents.clear()
    WEB.documents[NEW] = feed(make_entry(1), make_entry(2), title="Nieuw College")
    yield
    WEB.documents.clear()


def held(store: Store, source_id: str) -> Held | None:
    with store.read() as transaction:
        return sources.held(transaction, source_id)


def spoil(store: Store, source_id: str, **fields: object) -> None:
    """Let the last visit have gone like this."""
    with store.write() as transaction:
        leases.save_polls(transaction, [(source_id, Poll(at=NOW, **fields))])  # type: ignore[arg-type]


def flooded(store: Store) -> None:
    with store.append() as transaction:
        rows = stories.rows(transaction, [1, 2, 3]).values()
        changes = [(row, replace(row, state=State.HELD, reason="flood", released=None, updated=None)) for row in rows]
        stories.apply(transaction, changes, Event(at=NOW, kind="held"))


def test_the_list_says_how_each_visit_went_in_plain_words(store: Store, signed_in: SignedIn) -> None:
    spoil(store, "vhto", code="http-404", reposted_at=NOW)
    text = signed_in(Role.READER).get(PAGE).text
    assert "<title>Bronnen (2) ·" in text
    assert "<strong>De pagina bestaat niet (meer).</strong>" in text
    assert "bracht op 23 november 2026, 13:00 ons eigen nieuws terug" in text
    assert "<td>3</td>" in text
    assert "Bekijken" not in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("filter=wrong", ["vhto"]),
        ("filter=paused", []),
        ("filter=quiet", ["vhto"]),
        ("filter=reposts", ["vhto"]),
        ("q=FM", ["fme"]),
        ("filter=onzin", ["fme", "vhto"]),
    ],
)
def test_the_address_says_which_are_shown(store: Store, signed_in: SignedIn, query: str, shown: list[str]) -> None:
    spoil(store, "vhto", code="http-404", reposted_at=NOW)
    text = signed_in().get(f"{PAGE}?{query}").text
    assert [each for each in ("fme", "vhto") if f'href="/edit/sources/{each}"' in text] == shown
    assert ("Geen bron past hierbij" in text) is not bool(shown)


def test_one_source_shows_its_visit_and_what_it_brought(signed_in: SignedIn) -> None:
    text = signed_in(Role.READER).get(f"{PAGE}/fme").text
    assert "Nieuws nummer 1" in text
    assert 'method="post" action="/edit/sources' not in text
    assert signed_in(email="b@example.nl").get(f"{PAGE}/nergens").status == 404


def test_visit_now_pause_and_visit_again(store: Store, signed_in: SignedIn) -> None:
    client = signed_in()
    spoil(store, "fme", next_due=NOW + timedelta(days=900))
    assert client.post(f"{PAGE}/fme/poll", f"{PAGE}/fme").status == 303
    found = held(store, "fme")
    assert found
    assert found.poll.next_due
    assert found.poll.next_due <= datetime.now(UTC)
    client.post(f"{PAGE}/fme/pause", f"{PAGE}/fme")
    found = held(store, "fme")
    assert found
    assert (found.source.paused, found.poll.next_due) == (True, None)
    assert client.post(f"{PAGE}/fme/poll", f"{PAGE}/fme").status == 409
    client.post(f"{PAGE}/fme/pause", f"{PAGE}/fme", resume="1")
    found = held(store, "fme")
    assert found
    assert not found.source.paused


def test_taking_a_source_away_can_be_undone(store: Store, signed_in: SignedIn) -> None:
    client = signed_in()
    reply = client.post(f"{PAGE}/fme/remove", f"{PAGE}/fme")
    assert held(store, "fme") is None
    text = client.get(reply.header("location")).text
    assert "FME wordt niet meer gevolgd." in text
    reply = client.post(f"{PAGE}/fme/back", reply.header("location"))
    assert reply.header("location") == f"{PAGE}/fme?done=back"
    assert held(store, "fme")
    assert client.post(f"{PAGE}/fme/back", PAGE).status == 404
    assert "wordt niet meer gevolgd" not in client.get(f"{PAGE}?removed=fme").text


def test_an_address_is_looked_at_and_then_followed(store: Store, signed_in: SignedIn) -> None:
    client = signed_in()
    seen = client.post(f"{PAGE}/preview", PAGE, url=NEW)
    assert "2 berichten gevonden" in seen.text
    assert "deze nemen we" in seen.text
    assert 'value="Nieuw College"' in seen.text
    assert held(store, "nieuw") is None
    reply = client.post(PAGE, csrf=seen.csrf, url=NEW, organisation="Nieuw College", labels="Noord, mbo")
    assert reply.header("location") == f"{PAGE}/nieuw?done=added"
    found = held(store, "nieuw")
    assert found
    assert found.source == Source(
        id="nieuw", organisation="Nieuw College", url=NEW, publish="review", labels=("noord", "mbo")
    )
    again = client.post(PAGE, csrf=seen.csrf, url=NEW.replace("www.", ""))
    assert again.status == 409
    assert f'href="{PAGE}/nieuw"' in again.text


def test_what_cannot_be_read_is_explained_and_may_be_followed_anyway(signed_in: SignedIn) -> None:
    reply = signed_in().post(f"{PAGE}/preview", PAGE, url="https://nieuw.example/weg")
    assert reply.status == 422
    assert "De pagina bestaat niet" in reply.text
    assert "Toch volgen" in reply.text


def test_what_is_no_address_and_labels_that_cannot_be(store: Store, signed_in: SignedIn) -> None:
    client = signed_in()
    assert "geen heel webadres" in client.post(f"{PAGE}/preview", PAGE, url="nieuw").text
    reply = client.post(PAGE, PAGE, url=NEW, labels="héél gek!")
    assert reply.status == 422
    assert "Dit kan zo niet" in reply.text
    assert held(store, "nieuw") is None


@pytest.mark.parametrize(("choice", "published"), [("all", 3), ("none", 0)])
def test_a_flood_is_settled_by_one_of_three(
    store: Store, press: Press, signed_in: SignedIn, choice: str, published: int
) -> None:
    flooded(store)
    client = signed_in()
    assert "3 berichten tegelijk" in client.get(PAGE).text
    assert "Wat mag bij de lezers komen?" in client.get(f"{PAGE}/fme").text
    assert client.post(f"{PAGE}/fme/flood", f"{PAGE}/fme", choice=choice).status == 303
    with store.read() as transaction:
        counts = stories.counts_by_state(transaction)
    assert counts.get("published", 0) == published
    assert "tegelijk" not in client.get(f"{PAGE}/fme").text
    assert client.post(f"{PAGE}/fme/flood", f"{PAGE}/fme", choice="onzin").status == 422
