"""The embed over HTTP: what anybody may frame, what is kept for how long, and that all else stays closed."""

import gzip
from datetime import timedelta

import brotli
import pytest
from lxml import html

from aggregator.desk import decide
from aggregator.publish.site.embed import read, styles
from aggregator.release import Press, refresh
from aggregator.web.embed import Frames
from tests.factories import DAY, NOW
from tests.web.test_app import ask, slug_of


def titles(body: bytes, level: int = 2) -> list[str]:
    return [each.text_content() for each in html.fromstring(body).xpath(f"//main//h{level}")]


@pytest.mark.parametrize(
    "path",
    [
        "/embed/news",
        "/embed/news?theme=instroom&limit=3",
        "/embed/news/themes/instroom",
        "/embed/news/labels/noord",
        "/embed/news/sources/fme?lang=en",
        "/embed/news?theme=nonesuch",
        "/embed/news?source=%00&limit=-1&layout=%3Cscript%3E&show=x&heading-level=9&lang=xx",
    ],
)
def test_anybody_may_frame_the_news(address: str, path: str) -> None:
    reply = ask(address, path)
    assert reply.status == 200
    assert titles(reply.body) == ["Nieuws nummer 1", "Nieuws nummer 2", "Nieuws nummer 3"]
    assert "frame-ancestors *" in reply.headers["content-security-policy"]
    assert "script-src" not in reply.headers["content-security-policy"]
    assert "x-frame-options" not in reply.headers
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
    assert b"<script" not in reply.body


def test_a_frame_speaks_the_language_of_its_address_and_not_of_its_reader(address: str) -> None:
    assert b'<html lang="nl"' in ask(address, "/embed/news", Accept_Language="en").body
    assert b'<html lang="en"' in ask(address, "/embed/news?lang=en").body


def test_only_a_frame_that_follows_its_news_may_run_our_script(address: str) -> None:
    reply = ask(address, "/embed/news?height=auto")
    assert "script-src 'self'" in reply.headers["content-security-policy"]
    assert b'<script src="/embed/v1/frame.js" defer>' in reply.body


@pytest.mark.parametrize("path", ["/", "/embed", "/feeds", "/stories/x", "/embed/newsx", "/nonesuch"])
def test_nothing_else_may_be_framed(address: str, path: str) -> None:
    headers = ask(address, path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


def test_a_preview_may_be_framed_by_us_alone(address: str) -> None:
    for path in ("/embed/preview/element", "/embed/preview/frame/themes/instroom?lang=en"):
        headers = ask(address, path).headers
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "SAMEORIGIN"
    assert ask(address, "/embed/preview/else").status == 404


def test_a_pinned_script_is_kept_for_ever_and_the_latest_for_an_hour(address: str) -> None:
    pinned, latest = (ask(address, f"/embed/{version}/techniek-nieuws.js") for version in ("v1.0.0", "v1"))
    assert pinned.body == latest.body
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert latest.headers["cache-control"].startswith("public, max-age=3600,")
    for reply in (pinned, latest):
        assert reply.headers["access-control-allow-origin"] == "*"
        assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
        assert reply.headers["content-type"].startswith("text/javascript")
    again = ask(address, "/embed/v1/techniek-nieuws.js", If_None_Match=latest.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert ask(address, "/embed/v9/techniek-nieuws.js").status == 404
    assert ask(address, "/embed/v1/passwd").status == 404


def test_a_frame_that_did_not_change_costs_a_304(address: str) -> None:
    first = ask(address, "/embed/news")
    again = ask(address, "/embed/news", If_None_Match=f'"x", W/{first.headers["etag"]}')
    assert (again.status, again.body) == (304, b"")
    assert "frame-ancestors *" in again.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/embed", "/embed/news", "/embed/preview/frame", "/embed/v1/techniek-nieuws.js"])
def test_everything_comes_in_the_coding_that_is_asked_for(address: str, path: str) -> None:
    plain, packed, smallest = (ask(address, path, Accept_Encoding=each) for each in ("identity", "gzip", "gzip, br"))
    assert gzip.decompress(packed.body) == brotli.decompress(smallest.body) == plain.body
    assert [each.headers.get("content-encoding") for each in (plain, packed, smallest)] == [None, "gzip", "br"]
    assert len({each.headers["etag"] for each in (plain, packed, smallest)}) == 3
    assert all("Accept-Encoding" in each.headers["vary"] for each in (plain, packed, smallest))
    again = ask(address, path, Accept_Encoding="br", If_None_Match=packed.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_a_frame_is_made_once_until_the_news_changes(press: Press) -> None:
    frames, choice = Frames(press), read({"limit": "2"})
    first = frames.page(choice, NOW)
    assert frames.page(choice, NOW) is first
    assert frames.page(choice, NOW + DAY) is not first  # days of the future become today's
    decide.reject(press.store, [slug_of(press)], "thea", NOW)
    refresh(press, NOW + timedelta(minutes=1))
    assert titles(frames.page(choice, NOW)) == ["Nieuws nummer 2", "Nieuws nummer 3"]


def test_too_few_stories_are_filled_up_with_others(address: str, press: Press) -> None:
    decide.set_theme(press.store, [slug_of(press, 3)], "leven-lang-ontwikkelen", "", "thea", NOW)
    refresh(press, NOW)
    path = "/embed/news?theme=leven-lang-ontwikkelen"
    body = ask(address, path).body
    assert titles(body) == ["Nieuws nummer 3", "Nieuws nummer 1", "Nieuws nummer 2"]
    assert "Ander nieuws" in body.decode()
    alone = ask(address, f"{path}&fill=none").body
    assert titles(alone) == ["Nieuws nummer 3"]
    assert "Laatste bericht:" in alone.decode()
    both = ask(address, f"{path}&source=fme&label=noord&fill=none").body
    assert titles(both) == ["Nieuws nummer 3"]


def test_the_page_that_makes_codes_reads_its_own_form(address: str) -> None:
    path = "/embed?lang=en&theme=instroom&limit=2&news-lang=nl&show=title&show=date&layout=cards&height="
    reply = ask(address, path)
    tree = html.fromstring(reply.body)
    assert tree.get("lang") == "en"
    code = tree.xpath("//pre[@id='code-element']")[0].text
    assert '<techniek-nieuws theme="instroom" limit="2" lang="nl" layout="cards" show="date">' in code
    preview = tree.xpath("//iframe/@src")[0]
    assert b'show="date"' in ask(address, preview).body
    assert "script-src 'self'" in reply.headers["content-security-policy"]
    assert "We do not know this theme" in ask(address, "/embed?lang=en&theme=nonesuch").body.decode()
    assert b'<html lang="en"' in ask(address, "/embed", Accept_Language="en").body


def test_every_file_of_the_embed_is_there(address: str) -> None:
    for name, body in styles().values():
        assert ask(address, f"/static/{name}").body == body
        assert gzip.decompress(ask(address, f"/static/{name}", Accept_Encoding="gzip").body) == body
    element = ask(address, "/embed/v1/techniek-nieuws.js").body
    assert len(gzip.compress(element, 6)) <= 5_000
