"""The editors' pages in a real browser: what only rendering can tell, and the ways that people go."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, FloatRect, Page, expect

from aggregator.accounts import Access, people
from aggregator.accounts.people import HandedOver
from aggregator.desk import edit
from aggregator.model import Edits, State
from aggregator.release import Press
from aggregator.store import proposals, stories
from aggregator.store.accounts import Role
from aggregator.store.events import Event
from tests import screenshots
from tests.factories import DAY, NOW, make_entry
from tests.line.partner import Partners, feed, make_line, run
from tests.web.editors.conftest import PASSWORD, WEB, People, serving
from tests.web.editors.screens import Screen, screens, sign_in
from tests.web.editors.test_add import ARTICLE
from tests.web.editors.waiting import lay_queue

pytestmark = pytest.mark.browser

# The messages of a browser about an answer that is no success; the pages that show one are meant to be none.
HIGHEST = 480  # CSS pixels of a picture
LINKS = dict.fromkeys(("invite", "owner", "story", "held", "page", "feed"), "")
NAMES = [screen.name for screen in screens(LINKS)]
EXPECTED = "Failed to load resource: the server responded with a status of 4"


@pytest.fixture
def everyone(someone: People, access: Access, press: Press) -> dict[str, str]:
    """An account of each role, and links that were not used yet."""
    for role in (Role.MANAGER, Role.EDITOR, Role.READER, Role.OWNER):
        someone(role)
    lay_queue(access.store, 24)
    lay_queue(access.store, 3, "flood", first=501)
    links = {}
    for name, role in (("invite", Role.EDITOR), ("owner", Role.OWNER)):
        made = people.invite(
            access, f"{name}@partner.nl", role, "account:1", datetime.now(UTC), name="Jan de Wit", source_ids=["fme"]
        )
        assert isinstance(made, HandedOver)
        links[name] = made.link.removeprefix(access.base_url)
    return links | news(access)


def news(access: Access) -> dict[str, str]:
    """A story with everything that one can have, another that waits in a flood; and sites to look at."""
    address, source = "https://elders.example/nieuws/lasrobot", "https://nieuw.example/feed"
    WEB.documents[address] = ARTICLE.encode()
    WEB.documents[source] = feed(make_entry(1), make_entry(2), title="Nieuw College")
    with access.store.append() as transaction:
        proposals.put(transaction, [(1, 2, 0.8, "80% van de woorden")], NOW)
        before = stories.rows(transaction, [3])[3]
        held = replace(before, state=State.HELD, reason="flood", released=None, updated=None)
        stories.apply(transaction, [(before, held)], Event(at=NOW, kind="held"))
        slugs = [each.slug for each in stories.load(transaction, [1, 3])]
    edit.edit(access.store, slugs[0], Edits(title="Onze eigen kop"), "account:1", NOW)
    partners = Partners()
    partners.documents["https://fme.example/feed"] = feed(make_entry(1, title="Nieuws nummer 1, verbeterd"))
    run(make_line(access.store, partners), NOW + 2 * DAY)
    return {"story": f"/edit/stories/{slugs[0]}", "held": f"/edit/stories/{slugs[1]}", "page": address, "feed": source}


@pytest.fixture
def mailing_address(press: Press, access: Access) -> Iterator[str]:
    """A service that can send mail, so that every state can be reached."""
    with serving(press, replace(access, sends_mail=True)) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nl-NL")
    yield context.new_page()
    context.close()


def opened(browser: Browser, complaints: list[str], **options: object) -> Page:
    options = {"locale": "nl-NL"} | options
    return watched(browser.new_context(**options).new_page(), complaints)  # type: ignore[arg-type]  # the caller names them


def watched(page: Page, complaints: list[str]) -> Page:
    page.set_default_timeout(10_000)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page


@dataclass
class Visits:
    """Visits to screens with these options, by people who sign in once."""

    browser: Browser
    address: str
    options: dict[str, object]
    contexts: dict[str, BrowserContext] = field(default_factory=dict)  # by address
    signed_in: dict[str, list[Any]] = field(default_factory=dict)  # their cookies

    def shown(self, screen: Screen, complaints: list[str]) -> Page:
        """The page of a screen."""
        context = self.contexts.get(screen.email)
        if context is None:
            context = self.contexts[screen.email] = self.browser.new_context(**{"locale": "nl-NL"} | self.options)  # type: ignore[arg-type]
            self.signed_in[screen.email] = self._signed_in(context, screen.email)
        context.clear_cookies()
        context.add_cookies(self.signed_in[screen.email])
        page = watched(context.new_page(), complaints)
        screen.reach(page, self.address)
        return page

    def over(self) -> None:
        """Nobody stays."""
        for context in self.contexts.values():
            context.close()

    def _signed_in(self, context: BrowserContext, email: str) -> list[Any]:
        if email:
            page = context.new_page()
            sign_in(page, self.address, email)
            page.close()
        return list(context.cookies())


def shoot(page: Page, name: str) -> None:
    """Keep a picture where SCREENSHOTS names a folder; of a long page the upper part, or what its address points at."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        whole = page.evaluate("document.documentElement.scrollHeight")
        top = page.evaluate("(document.querySelector(':target')?.getBoundingClientRect().top ?? -scrollY) + scrollY")
        height = min(HIGHEST, whole - top)
        width = page.viewport_size["width"] if page.viewport_size else 1280
        clip: FloatRect = {"x": 0, "y": top, "width": width, "height": height}
        screenshots.keep(page.screenshot(full_page=True, clip=clip), Path(folder) / f"{name}.png")


