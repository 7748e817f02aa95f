"""robots.txt, from the fetcher's side: who asks for it, who waits for it, and what it decides."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from aggregator.fetch import Allowlist, Fetcher, Limits, RobotsFile
from aggregator.model import Answer, Failed, Fetched, Refused, Request, Throttled
from tests.fetch.conftest import NOW
from tests.fetch.misbehaving import Server, redirect, reply

Make = Callable[..., Fetcher]
PAGE = b"<html>nieuws</html>"
KEEP_OUT = b"User-agent: *\nDisallow: /private\n"


def ask(fetcher: Fetcher, server: Server, *paths: str, **options: object) -> dict[str, Answer]:
    now = options.pop("now", NOW)
    options = {"gap": timedelta(0), "respect_robots": True, "accept": "page"} | options
    asked = [Request(source_id=path, url=server.url(path), **options) for path in paths]  # type: ignore[arg-type]
    return {request.source_id: answer for request, answer in fetcher.fetch(asked, now)}  # type: ignore[arg-type]


@pytest.fixture
def robots() -> dict[str, RobotsFile]:
    return {}


@pytest.fixture
def fetcher(server: Server, make_fetcher: Make, robots: dict[str, RobotsFile]) -> Fetcher:
    server.answers |= {"/": reply(body=PAGE), "/private": reply(body=PAGE), "/other": reply(body=PAGE)}
    return make_fetcher(robots=robots)


def test_what_robots_forbids_is_refused_and_never_asked(server: Server, fetcher: Fetcher) -> None:
    server.answers["/robots.txt"] = reply(body=KEEP_OUT)
    answers = ask(fetcher, server, "/private", "/")
    refused = answers["/private"]
    assert isinstance(refused, Refused)
    assert refused.robots_url == server.url("/robots.txt")
    assert refused.wire.requests == 1
    assert isinstance(answers["/"], Fetched)
    assert answers["/"].wire.requests == 1
    assert server.paths() == ["/robots.txt", "/"]


def test_a_feed_is_fetched_as_it_invites_us(server: Server, fetcher: Fetcher) -> None:
    server.answers["/robots.txt"] = reply(body=KEEP_OUT)
    answers = ask(fetcher, server, "/private", respect_robots=False)
    assert isinstance(answers["/private"], Fetched)
    assert server.paths() == ["/private"]


def test_many_requests_wait_for_one_robots_txt(server: Server, fetcher: Fetcher) -> None:
    server.latency = 0.1
    answers = ask(fetcher, server, "/", "/private", "/other", "/x", "/y")
    assert len(answers) == 5
    assert server.paths().count("/robots.txt") == 1
    assert server.paths()[0] == "/robots.txt"


def test_robots_txt_is_kept_for_a_day_and_between_fetchers(
    server: Server, fetcher: Fetcher, make_fetcher: Make, robots: dict[str, RobotsFile]
) -> None:
    server.answers["/robots.txt"] = reply(body=KEEP_OUT)
    ask(fetcher, server, "/")
    assert robots == {server.url(""): RobotsFile(fetched_at=NOW, status=200, text=KEEP_OUT.decode())}
    ask(make_fetcher(robots=robots), server, "/", now=NOW + timedelta(hours=23))
    assert server.paths().count("/robots.txt") == 1
    ask(fetcher, server, "/", now=NOW + timedelta(hours=24))
    assert server.paths().count("/robots.txt") == 2


@pytest.mark.parametrize(
    "answer",
    [
        *(reply("404 Not Found", KEEP_OUT), reply("401 Unauthorized"), reply("403 Forbidden"), reply("410 Gone")),
        *(reply("200 OK"), redirect("/robots.txt"), redirect("file:///x"), reply("300 Choices")),
        reply(body=PAGE),
    ],
)
def test_without_rules_all_is_allowed(server: Server, fetcher: Fetcher, answer: bytes) -> None:
    server.answers["/robots.txt"] = answer
    assert isinstance(ask(fetcher, server, "/private")["/private"], Fetched)


def test_robots_txt_may_be_elsewhere(server: Server, fetcher: Fetcher) -> None:
    server.answers["/robots.txt"] = redirect("/1")
    server.answers |= {f"/{n}": redirect(f"/{n + 1}") for n in range(1, 5)}
    server.answers["/5"] = reply(body=KEEP_OUT)
    answer = ask(fetcher, server, "/private")["/private"]
    assert isinstance(answer, Refused)
    assert answer.wire.requests == 6


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway"])
def test_an_unreachable_robots_txt_forbids_all_and_says_why(
    server: Server, fetcher: Fetcher, status: str, robots: dict[str, RobotsFile]
) -> None:
    server.answers["/robots.txt"] = reply(status)
    for answer in ask(fetcher, server, "/", "/other").values():
        assert isinstance(answer, Failed)
        assert answer.code == f"http-{status[:3]}"
    assert server.paths() == ["/robots.txt"]
    assert [each.is_reachable for each in robots.values()] == [False]


def test_a_host_that_is_busy_with_robots_txt_is_busy(server: Server, fetcher: Fetcher) -> None:
    server.answers["/robots.txt"] = reply("429 Slow down", b"", "Retry-After: 60")
    answer = ask(fetcher, server, "/")["/"]
    assert isinstance(answer, Throttled)
    assert answer.retry_after == timedelta(seconds=60)
    assert answer.wire.url == server.url("/")


def test_after_thirty_unreachable_days_it_counts_as_none(
    server: Server, fetcher: Fetcher, robots: dict[str, RobotsFile]
) -> None:
    server.answers["/robots.txt"] = reply("500 Oops")
    for days in (0, 1, 29):
        assert isinstance(ask(fetcher, server, "/", now=NOW + timedelta(days=days))["/"], Failed)
    assert isinstance(ask(fetcher, server, "/", now=NOW + timedelta(days=30))["/"], Fetched)
    server.answers["/robots.txt"] = reply(body=KEEP_OUT)
    answer = ask(fetcher, server, "/private", now=NOW + timedelta(days=31))["/private"]
    assert isinstance(answer, Refused)
    assert [each.fetched_at for each in robots.values()] == [NOW + timedelta(days=31)]


def test_each_hop_asks_where_it_leads(server: Server, make_fetcher: Make) -> None:
    other = Server("127.0.0.2")
    other.answers["/robots.txt"] = reply(body=KEEP_OUT)
    server.answers["/"] = redirect(other.url("/private"))
    fetcher = make_fetcher(allow=Allowlist.parse("127.0.0.0/8"))
    answer = ask(fetcher, server, "/")["/"]
    assert isinstance(answer, Refused)
    assert answer.robots_url == other.url("/robots.txt")
    assert other.paths() == ["/robots.txt"]
    other.close()


def test_a_crawl_delay_is_the_gap_of_its_host(server: Server, fetcher: Fetcher) -> None:
    server.answers["/robots.txt"] = reply(body=b"User-agent: *\nCrawl-delay: 0.3\n")
    ask(fetcher, server, "/", "/other")
    starts = [each.at for each in server.heard]
    assert min(later - earlier for earlier, later in pairwise(starts)) > 0.2


def test_only_the_first_half_megabyte_counts(server: Server, fetcher: Fetcher) -> None:
    server.answers["/robots.txt"] = reply(body=b"User-agent: *\n" + b"# filler\n" * 100_000 + b"Disallow: /\n")
    assert isinstance(ask(fetcher, server, "/")["/"], Fetched)


def test_a_robots_txt_that_may_not_be_asked_for_is_asked_for_by_another(server: Server, fetcher: Fetcher) -> None:
    server.answers["/robots.txt"] = reply(body=KEEP_OUT)
    asked = [
        Request(source_id=path, url=server.url(path), gap=timedelta(0), respect_robots=True)
        for path in ("/", "/other", "/private")
    ]
    answers = list(fetcher.fetch(asked, NOW, lambda request: request.source_id != "/"))
    assert sorted(request.source_id for request, _ in answers) == ["/other", "/private"]
    assert server.paths() == ["/robots.txt", "/other"]


def test_a_timeout_of_robots_txt_is_a_timeout(server: Server, make_fetcher: Make) -> None:
    server.latency = 0.4
    fetcher = make_fetcher(limits=Limits(total=timedelta(seconds=0.2)))
    answer = ask(fetcher, server, "/")["/"]
    assert isinstance(answer, Failed)
    assert answer.code == "timeout"
