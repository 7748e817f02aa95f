"""One request of ours, before a real server: what it carries, what comes back, and where it does not go."""

import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import pytest

from aggregator.fetch import Allowlist, Courier, Limits, NoResponse, Response
from tests.fetch.conftest import USER_AGENT
from tests.fetch.misbehaving import Server, redirect, reply

HEADERS = {"Content-Type": "application/json", "webhook-id": "7"}


def courier_to(server: Server, **options: object) -> Courier:
    return Courier(user_agent=USER_AGENT, **{"allow": Allowlist.parse(server.authority), **options})  # type: ignore[arg-type]


def code(answer: Response | NoResponse) -> str:
    assert isinstance(answer, NoResponse)
    return answer.code


def test_a_post_carries_our_body_and_headers_and_brings_the_answer_back(server: Server) -> None:
    server.answers["/hook?a=1"] = reply("201 Created", b"thanks", "X-Taken: yes")
    answer = courier_to(server).post(server.url("/hook?a=1"), b'{"title":"caf\xc3\xa9"}', HEADERS)
    assert isinstance(answer, Response)
    assert (answer.status, answer.body, answer.header(b"x-taken"), answer.header(b"x-no")) == (
        201,
        b"thanks",
        "yes",
        "",
    )
    [heard] = server.heard
    assert heard.line == b"POST /hook?a=1 HTTP/1.1"
    assert heard.body == b'{"title":"caf\xc3\xa9"}'
    assert heard.headers[b"content-type"] == b"application/json"
    assert heard.headers[b"webhook-id"] == b"7"
    assert heard.headers[b"user-agent"] == USER_AGENT.encode()
    assert b"expect" not in heard.headers
    assert b"accept-encoding" not in heard.headers


def test_a_large_body_and_an_empty_one_arrive_whole(server: Server) -> None:
    server.answers["/hook"] = reply("204 No Content")
    for body in (b"x" * 3_000_000, b"", b"\0\1\2"):
        answer = courier_to(server).post(server.url("/hook"), body, HEADERS)
        assert isinstance(answer, Response)
        assert answer.status == 204
        assert server.heard[-1].body == body


def test_a_get_asks_by_the_address_as_it_is_spelled(server: Server) -> None:
    server.answers["/cb?x=%7e&hub.mode=subscribe"] = reply(body=b"challenge")
    answer = courier_to(server).get(server.url("/cb?x=%7e&hub.mode=subscribe"))
    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (200, b"challenge")


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "429 Too Many Requests", "500 Oops"])
def test_a_refusal_is_an_answer_with_its_reason(server: Server, status: str) -> None:
    server.answers["/hook"] = reply(status, b"because", "Retry-After: 9")
    answer = courier_to(server).post(server.url("/hook"), b"x", HEADERS)
    assert isinstance(answer, Response)
    assert (answer.status, answer.body, answer.header(b"retry-after")) == (int(status[:3]), b"because", "9")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_told_and_not_followed(server: Server, status: str) -> None:
    server.answers["/hook"] = redirect("http://169.254.169.254/latest", status)
    answer = courier_to(server).post(server.url("/hook"), b"x", HEADERS)
    assert isinstance(answer, Response)
    assert (answer.status, answer.header(b"location")) == (int(status[:3]), "http://169.254.169.254/latest")
    assert server.paths() == ["/hook"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"]
)
def test_nothing_is_sent_to_a_private_address(server: Server, host: str) -> None:
    courier = Courier(user_agent=USER_AGENT)
    for answer in (
        courier.post(f"http://{host}:{server.port}/", b"secret", HEADERS),
        courier.get(f"http://{host}:{server.port}/"),
    ):
        assert code(answer) in ("private-address", "dns", "refused-connection")
    assert not server.heard


def test_a_name_that_comes_to_mean_a_private_address_is_not_sent_to(server: Server) -> None:
    addresses = iter(["127.0.0.1", "10.0.0.1"])
    courier = courier_to(server, resolve=lambda host, port: [next(addresses)])
    server.answers["/"] = reply(body=b"ok")
    url = f"http://rebind.example:{server.port}/"
    assert isinstance(courier.post(url, b"x", HEADERS), Response)
    answer = courier.post(url, b"x", HEADERS)
    assert isinstance(answer, NoResponse)
    assert (answer.code, answer.detail, answer.transient) == ("private-address", "10.0.0.1", False)
    assert len(server.heard) == 1


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "gopher://a.nl/", "/hook", "http://", "http://a b/", "x"])
def test_what_is_no_web_address_is_not_sent_to(server: Server, url: str) -> None:
    answer = courier_to(server).post(url, b"x", HEADERS)
    assert isinstance(answer, NoResponse)
    assert (answer.code, answer.transient) == ("bad-url", False)


def test_the_proxy_of_the_environment_is_not_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server.answers["/hook"] = reply(body=b"ok")
    assert isinstance(courier_to(server).post(server.url("/hook"), b"x", HEADERS), Response)


def test_a_receiver_that_hangs_is_left_alone_in_time(server: Server) -> None:
    over = threading.Event()
    server.answers["/hook"] = lambda connection: (over.wait(20), None)[1]
    limits = Limits(total=timedelta(seconds=0.5), body_bytes=100)
    began = monotonic()
    assert code(courier_to(server, limits=limits).post(server.url("/hook"), b"x", HEADERS)) == "timeout"
    assert monotonic() - began < 10
    over.set()


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(200):
        connection.sendall(b"x")
        threading.Event().wait(0.05)


def flood(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def bomb(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nnone")


@pytest.mark.parametrize(("act", "body"), [(drip, b""), (flood, b"x" * 100), (bomb, b"")])
def test_a_receiver_that_took_it_has_taken_it_whatever_it_goes_on_to_say(
    server: Server, act: Callable[[socket.socket], None], body: bytes
) -> None:
    server.answers["/hook"] = act
    limits = Limits(total=timedelta(seconds=1), body_bytes=100)
    answer = courier_to(server, limits=limits).post(server.url("/hook"), b"x", HEADERS)
    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (200, body)


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 100 Continue\r\n\r\n", b"SSH-2.0-x\r\n", b"\0" * 100]
)
def test_half_an_answer_is_none(server: Server, said: bytes) -> None:
    server.answers["/hook"] = lambda connection: connection.sendall(said)
    answer = courier_to(server).post(server.url("/hook"), b"x", HEADERS)
    assert isinstance(answer, NoResponse)
    assert answer.transient


def test_headers_without_end_are_not_read_to_the_end(server: Server) -> None:
    server.answers["/hook"] = reply("200 OK", b"", "X: " + "x" * 30_000)
    assert code(courier_to(server).post(server.url("/hook"), b"x", HEADERS)) == "headers-too-large"


def test_a_line_break_in_a_header_is_a_mistake_of_ours(server: Server) -> None:
    with pytest.raises(ValueError, match="control character"):
        courier_to(server).post(server.url("/hook"), b"x", {"X": "a\r\nHost: b"})
    assert not server.heard


def test_many_threads_send_at_once(server: Server) -> None:
    server.answers["/hook"] = reply(body=b"ok")
    server.latency = 0.3
    courier = courier_to(server)
    found: list[Response | NoResponse] = []

    def send(number: int) -> None:
        found.append(courier.post(server.url("/hook"), b"%d" % number, HEADERS))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(answer, Response) and answer.body == b"ok" for answer in found)
    assert sorted(heard.body for heard in server.heard) == [b"%d" % number for number in range(8)]
    assert server.busiest > 1
