"""The public pages in a real browser: what only rendering can tell."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests.axe import violations_in_both
from tests.publish.site.origin import serving
from tests.publish.site.test_pages import every_page

pytestmark = pytest.mark.browser

PAGES = {f"/{name}-{language}": page for language in ("nl", "en") for name, page in every_page(language).items()}
WIDTH = "html => html.scrollWidth"
SMALL, WIDE = {"width": 320, "height": 640}, {"width": 640, "height": 800}


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(PAGES) as found:
        yield found


@dataclass
class Reader:
    """One who looks at page after page, and what the browser complained of on the last one."""

    page: Page
    origin: str
    complaints: list[str]

    def sees(self, path: str) -> Page:
        self.complaints.clear()
        self.page.goto(self.origin + path)
        return self.page


def opened(browser: Browser, address: str, complaints: list[str], **options: object) -> Page:
    page = noting(browser, complaints, **options)
    page.goto(address)
    return page


def noting(browser: Browser, complaints: list[str], **options: object) -> Page:
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]  # the caller names the options
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    return page


@pytest.fixture(scope="module")
def tester(browser: Browser, origin: str) -> Iterator[Reader]:
    """One who brings a script of their own, which our policy would refuse."""
    complaints: list[str] = []
    page = noting(browser, complaints, bypass_csp=True, color_scheme="light")
    yield Reader(page, origin, complaints)
    page.context.close()


@pytest.fixture(scope="module")
def scriptless(browser: Browser, origin: str) -> Iterator[Reader]:
    complaints: list[str] = []
    page = noting(browser, complaints, java_script_enabled=False)
    yield Reader(page, origin, complaints)
    page.context.close()


@pytest.mark.parametrize("path", PAGES)
def test_everyone_can_use_every_page_in_light_and_dark(tester: Reader, path: str) -> None:
    page = tester.sees(path)
    assert violations_in_both(page) == []
    assert tester.complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_small_phone_and_larger_text_and_needs_no_script(scriptless: Reader, path: str) -> None:
    page = scriptless.sees(path)
    html = page.locator("html")
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]  # a plain dict is fine
    assert html.evaluate(WIDTH) == 320
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    html.evaluate("html => { html.style.fontSize = '212.5%' }")  # twice what we ask for
    assert html.evaluate(WIDTH) == 640
    assert page.locator("button.copy").count() == 0
    assert scriptless.complaints == []


def test_an_address_is_copied_by_a_button_that_says_whose(browser: Browser, origin: str) -> None:
    complaints: list[str] = []
    page = opened(browser, origin + "/feeds-nl", complaints, permissions=["clipboard-read", "clipboard-write"])
    assert page.locator(".feeds li").count() == page.locator("button.copy").count()
    page.get_by_role("button", name="Kopieer adres: Instroom").click()
    page.get_by_role("status").filter(has_text="Gekopieerd: Instroom").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "https://nieuws.example/feeds/themes/instroom.atom"
    box, height = page.locator("#said").bounding_box(), page.evaluate("innerHeight")
    page.context.close()
    assert box
    assert 0 < box["y"] < height  # in sight, whatever the button's place
    assert complaints == []


def test_where_the_clipboard_is_closed_the_address_is_selected(browser: Browser, origin: str) -> None:
    page = opened(browser, origin + "/composed-en", [])
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as without https
    page.get_by_role("button", name="Copy address: Atom").click()
    page.get_by_role("status").filter(has_text="is selected").wait_for()
    selected, shown = page.evaluate("String(getSelection())"), page.locator(".feeds code").first.inner_text()
    page.context.close()
    assert selected == shown != ""


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
