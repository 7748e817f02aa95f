import gzip
import json
from dataclasses import replace
from urllib.parse import quote

import feedparser
import pytest
from sqlalchemy import text

from aggregator.desk import decide
from aggregator.publish.valid import complaints
from aggregator.release import Press, refresh
from aggregator.store import search, search_walk
from aggregator.web.rates import Rates
from aggregator.web.search_feeds import make_feed
from aggregator.web.selection import selection
from tests.factories import DAY, NOW
from tests.web.test_app import ask, slug_of


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [("atom", "application/atom+xml"), ("rss", "application/rss+xml"), ("json", "application/feed+json")],
)
def test_a_search_is_a_valid_feed_in_three_forms(address: str, suffix: str, media_type: str) -> None:
    reply = ask(address, f"/feeds/search.{suffix}?q=nieuws&source=fme")
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, media_type)
    assert complaints(reply.body, media_type) == []
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.body.count(b"Nieuws nummer") >= 3


def entries(address: str, query: str) -> list[str]:
    return [each.title for each in feedparser.parse(ask(address, f"/feeds/search.atom?{query}").body).entries]


def test_it_holds_what_is_asked_for_in_the_order_of_all_feeds(address: str) -> None:
    every = [each.title for each in feedparser.parse(ask(address, "/feeds/all.atom").body).entries]
    assert entries(address, "q=nieuws") == every
    assert entries(address, "q=nummer+2") == ["Nieuws nummer 2"]
    assert entries(address, "theme=instroom&theme=leven-lang-ontwikkelen&label=noord&source=fme&q=-2") == [
        each for each in every if each != "Nieuws nummer 2"
    ]


def test_all_spellings_of_a_search_are_one_feed(address: str) -> None:
    one = ask(address, "/feeds/search.atom?source=fme&q=nieuws&theme=instroom&theme=leven-lang-ontwikkelen")
    other = ask(address, "/feeds/search.atom?theme=leven-lang-ontwikkelen&q=++nieuws%20&theme=instroom&source=fme&x=1")
    assert one.body == other.body
    feed = feedparser.parse(one.body).feed
    canonical = "q=nieuws&theme=instroom&theme=leven-lang-ontwikkelen&source=fme"
    (own,) = [link.href for link in feed.links if link.rel == "self"]
    assert own == f"http://127.0.0.1:8000/feeds/search.atom?{canonical}"
    assert feed.id.endswith(f":feed/search?{canonical}")
    asked = json.loads(ask(address, f"/feeds/search.json?{canonical}").body)
    assert asked["feed_url"].endswith(f"/feeds/search.json?{canonical}")
    assert {link.rel for link in feed.links} == {"self", "alternate"}


def test_what_did_not_change_costs_a_304_and_gzip_is_its_own_tag(address: str) -> None:
    first = ask(address, "/feeds/search.atom?q=nieuws")
    assert ask(address, "/feeds/search.atom?q=nieuws", If_None_Match=first.headers["etag"]).status == 304
    zipped = ask(address, "/feeds/search.atom?q=nieuws", Accept_Encoding="gzip")
    assert gzip.decompress(zipped.body) == first.body
    assert zipped.headers["etag"] != first.headers["etag"]
    headed = ask(address, "/feeds/search.atom?q=nieuws", "HEAD")
    assert (headed.status, headed.body, headed.headers["etag"]) == (200, b"", first.headers["etag"])


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("theme=nonesuch", 404, "theme"),
        ("source=nonesuch", 404, "source"),
        ("label=%00", 404, "label"),
        ("q=%21%21", 400, "no_words"),
        ("&".join(f"source=s{n}" for n in range(51)), 400, "too_many"),
    ],
)
def test_what_cannot_be_followed_is_a_problem_and_no_empty_feed(
    address: str, query: str, status: int, code: str
) -> None:
    for language, word in (("nl", "niet "), ("en", " the ")):
        reply = ask(address, f"/feeds/search.rss?{query}", Accept_Language=language)
        problem = json.loads(reply.body)
        assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")
        assert (problem["status"], problem["type"]) == (status, f"/api/docs#{code}")
        assert problem["title"]
        assert word
    assert ask(address, "/feeds/search.xml?q=a").status in (400, 404)


