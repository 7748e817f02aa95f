"""What others make of our feeds: WordPress and Drupal by their own rules, and three libraries in two languages.

WordPress reads with SimplePie: titles are HTML, descriptions are stripped, and items are sorted by date only if every
one of them has one. Drupal's aggregator reads with laminas-feed: the first alternate link, `updated` or pubDate.
feedparser and fastfeedparser are read with here; feedsmith (npm) by node, in readers/.

Whether a title in RSS is text or HTML nobody says. Ours are text, escaped once: all libraries show them as they are.
Only WordPress takes what looks like HTML for HTML; escaped twice it would be right there, and wrong everywhere else.
"""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree import ElementTree

import fastfeedparser
import feedparser
import pytest

from aggregator.model import Entry
from aggregator.publish import entry as words
from aggregator.publish.atom import atom_feed
from aggregator.publish.rss import rss_feed
from tests.conftest import missing
from tests.factories import DAY, NOW, make_item
from tests.publish.stories import CHANNEL, SITE, SOURCES, make_story

READERS = Path(__file__).parent / "readers"
LOOKS_LIKE_HTML = {  # and what is shown where it is taken for HTML
    "Wat &amp; doet": "Wat & doet",
    "<b>geen opmaak</b>": "<b>geen opmaak</b>",
    "Schrijf &lt;b&gt; niet": "Schrijf <b> niet",
    "Caf&eacute;": "Café",
}
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@dataclass(frozen=True)
class Read:
    """What a reader shows of one item."""

    title: str
    link: str
    date: datetime
    categories: tuple[str, ...]


TITLES = ["Instroom & uitstroom: 5 < 6", "“Één” techniekcoach", "<b>geen opmaak</b>", "AT&T zegt één"]
STORIES = [
    make_story(
        n,
        make_item(
            n,
            entry=Entry(
                title=title,
                link=f"https://fme.example/nieuws/{n}?a=1&b=2",
                summary=f"Woorden <i>{n}</i> & meer",
                published=NOW - n * DAY if n != 2 else None,
            ),
        ),
        released=NOW - n * DAY,
        updated=NOW - n * DAY,
    )
    for n, title in enumerate(TITLES)
]
EXPECTED = [
    Read(
        title=words.title(story),
        link=words.address(story, SITE),
        date=words.published(story) or words.released(story),
        categories=("Instroom", "Leven lang ontwikkelen"),
    )
    for story in STORIES
]


def by_feedparser(document: bytes) -> list[Read]:
    return [
        Read(
            html.unescape(each.title) if each.title_detail.type == "text/html" else each.title,
            each.link,
            _moment(each.get("published") or each.updated),
            tuple(tag.label or tag.term for tag in each.tags),
        )
        for each in feedparser.parse(document, sanitize_html=False).entries
    ]


def by_fastfeedparser(document: bytes) -> list[Read]:
    return [
        Read(
            each.title,
            each.link,
            datetime.fromisoformat(each.get("published") or each.updated),
            tuple(tag["label"] or tag["term"] for tag in each.tags),
        )
        for each in fastfeedparser.parse(document).entries
    ]


def by_simplepie(document: bytes) -> list[Read]:
    items = [
        Read(
            title=html.unescape(item.findtext("title", "")),
            link=item.findtext("link", ""),
            date=parsedate_to_datetime(item.findtext("pubDate", "")),
            categories=tuple(each.text or "" for each in item.findall("category")),
        )
        for item in ElementTree.fromstring(document).iter("item")
    ]
    return sorted(items, key=lambda each: each.date, reverse=True)


def by_laminas(document: bytes) -> list[Read]:
    return [
        Read(
            title=entry.findtext("a:title", "", ATOM),
            link=next(each.get("href", "") for each in entry.findall("a:link[@rel='alternate']", ATOM)),
            date=datetime.fromisoformat(entry.findtext("a:updated", "", ATOM)),
            categories=tuple(each.get("label", "") for each in entry.findall("a:category", ATOM)),
        )
        for entry in ElementTree.fromstring(document).findall("a:entry", ATOM)
    ]


@pytest.mark.parametrize(
    ("write", "read"),
    [
        (atom_feed, by_feedparser),
        (rss_feed, by_feedparser),
        (atom_feed, by_fastfeedparser),
        (rss_feed, by_fastfeedparser),
        (rss_feed, by_simplepie),
        (atom_feed, by_laminas),
    ],
)
def test_every_reader_finds_the_same_titles_links_dates_and_categories(
    write: Callable[..., bytes], read: Callable[[bytes], list[Read]]
) -> None:
    assert read(write(CHANNEL, STORIES, SOURCES, SITE)) == EXPECTED


@pytest.fixture(scope="module")
def feedsmith(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], list[Read]]:
    """A library of another language, installed as its lock says into a folder that is thrown away."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        missing("node and npm, which feedsmith reads our feeds with")
    folder = tmp_path_factory.mktemp("readers")
    shutil.copytree(READERS, folder, dirs_exist_ok=True)
    install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        missing(f"feedsmith (npm ci: {done.stderr.strip().splitlines()[-1:]})")

    def read(document: bytes) -> list[Read]:
        said = subprocess.run([node, "read.js"], cwd=folder, input=document, capture_output=True, check=True)
        return [
            Read(each["title"], each["link"], _moment(each["date"]), tuple(each["categories"]))
            for each in json.loads(said.stdout)
        ]

    return read


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said) if said[0].isdigit() else parsedate_to_datetime(said)


@pytest.mark.parametrize("write", [atom_feed, rss_feed])
def test_a_library_of_another_language_finds_the_same(
    write: Callable[..., bytes], feedsmith: Callable[[bytes], list[Read]]
) -> None:
    assert feedsmith(write(CHANNEL, STORIES, SOURCES, SITE)) == EXPECTED


def told(title: str) -> bytes:
    entry = Entry(title=title, link="https://fme.example/1", summary="Woorden", published=NOW)
    story = make_story(1, make_item(1, entry=entry), released=NOW, updated=NOW)
    return rss_feed(CHANNEL, [story], SOURCES, SITE)


@pytest.mark.parametrize("title", LOOKS_LIKE_HTML)
def test_a_title_that_looks_like_html_is_shown_as_it_is_by_every_library(
    title: str, feedsmith: Callable[[bytes], list[Read]]
) -> None:
    document = told(title)
    readers = {
        "feedparser": feedparser.parse(document).entries[0].title,
        "fastfeedparser": by_fastfeedparser(document)[0].title,
        "feedsmith": feedsmith(document)[0].title,
    }
    assert readers == dict.fromkeys(readers, title)


@pytest.mark.parametrize(("title", "shown"), LOOKS_LIKE_HTML.items())
def test_wordpress_takes_a_title_that_looks_like_html_for_html(title: str, shown: str) -> None:
    [read] = by_simplepie(told(title))
    assert read.title == shown


def test_each_item_has_a_date_so_that_wordpress_goes_on_sorting() -> None:
    items = list(ElementTree.fromstring(rss_feed(CHANNEL, STORIES, SOURCES, SITE)).iter("item"))
    assert all(item.findtext("pubDate") for item in items)


def test_what_wordpress_strips_leaves_the_first_words_whole() -> None:
    for item, story in zip(
        ElementTree.fromstring(rss_feed(CHANNEL, STORIES, SOURCES, SITE)).iter("item"), STORIES, strict=True
    ):
        stripped = re.sub(r"<[^<>]*>", "", html.unescape(item.findtext("description", "")))
        assert stripped.split()[0] == words.teaser(story).split()[0]
        assert "meer" in stripped
