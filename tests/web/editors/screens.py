"""Every screen of the editors' side in each of its states, reached as people reach them, in a real browser."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

import aggregator.web
from tests.web.editors.conftest import PASSWORD

LOCALE = Path(aggregator.web.__file__).parent / "locale"
STRINGS: dict[str, dict[str, str]] = {"nl": {}, "en": {}}
for file in LOCALE.glob("*.toml"):
    for language, table in tomllib.loads(file.read_text("utf-8")).items():
        STRINGS[language] |= table

Reach = Callable[[Page, str], None]


@dataclass(frozen=True)
class Screen:
    """A state: its name, who must be signed in ("" for nobody), and how to get there."""

    name: str
    email: str
    reach: Reach


def at(path: str) -> Reach:
    return lambda page, address: _go(page, address + path)


def named(what: str, text: str) -> str:
    """The selector of what bears this Dutch text, in either language."""
    keys = [key for key, value in STRINGS["nl"].items() if value == text]
    return ", ".join(
        f'{what}:text-is("{each}")' for each in dict.fromkeys([text, *(STRINGS["en"][key] for key in keys)])
    )


def _go(page: Page, address: str) -> None:
    page.goto(address)


def submit(path: str, fields: dict[str, str], button: str) -> Reach:
    """Open a page, fill its form in, press the button."""

    def reach(page: Page, address: str) -> None:
        page.goto(address + path)
        for name, value in fields.items():
            page.fill(f"[name={name}]", value)
        page.click(named("button", button))

    return reach


def press(path: str, button: str) -> Reach:
    """Open a page and press the first button of this name."""

    def reach(page: Page, address: str) -> None:
        page.goto(address + path)
        page.locator(named("button", button)).first.click()
        page.wait_for_load_state("networkidle")

    return reach


def opening(path: str, what: str) -> Reach:
    """Open a page, and something on it."""

    def reach(page: Page, address: str) -> None:
        page.goto(address + path)
        page.locator(what).first.click()

    return reach


def screens(links: dict[str, str]) -> Iterator[Screen]:
    """All of them. `links` holds one-time links by purpose, "over" among them."""
    yield Screen("sign-in", "", at("/edit/sign-in"))
    yield Screen("sign-in-signed-out", "", at("/edit/sign-in?done=signed_out"))
    yield Screen(
        "sign-in-wrong", "", submit("/edit/sign-in", {"email": "x@example.nl", "password": "onzin"}, "Aanmelden")
    )
    yield Screen("sign-in-mail", "", at("/edit/sign-in/mail"))
    yield Screen("sign-in-mail-sent", "", submit("/edit/sign-in/mail", {"email": "x@example.nl"}, "Mail mij een link"))
    yield Screen("link-invite", "", at(links["invite"]))
    yield Screen("link-invite-short", "", submit(links["invite"], {"password": "kort"}, "Beginnen"))
    yield Screen("link-owner", "", at(links["owner"]))
    yield Screen("link-over", "", at("/edit/links/niets"))
    yield Screen("account", "redacteur@example.nl", at("/edit/account"))
    yield Screen("account-saved", "redacteur@example.nl", at("/edit/account?done=settings"))
    wrong = {"old": "niet dit", "new": "een ander wachtwoord"}
    yield Screen("account-wrong", "redacteur@example.nl", submit("/edit/account", wrong, "Wachtwoord opslaan"))
    yield Screen("users", "beheerder@example.nl", at("/edit/users"))
    yield Screen(
        "users-taken", "beheerder@example.nl", submit("/edit/users", {"email": "lezer@example.nl"}, "Uitnodigen")
    )
    yield Screen(
        "users-invited", "beheerder@example.nl", submit("/edit/users", {"email": "nieuw@example.nl"}, "Uitnodigen")
    )
    yield Screen("user", "beheerder@example.nl", at("/edit/users/2"))
    unsure = "/edit/queue?tab=unsure"
    yield Screen("queue", "redacteur@example.nl", at(unsure))
    yield Screen("queue-decided", "redacteur@example.nl", press(unsure, "Afwijzen"))
    yield Screen("queue-menu", "redacteur@example.nl", opening(unsure, ".item-more summary"))
    yield Screen("queue-english", "redacteur@example.nl", at(f"{unsure}&lang=en"))
    yield Screen("queue-round", "redacteur@example.nl", press(unsure, "Ronde beginnen"))
    yield Screen("queue-undone", "redacteur@example.nl", press(unsure, "Ongedaan maken"))
    yield Screen("queue-flood", "redacteur@example.nl", at("/edit/queue"))
    yield Screen("queue-empty", "redacteur@example.nl", at("/edit/queue?tab=later"))
    yield Screen("queue-sample", "redacteur@example.nl", at("/edit/queue?tab=sample"))
    yield Screen("queue-filter", "redacteur@example.nl", at(f"{unsure}&q=xyzzy"))
    yield Screen("queue-published", "redacteur@example.nl", at("/edit/queue?tab=published"))
    yield Screen("queue-reader", "lezer@example.nl", at(unsure))
    yield Screen("log", "lezer@example.nl", at("/edit/log"))
    yield Screen("log-empty", "lezer@example.nl", at("/edit/log?kind=withdrawn"))
    yield Screen("own-source", "bronhouder@example.nl", at("/edit/own"))
    yield Screen("own-source-other", "bronhouder@example.nl", at("/edit/own/vhto"))
    yield Screen("own-source-unvisited", "lezer@example.nl", at("/edit/own/vhto"))
    yield from desk_screens(links)
    yield Screen("forbidden", "lezer@example.nl", at("/edit/users"))
    yield Screen("not-found", "lezer@example.nl", at("/edit/nergens"))


def desk_screens(links: dict[str, str]) -> Iterator[Screen]:
    """The screens of news and sources. `links`: a "story" with all that one can have, one that is "held", a "page"."""
    editor = "redacteur@example.nl"
    yield Screen("story", editor, at(links["story"]))
    yield Screen("story-en", editor, at(links["story"] + "?lang=en"))
    yield Screen("story-reader", "lezer@example.nl", at(links["story"]))
    yield Screen("story-found", editor, at(links["held"] + "?find=nieuws#same"))
    yield Screen("story-held", editor, at(links["held"] + "?done=theme"))
    yield Screen("story-wrong", editor, submit(links["held"], {"title": " "}, "Tekst opslaan"))
    yield Screen("story-conflict", editor, overtaken(links["story"]))
    yield Screen("add", editor, at("/edit/add"))
    yield Screen("add-en", editor, at("/edit/add?lang=en"))
    yield Screen("add-found", editor, submit("/edit/add", {"url": links["page"]}, "Ophalen"))
    yield Screen("add-not-found", editor, submit("/edit/add", {"url": links["page"] + "/weg"}, "Ophalen"))
    yield Screen("add-own-wrong", editor, own_without_text)
    yield Screen("sources", editor, at("/edit/sources"))
    yield Screen("sources-en", "lezer@example.nl", at("/edit/sources?lang=en"))
    yield Screen("sources-empty", editor, at("/edit/sources?filter=paused"))
    yield Screen("sources-preview", editor, submit("/edit/sources", {"url": links["feed"]}, "Bekijken"))
    yield Screen("sources-preview-wrong", editor, submit("/edit/sources", {"url": links["page"] + "/weg"}, "Bekijken"))
    yield Screen("source-flood", editor, at("/edit/sources/fme"))
    yield Screen("source-en", editor, at("/edit/sources/vhto?lang=en&done=pause"))


def overtaken(path: str) -> Reach:
    """Press a button of a page from before somebody else did something."""

    def reach(page: Page, address: str) -> None:
        page.goto(address + path)
        page.locator("form[action$='/theme'] [name=seen]").evaluate("field => field.value = 0")
        page.click(named("button", "Thema opslaan"))

    return reach


def own_without_text(page: Page, address: str) -> None:
    """Send a piece that has a title only; the form opens without script too."""
    page.goto(f"{address}/edit/add")
    page.click(named("summary", "Een eigen stuk schrijven"))
    page.fill("#own-title", "Wat ik zag")
    page.click(named("#own ~ details button", "Plaatsen"))


def sign_in(page: Page, address: str, email: str) -> None:
    """As a person does it."""
    page.goto(f"{address}/edit/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
