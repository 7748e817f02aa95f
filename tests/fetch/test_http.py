"""The fetcher before a real server that misbehaves."""

import gzip
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from threading import Event

import pytest

from aggregator.fetch import Allowlist, Fetcher, Limits
from aggregator.model import (
    Failed,
    Fetched,
    Gone,
    Hop,
    NotModified,
    Request,
    Throttled,
    Validators,
    Wire,
)
from tests.fetch.conftest import NOW, USER_AGENT, Fetch, only
from tests.fetch.misbehaving import Act, Server, redirect, reply

Make = Callable[..., Fetcher]
FEED = b"<rss>nieuws</rss>"
BOTH = Validators(etag='W/"a b"', last_modified="Mon, 23 Nov 2026 10:00:00 GMT")
NO_GAP = timedelta(0)


def failure(answer: object) -> str:
    assert isinstance(answer, Failed), answer
    return answer.code


def requests_to(server: Server, paths: list[str], **options: object) -> list[Request]:
    options.setdefault("gap", NO_GAP)
    return [Request(source_id=path, url=server.url(path), **options) for path in paths]  # type: ignore[arg-type]


# --- What is asked ----------------------------------------------------------------------------------------------------


def test_an_answer_comes_whole_with_what_the_wire_told(server: Server, fetch: Fetch) -> None:
    server.answers["/feed?x=1"] = reply(
        "200 OK",
        FEED,
        'ETag: "é"'.encode("latin-1"),
        "Last-Modified: gisteren",
        "Content-Type: Application/RSS+XML; charset=UTF-8",
        "Cache-Control: max-age=60",
        'Link: </hub>; rel="hub"',
    )
    assert fetch("/feed?x=1") == Fetched(
        wire=Wire(
            url=server.url("/feed?x=1"),
            status=200,
            requests=1,
            validators=Validators(etag='"é"', last_modified="gisteren"),
            fresh_for=timedelta(seconds=60),
        ),
        body=FEED,
        media_type="application/rss+xml",
        charset="UTF-8",
        links=(("hub", server.url("/hub")),),
    )


def test_it_asks_once_with_a_get_on_the_address_as_given(server: Server, fetch: Fetch) -> None:
    fetch("/a%2fb/../C?c=%e9%")
    assert [each.line for each in server.heard] == [b"GET /a%2fb/../C?c=%e9% HTTP/1.1"]


def test_it_says_who_it_is_and_what_it_reads(server: Server, fetch: Fetch) -> None:
    fetch("/feed")
    fetch("/page", accept="page")
    feed, page = (each.headers for each in server.heard)
    assert feed[b"user-agent"].decode() == USER_AGENT
    assert feed[b"accept"].startswith(b"application/atom+xml, application/rss+xml, application/feed+json")
    assert page[b"accept"].startswith(b"text/html,")
    assert feed[b"accept-encoding"] == b"gzip, deflate, br"
    assert feed[b"accept-language"].startswith(b"nl, en")


def test_the_language_can_be_another(server: Server, make_fetcher: Make) -> None:
    only(make_fetcher(language="en"), server.url("/"))
    only(make_fetcher(language="fr"), server.url("/"))
    assert [each.headers[b"accept-language"][:6] for each in server.heard] == [b"en, *;", b"fr, en"]


@pytest.mark.parametrize("bad", ["", "a\r\nCookie: x", "é"])
def test_a_user_agent_that_would_break_the_request_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        Fetcher(user_agent=bad)


def test_it_carries_no_cookie_and_no_referer(server: Server, fetch: Fetch) -> None:
    server.answers["/"] = redirect("/b", "302 Found", "Set-Cookie: a=b; Path=/")
    server.answers["/b"] = reply("200 OK", FEED, "Set-Cookie: c=d; Path=/")
    for _ in range(2):
        fetch("/")
    assert len(server.heard) == 4
    for each in server.heard:
        assert not {b"cookie", b"referer", b"authorization"} & set(each.headers)


def test_a_password_in_an_address_is_neither_sent_nor_told(server: Server, fetch: Fetch) -> None:
    answer = fetch(f"http://user:secret@{server.authority}/")
    assert "secret" not in repr(answer)
    assert b"authorization" not in server.heard[0].headers


