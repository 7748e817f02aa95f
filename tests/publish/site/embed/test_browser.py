"""The embed in a real browser, on a website that is not ours and allows nothing but what we say is needed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from aggregator.model import Story
from aggregator.publish.site.embed import Choice
from aggregator.publish.site.embed.codes import Codes, codes
from tests.axe import violations, violations_in_both
from tests.publish.site.content import INSTROOM, LERAREN, NEWS, story
from tests.publish.site.embed.origin import STORIES, Stage, stage
from tests.site import Page as Served

pytestmark = pytest.mark.browser

TITLES = "techniek-nieuws .title"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\" onload='x' {{7*7}} &amp; \u202eomgekeerd"


@pytest.fixture
def at() -> Iterator[Stage]:
    with stage() as found:
        found.publish()
        yield found


class Visit:
    """A page that was opened by a reader, and everything that the browser complained of."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.complaints: list[str] = []
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.add_init_script(
            "addEventListener('securitypolicyviolation', (e) => console.error('policy', e.violatedDirective))"
        )
        self.page.goto(address)

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def until(self, holds: str) -> None:
        """Wait until a script says so; asked from here, since the policy of the page allows no script of its own."""
        for _ in range(100):
            if self.page.evaluate(holds):
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"never held: {holds}")

    def titles(self) -> list[str]:
        """The titles that the element shows, once it does."""
        self.page.locator(TITLES).first.wait_for()
        return self.page.locator(TITLES).all_inner_texts()


def pasted(at: Stage, choice: Choice) -> Codes:
    return codes(choice, at.site, "Technieknieuws", "Meer nieuws bij Technieknieuws")


def element(at: Stage, attributes: str = "", fallback: str = '<p class="own">Kijk op onze nieuwspagina.</p>') -> str:
    script = f'<script type="module" src="{at.site.base_url}/embed/v1/techniek-nieuws.js"></script>'
    return f"{script}<techniek-nieuws {attributes}>{fallback}</techniek-nieuws>"


@pytest.mark.parametrize("layout", ["list", "cards", "compact"])
def test_what_is_pasted_works_for_everyone_under_a_strict_policy(browser: Browser, at: Stage, layout: str) -> None:
    """With integrity, as our page hands it out: no breach of the policy, nothing in the console, nothing for axe."""
    made = pasted(at, Choice(layout=layout))
    at.frame(Choice(layout=layout, scheme="auto"))
    with Visit(browser, at.page(made.element), color_scheme="light") as visit:
        assert len(visit.titles()) == 5
        assert violations_in_both(visit.page) == []
        assert visit.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark", "auto"])
def test_a_frame_works_for_everyone_without_script(browser: Browser, at: Stage, scheme: str) -> None:
    choice = Choice(scheme=scheme)
    at.frame(choice)
    with Visit(browser, at.page(pasted(at, choice).frame), color_scheme="light") as visit:
        visit.page.frame_locator("iframe").locator(".title").first.wait_for()
        inner = visit.page.frames[1]
        for seen in ("light", "dark"):
            visit.page.emulate_media(color_scheme=seen)
            background = inner.evaluate("getComputedStyle(document.body).backgroundColor")
            is_dark = scheme == "dark" or (scheme == "auto" and seen == "dark")
            assert background == ("rgb(21, 24, 28)" if is_dark else "rgb(255, 255, 255)")
        assert visit.complaints == []
        visit.page.emulate_media(color_scheme="light")
        assert violations_in_both(visit.page, visit.page.frames) == []


def test_without_javascript_the_frame_shows_the_news_and_the_element_what_the_page_says(
    browser: Browser, at: Stage
) -> None:
    choice = Choice(theme=INSTROOM, limit=3)
    at.frame(choice)
    made = pasted(at, choice)
    with Visit(browser, at.page(made.element + made.frame), java_script_enabled=False) as visit:
        assert visit.page.locator("techniek-nieuws a").inner_text() == "Meer nieuws bij Technieknieuws"
        assert visit.page.locator("techniek-nieuws a").get_attribute("href") == f"{at.site.base_url}/themes/{INSTROOM}"
        assert visit.page.frame_locator("iframe").locator(".title").count() == 3
        assert visit.complaints == []


