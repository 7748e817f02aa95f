import gzip
import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

import brotli
import feedparser
import pytest

from aggregator.desk import decide
from aggregator.release import Press, refresh
from aggregator.store import stories
from tests.factories import DAY, NOW


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(address: str, path: str, method: str = "GET", **headers: str) -> Reply:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    reply = Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    connection.close()
    return reply


def slug_of(press: Press, number: int = 1) -> str:
    with press.store.read() as transaction:
        return stories.load(transaction, [number])[0].slug


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/feeds/all.atom", "application/atom+xml"),
        ("/feeds/all.rss", "application/rss+xml"),
        ("/feeds/all.json", "application/feed+json"),
        ("/feeds/themes/instroom.atom", "application/atom+xml"),
        ("/feeds/sources/fme.rss", "application/rss+xml"),
        ("/feeds/labels/noord.json", "application/feed+json"),
        ("/feeds/sources.opml", "text/x-opml"),
        ("/", "text/html"),
        ("/feeds", "text/html"),
        ("/themes/instroom", "text/html"),
        ("/sources/fme", "text/html"),
        ("/healthz", "text/plain"),
        ("/readyz", "application/json"),
        ("/robots.txt", "text/plain"),
    ],
)
def test_every_public_address_answers_with_its_media_type(address: str, path: str, media_type: str) -> None:
    reply = ask(address, path)
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, media_type)
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert int(reply.headers["content-length"]) == len(reply.body)


def test_a_feed_that_did_not_change_costs_a_304(address: str) -> None:
    first = ask(address, "/feeds/all.atom")
    by_tag = ask(address, "/feeds/all.atom", If_None_Match=f'"other", W/{first.headers["etag"]}')
    by_date = ask(address, "/feeds/all.atom", If_Modified_Since=first.headers["last-modified"])
    assert (by_tag.status, by_tag.body) == (304, b"")
    assert (by_date.status, by_date.body) == (304, b"")
    assert by_tag.headers["etag"] == first.headers["etag"]


def test_the_entity_tag_goes_before_the_date(address: str) -> None:
    first = ask(address, "/feeds/all.atom")
    reply = ask(address, "/feeds/all.atom", If_None_Match='"other"', If_Modified_Since=first.headers["last-modified"])
    assert reply.status == 200


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 01 Jan 2001 00:00:00 GMT", "Mon, 01 Jan 2001 00:00:00"])
def test_an_older_or_odd_date_gets_the_whole_feed(address: str, date: str) -> None:
    assert ask(address, "/feeds/all.atom", If_Modified_Since=date).status == 200


@pytest.mark.parametrize(("coding", "unpack"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
def test_each_coding_is_the_same_document_under_its_own_entity_tag(
    address: str, coding: str, unpack: Callable[[bytes], bytes]
) -> None:
    plain = ask(address, "/feeds/all.atom")
    packed = ask(address, "/feeds/all.atom", Accept_Encoding=coding)
    assert unpack(packed.body) == plain.body
    assert packed.headers["content-encoding"] == coding
    assert packed.headers["etag"] != plain.headers["etag"]
    assert not packed.headers["etag"].startswith("W/")
    assert "Accept-Encoding" in packed.headers["vary"]
    again = ask(address, "/feeds/all.atom", Accept_Encoding=coding, If_None_Match=packed.headers["etag"])
    assert again.status == 304


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", None),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip;q=0, *", "br"),
        ("deflate, zstd", None),
        ("gzip, deflate, br", "br"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0.000, gzip ; q=0.1", "gzip"),
        ("*;q=0", None),
        ("GZIP", "gzip"),
        ("gzip;q=0.3, identity;q=0.9", None),
        ("br;q=much, gzip", "gzip"),
        ("br;q=nan, gzip;q=7", None),
    ],
)
def test_the_client_says_which_coding_it_likes_best(address: str, header: str, coding: str | None) -> None:
    assert ask(address, "/feeds/all.atom", Accept_Encoding=header).headers.get("content-encoding") == coding


def test_feeds_may_be_kept_for_minutes_and_sealed_pages_for_a_day(address: str, press: Press) -> None:
    cache = ask(address, "/feeds/all.atom").headers["cache-control"]
    assert cache == "public, max-age=300, stale-while-revalidate=3600"
    seal_one_page(press, address)
    page = ask(address, "/feeds/all/archive/1.atom")
    assert (page.status, page.headers["cache-control"]) == (200, "public, max-age=86400, immutable")
    assert page.headers["content-type"] == "application/atom+xml; charset=utf-8"


def test_the_next_page_of_an_archive_is_the_feed_itself_until_it_is_sealed(address: str, press: Press) -> None:
    reply = ask(address, "/feeds/all/archive/1.atom")
    assert (reply.status, reply.headers["location"]) == (307, "/feeds/all.atom")
    assert reply.headers["cache-control"] == "no-store"
    seal_one_page(press, address)
    assert ask(address, "/feeds/all/archive/2.atom").headers["location"] == "/feeds/all.atom"
    for path in ("all/archive/3", "all/archive/0", "all/archive/01", "all/archive/x", "all/archive/²", "no/archive/1"):
        assert ask(address, quote(f"/feeds/{path}.atom")).status == 404


