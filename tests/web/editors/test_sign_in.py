"""Coming in and going out, as a browser and as an attacker would."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import structlog

from aggregator.accounts import Access, entering, people
from aggregator.accounts.issuing import first_manager_link
from aggregator.accounts.people import HandedOver
from aggregator.release import Press
from aggregator.store import accounts, sessions
from aggregator.store.accounts import Role
from tests.web.editors.conftest import PASSWORD, Client, People, serving

COOKIE = "__Host-session"


def test_signing_in_gives_a_protected_cookie_and_leads_back(client: Client, someone: People) -> None:
    someone()
    reply = client.post("/edit/sign-in", "/edit/sign-in?back=/edit/account", email="Redacteur@example.nl ",
                        password=PASSWORD, back="/edit/account")  # fmt: skip
    assert (reply.status, reply.header("location")) == (303, "/edit/account")
    cookie = next(value for name, value in reply.headers if value.startswith(COOKIE))
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part.lower() in cookie.lower()
    assert "domain" not in cookie.lower()
    assert client.get("/edit/account").status == 200
    assert client.get("/edit/sign-in").status == 303


def test_a_session_is_another_after_signing_in_again_and_none_after_signing_out(
    client: Client, someone: People
) -> None:
    someone()
    client.sign_in("redacteur@example.nl")
    first = client.cookies[COOKIE]
    csrf = client.get("/edit/account").csrf
    client.post("/edit/sign-in", csrf=csrf, email="redacteur@example.nl", password=PASSWORD)
    assert client.cookies[COOKIE] != first
    assert Client(client.address, {COOKIE: first}).get("/edit/account").status == 303
    second = client.cookies[COOKIE]
    assert client.post("/edit/sign-out", "/edit/account").header("location") == "/edit/sign-in?done=signed_out"
    assert COOKIE not in client.cookies
    assert Client(client.address, {COOKIE: second}).get("/edit/account").status == 303


def test_nothing_tells_an_unknown_address_from_a_wrong_password(client: Client, someone: People) -> None:
    someone()
    replies = [client.sign_in(email, "niet het wachtwoord") for email in ("redacteur@example.nl", "x@example.nl")]
    texts = {re.sub(r'value="[^"]*"', "", reply.text) for reply in replies}
    assert ({reply.status for reply in replies}, len(texts)) == ({403}, 1)


def test_after_ten_failures_nobody_may_try_for_a_while(client: Client, someone: People) -> None:
    someone()
    for _ in range(10):
        assert client.sign_in("redacteur@example.nl", "fout").status == 403
    reply = client.sign_in("redacteur@example.nl")
    assert reply.status == 429
    assert 840 <= int(reply.header("retry-after")) <= 900
    assert "15 minuten" in reply.text
    assert "redacteur@example.nl" in reply.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_from_elsewhere_is_refused(signed_in: Callable[..., Client], headers: dict[str, str]) -> None:
    client = signed_in()
    csrf = client.get("/edit/account").csrf
    client.headers |= headers
    assert client.post("/edit/sign-out", csrf=csrf).status == 403
    client.headers = {}
    assert client.get("/edit/account").status == 200


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin", "Origin": "https://odd.example"}, {}])
def test_a_form_of_ours_is_taken(signed_in: Callable[..., Client], headers: dict[str, str]) -> None:
    client = signed_in()
    csrf = client.get("/edit/account").csrf
    client.headers |= headers or {"Origin": client.address}
    assert client.post("/edit/sign-out", csrf=csrf).status == 303


def test_a_forms_token_belongs_to_its_session(signed_in: Callable[..., Client]) -> None:
    one, other = signed_in(), signed_in(Role.READER)
    foreign = other.get("/edit/account").csrf
    for csrf in ("", "x", foreign):
        reply = one.post("/edit/account/settings", csrf=csrf)
        assert (reply.status, "Deze pagina was verlopen" in reply.text) == (403, True)


def test_nobody_can_be_signed_in_as_someone_else_unasked(client: Client, someone: People) -> None:
    someone()
    foreign = Client(client.address).get("/edit/sign-in").csrf
    client.get("/edit/sign-in")
    assert client.post("/edit/sign-in", csrf=foreign, email="redacteur@example.nl", password=PASSWORD).status == 403


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/edit", "//evil.example/edit", "/\\evil.example", "/edit/../feeds", "/edit/sign-in", "/feeds",
     "javascript:alert(1)", "/edit/a\r\nSet-Cookie: x"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(client: Client, someone: People, back: str) -> None:
    someone()
    reply = client.post("/edit/sign-in", email="redacteur@example.nl", password=PASSWORD, back=back)
    assert (reply.status, reply.header("location")) == (303, "/edit")


def test_a_page_that_asks_for_signing_in_is_remembered(client: Client) -> None:
    reply = client.get("/edit/log?kind=held")
    assert reply.header("location") == "/edit/sign-in?back=/edit/log%3Fkind%3Dheld"
    assert 'name="back" value="/edit/log?kind=held"' in client.get(reply.header("location")).text


def test_opening_a_link_changes_nothing_and_its_button_does(client: Client, access: Access) -> None:
    link = (first_manager_link(access, datetime.now(UTC)) or "").removeprefix(access.base_url)
    for _ in range(3):
        assert "Maak het eerste account" in client.get(link).text
    wrong = client.post(link, email="thea", password=PASSWORD)
    assert (wrong.status, "Dit is geen e-mailadres" in wrong.text) == (422, True)
    short = client.post(link, email="thea@example.nl", password="kort")
    assert (short.status, "te kort: neem 12 tekens" in short.text) == (422, True)
    assert client.post(link, email="thea@example.nl", password=PASSWORD).header("location") == "/edit"
    assert client.get("/edit").header("location") == "/edit/add"
    over = Client(client.address).get(link)
    assert (over.status, "werkt niet meer" in over.text) == (410, True)


def test_a_link_by_mail_is_answered_alike_for_everyone(press: Press, access: Access, someone: People) -> None:
    someone()
    with serving(press, replace(access, sends_mail=True)) as address:
        replies = [
            Client(address).post("/edit/sign-in/mail", email=email) for email in ("redacteur@example.nl", "x@x.nl")
        ]
        assert {(reply.status, "Kijk in uw mail" in reply.text) for reply in replies} == {(200, True)}
        client = Client(address)
        found = [client.post("/edit/sign-in/mail", "/edit/sign-in/mail", email="x@x.nl").status for _ in range(10)]
    assert found[-1] == 429


def test_without_mail_the_page_says_who_can_help(client: Client) -> None:
    assert "Vraag een beheerder om een link" in client.get("/edit/sign-in/mail").text


def test_on_other_plain_http_the_cookie_is_plain_and_the_page_and_the_log_warn(
    press: Press, access: Access, someone: People
) -> None:
    someone()
    with serving(press, access) as address:
        client = Client(address, headers={"Host": "nieuws.lan:8000", "Accept-Language": "nl"})
        assert "Deze verbinding is niet beveiligd" in client.get("/edit/sign-in").text
        with structlog.testing.capture_logs() as logs:
            reply = client.sign_in("redacteur@example.nl")
        assert [each["event"] for each in logs if each["log_level"] == "warning"] == ["sign_in_without_tls"]
        assert "secure" not in reply.header("set-cookie").lower()
        assert "session" in client.cookies
        assert client.get("/edit/account").status == 200


@pytest.mark.parametrize(
    ("base_url", "host", "proto"),
    [("http://127.0.0.1:8000", "nieuws.example", "https"), ("https://nieuws.example", "nieuws.example", "")],
)
def test_behind_a_proxy_with_tls_the_cookie_is_protected(
    press: Press, access: Access, base_url: str, host: str, proto: str
) -> None:
    with serving(press, replace(access, base_url=base_url), forwarded_allow_ips="127.0.0.1") as address:
        client = Client(address, headers={"Host": host} | ({"X-Forwarded-Proto": proto} if proto else {}))
        reply = client.get("/edit/sign-in")
        assert reply.header("set-cookie").startswith("__Host-visit=")
        assert ("strict-transport-security" in {name.lower() for name, _ in reply.headers}) is bool(proto)
        assert client.get("/", Accept="text/html").header("strict-transport-security") == (
            "max-age=31536000" if proto else ""
        )


def test_a_proxy_that_is_not_trusted_is_not_believed(press: Press, access: Access) -> None:
    with serving(press, access, forwarded_allow_ips="192.0.2.1") as address:
        client = Client(address, headers={"Host": "nieuws.example", "X-Forwarded-Proto": "https"})
        assert client.get("/edit/sign-in").header("set-cookie").startswith("visit=")


def test_who_is_shut_out_is_out_at_the_next_click(signed_in: Callable[..., Client], access: Access) -> None:
    client, manager = signed_in(), signed_in(Role.MANAGER)
    reply = manager.post("/edit/users/1/disable", "/edit/users/1")
    assert reply.header("location") == "/edit/users/1?done=disabled"
    assert client.get("/edit/account").status == 303
    assert Client(client.address).sign_in("redacteur@example.nl").status == 403
    manager.post("/edit/users/1/enable", "/edit/users/1")
    assert Client(client.address).sign_in("redacteur@example.nl").status == 303


def test_devices_are_seen_and_ended(signed_in: Callable[..., Client], access: Access) -> None:
    client = signed_in()
    other = Client(client.address, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    other.sign_in("redacteur@example.nl")
    page = client.get("/edit/account").text
    assert "Firefox, Windows" in page
    assert "Onbekend apparaat" in page
    client.post("/edit/account/sessions/2/end", "/edit/account")
    assert other.get("/edit/account").status == 303
    other.sign_in("redacteur@example.nl")
    client.post("/edit/account/sessions/others/end", "/edit/account")
    assert other.get("/edit/account").status == 303
    assert client.get("/edit/account").status == 200


def test_nobody_ends_the_session_of_someone_else(signed_in: Callable[..., Client]) -> None:
    victim, attacker = signed_in(), signed_in(Role.READER)
    attacker.post("/edit/account/sessions/1/end", "/edit/account")
    assert victim.get("/edit/account").status == 200


def test_ones_own_settings_are_kept(signed_in: Callable[..., Client], access: Access) -> None:
    client = signed_in()
    client.post("/edit/account/settings", "/edit/account", name=" Thea  Koster ", language="en", keys="")
    assert "Thea Koster" in client.get("/edit/account?done=settings").text
    assert '<html lang="en">' in client.get("/edit/account").text
    with access.store.read() as transaction:
        held = accounts.get(transaction, 1)
    assert held is not None
    assert (held.name, held.keys_enabled) == ("Thea Koster", False)
    assert client.post("/edit/account/settings", "/edit/account", language="xx").status == 422


def test_a_new_password_is_asked_for_with_the_old(signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    wrong = client.post("/edit/account/password", "/edit/account", old="fout", new="een heel ander wachtwoord")
    assert (wrong.status, "niet uw wachtwoord van nu" in wrong.text) == (422, True)
    right = client.post("/edit/account/password", "/edit/account", old=PASSWORD, new="een heel ander wachtwoord")
    assert right.header("location") == "/edit/account?done=password"
    assert Client(client.address).sign_in("redacteur@example.nl", "een heel ander wachtwoord").status == 303


def test_an_owner_sees_its_own_source_and_no_other(client: Client, access: Access) -> None:
    made = people.invite(access, "piet@fme.nl", Role.OWNER, "account:1", datetime.now(UTC), source_ids=["fme"])
    assert isinstance(made, HandedOver)
    reply = client.post(made.link.removeprefix(access.base_url))
    assert reply.header("location") == "/edit"
    assert client.get("/edit").header("location") == "/edit/own"
    assert client.get("/edit/own").header("location") == "/edit/own/fme"
    page = client.get("/edit/own/fme").text
    assert "Nieuws nummer 1" in page
    assert "Er is nieuw nieuws opgehaald." in page
    assert client.get("/edit/own/vhto").status == 403
    assert client.get("/edit/log").status == 403
    assert client.post("/edit/account/password", "/edit/account", new=PASSWORD).status == 403


def test_a_session_that_is_used_is_seen(signed_in: Callable[..., Client], access: Access) -> None:
    client = signed_in()
    with access.store.write() as transaction:
        sessions.touch(transaction, 1, datetime.now(UTC) - 2 * sessions.SEEN_EVERY)
    client.get("/edit/account")
    with access.store.read() as transaction:
        (held,) = sessions.of_account(transaction, 1, datetime.now(UTC))
    assert datetime.now(UTC) - held.last_seen < sessions.SEEN_EVERY


def test_a_stolen_database_lets_nobody_in(signed_in: Callable[..., Client], access: Access) -> None:
    client = signed_in()
    token = client.cookies[COOKIE]
    with access.store.read() as transaction:
        assert sessions.find(transaction, token, datetime.now(UTC)) is None
    assert entering.open_link(access, token, datetime.now(UTC)) is None