def test_a_proxy_of_the_environment_is_not_obeyed(
    server: Server, make_fetcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answers["/"] = reply(body=FEED)
    assert isinstance(only(make_fetcher(), server.url("/")), Fetched)


@pytest.mark.parametrize("url", ["", "nieuws", "file:///etc/passwd", "ftp://a.nl/", "http://", "http://a.nl:0/"])
def test_what_is_no_web_address_is_an_answer_too(fetch: Fetch, url: str) -> None:
    answer = fetch(url or "?")
    assert failure(answer) == "bad-url"
    assert answer.wire.requests == 0


def test_a_name_with_dutch_letters_is_asked_by_its_ascii_form(server: Server, make_fetcher: Make) -> None:
    server.answers["/één".encode().decode("latin-1")] = reply(body=FEED)
    server.answers["/%C3%A9%C3%A9n"] = reply(body=FEED)
    fetcher = make_fetcher(resolve=lambda _name, _port: ["127.0.0.1"])
    assert isinstance(only(fetcher, f"http://één-techniek.nl:{server.port}/één"), Fetched)
    assert server.heard[0].headers[b"host"] == f"xn--n-techniek-96aa.nl:{server.port}".encode()


# --- Conditional ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("etag", [None, '"a"', 'W/"a"', "unquoted", '"é\xff"', '""', "a, b"])
@pytest.mark.parametrize("date", [None, "Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23", "gisteren"])
def test_validators_go_back_byte_for_byte(server: Server, fetch: Fetch, etag: str | None, date: str | None) -> None:
    lines = [f"ETag: {etag}".encode("latin-1")] * bool(etag) + [f"Last-Modified: {date}"] * bool(date)
    server.answers["/"] = reply("200 OK", FEED, *lines)
    given = fetch("/").wire.validators
    assert given == Validators(etag=etag, last_modified=date)
    fetch("/", validators=given)
    heard = server.heard[1].headers
    assert heard.get(b"if-none-match") == (etag.encode("latin-1") if etag else None)
    assert heard.get(b"if-modified-since") == (date.encode() if date else None)


def test_nothing_is_conditional_without_validators(server: Server, fetch: Fetch) -> None:
    fetch("/")
    assert not {b"if-none-match", b"if-modified-since", b"a-im"} & set(server.heard[0].headers)


def test_only_feeds_may_be_answered_in_part(server: Server, fetch: Fetch) -> None:
    fetch("/", validators=BOTH)
    fetch("/", validators=BOTH, accept="page")
    assert [each.headers.get(b"a-im") for each in server.heard] == [b"feed", None]


def test_unchanged_is_unchanged_with_what_the_304_itself_carried(server: Server, fetch: Fetch) -> None:
    server.answers["/"] = reply("304 Not Modified", b"", 'ETag: "new"', "Cache-Control: max-age=5")
    answer = fetch("/", validators=BOTH)
    assert isinstance(answer, NotModified)
    assert answer.wire.validators == Validators(etag='"new"')
    assert answer.wire.fresh_for == timedelta(seconds=5)


def test_a_304_that_nobody_asked_for_is_a_failure(server: Server, fetch: Fetch) -> None:
    server.answers["/"] = reply("304 Not Modified")
    assert failure(fetch("/")) == "http-304"


@pytest.mark.parametrize("bad", ["a\r\nX-Evil: 1", "a\nb", "a\0b", "€"])
def test_a_validator_that_would_break_the_request_is_not_sent(server: Server, fetch: Fetch, bad: str) -> None:
    fetch("/", validators=Validators(etag=bad, last_modified=bad))
    assert not {b"if-none-match", b"if-modified-since", b"x-evil"} & set(server.heard[0].headers)


def test_validators_go_to_the_address_that_gave_them_and_nowhere_else(server: Server, fetch: Fetch) -> None:
    server.answers["/old"] = redirect("/new")
    fetch("/old", validators=BOTH, validators_url=server.url("/new"))
    fetch("/old", validators=BOTH, validators_url=server.url("/old"))
    fetch("/old", validators=BOTH)
    fetch("/old", validators=BOTH, validators_url="nonsense")
    conditional = [(each.path, b"if-none-match" in each.headers) for each in server.heard]
    assert conditional == [
        *(("/old", False), ("/new", True)),
        *(("/old", True), ("/new", False)),
        *(("/old", True), ("/new", False)),
        *(("/old", False), ("/new", False)),
    ]


# --- What statuses mean -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["200 OK", "203 Other", "226 IM Used"])
def test_a_document_is_a_document(server: Server, fetch: Fetch, status: str) -> None:
    server.answers["/"] = reply(status, FEED)
    assert isinstance(fetch("/"), Fetched)


@pytest.mark.parametrize(
    ("status", "code", "transient"),
    [
        ("202 Accepted", "http-202", True),
        ("206 Partial Content", "http-206", True),
        ("300 Multiple Choices", "http-300", True),
        ("400 Bad Request", "http-400", False),
        ("401 Unauthorized", "http-401", False),
        ("403 Forbidden", "http-403", False),
        ("404 Not Found", "http-404", False),
        ("408 Request Timeout", "http-408", True),
        ("425 Too Early", "http-425", True),
        ("500 Internal Server Error", "http-500", True),
        ("502 Bad Gateway", "http-502", True),
        ("599 Odd", "http-599", True),
        ("204 No Content", "empty", True),
        ("205 Reset Content", "empty", True),
        ("200 OK", "empty", True),
    ],
)
def test_a_failure_says_which_and_whether_it_may_pass(
    server: Server, fetch: Fetch, status: str, code: str, transient: bool
) -> None:
    server.answers["/"] = reply(status, b"" if code == "empty" else b"x")
    answer = fetch("/")
    assert isinstance(answer, Failed)
    assert (answer.code, answer.transient, answer.wire.status) == (code, transient, int(status[:3]))


def test_gone_is_gone(server: Server, fetch: Fetch) -> None:
    server.answers["/"] = reply("410 Gone", b"weg")
    assert fetch("/") == Gone(wire=Wire(url=server.url("/"), status=410, requests=1))


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("lines", "seconds"),
    [([], None), (["Retry-After: 120"], 120), (["Retry-After: Mon, 23 Nov 2026 12:05:00 GMT"], 300)],
)
def test_a_host_that_is_busy_says_for_how_long(
    server: Server, fetch: Fetch, status: str, lines: list[str], seconds: int | None
) -> None:
    server.answers["/"] = reply(status, b"later", *lines)
    answer = fetch("/")
    assert isinstance(answer, Throttled)
    assert answer.retry_after == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize("body", [b"x" * 500_000, b"x"])