def test_while_we_are_down_the_page_shows_its_own_text(browser: Browser, at: Stage) -> None:
    """The script may have been kept by the browser; here it comes from the host itself, the feeds from nowhere."""
    script = at.ours.pages["/embed/v1/techniek-nieuws.js"]
    at.host.pages["/embed/v1/techniek-nieuws.js"] = script
    at.ours.close()
    body = (
        '<script type="module" src="/embed/v1/techniek-nieuws.js"></script>'
        f'<techniek-nieuws site="{at.site.base_url}"><p class="own">Kijk op onze nieuwspagina.</p></techniek-nieuws>'
    )
    address = at.page(body, policy=at_home(at))
    with Visit(browser, address) as visit:
        visit.page.wait_for_event("console", lambda message: "no news could be fetched" in message.text)
        assert visit.page.locator(".own").is_visible()
        assert violations(visit.page) == []
        # The browser itself tells of an address that does not answer, we add one line, and nothing breaks.
        assert [
            each for each in visit.complaints if "ERR_CONNECTION_REFUSED" not in each and "info: " not in each
        ] == []


def at_home(at: Stage) -> str:
    return f"default-src 'none'; style-src 'self'; script-src 'self'; connect-src {at.site.base_url}"


def test_a_page_without_text_of_its_own_is_told_where_the_news_is(browser: Browser, at: Stage) -> None:
    at.ours.pages.pop("/feeds/all.json")
    with Visit(browser, at.page(element(at, fallback=""))) as visit:
        link = visit.page.locator("techniek-nieuws a")
        link.wait_for()
        assert link.get_attribute("href") == f"{at.site.base_url}/"
        assert link.inner_text().startswith("Meer nieuws bij 127.0.0.1")


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"items": 7}', b'{"items": [null, 1, {"title": {}}]}'])
def test_a_feed_that_is_no_feed_leaves_the_page_its_own_text(browser: Browser, at: Stage, body: bytes) -> None:
    at.ours.pages["/feeds/all.json"] = replace(at.ours.pages["/feeds/all.json"], body=body)
    with Visit(browser, at.page(element(at))) as visit:
        visit.page.wait_for_timeout(300)
        assert visit.page.locator(".own").is_visible()
        assert [each for each in visit.complaints if not each.startswith("info: ")] == []


def hostile() -> list[Story]:
    stories = [story(0, title=HOSTILE, summary=HOSTILE, kicker=HOSTILE, language='nl" onload="x')]
    stories += [story(number, title=f"{HOSTILE} {number}", link=link) for number, link in enumerate(BAD_LINKS, 1)]
    return stories


BAD_LINKS = ("javascript:alert(3)", "data:text/html,<script>alert(4)</script>", " JaVaScRiPt:alert(5)", "//x:y", "")


def test_hostile_titles_and_links_stay_text(browser: Browser, at: Stage) -> None:
    """Even if they came through our own feed, as if it were not ours any more."""
    at.publish(hostile())
    page = at.ours.pages["/feeds/all.json"]
    at.ours.pages["/feeds/all.json"] = replace(
        page, body=re.sub(rb'"url": "http://127[^"]*stories[^"]*"', b'"url": "javascript:alert(6)"', page.body)
    )
    choice = Choice(limit=6)
    at.frame(choice, hostile())
    made = pasted(at, choice)
    with Visit(browser, at.page(made.element + made.frame)) as visit:
        assert any("<img src=x onerror=alert(1)>" in title for title in visit.titles())
        assert len(visit.titles()) == 6
        for links in (visit.page.locator("techniek-nieuws a"), visit.page.frame_locator("iframe").locator("a")):
            addresses = links.evaluate_all("all => all.map(one => one.href)")
            assert addresses
            assert {address.partition(":")[0] for address in addresses} <= {"http", "https"}
        assert visit.page.locator("techniek-nieuws img, techniek-nieuws script").count() == 0
        assert visit.complaints == []
        assert violations(visit.page) == []
        assert violations(visit.page.frames[1]) == []


