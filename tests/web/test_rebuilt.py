"""An old front page of the Techniekpact, rebuilt with our element only: polled, read, tagged, published and embedded.

Beside it stands a rendering of that page's own text, and both are compared as a reader's browser shows them.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from socket import socket

import pytest
import uvicorn
from playwright.sync_api import Browser, Locator

from aggregator.desk import decide
from aggregator.model import State
from aggregator.release import refresh
from aggregator.schedule.polling import poll_round
from aggregator.store import sources, stories
from aggregator.web.app import make_app
from aggregator.wiring import Service
from tests.axe import violations
from tests.factories import make_source
from tests.ops.conftest import config_dir, service, site
from tests.publish.site.embed.test_browser import Visit
from tests.site import Page, Site

__all__ = ["config_dir", "service", "site"]

pytestmark = pytest.mark.browser

THEN = datetime(2022, 7, 1, 12, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[2] / "docs" / "voorbeeld"
OF_THE_PAGE = re.compile(r"^(Nieuws) (\d+ \w+ \d{4})\n\n(.+)\n\n(.+)\n\nLees meer$", re.MULTILINE)

# What each item is about, by the partnership's own definitions: the first theme, as the page's readers know it.
THEMES = ["Instroom", "Publiek-privaat samenwerken", "Instroom", "Instroom", "Instroom"]


@dataclass(frozen=True)
class Item:
    kicker: str
    date: str
    title: str
    teaser: str


@pytest.fixture
def items(shared: Path) -> list[Item]:
    text = (shared / "seed" / "techniekpact-frontpage.txt").read_text(encoding="utf-8")
    found = [Item(*each.groups()) for each in OF_THE_PAGE.finditer(text)]
    assert len(found) == 5
    return found


def rendering(items: list[Item]) -> bytes:
    """The old page: kicker and date on one line, title, teaser, the way to the article."""
    articles = "".join(
        f"<article><p><span class=kicker>{item.kicker}</span> <span class=date>{item.date}</span></p>"
        f"<h2>{escape(item.title)}</h2><p class=teaser>{escape(item.teaser)}</p>"
        f'<a href="/artikel/{number}">Lees meer</a></article>'
        for number, item in enumerate(items)
    )
    return (
        f"<!doctype html><html lang=nl><meta charset=utf-8><title>Techniekpact</title><main>{articles}</main>".encode()
    )


@pytest.fixture
def ours(service: Service, site: Site, items: list[Item]) -> Iterator[str]:
    """Our service, which has read the old page; yields its address."""
    site.pages["/"] = Page(body=rendering(items), media_type="text/html; charset=utf-8")
    partner = make_source("techniekpact", url=site.url("/"), organisation="Techniekpact", kind="page", relevance="all")
    with service.store.write() as transaction:
        sources.add(transaction, [partner], THEN)
    poll_round(service, THEN, "test")
    with service.store.read() as transaction:
        held = stories.load(transaction, stories.by_state(transaction, None, limit=10))
    unsure = [story.slug for story in held if story.state is not State.PUBLISHED]
    if unsure:
        decide.publish(service.store, unsure, "thea", THEN)
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    press = replace(service.press, site=replace(service.press.site, base_url=address))
    refresh(press, THEN, everything=True)
    app = make_app(press, service.access, line=service.line, lookout=service.lookout)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield address
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def rebuilt(ours: str) -> Iterator[str]:
    """The example page of the documentation on a server of its own, which allows it nothing but us."""
    host = Site()
    policy = f"default-src 'none'; style-src 'self'; img-src data:; script-src {ours}; connect-src {ours}"
    for name, kind in (("voorpagina.html", "text/html; charset=utf-8"), ("voorpagina.css", "text/css")):
        body = (EXAMPLE / name).read_text(encoding="utf-8").replace("https://nieuws.example.nl", ours)
        host.pages[f"/{name}"] = Page(body=body.encode(), media_type=kind, headers={"content-security-policy": policy})
    yield host.url("/voorpagina.html")
    host.close()


def texts(within: Locator, selector: str) -> list[str]:
    return [" ".join(text.split()) for text in within.locator(selector).all_inner_texts()]


def old_rows(visit: Visit) -> list[dict[str, str]]:
    """What the rendering of the old text shows; its "Column" at the start of a teaser is the kicker that it means."""
    rows: list[dict[str, str]] = []
    for article in visit.page.locator("article").all():
        said = {name: texts(article, f".{name}")[0] for name in ("kicker", "date", "teaser")}
        if said["teaser"].startswith("Column "):
            said |= {"kicker": "Column", "teaser": said["teaser"].removeprefix("Column ")}
        link = article.locator("a").evaluate("one => one.href")
        rows.append(said | {"title": texts(article, "h2")[0], "link": link, "theme": THEMES[len(rows)]})
    return rows


def new_rows(visit: Visit) -> list[dict[str, str]]:
    """What our element shows; of its themes the first."""
    names = ("kicker", "date", "teaser", "title", "theme")
    return [
        {name: texts(item, f".{name}")[0] for name in names}
        | {"link": item.locator(".title a").evaluate("one => one.href")}
        for item in visit.page.locator("techniek-nieuws .item").all()
    ]


def test_the_old_front_page_is_there_again_field_by_field(
    browser: Browser, rebuilt: str, site: Site, items: list[Item]
) -> None:
    with Visit(browser, site.url("/")) as old, Visit(browser, rebuilt) as new:
        assert set(new.titles()) == {item.title for item in items}
        was, now = old_rows(old), new_rows(new)
        assert now == was
        assert new.complaints == []
        assert violations(new.page) == []


def test_the_element_the_frame_and_our_own_page_say_the_same(browser: Browser, ours: str, rebuilt: str) -> None:
    with (
        Visit(browser, rebuilt) as page,
        Visit(browser, f"{ours}/embed/news?source=techniekpact") as frame,
        Visit(browser, f"{ours}/sources/techniekpact?lang=nl") as own,
    ):
        page.titles()
        element, framed, listed = (
            page.page.locator("techniek-nieuws"),
            frame.page.locator("main"),
            own.page.locator("main"),
        )
        for field, ours_is in ((".title", ".story-title"), (".kicker", ".story .kicker"), ("time", ".story time")):
            assert texts(element, field) == texts(framed, field) == texts(listed, ours_is)
        assert texts(element, ".theme") == texts(framed, ".theme") == texts(listed, ".story .theme")
        assert texts(element, ".teaser") == texts(framed, ".teaser")
        assert violations(frame.page) == []
        assert frame.complaints == []


def test_the_page_that_makes_codes_follows_each_choice_at_once(browser: Browser, ours: str) -> None:
    with Visit(browser, f"{ours}/embed?lang=nl") as visit:
        visit.page.locator("select[name=limit]").select_option("3")
        visit.page.locator("#code-element", has_text='limit="3"').wait_for()
        visit.page.locator("input[value=teaser]").uncheck()
        visit.page.locator("#code-element", has_text='show="kicker date source theme more"').wait_for()
        preview = visit.page.frame_locator("iframe.preview >> nth=0")
        preview.locator("techniek-nieuws .title").nth(2).wait_for()
        assert preview.locator("techniek-nieuws .teaser").count() == 0
        assert "bijgewerkt" in visit.page.locator("#said").inner_text()
        assert "limit=3" in visit.page.url
        assert visit.complaints == []