def test_the_body_of_an_error_does_not_matter(server: Server, fetch: Fetch, body: bytes) -> None:
    server.answers["/"] = act(b"HTTP/1.1 410 Gone\r\nContent-Length: 9000000\r\nContent-Encoding: rot13\r\n\r\n" + body)
    assert isinstance(fetch("/"), Gone)


def test_an_interim_answer_is_not_the_answer(server: Server, fetch: Fetch) -> None:
    server.answers["/"] = b'HTTP/1.1 103 Early Hints\r\nETag: "hint"\r\n\r\n' + reply("200 OK", FEED, 'ETag: "real"')
    assert fetch("/").wire.validators == Validators(etag='"real"')


def test_what_comes_behind_the_body_is_no_header(server: Server, fetch: Fetch) -> None:
    chunks = b'5\r\n<rss>\r\n0\r\nETag: "late"\r\nHTTP/1.1: 500\r\n\r\n'
    server.answers["/"] = act(b"HTTP/1.1 200 OK\r\nTrailer: ETag\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    answer = fetch("/")
    assert isinstance(answer, Fetched)
    assert answer.wire.validators == Validators()


# --- Redirects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_followed_and_told(server: Server, fetch: Fetch, status: str) -> None:
    server.answers["/a"] = redirect("b?c#d", status)
    server.answers["/b?c"] = reply("200 OK", FEED, 'ETag: "b"')
    assert fetch("/a") == Fetched(
        wire=Wire(
            url=server.url("/b?c"),
            status=200,
            hops=(Hop(status=int(status[:3]), location=server.url("/b?c")),),
            requests=2,
            validators=Validators(etag='"b"'),
        ),
        body=FEED,
    )


def test_five_redirects_are_followed_and_a_sixth_is_not(server: Server, fetch: Fetch) -> None:
    for n in range(1, 7):
        server.answers[f"/{n}"] = redirect(f"/{n - 1}")
    server.answers["/0"] = reply(body=FEED)
    assert isinstance(fetch("/5"), Fetched)
    answer = fetch("/6")
    assert failure(answer) == "too-many-redirects"
    assert answer.wire.requests == 6


@pytest.mark.parametrize("path", ["/self", "/ping"])
def test_a_redirect_loop_is_seen_at_once(server: Server, fetch: Fetch, path: str) -> None:
    server.answers |= {"/self": redirect("/self"), "/ping": redirect("/pong"), "/pong": redirect("/ping#x")}
    answer = fetch(path)
    assert failure(answer) == "redirect-loop"
    assert answer.wire.requests <= 2


@pytest.mark.parametrize(
    "answer",
    [
        reply("302 Found"),
        redirect(""),
        redirect("file:///etc/passwd"),
        redirect("ftp://127.0.0.1/"),
        redirect("gopher://127.0.0.1/"),
        redirect("javascript:alert(1)"),
        redirect("http://[::1/"),
        redirect("http://127.0.0.1:0/"),
    ],
)
def test_a_redirect_to_nowhere_is_a_bad_one(server: Server, fetch: Fetch, answer: bytes) -> None:
    server.answers["/"] = answer
    assert failure(fetch("/")) == "bad-redirect"
    assert len(server.heard) == 1


@pytest.mark.parametrize("location", ["/één".encode(), "/één".encode("latin-1"), b"/%C3%A9%C3%A9n"])
def test_a_location_may_hold_bytes_that_it_should_not(server: Server, fetch: Fetch, location: bytes) -> None:
    server.answers["/"] = redirect(location)
    server.answers["/%C3%A9%C3%A9n"] = reply(body=FEED)
    assert isinstance(fetch("/"), Fetched)


def test_a_redirect_to_a_private_address_is_refused(server: Server, make_fetcher: Make) -> None:
    inner = Server("127.0.0.2")
    server.answers["/"] = redirect(inner.url("/secret"))
    answer = only(make_fetcher(), server.url("/"))
    assert failure(answer) == "private-address"
    assert answer.wire.hops == (Hop(status=302, location=inner.url("/secret")),)
    assert not inner.heard
    inner.close()


# --- The guard --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0.0.0.0", "１２７.0.0.1"),
        *("[::1]", "[::ffff:127.0.0.1]", "[::]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"),
    ],
)
def test_no_spelling_of_a_private_address_is_connected_to(server: Server, make_fetcher: Make, host: str) -> None:
    inside = Server("::1")
    for port in (server.port, inside.port):
        answer = only(make_fetcher(allow=Allowlist()), f"http://{host}:{port}/")
        assert failure(answer) == "private-address"
    assert not server.heard
    assert not inside.heard
    inside.close()