def test_people_are_sent_to_a_page_and_a_search_for_nothing_to_all_news(address: str) -> None:
    reply = ask(address, "/feeds/search.atom?q=nieuws", Sec_Fetch_Dest="document")
    assert (reply.status, reply.headers["location"]) == (303, "/search?q=nieuws")
    assert "Sec-Fetch-Dest" in reply.headers["vary"]
    assert ask(address, "/feeds/search.atom?q=nieuws&raw=1", Sec_Fetch_Dest="document").status == 200
    everything = ask(address, "/feeds/search.atom?q=&theme=")
    assert (everything.status, everything.headers["location"]) == (301, "/feeds/all.atom")


@pytest.mark.parametrize(
    "query", ["\x00\x00 a", "%", "' OR 1=1 --", "é" * 3_000, '"' * 9_000 + "a", "\U0001f600 nieuws"]
)
def test_no_query_breaks_it(address: str, query: str) -> None:
    reply = ask(address, f"/feeds/search.atom?q={quote(query)[:60_000]}")
    assert reply.status in (200, 400)


def test_two_renders_are_the_same_bytes_and_a_withdrawn_story_leaves(press: Press) -> None:
    asked = selection("nieuws", [], [], [])
    assert make_feed(press, asked, "atom") == make_feed(press, asked, "atom")
    decide.reject(press.store, [slug_of(press)], "thea", NOW + DAY)
    refresh(press, NOW + DAY)
    assert b"nummer 1" not in make_feed(press, asked, "atom").body


def test_a_title_names_what_was_asked(press: Press) -> None:
    made = make_feed(press, selection('"mbo & <b>"', ["instroom"], ["fme"], ["noord"]), "json")
    assert json.loads(made.body)["title"] == f'{press.site.title}: “"mbo & <b>"” · Instroom · FME · noord'


def test_every_query_of_a_kind_makes_a_valid_feed(press: Press) -> None:
    strange = replace(press, feed_length=1)
    for query in ("nieuws", '"een samenvatting"', "nieuws -x", "nieuw*", "ü&=?#%20 nieuws", "\ud800 nieuws"):
        for suffix in ("atom", "rss", "json"):
            made = make_feed(strange, selection(query, [], [], []), suffix)
            assert complaints(made.body, made.media_type.partition(";")[0]) == []


def test_who_asks_too_often_is_told_how_long_to_wait() -> None:
    now = [0.0]
    rates = Rates(at_once=3, per_second=0.5, clock=lambda: now[0])
    assert [rates.wait("a") for _ in range(4)] == [0, 0, 0, 2]
    assert rates.wait("b") == 0
    now[0] = 2.0
    assert [rates.wait("a"), rates.wait("a")] == [0, 2]
    now[0] = 1_000.0
    assert [rates.wait("a") for _ in range(4)] == [0, 0, 0, 2]


FOR_EVER = """
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number)
SELECT n FROM number WHERE n < 0 LIMIT :limit
"""


@pytest.mark.parametrize("path", ["/feeds/search.atom?q=nieuws", "/api/v1/stories?q=nieuws"])
def test_a_search_that_takes_too_long_is_told_to_add_a_word(
    address: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as slow:
        slow.setattr(search, "PATIENCE", 0.05)
        slow.setattr(search, "SQLITE", dict.fromkeys(search.SQLITE, text(FOR_EVER)))
        slow.setattr(search_walk, "PLACES", dict.fromkeys(search_walk.PLACES, text(FOR_EVER)))
        slow.setattr(search_walk, "RANKED", text(FOR_EVER))
        reply = ask(address, path, Accept_Language="en")
    problem = json.loads(reply.body)
    assert (reply.status, reply.headers["content-type"]) == (503, "application/problem+json")
    assert (problem["type"], reply.headers["retry-after"]) == ("/api/docs#too_broad", "60")
    assert "Add a word" in problem["detail"]
    assert ask(address, path).status == 200
