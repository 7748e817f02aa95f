"""Every real feed of the listing set: nothing lost, and what its page's known items say is what we read."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit
from zoneinfo import ZoneInfo

import pytest

from aggregator.feeds import read_feed
from aggregator.model import Reading

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "listing" / "dev"
FEEDS = sorted(SHARED.glob("*/feed.*"))
pytestmark = pytest.mark.skipif(not FEEDS, reason="../shared/listing is not beside this checkout")


def read(path: Path, truth: dict[str, Any]) -> Reading:
    return read_feed(path.read_bytes(), url=truth["base"], now=datetime(2026, 11, 1, tzinfo=UTC))


def key(url: str, base: str = "") -> str:
    """Return an address as the truth compares it: without scheme, www., index pages, tracking and slash."""
    parts = urlsplit(urljoin(base, url.strip()))
    path = re.sub(r"/(index|default)\.(html?|php|aspx)$", "/", re.sub(r"/{2,}", "/", unquote(parts.path or "/")))
    query = [pair for pair in parse_qsl(parts.query) if not re.match(r"utm_|fbclid|gclid|ref$|source$", pair[0])]
    host = re.sub(r":(80|443)$", "", parts.netloc.lower()).removeprefix("www.")
    return host + (re.sub(r"\.html?$", "", path).rstrip("/") or "/") + ("?" + urlencode(query) if query else "")


def words(title: str) -> str:
    return re.sub(r"[\W_]+", " ", normalize("NFKC", unescape(title)).replace("\xad", "").casefold()).strip()


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.parent.name)
def test_every_entry_has_a_title_and_a_link_and_the_date_that_it_states(path: Path) -> None:
    truth = json.loads((path.parent / "truth.json").read_text("utf-8"))
    reading = read(path, truth)
    source = path.read_text("utf-8")
    assert len(reading.entries) == len(re.findall(r"<(?:item|entry)[\s>]", source))
    assert all(entry.title and entry.link for entry in reading.entries)
    # What the year 1 stands for is "no date" in the program that wrote it.
    undated = [entry for entry in reading.entries if entry.published is None]
    assert len(undated) == sum(problem.code == "date-odd" for problem in reading.problems)
    assert len(undated) == len(re.findall(r"<pubDate>Mon, 01 Jan 0001|<published>0001", source))


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.parent.name)
def test_the_items_of_the_page_are_read_as_they_are(path: Path) -> None:
    truth = json.loads((path.parent / "truth.json").read_text("utf-8"))
    entries = {key(entry.link or ""): entry for entry in read(path, truth).entries}
    for item in truth["items"]:
        entry = entries[key(item.get("feed_link") or item["link"], truth["base"])]
        assert words(entry.title) == words(item["title"])
        if item.get("feed_date"):
            assert entry.published is not None
            days = {entry.published.date(), entry.published.astimezone(ZoneInfo("Europe/Amsterdam")).date()}
            assert datetime.fromisoformat(item["feed_date"][:10]).date() in days
