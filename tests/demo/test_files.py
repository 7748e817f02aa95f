"""The demo's public side as files on a plain static server, beside the service that made them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from lxml import html
from playwright.sync_api import Browser

from aggregator.demo.network import Network
from aggregator.demo.settings import BOUNDS, demo_config
from aggregator.illustrating import illustrate
from aggregator.ops.files import with_static_links, write_public_side
from aggregator.release import page_path, refresh
from aggregator.schedule.polling import poll_round
from aggregator.wiring import open_service
from tests.axe import violations
from tests.ops.test_files import follow_links, get, static_server
from tests.publish.site.test_browser import noting
from tests.web.conftest import answering
from tests.web.test_app import ask

# What only a running service can do, and what names the addresses of files or the moment.
OTHERWISE = ("search", "feeds/samenstellen", "embed/index.html", "embed/themes/", "embed/preview/", "404.html")
OF_FILES = ("sitemap", ".well-known/", ".written")


@dataclass(frozen=True)
class Both:
    out: Path
    static: str
    live: str
    base_url: str


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """All news of the demo with its pictures, written as files and served by the service."""
    folder, now, network = tmp_path_factory.mktemp("demo"), datetime.now(UTC), Network.start()
    network.started = now - timedelta(minutes=10)  # all that it tells is out by now
    with structlog.testing.capture_logs():
        service = open_service(demo_config(network, folder / "data", 8100), now, BOUNDS)
        poll_round(service, now, "test")
        while illustrate(service.gallery, now, "test"):
            pass
        refresh(service.press, now, everything=True)
        write_public_side(service.press, folder / "out", now)
        with (
            static_server(folder / "out") as static,
            answering(service.press, service.access, service.line, service.lookout) as live,
        ):
            yield Both(folder / "out", static, live, service.config.site.base_url)
        service.close()
    network.stop()


def test_every_link_leads_somewhere_and_nothing_needs_a_query(both: Both) -> None:
    seen, broken = follow_links(both.static, both.base_url)
    assert broken == []
    assert len(seen) > 100
    assert any("/pictures/" in each for each in seen)
    assert not any("?" in each for each in seen)


def test_the_files_are_the_bytes_of_the_service(both: Both) -> None:
    compared = 0
    for path in both.out.rglob("*"):
        name = path.relative_to(both.out).as_posix()
        language, page = ("en", name.removeprefix("en/")) if name.startswith("en/") else ("nl", name)
        if not path.is_file() or page.startswith((*OTHERWISE, *OF_FILES)):
            continue
        address = "/" + page.removesuffix("index.html").removesuffix("/")
        if page.endswith("index.html"):
            served = ask(both.live, page_path(address, language))
            body = with_static_links(served.body, both.base_url, "nl")
        else:
            body = ask(both.live, address).body
        assert body == path.read_bytes(), name
        compared += 1
    assert compared > 150


@pytest.mark.parametrize("page", ["search", "feeds/samenstellen"])
def test_what_needs_the_service_is_a_sentence(both: Both, page: str) -> None:
    for folder, said in (("", "Zoeken en kiezen kan hier niet."), ("en/", "You cannot search or choose here.")):
        status, _, text = get(f"{both.static}/{folder}{page}/")
        main = html.fromstring(text).xpath("//main")[0]
        assert status == 200
        assert said in main.text_content()
        assert not main.xpath(".//form")


@pytest.mark.browser
def test_everyone_can_use_the_files(browser: Browser, both: Both) -> None:
    """One page of each kind; they are the bytes of the service, whose every page is looked at elsewhere.

    A search from the header ends at the sentence.
    """
    story = next((both.out / "stories").iterdir()).name
    month = next((both.out / "archief").glob("*-*")).name
    paths = ["/", f"/stories/{story}/", "/sources/vakblad/", "/themes/instroom/", "/feeds/", "/archief/", "/agenda/"]
    paths += [f"/archief/{month}/", "/search/", "/feeds/samenstellen/", "/verantwoording/", "/privacy/", "/404.html"]
    paths += ["/embed/", "/en/search/"]
    complaints: list[str] = []
    page = noting(browser, complaints, color_scheme="light")
    for path in paths:
        page.goto(both.static + path)
        assert violations(page) == [], path
    page.goto(f"{both.static}/en/")
    page.locator("#search").fill("techniek")
    page.locator("#search").press("Enter")
    page.get_by_text("You cannot search or choose here.").wait_for()
    page.context.close()
    assert complaints == []
