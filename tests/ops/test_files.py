import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.desk import decide
from aggregator.errors import AggregatorError
from aggregator.model import Source
from aggregator.ops.files import WRITTEN, file_name, with_static_links, write_public_side
from aggregator.release import Press, refresh
from aggregator.schedule.polling import poll_round
from aggregator.store import documents, stories
from aggregator.wiring import Service
from tests.factories import HOUR, NOW, make_entry
from tests.line.partner import feed
from tests.site import Page, Site

BASE = "https://nieuws.example"


class Links(HTMLParser):
    """The addresses that a page leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def press(service: Service, site: Site, follow: Callable[..., Source]) -> Press:
    """A press with news of one partner, one of it passed on by another."""
    follow("fme", url=site.url(), relevance="all", labels=("noord",))
    follow("vhto", url=site.url("/andere"), relevance="all")
    copy = make_entry(1, id="kopie", link="https://fme.example/nieuws/1")
    site.pages["/andere"] = Page(body=feed(copy), media_type="application/rss+xml")
    poll_round(service, NOW, "test")
    return replace(service.press, site=replace(service.press.site, base_url=BASE))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "public"


def write(press: Press, out: Path) -> int:
    refresh(press, NOW, everything=True)
    return write_public_side(press, out, NOW)


@contextmanager
def static_server(folder: Path) -> Iterator[str]:
    """A plain server of files; yields where it answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def served(press: Press, out: Path) -> Iterator[str]:
    """Where a static server serves what was written."""
    write(press, out)
    with static_server(out) as found:
        yield found


def get(address: str) -> tuple[int, str, str]:
    """(status, media type, text) of an address, after its redirects."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    connection.request("GET", parts.path)
    reply = connection.getresponse()
    text = reply.read().decode("utf-8", "replace")
    connection.close()
    if reply.status == 301:
        return get(urljoin(address, reply.headers["location"]))
    return reply.status, reply.headers.get_content_type(), text


def follow_links(served: str, base: str) -> tuple[set[str], list[str]]:
    """Every address that our pages lead to, absolute ones at `base` included, and those that are not there."""
    todo, broken = [f"{served}/", f"{served}/404.html"], []
    seen: set[str] = set()
    while todo:
        address = todo.pop()
        status, media_type, text = get(address)
        if status != 200:
            broken.append(address)
        if media_type != "text/html":
            continue
        links = Links()
        links.feed(text)
        here = [urldefrag(urljoin(address, link.replace(base, served)))[0] for link in links.found]
        new = {link for link in here if link.startswith(f"{served}/")} - seen
        seen |= new
        todo += new
    return seen, broken


def test_every_link_of_every_page_leads_somewhere(served: str) -> None:
    """Including the absolute ones to our own address: feeds, the other language."""
    seen, broken = follow_links(served, BASE)
    assert broken == []
    assert len(seen) > 25
    assert not any("?" in link for link in seen)


def test_pages_of_both_languages_lead_to_their_own(served: str) -> None:
    for start, language, other in (("/", "nl", f"{BASE}/en/"), ("/en/", "en", f"{BASE}/")):
        _, _, text = get(served + start)
        assert f'<html lang="{language}"' in text
        assert f'hreflang="{"en" if language == "nl" else "nl"}" href="{other}"' in text
        assert f'href="{start}themes/instroom/"' in text


def test_the_main_language_stands_at_the_root_whichever_it_is(press: Press, out: Path) -> None:
    write(replace(press, site=replace(press.site, language="en")), out)
    assert b'<html lang="en"' in (out / "index.html").read_bytes()
    assert b'<html lang="nl"' in (out / "nl" / "index.html").read_bytes()
    assert not (out / "en").exists()


def test_documents_are_written_byte_for_byte(press: Press, out: Path) -> None:
    count = write(press, out)
    with press.store.read() as transaction:
        kept = documents.get(transaction, "/feeds/all.atom")
        paths = [path for path in documents.paths(transaction) if "?" not in path]
    assert kept is not None
    assert (out / "feeds" / "all.atom").read_bytes() == kept.document.body
    assert len(feedparser.parse(kept.document.body).entries) == 2
    assert all((out / path.lstrip("/")).is_file() for path in paths)
    assert count == sum(1 for path in out.rglob("*") if path.is_file() and path.name != WRITTEN)


def test_what_did_not_change_is_not_touched(press: Press, out: Path) -> None:
    write(press, out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    write(press, out)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()} == before


def test_what_is_withdrawn_leaves_and_what_is_not_ours_stays(press: Press, out: Path) -> None:
    out.mkdir()
    (out / "index.nginx").write_text("van iemand anders")
    write(press, out)
    with press.store.read() as transaction:
        slug = stories.load(transaction, [1])[0].slug
    (out / "stories" / "eigen.html").write_text("van iemand anders")
    assert (out / "stories" / slug / "index.html").is_file()
    decide.reject(press.store, [slug], "thea", NOW + HOUR)
    write(press, out)
    assert not (out / "stories" / slug).exists()
    assert not (out / "en" / "stories" / slug).exists()
    assert {path.read_text() for path in (out / "index.nginx", out / "stories" / "eigen.html")} == {"van iemand anders"}


def test_a_file_that_an_older_program_wrote_leaves(press: Press, out: Path) -> None:
    write(press, out)
    (out / "oud.html").write_text("oud")
    with (out / WRITTEN).open("a") as listing:
        listing.write("oud.html\n")
    write(press, out)
    assert not (out / "oud.html").exists()


def test_a_list_of_files_that_was_tampered_with_removes_nothing_elsewhere(press: Press, out: Path) -> None:
    write(press, out)
    victim = out.parent / "elders.txt"
    victim.write_text("blijft")
    (out / WRITTEN).write_text("../elders.txt\n")
    with pytest.raises(AggregatorError, match="lies outside"):
        write(press, out)
    assert victim.read_text() == "blijft"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/?lang=nl", "index.html"),
        ("/?lang=en", "en/index.html"),
        ("/feeds?lang=nl", "feeds/index.html"),
        ("/stories/abc?lang=en", "en/stories/abc/index.html"),
        ("/feeds/labels/noord-oost.json", "feeds/labels/noord-oost.json"),
        ("/feeds/labels/caf%C3%A9.atom", "feeds/labels/café.atom"),
    ],
)
def test_a_file_lies_where_its_address_says(path: str, name: str) -> None:
    assert file_name(path, "nl") == name


@pytest.mark.parametrize(
    ("link", "static"),
    [
        ("/?lang=nl", "/"),
        ("/?lang=en#themes", "/en/#themes"),
        ("/themes/x?lang=nl", "/themes/x/"),
        (f"{BASE}/themes/x?lang=en", f"{BASE}/en/themes/x/"),
        ("/feeds/all.atom", "/feeds/all.atom"),
        ("https://partner.example/x?lang=nl", "https://partner.example/x?lang=nl"),
        ("//partner.example/x?lang=nl", "//partner.example/x?lang=nl"),
        ("/x?lang=de", "/x?lang=de"),
        ("/x?a=1&lang=nl", "/x?a=1&lang=nl"),
    ],
)
def test_only_links_to_our_own_pages_change(link: str, static: str) -> None:
    page = f'<a href="{link}">x</a>'.encode()
    assert with_static_links(page, BASE, "nl") == f'<a href="{static}">x</a>'.encode()


@given(st.text())
def test_texts_never_change(text: str) -> None:
    page = f"<p>{text}</p>".replace('href="', "").encode("utf-8", "ignore")
    assert with_static_links(page, BASE, "nl") == page
