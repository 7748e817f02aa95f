"""The public pages in a real browser: what only rendering can tell."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.publish.site.origin import serving
from tests.publish.site.test_pages import every_page

pytestmark = pytest.mark.browser

PAGES = {f"/{name}-{language}": page for language in ("nl", "en") for name, page in every_page(language).items()}
WIDEST = "document.documentElement.scrollWidth"


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(PAGES) as found:
        yield found


def opened(browser: Browser, address: str, complaints: list[str], **options: object) -> Page:
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]  # the caller names the options
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(address)
    return page


@pytest.mark.parametrize(
    ("path", "scheme"),
    [(path, "light") for path in PAGES] + [(path, "dark") for path in PAGES if path.endswith("-nl")],
)
def test_everyone_can_use_every_page(browser: Browser, origin: str, path: str, scheme: str) -> None:
    complaints: list[str] = []
    # The tester brings its own script, which our policy would refuse.
    page = opened(browser, origin + path, complaints, color_scheme=scheme, bypass_csp=True)
    found = Axe().run(page)
    page.context.close()
    assert found.response["violations"] == []
    assert complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_small_phone_and_needs_no_script(browser: Browser, origin: str, path: str) -> None:
    complaints: list[str] = []
    small = {"width": 320, "height": 640}
    page = opened(browser, origin + path, complaints, viewport=small, java_script_enabled=False)
    width = page.locator("html").evaluate("html => html.scrollWidth")
    page.context.close()
    assert width == 320
    assert complaints == []


@pytest.mark.parametrize("path", ["/news-nl", "/feeds-nl", "/offline-nl"])
def test_a_page_fits_when_text_is_twice_as_large(browser: Browser, origin: str, path: str) -> None:
    page = opened(browser, origin + path, [], viewport={"width": 640, "height": 800})
    page.locator("html").evaluate("html => { html.style.fontSize = '212.5%' }")
    width = page.evaluate(WIDEST)
    page.context.close()
    assert width == 640


def test_text_is_17_pixels_and_about_65_characters_a_line(browser: Browser, origin: str) -> None:
    page = opened(browser, origin + "/news-nl", [], viewport={"width": 1200, "height": 800})
    size = page.evaluate("getComputedStyle(document.body).fontSize")
    characters = page.locator(".story-teaser").first.evaluate(
        """teaser => {
          const wide = document.createElement('span')
          wide.textContent = 'Scholen en bedrijven werken samen aan techniek. '.repeat(20)
          wide.style.whiteSpace = 'nowrap'
          teaser.append(wide)
          const each = wide.getBoundingClientRect().width / wide.textContent.length
          wide.remove()
          return teaser.getBoundingClientRect().width / each
        }"""
    )
    page.context.close()
    assert size == "17px"
    assert 60 <= characters <= 70


def test_the_skip_link_shows_when_it_has_focus(browser: Browser, origin: str) -> None:
    page = opened(browser, origin + "/news-nl", [])
    page.keyboard.press("Tab")
    box = page.locator(".skip-link").bounding_box()
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.id")
    page.context.close()
    assert box is not None
    assert box["x"] >= 0
    assert focused == "content"


def test_links_of_their_own_are_large_enough_to_touch(browser: Browser, origin: str) -> None:
    page = opened(browser, origin + "/news-nl", [], viewport={"width": 320, "height": 640})
    pitches = page.locator(".partners li").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    page.context.close()
    assert min(pitches) >= 24


def test_on_paper_the_addresses_are_readable(browser: Browser, origin: str) -> None:
    page = opened(browser, origin + "/news-nl", [])
    page.emulate_media(media="print")
    printed = page.locator(".story-title a").first.evaluate("a => getComputedStyle(a, '::after').content")
    menu = page.locator("nav").is_visible()
    page.context.close()
    assert "https://www." in printed
    assert not menu