def test_a_name_that_comes_to_mean_a_private_address_is_refused(server: Server, make_fetcher: Make) -> None:
    inner = Server("127.0.0.2")
    inner_at_same_port = socket.create_server(("127.0.0.2", server.port))
    meanings = ["127.0.0.1", "127.0.0.2"]
    fetcher = make_fetcher(resolve=lambda _name, _port: [meanings.pop(0)])
    server.answers["/"] = reply("200 OK", FEED, "Connection: close")
    url = f"http://rebind.example:{server.port}/"
    assert isinstance(only(fetcher, url), Fetched)
    assert failure(only(fetcher, url)) == "private-address"
    inner_at_same_port.close()
    inner.close()


def test_of_several_addresses_only_the_permitted_is_used(server: Server, make_fetcher: Make) -> None:
    other = socket.create_server(("127.0.0.2", server.port))
    server.answers["/"] = reply(body=FEED)
    fetcher = make_fetcher(resolve=lambda _name, _port: ["127.0.0.2", "127.0.0.1"])
    assert isinstance(only(fetcher, f"http://two.example:{server.port}/"), Fetched)
    other.settimeout(0.05)
    with pytest.raises(TimeoutError):
        other.accept()
    other.close()


def test_a_name_that_means_nothing_is_a_matter_of_dns(make_fetcher: Make) -> None:
    answer = only(make_fetcher(resolve=lambda _name, _port: []), "http://nowhere.invalid/")
    assert failure(answer) == "dns"