@pytest.mark.skipif("SCREENSHOTS" not in os.environ, reason="makes the pictures of every screen, when asked")
def test_pictures(browser: Browser, mailing_address: str, everyone: dict[str, str]) -> None:
    visits = Visits(browser, mailing_address, {"viewport": {"width": 960, "height": 640}})
    for screen in screens(everyone):
        page = visits.shown(screen, [])
        shoot(page, f"redactie-{screen.name}")
        page.close()
    visits.over()


@pytest.mark.parametrize("name", NAMES)
def test_each_picture_is_shown_small_and_where_editors_read(name: str) -> None:
    docs = Path(__file__).parents[3] / "docs"
    pages = "".join((docs / page).read_text("utf-8") for page in ("redactie.md", "schermen.md"))
    assert f"](images/redactie-{name}.png)" in pages
    assert (docs / f"images/redactie-{name}.png").stat().st_size < screenshots.LARGEST


@pytest.mark.parametrize(("scheme", "locale"), [("light", "nl-NL"), ("dark", "en-GB")])
def test_everyone_can_use_every_screen(
    browser: Browser, mailing_address: str, everyone: dict[str, str], scheme: str, locale: str
) -> None:
    # The tester brings its own script, which our policy would refuse.
    visits = Visits(browser, mailing_address, {"color_scheme": scheme, "locale": locale, "bypass_csp": True})
    for screen in screens(everyone):
        complaints: list[str] = []
        page = visits.shown(screen, complaints)
        found = Axe().run(page)
        page.close()
        assert found.response["violations"] == [], (screen.name, found.generate_report())
        assert [each for each in complaints if not each.startswith(EXPECTED)] == [], screen.name
    visits.over()


def test_every_screen_fits_a_small_phone_and_text_of_twice_the_size_and_needs_no_script(
    browser: Browser, mailing_address: str, everyone: dict[str, str]
) -> None:
    small = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}
    visits = Visits(browser, mailing_address, small)
    for screen in screens(everyone):
        complaints: list[str] = []
        page = visits.shown(screen, complaints)
        width = page.locator("html").evaluate("html => html.scrollWidth")
        page.close()
        assert width == 320, screen.name
        assert [each for each in complaints if not each.startswith(EXPECTED)] == [], screen.name
    visits.over()


def test_signing_in_and_out_by_keyboard_alone(page: Page, address: str, someone: People) -> None:
    someone(Role.EDITOR)
    page.goto(f"{address}/edit/account")
    expect(page).to_have_url(f"{address}/edit/sign-in?back=/edit/account")
    page.keyboard.type("Redacteur@Example.nl")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/edit/account")
    cookie = next(each for each in page.context.cookies() if each["name"] == "__Host-session")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    while page.evaluate("document.activeElement.textContent") != "Afmelden":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("U bent afgemeld.")
    page.go_back()
    expect(page.get_by_role("button", name="Aanmelden")).to_be_visible()


def test_a_manager_invites_someone_who_begins(browser: Browser, page: Page, address: str, someone: People) -> None:
    someone(Role.MANAGER)
    sign_in(page, address, "beheerder@example.nl")
    page.goto(f"{address}/edit/users")
    page.get_by_label("E-mailadres").fill("jan@example.nl")
    page.get_by_label("Naam").fill("Jan de Wit")
    page.get_by_role("button", name="Uitnodigen").click()
    link = page.locator(".message code").inner_text()
    other = browser.new_context(locale="nl-NL").new_page()
    other.goto(address + link.removeprefix("http://127.0.0.1:8000"))
    other.get_by_label("Nieuw wachtwoord").fill(PASSWORD)
    other.get_by_role("button", name="Beginnen").click()
    expect(other.get_by_role("link", name="Jan de Wit")).to_be_visible()
    other.goto(address + link.removeprefix("http://127.0.0.1:8000"))
    expect(other.get_by_role("heading")).to_have_text("Deze link werkt niet meer")
    other.context.close()


def test_the_skip_link_leads_past_the_menu(page: Page, address: str, someone: People) -> None:
    someone(Role.MANAGER)
    sign_in(page, address, "beheerder@example.nl")
    page.goto(f"{address}/edit/users")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_an_address_becomes_news_by_three_keys(page: Page, address: str, someone: People) -> None:
    someone(Role.EDITOR)
    WEB.documents["https://elders.example/nieuws/lasrobot"] = ARTICLE.encode()
    sign_in(page, address, "redacteur@example.nl")
    page.goto(f"{address}/edit/add")
    page.keyboard.insert_text("https://elders.example/nieuws/lasrobot")  # pasted
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Plaatsen", exact=True).first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Toegevoegd.")
    page.goto(f"{address}/?lang=nl")
    expect(page.get_by_role("link", name="Lasrobot voor het mbo")).to_be_visible()
