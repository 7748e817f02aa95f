"""The public side that is made on request, over HTTP."""

import gzip
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from lxml import html

from aggregator.desk import decide
from aggregator.ondemand import Moment, every
from aggregator.ondemand.service import figures
from aggregator.ops.files import file_name, public_files, with_static_links
from aggregator.publish.site import security_txt
from aggregator.release import Press, page_path, refresh
from aggregator.store import stories
from tests.factories import NOW
from tests.web.test_app import ask, slug_of


@pytest.mark.parametrize("path", ["/stories/{}", "/sources/fme", "/feeds/labels/noord", "/feeds/sources/fme"])
def test_a_page_made_on_request_costs_a_304_when_it_did_not_change(address: str, press: Press, path: str) -> None:
    path = path.format(slug_of(press))
    first = ask(address, path)
    again = ask(address, path, If_None_Match=first.headers["etag"])
    english = ask(address, path, If_None_Match=first.headers["etag"], Accept_Language="en")
    packed = ask(address, path, Accept_Encoding="gzip")
    head = ask(address, path, "HEAD")
    assert [first.status, again.status, english.status] == [200, 304, 200]
    assert again.body == b""
    assert first.headers["cache-control"] == "public, max-age=60, stale-while-revalidate=600"
    assert first.headers["vary"] == "Accept-Encoding, Accept-Language"
    assert "default-src 'none'" in first.headers["content-security-policy"]
    assert gzip.decompress(packed.body) == first.body
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", first.headers["etag"])


def test_the_files_are_the_bytes_of_the_service(address: str, press: Press) -> None:
    files = dict(public_files(press, NOW))
    base, slug = press.site.base_url, slug_of(press)
    for path in (f"/stories/{slug}", "/sources/fme", "/feeds/labels/noord", "/", "/themes/instroom", "/feeds"):
        for language in ("nl", "en"):
            name = page_path(path, language)
            served = ask(address, name).body
            assert files[file_name(name, "nl")] == with_static_links(served, base, "nl"), name


@pytest.mark.parametrize(
    "path", ["/stories/", "/stories/x/y", "/stories/..%2f..", "/sources/%00", "/sources/geen", "/feeds/labels/%F0"]
)
def test_an_address_that_is_not_there_is_a_page_that_says_so(address: str, path: str) -> None:
    reply = ask(address, path)
    assert reply.status == 404
    assert b"<h1>" in reply.body


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/archief", "text/html"),
        ("/agenda", "text/html"),
        ("/verantwoording", "text/html"),
        ("/toegankelijkheid", "text/html"),
        ("/privacy", "text/html"),
        ("/robots.txt", "text/plain"),
        ("/sitemap.xml", "application/xml"),
    ],
)
def test_each_address_answers_with_its_media_type(address: str, path: str, media_type: str) -> None:
    reply = ask(address, path)
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, media_type)
    assert len(reply.body) < 50_000


def test_the_archive_leads_to_months_and_they_to_all_stories(address: str, press: Press) -> None:
    months = html.fromstring(ask(address, "/archief?lang=nl").body).xpath("//ul[@class='months']//a/@href")
    titles = [title for month in months for title in html.fromstring(ask(address, month).body).xpath("//h2/a/text()")]
    assert len(titles) == 3
    for path in (
        "/archief/2026-13",
        "/archief/1999-01",
        "/archief/x",
        f"{months[0].partition('?')[0]}/1",
        "/archief/0000-01",
    ):
        assert ask(address, path).status == 404, path


def test_a_long_month_has_pages_that_together_hold_every_story_once(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.publish.site.months.MONTH_STORIES", 2)
    monkeypatch.setattr("aggregator.ondemand.months.MONTH_STORIES", 2)
    with press.store.read() as transaction:
        made = {
            path: leaf.body("nl")
            for path, leaf in every(Moment(press, transaction, NOW))
            if path.startswith("/archief/")
        }
    assert [path.count("/") for path in sorted(made)] == [2, 3]
    titles = [title for body in made.values() for title in html.fromstring(body).xpath("//h2/a/text()")]
    assert len(titles) == len(set(titles)) == 3


def test_the_sitemap_names_every_page_in_both_languages_and_each_answers(address: str) -> None:
    locations = html.fromstring(ask(address, "/sitemap.xml").body.partition(b"?>")[2]).xpath("//loc/text()")
    assert len(locations) > 20
    assert all(ask(address, each.removeprefix("http://127.0.0.1:8000")).status == 200 for each in locations)


def test_a_sitemap_that_is_too_long_is_a_list_of_lists(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.ondemand.sitemaps.PART_PAGES", 10)
    with press.store.read() as transaction:
        moment = Moment(press, transaction, NOW)
        made = {path: leaf.body("nl") for path, leaf in every(moment) if path.startswith("/sitemap")}
    assert sorted(made)[:2] == ["/sitemap.xml", "/sitemap/1.xml"]
    assert b"<loc>http://127.0.0.1:8000/sitemap/2.xml</loc>" in made["/sitemap.xml"]
    assert all(body.count(b"<url>") <= 20 for body in made.values())


def test_security_txt_expires_within_a_year_and_is_not_there_without_a_contact(press: Press) -> None:
    made = security_txt(replace(press.site, contact="it@nieuws.example"), NOW)
    assert made is not None
    told = dict(line.split(": ", 1) for line in made.decode().splitlines())
    assert told["Contact"] == "mailto:it@nieuws.example"
    assert NOW < datetime.fromisoformat(told["Expires"]) < NOW + timedelta(days=365)
    assert security_txt(replace(press.site, contact=""), NOW) is None


def test_how_we_work_is_told_in_figures_of_this_moment(press: Press) -> None:
    with press.store.read() as transaction:
        before = figures(Moment(press, transaction, NOW))
        slug = stories.load(transaction, [1])[0].slug
    decide.reject(press.store, [slug], "thea", NOW)
    refresh(press, NOW)
    with press.store.read() as transaction:
        after = figures(Moment(press, transaction, NOW))
    assert (before.sources, before.public, before.placed, before.by_itself, before.withdrawn) == (1, 3, 3, 3, 0)
    assert (after.public, after.placed, after.withdrawn) == (2, 2, 1)


def test_a_story_names_no_editor(address: str, press: Press) -> None:
    slug = slug_of(press)
    assert "Automatisch geplaatst" in ask(address, f"/stories/{slug}?lang=nl").body.decode()
    decide.publish(press.store, [slug], "thea", NOW)
    told = ask(address, f"/stories/{slug}?lang=nl").body.decode()
    assert "thea" not in told