def test_a_permitted_name_may_be_private_and_its_connection_serves_no_other_name(
    server: Server, make_fetcher: Make
) -> None:
    server.answers["/"] = reply(body=FEED)
    fetcher = make_fetcher(
        allow=Allowlist.parse(f"intranet.example:{server.port}"), resolve=lambda _name, _port: ["127.0.0.1"]
    )
    for _ in range(2):
        assert isinstance(only(fetcher, f"http://intranet.example:{server.port}/"), Fetched)
        assert failure(only(fetcher, f"http://evil.example:{server.port}/")) == "private-address"
    assert {each.headers[b"host"] for each in server.heard} == {f"intranet.example:{server.port}".encode()}


def test_ipv6_is_spoken_where_it_is_permitted(make_fetcher: Make) -> None:
    server = Server("::1")
    server.answers["/"] = reply(body=FEED)
    fetcher = make_fetcher(allow=Allowlist.parse(server.authority))
    assert isinstance(only(fetcher, server.url("/")), Fetched)
    server.close()


def test_a_machine_without_sockets_left_says_so_as_a_failure(
    server: Server, make_fetcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError("too many open files")

    fetcher = make_fetcher()
    monkeypatch.setattr("aggregator.fetch.transfer._Socket", full)
    assert failure(only(fetcher, server.url("/"))) == "refused-connection"


# --- Bounds -----------------------------------------------------------------------------------------------------------


def act(*pieces: bytes, hold: float = 0.0) -> Act:
    """Send these, wait, and break off."""

    def send(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
        Event().wait(hold)

    return send


def drip(connection: socket.socket) -> None:
    """Send for ever, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x")
        Event().wait(0.02)


GZIPPED = gzip.compress(FEED * 100, mtime=0)
CUT_SHORT = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + FEED,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + GZIPPED[:-9],
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 30\r\n\r\n" + GZIPPED[:30],
]


@pytest.mark.parametrize("sent", CUT_SHORT)
def test_a_body_that_breaks_off_is_no_feed(server: Server, fetch: Fetch, sent: bytes) -> None:
    server.answers["/"] = act(sent)
    assert failure(fetch("/")) == "truncated"


@pytest.mark.parametrize(
    ("encoding", "packed"), [("gzip", GZIPPED), ("gzip", GZIPPED + b"\0\0"), ("identity", FEED * 100)]
)
def test_a_body_is_inflated(server: Server, fetch: Fetch, encoding: str, packed: bytes) -> None:
    server.answers["/"] = reply("200 OK", packed, f"content-encoding: {encoding}")
    answer = fetch("/")
    assert isinstance(answer, Fetched)
    assert answer.body == FEED * 100


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (reply("200 OK", b"<rss/>", "Content-Encoding: gzip"), "bad-encoding"),
        (reply("200 OK", b"<rss/>", "Content-Encoding: zstd"), "bad-encoding"),
        (act(b""), "protocol"),
        (act(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "protocol"),
        (act(b"HTTP/1.1 200 OK\r\nContent-"), "truncated"),
        (act(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), "protocol"),
    ],
)
def test_nonsense_on_the_wire_is_a_failure(server: Server, fetch: Fetch, sent: bytes | Act, code: str) -> None:
    server.answers["/"] = sent
    assert failure(fetch("/")) == code


@pytest.mark.parametrize(
    "head",
    [b"X: " + b"y" * 21_000 + b"\r\n", b"X: y\r\n" * 4000, b"X: " + b"y" * 300_000 + b"\r\n"],
)
def test_headers_without_end_are_too_large(server: Server, fetch: Fetch, head: bytes) -> None:
    server.answers["/"] = act(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
    assert failure(fetch("/")) == "headers-too-large"


@pytest.mark.parametrize("head", [b"", b"Content-Length: 100000\r\n"])
def test_a_body_without_end_is_too_large(server: Server, make_fetcher: Make, head: bytes) -> None:
    server.answers["/"] = act(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + b"x" * 100_000)
    fetcher = make_fetcher(limits=Limits(body_bytes=50_000))
    assert failure(only(fetcher, server.url("/"))) == "too-large"


def test_a_bomb_is_stopped_before_it_fills_the_memory(server: Server, fetch: Fetch) -> None:
    packer = gzip.compress(bytes(10_000_000), mtime=0)
    server.answers["/"] = reply("200 OK", packer * 100, "Content-Encoding: gzip")  # a gigabyte, in a hundred members
    tracemalloc.start()
    assert failure(fetch("/")) == "bomb"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000


def test_an_answer_that_takes_too_long_is_given_up(server: Server, make_fetcher: Make) -> None:
    server.answers["/"] = drip
    server.answers["/silent"] = act(hold=2)
    fetcher = make_fetcher(limits=Limits(total=timedelta(seconds=0.3)))
    assert failure(only(fetcher, server.url("/"))) == "timeout"
    assert failure(only(fetcher, server.url("/silent"))) == "timeout"


def test_the_time_of_all_redirects_counts_together(server: Server, make_fetcher: Make) -> None:
    server.latency = 0.15
    for n in range(1, 6):
        server.answers[f"/{n}"] = redirect(f"/{n - 1}")
    fetcher = make_fetcher(limits=Limits(total=timedelta(seconds=0.4)))
    answer = only(fetcher, server.url("/5"))
    assert failure(answer) == "timeout"
    assert answer.wire.requests == 3


def test_a_host_that_does_not_take_the_connection_is_given_up(make_fetcher: Make) -> None:
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    crowd = [socket.socket() for _ in range(4)]
    for each in crowd:
        each.setblocking(False)
        each.connect_ex(full.getsockname())
    fetcher = make_fetcher(
        allow=Allowlist.parse("127.0.0.1"), limits=Limits(connect=timedelta(seconds=0.2), total=timedelta(seconds=5))
    )
    assert failure(only(fetcher, f"http://127.0.0.1:{full.getsockname()[1]}/")) == "connect-timeout"
    for each in (*crowd, full):
        each.close()


def test_a_host_that_refuses_the_connection_is_told(server: Server, fetch: Fetch) -> None:
    server.close()
    answer = fetch("/")
    assert isinstance(answer, Failed)
    assert (answer.code, answer.transient) == ("refused-connection", True)
    assert "127.0.0.1" in answer.detail


# --- Many at once -----------------------------------------------------------------------------------------------------


def test_one_host_gets_two_at_once_and_a_gap_between_starts(server: Server, make_fetcher: Make) -> None:
    server.latency = 0.25
    paths = [f"/{n}" for n in range(6)]
    asked = requests_to(server, paths, gap=timedelta(seconds=0.1))
    assert len(list(make_fetcher().fetch(asked, NOW))) == 6
    starts = sorted(each.at for each in server.heard)
    assert server.busiest == 2
    assert min(later - earlier for earlier, later in pairwise(starts)) > 0.05  # heard, on a busy machine


def test_the_gap_holds_from_one_call_to_the_next(server: Server, make_fetcher: Make) -> None:
    fetcher = make_fetcher()
    for _ in range(3):
        only(fetcher, server.url("/"), gap=timedelta(seconds=0.3))
    starts = [each.at for each in server.heard]
    assert min(later - earlier for earlier, later in pairwise(starts)) > 0.2


def test_a_redirect_obeys_the_gap_of_where_it_leads(server: Server, make_fetcher: Make) -> None:
    server.answers["/a"] = redirect("/b")
    only(make_fetcher(), server.url("/a"), gap=timedelta(seconds=0.3))
    first, second = (each.at for each in server.heard)
    assert second - first > 0.2


def test_a_slow_host_keeps_no_other_waiting(server: Server, make_fetcher: Make) -> None:
    quick = Server("127.0.0.2")
    server.latency = 0.5
    asked = requests_to(server, [f"/{n}" for n in range(4)]) + requests_to(quick, [f"/q{n}" for n in range(20)])
    fetcher = make_fetcher(allow=Allowlist.parse("127.0.0.0/8"), limits=Limits(transfers=4))
    order = [request.source_id for request, _ in fetcher.fetch(asked, NOW)]
    assert all(name.startswith("/q") for name in order[:20])
    assert len(order) == 24
    quick.close()


def test_there_are_never_more_transfers_than_allowed(server: Server, make_fetcher: Make) -> None:
    server.latency = 0.05
    asked = requests_to(server, [f"/{n}" for n in range(20)], parallel=50)
    assert len(list(make_fetcher(limits=Limits(transfers=3)).fetch(asked, NOW))) == 20
    assert server.busiest == 3


def test_connections_are_used_again(server: Server, make_fetcher: Make) -> None:
    fetcher = make_fetcher()
    for _ in range(5):
        only(fetcher, server.url("/"))
    list(fetcher.fetch(requests_to(server, ["/a", "/b", "/c"], parallel=1), NOW))
    assert len({each.connection for each in server.heard}) == 1


def test_requests_are_read_as_there_is_room(server: Server, make_fetcher: Make) -> None:
    read = 0

    def endless() -> Iterator[Request]:
        nonlocal read
        while True:
            read += 1
            yield Request(source_id=str(read), url=server.url(f"/{read}"), gap=NO_GAP, parallel=1000)

    answers = make_fetcher(limits=Limits(transfers=10)).fetch(endless(), NOW)
    for _ in range(50):
        next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert read <= 70


def test_a_call_that_is_given_up_leaves_nothing_behind(server: Server, make_fetcher: Make) -> None:
    server.latency = 0.2
    fetcher = make_fetcher()
    asked = requests_to(server, [f"/{n}" for n in range(10)], parallel=5)
    answers = fetcher.fetch(asked, NOW)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert failure(only(fetcher, server.url("/after"))) == "http-404"


def test_a_fetcher_does_one_thing_at_a_time(server: Server, make_fetcher: Make) -> None:
    fetcher = make_fetcher()
    answers = fetcher.fetch(requests_to(server, ["/a", "/b"]), NOW)
    next(answers)
    with pytest.raises(RuntimeError, match="already"):
        next(fetcher.fetch([], NOW))
    assert len(list(answers)) == 1


def test_no_requests_are_no_answers(make_fetcher: Make) -> None:
    assert list(make_fetcher().fetch([], NOW)) == []


def test_a_request_that_may_not_start_is_dropped_without_a_word(server: Server, make_fetcher: Make) -> None:
    asked = requests_to(server, ["/a", "/b", "/c"])
    answers = make_fetcher().fetch(asked, NOW, lambda request: request.source_id != "/b")
    assert sorted(request.source_id for request, _ in answers) == ["/a", "/c"]
    assert sorted(server.paths()) == ["/a", "/c"]


def test_whether_it_may_start_is_asked_before_each_get(server: Server, make_fetcher: Make) -> None:
    server.answers["/a"] = redirect("/b")
    lease = iter([True, False])
    assert list(make_fetcher().fetch(requests_to(server, ["/a"]), NOW, lambda _: next(lease))) == []
    assert server.paths() == ["/a"]


def test_one_bad_request_costs_no_other(server: Server, make_fetcher: Make) -> None:
    server.answers["/good"] = reply(body=FEED)
    server.answers["/rude"] = act(b"\0\0\0")
    urls = ["nonsense", server.url("/good"), "http://127.0.0.9:1/", server.url("/rude")]
    asked = [Request(source_id=url, url=url, gap=NO_GAP) for url in urls]
    answers = {request.url: answer for request, answer in make_fetcher().fetch(asked, NOW)}
    assert isinstance(answers[server.url("/good")], Fetched)
    codes = [failure(answers[url]) for url in (urls[0], urls[2], urls[3])]
    assert codes == ["bad-url", "private-address", "protocol"]