@pytest.mark.parametrize("layout", ["list", "cards", "compact"])
def test_it_fits_a_small_phone_and_text_that_is_twice_as_large(browser: Browser, at: Stage, layout: str) -> None:
    at.publish([story(0, title="Techniekonderwijsvernieuwingssubsidieaanvraagprocedure" * 2), *STORIES[1:]])
    choice = Choice(layout=layout)
    at.frame(choice, STORIES)
    made = pasted(at, choice)
    with Visit(browser, at.page(made.element + made.frame)) as visit:
        visit.titles()
        inner = visit.page.frames[1]
        for width, zoom in ((320, 1), (640, 2)):
            visit.page.set_viewport_size({"width": width, "height": 700})
            visit.page.evaluate(f"document.documentElement.style.fontSize = '{100 * zoom}%'")
            assert visit.page.evaluate("document.documentElement.scrollWidth") == width
            inner.evaluate(f"document.documentElement.style.fontSize = '{100 * zoom}%'")
            assert inner.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_takes_on_the_font_and_the_colours_around_it(browser: Browser, at: Stage) -> None:
    at.host.pages["/school.css"] = Served(
        body=b"body { font-family: monospace; color: rgb(1, 2, 3) } "
        b"techniek-nieuws { --techniek-nieuws-link-color: rgb(4, 5, 6) } techniek-nieuws::part(title) { color: red }",
        media_type="text/css",
    )
    with Visit(browser, at.page(element(at))) as visit:
        visit.titles()
        styled = "one => [getComputedStyle(one).fontFamily, getComputedStyle(one).color]"
        assert visit.page.locator("techniek-nieuws .teaser").first.evaluate(styled) == ["monospace", "rgb(1, 2, 3)"]
        assert visit.page.locator("techniek-nieuws .title a").first.evaluate(styled)[1] == "rgb(4, 5, 6)"
        assert visit.page.locator("techniek-nieuws .title").first.evaluate(styled)[1] == "rgb(255, 0, 0)"


def test_a_reader_hears_a_list_with_headings_dates_and_languages(browser: Browser, at: Stage) -> None:
    at.publish([story(0, language="fy"), *STORIES[1:]])
    with Visit(browser, at.page(element(at, 'heading-level="4" limit="3" lang="en"'))) as visit:
        visit.titles()
        tree = visit.page.locator("techniek-nieuws").aria_snapshot()
        assert tree.count("listitem") == 3
        assert tree.count("[level=4]") == 3
        times = visit.page.locator("techniek-nieuws time")
        assert times.evaluate_all("all => all.map(one => [one.dateTime, one.textContent])") == [
            ["2022-07-02", "2 July 2022"],
            ["2022-07-01", "1 July 2022"],
            ["2022-06-30", "30 June 2022"],
        ]
        assert visit.page.locator("techniek-nieuws [lang=fy]").count() == 3
        assert "More news at" in tree
        assert "Inflow into technical education" in tree


def test_the_focus_is_seen(browser: Browser, at: Stage) -> None:
    with Visit(browser, at.page(element(at))) as visit:
        visit.titles()
        visit.page.keyboard.press("Tab")
        link = visit.page.locator("techniek-nieuws .title a").first
        assert link.evaluate("one => one.matches(':focus-visible') && getComputedStyle(one).outlineWidth") == "3px"


def shown(page: Page) -> Sequence[str]:
    return page.locator("techniek-nieuws").locator(".title, .note").all_inner_texts()


def test_a_box_is_never_empty(browser: Browser, at: Stage) -> None:
    own, newest = NEWS[6][3], [NEWS[number][3] for number in (10, 5)]
    attributes = f'theme="{LERAREN}" limit="3"'
    with Visit(browser, at.page(element(at, attributes))) as visit:
        visit.titles()
        assert shown(visit.page) == [own, "Ander nieuws", *newest]
        assert visit.complaints == []
    with Visit(browser, at.page(element(at, f'{attributes} fill="none"'))) as visit:
        visit.titles()
        assert shown(visit.page) == [own, "Laatste bericht: 28 juni 2022"]
    at.publish([each for each in STORIES if each.tags.theme != LERAREN])
    with Visit(browser, at.page(element(at, attributes))) as visit:
        visit.titles()
        assert shown(visit.page)[:2] == ["Hierover is nog geen nieuws.", "Ander nieuws"]
        assert len(visit.titles()) == 3
    at.publish([])
    with Visit(browser, at.page(element(at))) as visit:
        visit.page.wait_for_timeout(300)
        assert visit.page.locator(".own").is_visible()


def test_an_unknown_theme_shows_all_news_and_tells_the_web_builder(browser: Browser, at: Stage) -> None:
    with Visit(browser, at.page(element(at, 'theme="instrom" limit="2"'))) as visit:
        assert len(visit.titles()) == 2
        (hint,) = [each for each in visit.complaints if each.startswith("warning")]
        assert '"themes/instrom"' in hint
        assert INSTROOM in hint


