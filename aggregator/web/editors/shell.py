"""What the editors' pages share: the frame with the five places, their words, and how a page is made of a template.

A new screen adds a `Screen` to its place in PLACES, a template and a file of words; the menu, the headers, the form
token and the language follow from there.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from aggregator.publish.site import Words, stylesheet
from aggregator.store.accounts import Account, Role
from aggregator.text.dates import dutch_date, in_amsterdam
from aggregator.web.accounts import Visit

WEB = Path(__file__).parents[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """A page that the menu leads to: its address, the key of its name, and whom it is for."""

    path: str
    key: str
    role: Role
    only: Role | None = None  # shown to this role alone; the page itself is open to those above too


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One of the five places, with its screens; one without a screen that you may see is not shown."""

    key: str
    screens: tuple[Screen, ...] = ()

    def open_to(self, account: Account | None) -> list[Screen]:
        """The screens that the menu shows to this person."""
        return [each for each in self.screens if account and _is_shown(each, account.role)]


PLACES = (
    Place(
        key="place_queue",
        screens=(
            Screen(path="/edit/queue", key="screen_queue", role=Role.READER),
            Screen(path="/edit/add", key="screen_add", role=Role.EDITOR),
        ),
    ),
    Place(
        key="place_sources",
        screens=(
            Screen(path="/edit/sources", key="screen_sources", role=Role.READER),
            Screen(path="/edit/own", key="screen_own", role=Role.OWNER, only=Role.OWNER),
        ),
    ),
    Place(key="place_themes"),
    Place(key="place_newsletter"),
    Place(
        key="place_management",
        screens=(
            Screen(path="/edit/users", key="screen_users", role=Role.MANAGER),
            Screen(path="/edit/log", key="screen_log", role=Role.READER),
        ),
    ),
)


def first_page(account: Account) -> str:
    """Where someone who signs in begins: the first screen that is theirs."""
    screens = [screen for place in PLACES for screen in place.open_to(account)]
    return screens[0].path if screens else "/edit/account"


def page(visit: Visit, template: str, *, title: str, status: int = 200, place: str = "", **values: Any) -> HTMLResponse:
    """A page in the frame. `place` is the address of the screen that the menu marks; `title` comes first in the tab."""
    words = words_for(visit.language)
    text = _template(template).render(
        t=words,
        visit=visit,
        title=title,
        language=words.language,
        other_language="nl" if words.language == "en" else "en",
        site_title=visit.access.title,
        places=[(each, screens) for each in PLACES if (screens := each.open_to(visit.account))],
        here=place,
        csrf=visit.form_token if visit.visitor or visit.token else "",
        styles=(stylesheet()[0], asset("desk.css")[0]),
        asset=lambda name: asset(name)[0],
        moment=lambda at: moment(at, words),
        Role=Role,
        **values,
    )
    response = HTMLResponse(text, status)
    if visit.visitor and not visit.token and visit.request.cookies.get(visit.cookies.visit) != visit.visitor:
        visit.cookies.put(response, visit.cookies.visit, visit.visitor)
    return response


def words_for(language: str) -> Words:
    """The sentences of the editors' pages."""
    return Words(language, _strings())


def moment(at: datetime | None, words: Words) -> str:
    """A time for people, by the clocks of Amsterdam: "27 november 2026, 14:05"."""
    return f"{dutch_date(at, words.language)}, {in_amsterdam(at):%H:%M}" if at else ""


@lru_cache(maxsize=8)
def asset(name: str) -> tuple[str, bytes]:
    """A file of static/ under a name that is made from its bytes, so that it may be kept for ever."""
    body = (WEB / "static" / name).read_bytes()
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{sha256(body).hexdigest()[:12]}.{ending}", body


def _is_shown(screen: Screen, role: Role) -> bool:
    return role is screen.only if screen.only else role.includes(screen.role)


@lru_cache(maxsize=1)
def _strings() -> Mapping[str, Mapping[str, str]]:
    """All files of locale/ together; a key that stands in two of them would hide one, and a test forbids it."""
    tables: dict[str, dict[str, str]] = {"nl": {}, "en": {}}
    for path in sorted((WEB / "locale").glob("*.toml")):
        for language, table in tomllib.loads(path.read_text("utf-8")).items():
            tables[language] |= table
    return tables


@lru_cache(maxsize=64)
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template(name)
