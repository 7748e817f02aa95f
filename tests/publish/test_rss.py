"""RSS: the same news for programs that know nothing newer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser
from hypothesis import given
from lxml import etree

from aggregator.model import Entry, Site, Source, Story, Tags
from aggregator.publish import entry as words
from aggregator.publish.channel import Channel
from aggregator.publish.rss import rss_feed
from aggregator.publish.valid import complaints
from tests.factories import DAY, NOW, full_entry, make_item
from tests.publish.stories import (
    ANY_CHANNEL,
    ANY_SITE,
    ANY_SOURCES,
    CHANNEL,
    SITE,
    SOURCES,
    any_stories,
    make_story,
    story_of,
)

NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
}


def made(*stories: Story, channel: Channel = CHANNEL) -> bytes:
    """The feed of `stories`, after a look by the validator."""
    document = rss_feed(channel, stories, SOURCES, SITE)
    assert complaints(document, "application/rss+xml") == []
    return document


def read(document: bytes, path: str) -> list[Any]:
    """What an XPath finds from the channel on."""
    found: list[Any] = etree.fromstring(document)[0].xpath(path, namespaces=NAMES)
    return found


@given(ANY_CHANNEL, any_stories(), ANY_SOURCES, ANY_SITE)
def test_whatever_came_in_a_valid_feed_comes_out(
    channel: Channel, stories: Sequence[Story], sources: Mapping[str, Source], site: Site
) -> None:
    document = rss_feed(channel, stories, sources, site)
    assert complaints(document, "application/rss+xml") == []
    assert rss_feed(channel, list(stories), dict(sources), site) == document
    assert read(document, "item/guid/text()") == [story.id for story in stories]


def test_the_channel_says_who_it_is_and_where() -> None:
    document = made(make_story(2), make_story(1), channel=replace(CHANNEL, category="instroom"))
    said = {child.tag: child.text for child in read(document, "*") if child.tag != "item"}
    assert said["title"] == CHANNEL.title
    assert said["link"] == CHANNEL.alternate
    assert said["description"] == CHANNEL.subtitle
    assert said["copyright"] == SITE.rights
    assert said["language"] == "nl"
    assert said["generator"] == "aggregator"
    assert said["ttl"] == "60"
    assert said["category"] == "Instroom"
    assert parsedate_to_datetime(str(said["lastBuildDate"])) == NOW - DAY
    links = [(link.get("rel"), link.get("href"), link.get("type")) for link in read(document, "atom:link")]
    assert links == [
        ("self", f"{SITE.base_url}/feeds/all.rss", "application/rss+xml"),
        ("hub", "https://hub.example/", None),
        ("prev-archive", "https://a.example/1", "x/y"),
    ]


def test_an_empty_channel_was_built_when_it_was_made_and_describes_itself() -> None:
    document = made(channel=replace(CHANNEL, subtitle=""))
    [built], [description] = read(document, "lastBuildDate/text()"), read(document, "description/text()")
    assert parsedate_to_datetime(built) == CHANNEL.created
    assert description == CHANNEL.title


def test_the_order_is_kept_and_the_guid_is_no_permalink() -> None:
    stories = [make_story(number) for number in (3, 1, 2)]
    document = made(*stories)
    assert read(document, "item/guid/text()") == [story.id for story in stories]
    assert read(document, "item/guid/@isPermaLink") == ["false"] * 3


def test_every_item_has_a_date_since_simplepie_stops_sorting_at_one_without() -> None:
    undated = make_story(1, make_item(1, entry=Entry(title="T")), released=NOW - DAY)
    dates = [parsedate_to_datetime(text) for text in read(made(undated, make_story(2)), "item/pubDate/text()")]
    assert dates == [NOW - DAY, make_story(2).origin.entry.published]


def test_a_day_is_written_as_amsterdam_has_it() -> None:
    published = datetime.fromisoformat("2022-06-30T00:00:00+02:00")
    document = made(story_of(title="T", published=published))
    assert read(document, "item/pubDate/text()") == ["Thu, 30 Jun 2022 00:00:00 +0200"]


def test_an_item_names_the_partner() -> None:
    document = made(story_of("roc"))
    assert read(document, "item/dc:creator/text()") == ["ROC & Zonen"]
    assert read(document, "item/source/text()") == ["ROC & Zonen"]
    assert read(document, "item/source/@url") == ["https://roc.example/nieuws"]


def test_the_description_is_plain_text_and_the_whole_text_stands_apart() -> None:
    document = made(story_of("text", title="T", content="<p>Een <b>heel</b> verhaal</p>"))
    assert read(document, "item/description/text()") == ["Een heel verhaal"]
    assert read(document, "item/content:encoded/text()") == ["<p>Een <b>heel</b> verhaal</p>"]
    assert read(made(story_of("fme", title="T", content="<p>x</p>")), "item/content:encoded") == []
    assert read(made(story_of("fme", title="Alleen een titel")), "item/description/text()") == ["Alleen een titel"]


def test_a_theme_is_a_category_with_its_label() -> None:
    [first, second] = read(made(make_story()), "item/category")
    assert (first.text, first.get("domain")) == ("Instroom", f"{SITE.base_url}/themes/")
    assert second.text == "Leven lang ontwikkelen"


def test_a_picture_is_media_content_with_a_named_prefix() -> None:
    document = made(make_story(1, make_item(1, "open", entry=full_entry())))
    assert read(document, "item/media:content/@medium") == ["image"]
    assert b"ns0" not in document
    assert document.count(b"xmlns") == 4


def test_feedparser_reads_back_what_was_told() -> None:
    stories = [make_story(number, make_item(number, "open", entry=full_entry())) for number in range(1, 4)]
    stories.append(make_story(4, tags=Tags()))
    parsed = feedparser.parse(made(*stories))
    assert not parsed.bozo
    for story, entry in zip(stories, parsed.entries, strict=True):
        said = story.origin.entry
        assert said.published
        assert (entry.id, entry.title, entry.link) == (story.id, said.title, said.link)
        assert entry.published_parsed[:6] == said.published.utctimetuple()[:6]
        labels = [category.label for category in words.categories(story, SITE, "nl")]
        assert [tag.term for tag in entry.get("tags", ())] == labels
    assert parsed.entries[0].author == "Open"