def test_themes_partners_and_numbers_can_be_combined_and_changed(browser: Browser, at: Stage) -> None:
    with Visit(browser, at.page(element(at, f'theme="{INSTROOM}" limit="20" fill="none"'))) as visit:
        assert len(visit.titles()) == len([each for each in STORIES if each.tags.theme == INSTROOM])
        host = visit.page.locator("techniek-nieuws")
        host.evaluate("one => { one.setAttribute('limit', '1'); one.setAttribute('show', 'date') }")
        visit.until("document.querySelector('techniek-nieuws').shadowRoot.querySelectorAll('.title').length == 1")
        assert visit.page.locator("techniek-nieuws").locator(".teaser, .facts, .kicker, .more").count() == 0
        asked = [path for path in at.ours.asked if path.startswith("/feeds/")]
        assert asked == [f"/feeds/themes/{INSTROOM}.json"]


def test_a_frame_may_take_the_height_of_its_news(browser: Browser, at: Stage) -> None:
    choice = Choice(height="auto")
    at.frame(choice)
    made = pasted(at, choice)
    for code in (made.frame, made.frame.replace("<iframe ", '<iframe sandbox="allow-scripts" ')):
        with Visit(browser, at.page(code), viewport={"width": 600, "height": 700}) as visit:
            visit.until("document.querySelector('iframe').style.height != ''")
            inner = visit.page.frames[1]
            needed = inner.evaluate("Math.ceil(document.documentElement.getBoundingClientRect().height)")
            assert visit.page.locator("iframe").evaluate("one => one.offsetHeight") == needed
            visit.page.set_viewport_size({"width": 320, "height": 700})
            visit.until(f"document.querySelector('iframe').offsetHeight > {needed}")
            assert visit.complaints == []


def test_nothing_is_stored_and_we_are_not_told_the_page(browser: Browser, at: Stage) -> None:
    with Visit(browser, at.page(element(at))) as visit:
        told: list[str | None] = []
        visit.page.on("request", lambda request: told.append(request.headers.get("referer")))
        visit.page.reload()
        visit.titles()
        assert visit.context.cookies() == []
        assert visit.page.evaluate("localStorage.length + sessionStorage.length") == 0
        feeds = [request for request in at.ours.asked if request.startswith("/feeds")]
        assert feeds
        assert not told[-1]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_that_makes_codes_works_for_everyone(browser: Browser, at: Stage, language: str) -> None:
    address = at.builder(Choice(lang=language, limit=3), language)
    with Visit(browser, address, color_scheme="light", viewport={"width": 320, "height": 700}) as visit:
        for preview in visit.page.locator("iframe.preview").all():
            preview.scroll_into_view_if_needed()
        visit.page.wait_for_load_state("networkidle")
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 320
        assert violations_in_both(visit.page, visit.page.frames) == []
        visit.page.set_viewport_size({"width": 640, "height": 700})
        visit.page.evaluate("document.documentElement.style.fontSize = '212.5%'")  # twice what we ask for
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 640
        assert visit.complaints == []


def test_codes_can_be_copied_by_a_button(browser: Browser, at: Stage) -> None:
    choice = Choice(theme=INSTROOM, lang="nl")
    with Visit(browser, at.builder(choice), permissions=["clipboard-read", "clipboard-write"]) as visit:
        visit.page.locator("#code-element + button").click()
        visit.page.locator("#said", has_text="gekopieerd").wait_for()
        copied = visit.page.evaluate("navigator.clipboard.readText()")
        assert copied == visit.page.locator("#code-element").inner_text()
        assert 'theme="instroom"' in copied


def test_without_javascript_the_page_makes_the_same_codes(browser: Browser, at: Stage) -> None:
    small = {"width": 320, "height": 700}
    with Visit(browser, at.builder(Choice(lang="nl", limit=2)), java_script_enabled=False, viewport=small) as visit:
        assert visit.page.locator("html").evaluate("html => html.scrollWidth") == 320
        assert visit.page.locator("button", has_text="Kopieer").count() == 0
        assert 'limit="2"' in visit.page.locator("#code-element").inner_text()
        inner = visit.page.frame_locator("iframe.preview >> nth=1").frame_locator("iframe")
        inner.locator(".title").first.wait_for()
        assert visit.complaints == []
