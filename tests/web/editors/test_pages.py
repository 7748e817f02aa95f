"""Headers, error pages, bounds, the manager's list and the log."""

import http.client
import tomllib
from collections.abc import Callable
from pathlib import Path
from string import Formatter
from urllib.parse import urlsplit

import pytest
import structlog

from aggregator.accounts import Access
from aggregator.release import Press
from aggregator.store import events
from aggregator.store.accounts import Role
from aggregator.store.events import Event
from aggregator.web.bounds import FORM_BYTES
from aggregator.web.devices import device
from aggregator.web.editors import own_sources
from aggregator.web.editors.shell import PLACES, WEB
from tests.factories import NOW
from tests.web.editors.conftest import Client, serving

FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("path", ["/edit", "/edit/sign-in", "/edit/nergens", "/edit/links/x"])
def test_every_answer_of_the_desk_carries_its_headers(client: Client, path: str) -> None:
    reply = client.get(path)
    csp = reply.header("content-security-policy")
    assert "default-src 'none'" in csp
    assert "frame-ancestors 'none'" in csp
    assert "unsafe" not in csp
    assert reply.header("cache-control") == "no-store"
    assert reply.header("referrer-policy") == "same-origin"
    assert reply.header("x-content-type-options") == "nosniff"
    assert "camera=()" in reply.header("permissions-policy")
    assert reply.header("strict-transport-security") == ""


def test_addresses_that_only_begin_alike_are_not_the_desks(client: Client) -> None:
    assert client.get("/editors").header("referrer-policy") == "strict-origin-when-cross-origin"


@pytest.mark.parametrize(
    ("status", "method", "path", "body"),
    [
        (404, "GET", "/edit/nergens", None),
        (404, "GET", "/edit/nergens%00", None),
        (404, "GET", "/edit/log?actor=%00", None),
        (422, "GET", "/edit/log?before=1234567890123456789", None),
        (405, "DELETE", "/edit/sign-in", None),
        (422, "POST", "/edit/sign-in", "x=1"),
        (413, "POST", "/edit/sign-in", "x" * (FORM_BYTES + 1)),
        (403, "POST", "/edit/sign-out", ""),
    ],
)
def test_a_failure_is_a_page_in_plain_words_with_a_way_on(
    signed_in: Callable[..., Client], status: int, method: str, path: str, body: str | None
) -> None:
    client = signed_in()
    if body == "x=1":
        body = f"csrf={client.get('/edit/account').csrf}"
    for language, way_on in (("nl", "Terug naar de redactie"), ("en", "Back to the editors")):
        reply = client.ask(method, path, body, **FORM, Accept_Language=language)
        assert reply.status == status
        assert way_on in reply.text
        assert f'<html lang="{language}">' in reply.text


