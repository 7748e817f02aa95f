"""Our hub as strangers meet it: over HTTP, at /websub, and named by every feed."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
import uvicorn

from aggregator.accounts import Access
from aggregator.announcing import Outreach
from aggregator.deliver.hub import Hub
from aggregator.release import Press
from aggregator.store import outbox
from aggregator.web.app import make_app
from tests.line.partner import Partners, lookout_over, make_line

BASE_URL = "http://127.0.0.1:8000"
FORM = {
    "hub.mode": "subscribe",
    "hub.topic": f"{BASE_URL}/feeds/all.atom",
    "hub.callback": "https://lezer.example/cb?a=1",
}


@contextmanager
def served(press: Press, access: Access, hub: Hub | None) -> Iterator[httpx.Client]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    partners = Partners()
    line, lookout = make_line(press.store, partners), lookout_over(partners)
    app = make_app(press, access, line=line, lookout=lookout, hub=hub)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        yield client
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def client(press: Press, access: Access) -> Iterator[httpx.Client]:
    open_press = replace(press, outreach=Outreach(base_url=BASE_URL, hub="https://hub.example/", has_own_hub=True))
    with served(open_press, access, Hub(store=press.store, base_url=BASE_URL)) as made:
        yield made


def test_a_request_is_taken_in_and_waits_to_be_verified(client: httpx.Client, press: Press) -> None:
    assert "WebSub" in client.get("/websub").text
    answer = client.post("/websub", data=FORM)
    assert (answer.status_code, answer.headers["content-type"]) == (202, "text/plain; charset=utf-8")
    with press.store.read() as transaction:
        [line] = outbox.lines(transaction)
    assert (line.kind, line.target, line.state) == ("websub-verify", FORM["hub.callback"], "waiting")
    assert line.payload["topic"] == FORM["hub.topic"]


def test_what_is_wrong_is_said_in_words(client: httpx.Client, press: Press) -> None:
    for data, status, said in (
        (FORM | {"hub.mode": "x"}, 400, "hub.mode"),
        (FORM | {"hub.topic": "https://elders.example/"}, 404, "none of our feeds"),
        (FORM | {"hub.callback": "x"}, 400, "hub.callback"),
        ({}, 400, "hub.mode"),
    ):
        answer = client.post("/websub", data=data, headers={"content-type": "application/x-www-form-urlencoded"})
        assert (answer.status_code, said in answer.text) == (status, True)
    assert client.post("/websub", json=FORM).status_code == 415
    assert client.post("/websub", data=FORM | {"hub.secret": "x" * 100_000}).status_code == 413
    with press.store.read() as transaction:
        assert outbox.lines(transaction) == []


def test_whoever_asks_too_often_is_told_when_to_come_back(client: httpx.Client) -> None:
    answers = [client.post("/websub", data=FORM) for _ in range(101)]
    assert (answers[99].status_code, answers[100].status_code) == (202, 429)
    assert int(answers[100].headers["retry-after"]) == 900


def test_every_feed_names_hubs_and_itself_in_its_headers(client: httpx.Client) -> None:
    for path in ("/feeds/all.atom", "/feeds/all.json", "/feeds/sources/fme.rss"):
        for method in ("GET", "HEAD"):
            links = client.request(method, path).headers["link"]
            assert links == (
                f'<https://hub.example/>; rel="hub", <{BASE_URL}/websub>; rel="hub", <{BASE_URL}{path}>; rel="self"'
            )
    for path in ("/", "/feeds/sources.opml"):
        assert "link" not in client.get(path).headers


def test_without_a_hub_of_our_own_there_is_none(press: Press, access: Access) -> None:
    with served(press, access, None) as client:
        assert client.post("/websub", data=FORM).status_code == 404
        assert "link" not in client.get("/feeds/all.atom").headers
