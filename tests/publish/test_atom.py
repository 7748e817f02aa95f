"""Atom: complete, steady and readable by others, whatever came in."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from hypothesis import given
from lxml import etree

from aggregator.model import Entry, Image, Site, Source, Story, Tags
from aggregator.publish import entry as words
from aggregator.publish.atom import atom_feed
from aggregator.publish.channel import Channel
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

NAMES = {"a": "http://www.w3.org/2005/Atom", "media": "http://search.yahoo.com/mrss/"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def made(*stories: Story, channel: Channel = CHANNEL) -> bytes:
    """The feed of `stories`, after a look by the validator."""
    document = atom_feed(channel, stories, SOURCES, SITE)
    assert complaints(document, "application/atom+xml") == []
    return document


def read(document: bytes, path: str) -> list[Any]:
    """What an XPath finds; `a:` is Atom."""
    found: list[Any] = etree.fromstring(document).xpath(path, namespaces=NAMES)
    return found


@given(ANY_CHANNEL, any_stories(), ANY_SOURCES, ANY_SITE)
def test_whatever_came_in_a_valid_feed_comes_out(
    channel: Channel, stories: Sequence[Story], sources: Mapping[str, Source], site: Site
) -> None:
    document = atom_feed(channel, stories, sources, site)
    assert complaints(document, "application/atom+xml") == []
    assert atom_feed(channel, list(stories), dict(sources), site) == document
    assert read(document, "a:entry/a:id/text()") == [story.id for story in stories]


def test_the_bytes_do_not_depend_on_the_moment() -> None:
    stories = [make_story(number) for number in range(5)]
    before = made(*stories)
    time.sleep(1.1)  # feedgen's own times have seconds; a clock would show
    assert made(*stories) == before


@pytest.mark.parametrize("stories", [(), (make_story(7),)])
def test_the_feed_changed_when_its_stories_did_and_never_now(stories: tuple[Story, ...]) -> None:
    [updated] = read(made(*stories), "a:updated/text()")
    changed = stories[0].updated if stories else CHANNEL.created
    assert datetime.fromisoformat(updated) == changed


def test_the_order_is_kept() -> None:
    stories = [make_story(number) for number in (3, 1, 2)]
    assert read(made(*stories), "a:entry/a:id/text()") == [story.id for story in stories]


def test_one_control_character_does_not_cost_the_feed() -> None:
    document = made(story_of(title="Een\x00 \x0btitel\ud800", summary="tekst\x1f", link="https://a.example/\x01"))
    assert read(document, "a:entry/a:title/text()") == ["Een titel"]


def test_prefixes_are_names_and_stand_once() -> None:
    document = made(*[make_story(n, make_item(n, "open", entry=full_entry())) for n in range(3)]).decode()
    assert "ns0" not in document
    assert document.count("xmlns") == 3
    assert document.count("<media:content") == 3


def test_the_feed_says_who_it_is_and_where() -> None:
    document = made(make_story(), channel=replace(CHANNEL, category="instroom", name="themes/instroom"))
    links = {link.get("rel"): (link.get("href"), link.get("type")) for link in read(document, "/a:feed/a:link")}
    assert links == {
        "self": (f"{SITE.base_url}/feeds/themes/instroom.atom", "application/atom+xml"),
        "alternate": (CHANNEL.alternate, "text/html"),
        "hub": ("https://hub.example/", None),
        "prev-archive": ("https://a.example/1", "x/y"),
    }
    assert read(document, "/a:feed/a:id/text()") == ["tag:techniekpact.example,2022:feed/themes/instroom"]
    assert read(document, "/a:feed/a:rights/text()") == [SITE.rights]
    assert read(document, "/a:feed/a:subtitle/text()") == [CHANNEL.subtitle]
    assert read(document, "/a:feed/a:author/a:name/text()") == [SITE.title]
    assert read(document, "/a:feed/a:category/@term") == ["instroom"]
    [generator] = read(document, "/a:feed/a:generator")
    assert generator.text == "aggregator"
    assert generator.get("version")
    assert generator.get("uri") == SITE.base_url


def test_what_is_not_set_is_not_said() -> None:
    document = atom_feed(replace(CHANNEL, subtitle=""), [story_of()], SOURCES, replace(SITE, rights=""))
    assert read(document, "//a:subtitle | //a:rights | //a:summary | //a:content | //a:published") == []


def test_an_entry_names_the_partner_and_the_partners_date() -> None:
    item = make_item(
        entry=Entry(title="T", link="https://a.example/1", published=datetime(2022, 6, 29, 22, tzinfo=UTC))
    )
    document = made(make_story(1, item, released=NOW - DAY, updated=NOW))
    assert read(document, "a:entry/a:author/a:name/text()") == ["FME"]
    assert read(document, "a:entry/a:published/text()") == ["2022-06-30T00:00:00+02:00"]
    assert read(document, "a:entry/a:updated/text()") == ["2026-11-23T13:00:00+01:00"]


def test_the_source_of_an_entry_is_the_partners() -> None:
    document = made(story_of("roc", language="en", updated=NOW))
    [source] = read(document, "a:entry/a:source")
    said = {child.tag.rpartition("}")[2]: child.text or child.get("href") for child in source}
    assert said == {
        "id": "https://roc.example/nieuws",
        "title": "ROC & Zonen",
        "updated": "2026-11-23T13:00:00+01:00",
        "link": "https://roc.example/nieuws",
    }
    assert (source.get(LANG), source.getparent().get(LANG)) == ("nl", "en")
    assert read(document, "a:entry/a:source/a:link/@rel") == ["alternate"]
    assert read(made(story_of("fme")), "a:entry/a:source/a:link/@rel") == ["self"]


def test_others_that_brought_the_news_are_related_and_not_alternates() -> None:
    story = make_story(1, make_item(1), make_item(2, "roc", entry=Entry(link="https://roc.example/1")))
    links = [(link.get("rel"), link.get("href"), link.get("title")) for link in read(made(story), "a:entry/a:link")]
    assert links == [
        ("alternate", "https://fme.example/nieuws/1", None),
        ("related", "https://roc.example/1", "Ook bij: ROC & Zonen"),
    ]


def test_themes_are_categories_with_a_steady_term() -> None:
    [first, second] = read(made(make_story()), "a:entry/a:category")
    assert dict(first.attrib) == {"term": "instroom", "scheme": f"{SITE.base_url}/themes/", "label": "Instroom"}
    assert second.get("term") == "leven-lang-ontwikkelen"


def test_text_is_marked_as_text_and_html_as_html() -> None:
    document = made(story_of("text", summary="a < b & c", content="<p>a &lt; b</p>"))
    [summary], [content] = read(document, "//a:summary"), read(document, "//a:content")
    assert (summary.get("type"), summary.text) == ("text", "a < b & c")
    assert (content.get("type"), content.text) == ("html", "<p>a &lt; b</p>")


def test_a_picture_comes_with_its_words_if_the_partner_allows_pictures() -> None:
    entry = full_entry()
    assert entry.image
    [picture] = read(made(make_story(1, make_item(1, "open", entry=entry))), "//media:content")
    assert dict(picture.attrib) == {"url": entry.image.url, "medium": "image"}
    assert [(child.tag.rpartition("}")[2], child.text) for child in picture] == [
        ("title", "bijschrift"),
        ("description", "alt"),
        ("credit", "© TP"),
    ]
    assert read(made(make_story(1, make_item(1, "fme", entry=entry))), "//media:content") == []
    wordless = made(story_of("open", image=Image(url="https://a.example/1.png")))
    assert [len(picture) for picture in read(wordless, "//media:content")] == [0]


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
        categories = words.categories(story, SITE, "nl")
        tags = [(tag.term, tag.scheme, tag.label) for tag in entry.get("tags", ())]
        assert tags == [tuple(category) for category in categories]
    assert parsed.entries[0].source.title == "Open"
    assert parsed.entries[0].content[0].value == "<p>Inhoud</p>"
    assert parsed.entries[0].summary == "Samenvatting 🎓"


def test_an_entry_that_was_written_for_another_document_is_the_same_in_this_one() -> None:
    stories = [make_story(n, make_item(n, "open", entry=full_entry())) for n in range(3)]
    written: dict[tuple[str, str], bytes] = {}
    fresh = made(*stories)
    assert atom_feed(CHANNEL, stories[:2], SOURCES, SITE, written) != fresh
    assert len(written) == 2
    assert atom_feed(CHANNEL, stories, SOURCES, SITE, written) == fresh
    other = replace(CHANNEL, language="en")
    assert atom_feed(other, stories, SOURCES, SITE, written) == atom_feed(other, stories, SOURCES, SITE)
