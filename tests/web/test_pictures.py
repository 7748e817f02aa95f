"""Pictures over HTTP and as files: an address for ever while the story is public, seen in a real browser."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import html
from PIL import Image
from playwright.sync_api import Browser, Route

from aggregator.accounts import Access
from aggregator.desk import decide
from aggregator.ops.files import write_public_side
from aggregator.release import Press, page_path
from aggregator.store import Store
from tests.factories import DAY, HOUR, NOW
from tests.gallery import Illustrated, illustrated
from tests.line.conftest import store
from tests.line.partner import Partners, lookout_over, make_line
from tests.line.quarter import published
from tests.line.test_release import SITE
from tests.publish.site.test_browser import opened
from tests.web.conftest import answering
from tests.web.test_app import ask

__all__ = ["store"]


@pytest.fixture
def press(store: Store) -> Press:
    return Press(store=store, site=replace(SITE, base_url="http://127.0.0.1:8000"), created=NOW - DAY)


@pytest.fixture
def shop(store: Store, press: Press) -> Iterator[Illustrated]:
    """Two stories, of which the first has a picture."""
    with illustrated(store, press) as made:
        made.brings((1, "/a.jpg"), (2, ""))
        made.turn()
        yield made


@pytest.fixture
def address(shop: Illustrated, access: Access) -> Iterator[str]:
    with answering(shop.press, access, make_line(shop.store, Partners()), lookout_over(Partners())) as found:
        yield found


def test_a_picture_may_be_kept_for_ever(address: str, shop: Illustrated) -> None:
    small, large = sorted(shop.files(), key=lambda name: name.rpartition("-")[2])
    for name, width in ((small, 400), (large, 800)):
        reply = ask(address, f"/pictures/{name}")
        assert (reply.status, reply.headers["content-type"]) == (200, "image/webp")
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        assert "content-encoding" not in reply.headers
        assert "set-cookie" not in reply.headers
        assert Image.open(BytesIO(reply.body)).size[0] == width
        again = ask(address, f"/pictures/{name}", If_None_Match=reply.headers["etag"])
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", reply.headers["etag"])
        head = ask(address, f"/pictures/{name}", "HEAD")
        assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(reply.body)))


@pytest.mark.parametrize("name", ["nergens.webp", "x", "..%2f..%2fetc", "%00.webp", "a" * 300 + ".webp"])
def test_what_is_no_picture_is_told_in_plain_words(address: str, name: str) -> None:
    reply = ask(address, f"/pictures/{name}")
    assert reply.status == 404
    assert b"<h1>" in reply.body


def test_a_picture_is_gone_the_moment_its_story_is_or_its_licence(address: str, shop: Illustrated) -> None:
    name = shop.files()[0]
    shop.set(images=False)
    assert ask(address, f"/pictures/{name}").status == 404
    shop.set(images=True)
    assert ask(address, f"/pictures/{name}").status == 200
    decide.reject(shop.store, [shop.slug()], "thea", shop.now + HOUR)
    gone = ask(address, f"/pictures/{name}")
    assert gone.status == 404
    assert b"<h1>" in gone.body


def test_the_page_of_a_story_says_what_is_seen_and_who_made_it(address: str, shop: Illustrated) -> None:
    large = sorted(shop.files(), key=lambda name: name.rpartition("-")[2])[-1]
    for language, said in (("nl", "Beeld: Jan Jansen"), ("en", "Picture: Jan Jansen")):
        page = html.fromstring(ask(address, f"/stories/{shop.slug()}?lang={language}").body)
        (picture,) = page.xpath("//figure/img")
        assert picture.get("alt") == "Leerlingen lassen een frame"
        assert picture.get("loading") is None  # it is what people come for
        assert (picture.get("width"), picture.get("height")) == ("800", "533")
        assert "400w" in picture.get("srcset")
        assert "800w" in picture.get("srcset")
        words = " ".join(page.xpath("string(//figcaption)").split())
        assert words == f"Open dag & lasles · {said}"
        assert page.xpath("//meta[@property='og:image']/@content") == [f"http://127.0.0.1:8000/pictures/{large}"]
        data = json.loads(page.xpath("string(//script[@type='application/ld+json'])"))
        assert data["image"] == f"http://127.0.0.1:8000/pictures/{large}"
    without = html.fromstring(ask(address, f"/stories/{shop.slug(2)}").body)
    assert not without.xpath("//img|//figure|//meta[@property='og:image']")


@pytest.mark.parametrize("path", ["/", "/themes/instroom", "/sources/fme", "/archief/2026-11"])
def test_every_list_shows_it_small_and_late(address: str, path: str) -> None:
    (picture,) = html.fromstring(ask(address, path).body).xpath("//main//img")
    assert picture.get("loading") == "lazy"
    assert {"width", "height", "alt"} <= set(picture.keys())


def test_feeds_name_the_partners_picture_as_before(shop: Illustrated) -> None:
    """A feed is made before the picture is here, and sealed pages of archives never change."""
    for suffix in ("atom", "rss", "json"):
        body = published(shop.store)[f"/feeds/all.{suffix}"].document.body
        assert shop.server.url("/a.jpg").encode() in body
        assert b"/pictures/" not in body


def test_a_page_full_of_pictures_stays_under_50_kb(store: Store, press: Press) -> None:
    with illustrated(store, press) as shop:
        shop.brings(*((number, "/a.jpg") for number in range(1, 51)))
        while shop.turn(HOUR):
            pass
        page = published(store)[page_path("/", "nl")].document.body
        assert page.count(b"<img") >= 5
        assert len(page) <= 50_000


def test_a_static_server_shows_the_same_pictures(address: str, shop: Illustrated, tmp_path: Path) -> None:
    out = tmp_path / "public"
    write_public_side(shop.press, out, shop.now)
    for name in shop.files():
        assert (out / "pictures" / name).read_bytes() == ask(address, f"/pictures/{name}").body
    for page in ("index.html", "en/index.html", f"stories/{shop.slug()}/index.html"):
        for source in html.fromstring((out / page).read_bytes()).xpath("//img/@src"):
            assert (out / source.lstrip("/")).is_file()
    shop.set(images=False)
    shop.turn()
    write_public_side(shop.press, out, shop.now)
    assert not (out / "pictures").exists()
    assert b"<img" not in (out / "index.html").read_bytes()


@pytest.mark.browser
def test_people_see_it_on_a_small_phone_and_with_a_screen_reader(
    browser: Browser, address: str, shop: Illustrated
) -> None:
    for path in ("/", f"/stories/{shop.slug()}"):
        complaints: list[str] = []
        small = {"width": 320, "height": 640}
        page = opened(browser, address + path, complaints, viewport=small, bypass_csp=True)  # axe brings its script
        picture = page.locator("main img")
        picture.scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('main img').naturalWidth > 0")
        box = picture.bounding_box()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert box
        assert 80 <= box["width"] <= 320
        assert box["height"] == pytest.approx(box["width"] * 2 / 3, abs=1)
        assert Axe().run(page).response["violations"] == []
        assert complaints == []
        page.context.close()


@pytest.mark.browser
def test_nothing_jumps_when_a_picture_comes(browser: Browser, address: str, shop: Illustrated) -> None:
    context = browser.new_context(viewport={"width": 1000, "height": 800}, bypass_csp=True)
    page = context.new_page()
    waiting: list[Route] = []
    page.route("**/pictures/*", lambda route: waiting.append(route))
    page.goto(f"{address}/stories/{shop.slug()}", wait_until="domcontentloaded")
    page.wait_for_function("document.styleSheets[0]?.cssRules.length > 0")
    before = page.locator(".facts").bounding_box()
    assert page.evaluate("document.querySelector('main img').naturalWidth") == 0
    for each in waiting:
        each.continue_()
    page.wait_for_function("document.querySelector('main img').naturalWidth > 0")
    after = page.locator(".facts").bounding_box()
    assert before
    assert after
    assert after["y"] == pytest.approx(before["y"], abs=1)
    context.close()