def test_a_body_that_says_nothing_of_its_size_is_bounded_too(client: Client) -> None:
    parts = urlsplit(client.address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    chunks = (b"x" * 10_000 for _ in range(8))
    connection.request("POST", "/edit/sign-in", chunks, {"Content-Type": FORM["Content_Type"]}, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_public_failures_have_words_of_their_own(client: Client) -> None:
    reply = client.ask("POST", "/healthz", "x" * (FORM_BYTES + 1))
    assert reply.status in (405, 413)
    assert 'href="/?lang=nl"' in reply.text


def test_a_database_that_is_away_is_told_on_a_page_without_a_menu(press: Press, access: Access) -> None:
    with serving(press, access) as address, structlog.testing.capture_logs():
        client = Client(address, {"__Host-session": "A" * 43})
        access.store.engine.dispose()
        path = Path(str(access.store.engine.url.database))
        path.rename(path.with_suffix(".away"))
        path.mkdir()
        reply = client.get("/edit/account")
        path.rmdir()
        path.with_suffix(".away").rename(path)
    assert (reply.status, reply.header("retry-after")) == (503, "30")
    assert "De database antwoordt niet" in reply.text


def test_a_bug_is_told_without_its_cause(press: Press, access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("geheim")

    with serving(press, access) as address, structlog.testing.capture_logs() as logs:
        client = Client(address)
        monkeypatch.setattr("aggregator.web.editors.sign_in.form", broken)
        reply = client.get("/edit/sign-in")
    assert (reply.status, "geheim" in reply.text) == (500, False)
    assert reply.header("cache-control") == "no-store"
    assert [each["event"] for each in logs] == ["request_failed"]


def test_a_manager_changes_what_someone_may_do(signed_in: Callable[..., Client]) -> None:
    signed_in(Role.EDITOR)
    client = signed_in(Role.MANAGER)
    page = "/edit/users/1"
    assert client.post(f"{page}/role", page, role="lezer").header("location") == f"{page}?done=role"
    assert "De rol is veranderd." in client.get(f"{page}?done=role").text
    assert client.post(f"{page}/role", page, role="bronhouder").status == 422
    assert client.post(f"{page}/role", page, role="baas").status == 422
    assert client.post(f"{page}/role", page, role="bronhouder", sources=["fme", "vhto"]).status == 303
    assert client.post(f"{page}/reset", page).link
    own = client.post("/edit/users/2/disable", "/edit/users/2")
    assert (own.status, "laatste beheerder" in own.text) == (409, True)
    client.post(f"{page}/disable", page)
    assert client.post(f"{page}/reset", page).status == 409
    assert client.get("/edit/users/99").status == 404
    assert "geblokkeerd" in client.get("/edit/users").text


def test_what_a_manager_filled_in_stays_when_it_is_refused(signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.MANAGER)
    reply = client.post("/edit/users", email="jan@fme.nl", name="Jan", role="bronhouder")
    assert (reply.status, "Kies bij een bronhouder" in reply.text) == (422, True)
    assert 'value="jan@fme.nl"' in reply.text
    assert client.post("/edit/users", email="beheerder@example.nl", role="lezer").status == 409
    assert "zelf" in client.post("/edit/users", email="jan@fme.nl", role="lezer", language="en").text


def test_markup_in_a_name_is_text(signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.MANAGER)
    client.post("/edit/users", email="x@y.nl", name="<script>alert(1)</script>", role="lezer")
    text = client.get("/edit/users").text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_log_is_filtered_and_paged_by_its_address(signed_in: Callable[..., Client], access: Access) -> None:
    client = signed_in(Role.READER)
    with access.store.append() as transaction:
        events.append(transaction, [Event(at=NOW, kind="odd-kind", actor="cli:piet") for _ in range(60)])
    first = client.get("/edit/log").text
    assert first.count("<tr>") == 51
    assert "odd-kind" in first
    older = first.split('href="/edit/log?before=')[1].split('"')[0]
    assert "Nieuws nummer 1" in client.get(f"/edit/log?before={older}").text
    assert client.get("/edit/log?kind=taken-in").text.count("<tr>") == 4
    assert client.get("/edit/log?actor=cli:piet").text.count("<tr>") == 51
    assert 'value="cli:piet" selected' in client.get("/edit/log?actor=cli:piet").text
    assert "Hier is niets gebeurd" in client.get("/edit/log?kind=withdrawn&before=x").text


def test_what_was_taken_is_paged(signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_sources, "ROWS", 2)
    client = signed_in(Role.READER)
    first = client.get("/edit/own/fme").text
    before = first.split('href="?before=')[1].split('"')[0]
    second = client.get(f"/edit/own/fme?before={before}").text
    numbers = [[n for n in (1, 2, 3) if f"Nieuws nummer {n}<" in text] for text in (first, second)]
    assert sorted(numbers[0] + numbers[1]) == [1, 2, 3]
    assert len(numbers[0]) == 2
    assert client.get("/edit/own/fme?before=1.x").text.count("Nieuws nummer") == 2
    assert client.get("/edit/own/nergens").status == 404
    assert "geen bron die bij uw account hoort" in client.get("/edit/own").text


def test_every_sentence_is_there_in_both_languages_with_the_same_facts_and_stands_once() -> None:
    seen: dict[str, str] = {}
    for path in sorted((WEB / "locale").glob("*.toml")):
        tables = tomllib.loads(path.read_text("utf-8"))
        assert tables["nl"].keys() == tables["en"].keys(), path.name
        for key, dutch in tables["nl"].items():
            assert key not in seen, (key, path.name, seen[key])
            seen[key] = path.name
            assert facts(dutch) == facts(tables["en"][key]), key


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_menu_leads_to_pages_that_are_there(signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.MANAGER)
    for place in PLACES:
        for screen in place.screens:
            assert client.get(screen.path).status == 200, screen.path


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8", ""),
    ],
)
def test_devices_are_told_apart(agent: str, said: str) -> None:
    assert device(agent) == said
