"""What others make of our feeds: WordPress and Drupal by their own rules, and feedparser.

WordPress reads with SimplePie: titles are HTML, descriptions are stripped, and items are sorted by date only if every
one of them has one. Drupal's aggregator reads with laminas-feed: the first alternate link, `updated` or pubDate.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest

from aggregator.model import Entry
from aggregator.publish import entry as words
from aggregator.publish.atom import atom_feed
from aggregator.publish.rss import rss_feed
from tests.factories import DAY, NOW, make_item
from tests.publish.stories import CHANNEL, SITE, SOURCES, make_story

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
    def date(entry: Any) -> datetime:
        said = entry.get("published") or entry.updated
        return datetime.fromisoformat(said) if said[0].isdigit() else parsedate_to_datetime(said)

    return [
        Read(
            html.unescape(each.title) if each.title_detail.type == "text/html" else each.title,
            each.link,
            date(each),
            tuple(tag.label or tag.term for tag in each.tags),
        )
        for each in feedparser.parse(document, sanitize_html=False).entries
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
    [(atom_feed, by_feedparser), (rss_feed, by_feedparser), (rss_feed, by_simplepie), (atom_feed, by_laminas)],
)
def test_every_reader_finds_the_same_titles_links_dates_and_categories(
    write: Callable[..., bytes], read: Callable[[bytes], list[Read]]
) -> None:
    assert read(write(CHANNEL, STORIES, SOURCES, SITE)) == EXPECTED


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
