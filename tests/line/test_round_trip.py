"""Every field of an entry, followed from the partner's document through the store into our feeds."""

import json
from dataclasses import fields, replace
from datetime import datetime
from email.utils import parsedate_to_datetime

import feedparser
import pytest
from lxml import etree

from aggregator.model import Entry, Evidence, Image, Precision, Story
from aggregator.release import Press, refresh
from aggregator.store import Store, documents, stories
from tests.factories import DAY, HOUR, NOW, SURE, make_source
from tests.line.partner import Partners, follow, make_line, run
from tests.line.test_release import SITE

URL = "https://fme.example/feed"
DOCUMENT = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="nl">
  <id>tag:fme.example,2026:feed</id><title>FME</title><updated>{NOW.isoformat()}</updated>
  <entry xml:lang="fy">
    <id>tag:fme.example,2026:één</id>
    <title>COLUMN | Titel met “aanhalingstekens” &amp; é</title>
    <link href="https://fme.example/een?a=1&amp;b=2"/>
    <author><name>Thea Koster</name></author><author><name>Jan</name></author>
    <category term="techniek"/><category term="onderwijs"/>
    <published>{(NOW - HOUR).isoformat()}</published><updated>{NOW.isoformat()}</updated>
    <summary>Samenvatting 🎓 &amp; meer</summary>
    <content type="html">&lt;p&gt;Een hele &lt;strong&gt;inhoud&lt;/strong&gt;.&lt;/p&gt;</content>
    <media:content url="https://fme.example/a.jpg" medium="image">
      <media:title>een lasser aan het werk</media:title><media:description>bijschrift</media:description>
      <media:credit>Piet Snot</media:credit>
    </media:content>
    <source><id>tag:elders.example,2026:feed</id><title>Elders</title></source>
  </entry>
</feed>
"""
EXPECTED = Entry(
    id="tag:fme.example,2026:één",
    link="https://fme.example/een?a=1&b=2",
    title="Titel met “aanhalingstekens” & é",
    summary="Samenvatting 🎓 & meer",
    content="<p>Een hele <strong>inhoud</strong>.</p>",
    published=NOW - HOUR,
    updated=NOW,
    date_evidence=Evidence.FEED,
    date_precision=Precision.MINUTE,
    authors=("Thea Koster", "Jan"),
    categories=("techniek", "onderwijs"),
    image=Image(
        url="https://fme.example/a.jpg", alt="een lasser aan het werk", caption="bijschrift", credit="Piet Snot"
    ),
    kicker="Column",
    language="fy",
    copied_from=("tag:elders.example,2026:feed",),
)
TOLD = {"link", "title", "summary", "content", "published", "updated", "image", "language"}
# What ends before the feeds, and why.
NOT_TOLD = {
    "id": "the story has an id of its own, which survives the partner's",
    "authors": "the organisation is the author; persons are not passed on",
    "categories": "ours are the themes",
    "date_evidence": "how a date was read is for editors",
    "date_precision": "Atom and RSS have no word for it; JSON Feed has our _story",
    "kicker": "shown on the page; JSON Feed has our _story",
    "copied_from": "only tells an echo of ourselves when it comes in",
}


@pytest.fixture
def story(store: Store, partners: Partners) -> Story:
    """The story that the document becomes, released."""
    follow(store, make_source(licence="full", images=True))
    partners.documents[URL] = DOCUMENT.encode()
    run(make_line(store, partners, lambda _: replace(SURE, second_theme="leven-lang-ontwikkelen")))
    refresh(Press(store=store, site=SITE, created=NOW - DAY), NOW)
    with store.read() as transaction:
        (found,) = stories.load(transaction, stories.by_state(transaction, None, limit=9))
    return found


def published(store: Store, suffix: str) -> bytes:
    with store.read() as transaction:
        kept = documents.get(transaction, f"/feeds/all.{suffix}")
    assert kept is not None
    return kept.document.body


def test_the_example_fills_every_field() -> None:
    empty = Entry()
    assert [each.name for each in fields(Entry) if getattr(EXPECTED, each.name) == getattr(empty, each.name)] == []


def test_every_field_is_told_to_readers_or_left_out_for_a_reason() -> None:
    assert {each.name for each in fields(Entry)} == NOT_TOLD.keys() | TOLD


def test_every_field_comes_into_the_store_as_the_partner_said_it(story: Story) -> None:
    held = story.origin.entry
    kept = [each.name for each in fields(Entry) if each.name != "copied_from"]
    assert {name: getattr(held, name) for name in kept} == {name: getattr(EXPECTED, name) for name in kept}


def test_atom_tells_it(store: Store, story: Story) -> None:
    (entry,) = feedparser.parse(published(store, "atom")).entries
    assert (entry.id, entry.title, entry.summary) == (story.id, EXPECTED.title, EXPECTED.summary)
    assert entry.link == EXPECTED.link
    assert (entry.content[0].value, entry.content[0].language) == (EXPECTED.content, "fy")
    assert datetime.fromisoformat(entry.published) == EXPECTED.published
    assert datetime.fromisoformat(entry.updated) == NOW
    assert datetime.fromisoformat(entry.source.updated) == EXPECTED.updated
    assert [tag.term for tag in entry.tags] == ["instroom", "leven-lang-ontwikkelen"]
    assert (entry.author, entry.source.id) == ("FME", URL)
    assert picture(published(store, "atom")) == EXPECTED.image
    assert_says_nothing_more(published(store, "atom"), "Column")


def test_rss_tells_it(store: Store, story: Story) -> None:
    (entry,) = feedparser.parse(published(store, "rss")).entries
    assert (entry.id, entry.title, entry.summary) == (story.id, EXPECTED.title, EXPECTED.summary)
    assert entry.link == EXPECTED.link
    assert entry.content[0].value == EXPECTED.content
    assert parsedate_to_datetime(entry.published) == EXPECTED.published
    assert (entry.author, entry.source.href) == ("FME", URL)
    assert picture(published(store, "rss")) == EXPECTED.image
    assert_says_nothing_more(published(store, "rss"), "Column")


def test_json_feed_tells_it(store: Store, story: Story) -> None:
    (entry,) = json.loads(published(store, "json"))["items"]
    assert (entry["id"], entry["title"], entry["content_text"]) == (story.id, EXPECTED.title, EXPECTED.summary)
    assert entry["url"] == EXPECTED.link
    assert (entry["content_html"], entry["language"]) == (EXPECTED.content, "fy")
    assert datetime.fromisoformat(entry["date_published"]) == EXPECTED.published
    assert datetime.fromisoformat(entry["date_modified"]) == NOW
    assert [author["name"] for author in entry["authors"]] == ["FME"]
    assert entry["_story"] == {"kicker": "Column", "date_precision": "minute"}
    said = Image(url=entry["image"], **entry["_image"])
    assert said == EXPECTED.image
    assert_says_nothing_more(published(store, "json"))


def picture(body: bytes) -> Image:
    media = "{http://search.yahoo.com/mrss/}"
    (found,) = etree.fromstring(body).iter(f"{media}content")
    texts = {name: found.findtext(f"{media}{name}") or "" for name in ("title", "description", "credit")}
    return Image(url=found.get("url"), alt=texts["description"], caption=texts["title"], credit=texts["credit"])


def assert_says_nothing_more(body: bytes, *also: str) -> None:
    for left_out in ("Thea Koster", "tag:elders", 'term="techniek"', "tag:fme.example", *also):
        assert left_out not in body.decode()
