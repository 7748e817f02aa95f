"""Signing in with the account of one's organisation, against a provider on loopback."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import structlog

from aggregator.accounts import Access
from aggregator.release import Press
from aggregator.store import accounts
from aggregator.store.accounts import Role
from aggregator.web.oidc import Provider, make_provider
from tests.web.editors.conftest import Client, People, Reply, serving
from tests.web.editors.provider import CLIENT, SECRET, OpenIdProvider, provider, shared_key


@pytest.fixture
def there() -> Iterator[OpenIdProvider]:
    with provider() as made:
        yield made


@dataclass
class Round:
    """There and back again."""

    client: Client
    there: OpenIdProvider

    def away(self) -> str:
        reply = self.client.get("/edit/sign-in/oidc")
        assert reply.status == 303, reply.text
        return reply.header("location")

    def back(self, address: str, **changed: str) -> Reply:
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query)) | changed
        with structlog.testing.capture_logs():
            return self.client.get(f"{parts.path}?{urlencode(query)}")

    def go(self) -> Reply:
        return self.back(self.there.authorize(self.away()))


def configured(there: OpenIdProvider, allowed_domain: str = "school.nl") -> Provider:
    made = make_provider(there.issuer, CLIENT, SECRET, allowed_domain, "redacteur")
    assert made is not None
    return made


@pytest.fixture
def away(press: Press, access: Access, there: OpenIdProvider) -> Iterator[Round]:
    with serving(press, access, configured(there)) as address:
        yield Round(Client(address), there)


def test_someone_of_the_allowed_domain_gets_an_account(away: Round, access: Access) -> None:
    assert "Aanmelden via uw organisatie" in away.client.get("/edit/sign-in").text
    assert away.go().header("location") == "/edit"
    assert "Jan" in away.client.get("/edit/account").text
    with access.store.read() as transaction:
        held = accounts.by_email(transaction, "jan@school.nl")
    assert held is not None
    assert (held.role, held.oidc_subject) == (Role.EDITOR, f"{away.there.issuer}|42")


def test_who_was_invited_comes_in_by_the_same_address_and_then_by_who_they_are(away: Round, someone: People) -> None:
    someone(Role.MANAGER, "thea@example.nl")
    away.there.person |= {"email": "Thea@example.nl"}
    away.go()
    assert away.client.get("/edit").header("location") == "/edit/add"
    away.there.person |= {"email": "married@elsewhere.nl"}
    away.client.cookies.clear()
    away.go()
    assert away.client.get("/edit").header("location") == "/edit/add"


@pytest.mark.parametrize(
    "person",
    [
        {"email": "jan@elders.nl"},
        {"email": "jan@evilschool.nl"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
    ],
)
def test_who_is_not_known_stays_out_and_reads_why(away: Round, person: dict[str, object]) -> None:
    away.there.person |= person
    reply = away.go()
    assert (reply.status, "hoort geen account bij" in reply.text) == (403, True)
    assert away.client.get("/edit/account").status == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"exp": 1},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(away: Round, claims: dict[str, object]) -> None:
    away.there.claims = claims
    assert away.go().status == 403


def test_a_token_that_another_key_signed_is_refused(away: Round) -> None:
    with provider() as other:
        away.there.signs_with = other.key
        assert away.go().status == 403
    away.there.signs_with, away.there.header = shared_key(), {"alg": "HS256"}
    assert away.go().status == 403


def test_another_state_another_browser_or_another_code_is_refused(away: Round) -> None:
    address = away.there.authorize(away.away())
    assert away.back(address, state="another").status == 403
    assert Round(Client(away.client.address), away.there).back(address).status == 403
    assert away.back(address, code="another").status == 403
    away.client.cookies["__Host-oidc"] = "5b5d.00"
    assert away.back(address).status == 403


def test_a_code_that_was_caught_is_no_use_without_the_verifier(away: Round) -> None:
    caught = dict(parse_qsl(urlsplit(away.there.authorize(away.away())).query))["code"]
    attacker = Round(Client(away.client.address), away.there)
    own = away.there.authorize(attacker.away())
    assert attacker.back(own, code=caught).status == 403


def test_a_code_works_once(away: Round) -> None:
    address = away.there.authorize(away.away())
    held = dict(away.client.cookies)
    assert away.back(address).status == 303
    away.client.cookies = held
    assert away.back(address).status == 403


def test_a_provider_that_is_down_or_another_than_it_says_is_told(away: Round) -> None:
    for name, value in (("is_down", True), ("named", "https://evil.example")):
        setattr(away.there, name, value)
        with structlog.testing.capture_logs():
            reply = away.client.get("/edit/sign-in/oidc")
        assert (reply.status, "aanmelddienst antwoordt niet" in reply.text) == (503, True)
        away.there.is_down = False


def test_without_a_provider_there_is_no_such_page(client: Client) -> None:
    assert client.get("/edit/sign-in/oidc").status == 404
    assert client.get("/edit/sign-in/oidc/return?state=x&code=y").status in (403, 404)
    assert make_provider("", "", "", "", "lezer") is None