def seal_one_page(press: Press, address: str) -> None:
    """Three stories make a page, and the web side hears of it."""
    refresh(replace(press, page_records=3), NOW + DAY, everything=True)
    ends = time.monotonic() + 5
    while ask(address, "/feeds/all/archive/1.atom").status != 200:
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_head_says_what_get_says_without_the_body(address: str) -> None:
    got, headed = ask(address, "/feeds/all.rss"), ask(address, "/feeds/all.rss", "HEAD")
    assert headed.body == b""
    differing = {k for k in got.headers if k != "date" and got.headers[k] != headed.headers.get(k)}
    assert differing == set()


def test_a_person_who_opens_a_feed_is_shown_how_to_follow_it(address: str) -> None:
    reply = ask(address, "/feeds/themes/instroom.atom", Sec_Fetch_Dest="document")
    assert (reply.status, reply.headers["location"]) == (303, "/feeds#themes-instroom")
    assert "Sec-Fetch-Dest" in reply.headers["vary"]
    assert 'id="themes-instroom"' in ask(address, "/feeds").body.decode()
    assert ask(address, "/feeds/themes/instroom.atom?raw=1", Sec_Fetch_Dest="document").status == 200
    assert ask(address, "/feeds/all.atom", Accept="text/html").status == 200


@pytest.mark.parametrize(
    ("feed", "page"),
    [
        ("/feeds/sources/fme.rss", "/feeds/sources/fme"),
        ("/feeds/labels/noord.json", "/feeds/labels/noord"),
        ("/feeds/all.atom", "/feeds#all"),
    ],
)
def test_each_feed_has_a_page_that_says_its_addresses(address: str, feed: str, page: str) -> None:
    assert ask(address, feed, Sec_Fetch_Dest="document").headers["location"] == page
    said = ask(address, page).body.decode()
    assert f"http://127.0.0.1:8000{feed.rpartition('.')[0]}.atom" in said
    assert ask(address, "/feeds/labels/nonesuch").status == 404


def test_the_icon_that_feeds_name_is_there(address: str) -> None:
    icon = json.loads(ask(address, "/feeds/all.json").body)["icon"]
    reply = ask(address, urlsplit(icon).path)
    assert (reply.status, reply.headers["content-type"]) == (200, "image/png")
    assert reply.body.startswith(b"\x89PNG")


def test_pages_speak_the_language_that_is_asked_for(address: str) -> None:
    assert b'<html lang="nl"' in ask(address, "/").body
    assert b'<html lang="en"' in ask(address, "/?lang=en").body
    assert b'<html lang="en"' in ask(address, "/", Accept_Language="fr, en-GB;q=0.8, nl;q=0.2").body
    assert b'<html lang="nl"' in ask(address, "/?lang=xx", Accept_Language="de").body
    assert b'<html lang="en"' in ask(address, "/sources/fme?lang=en").body
    assert "Accept-Language" in ask(address, "/").headers["vary"]


def test_a_story_has_a_page_until_it_is_withdrawn(address: str, press: Press) -> None:
    slug = slug_of(press)
    assert b"Nieuws nummer 1" in ask(address, f"/stories/{slug}").body
    decide.reject(press.store, [slug], "thea", NOW + DAY)
    assert ask(address, f"/stories/{slug}").status == 410


@pytest.mark.parametrize(
    "path", ["/nonesuch", "/stories/nonesuch", "/sources/nonesuch", "/feeds/nonesuch.atom", "/%00"]
)
def test_what_is_not_there_is_said_on_a_page_with_a_way_on(address: str, path: str) -> None:
    reply = ask(address, path)
    assert reply.status == 404
    assert b'href="/?lang=' in reply.body
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/nonesuch", "/stories/x", "/healthz"])
def test_every_answer_carries_the_security_headers(address: str, path: str) -> None:
    headers = ask(address, path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


def test_feeds_may_be_read_by_scripts_elsewhere_and_pages_may_not(address: str) -> None:
    assert ask(address, "/feeds/all.json").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in ask(address, "/").headers


def test_other_methods_are_refused(address: str) -> None:
    assert ask(address, "/feeds/all.atom", "POST").status in (404, 405)
    assert ask(address, "/healthz", "DELETE").status == 405


def test_another_process_new_bytes_are_served_within_two_seconds(address: str, press: Press) -> None:
    assert len(feedparser.parse(ask(address, "/feeds/all.atom").body).entries) == 3
    decide.reject(press.store, [slug_of(press)], "thea", NOW + DAY)
    refresh(press, NOW + DAY)
    ends = time.monotonic() + 2
    while len(feedparser.parse(ask(address, "/feeds/all.atom").body).entries) == 3:
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_the_style_sheet_of_a_page_is_there(address: str) -> None:
    page = ask(address, "/").body.decode()
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    reply = ask(address, path)
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, "text/css")
    assert "immutable" in reply.headers["cache-control"]
