"""JSON Feed: the same news, one json.parse away from a page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import given

from aggregator.model import Entry, Site, Source, Story, Tags
from aggregator.publish.channel import Channel
from aggregator.publish.jsonfeed import json_feed
from aggregator.publish.valid import complaints
from tests.factories import full_entry, make_item
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


def made(*stories: Story, channel: Channel = CHANNEL) -> Any:
    """The feed of `stories`, after a look by the validator, parsed."""
    document = json_feed(channel, stories, SOURCES, SITE)
    assert complaints(document, "application/feed+json") == []
    return json.loads(document)


@given(ANY_CHANNEL, any_stories(), ANY_SOURCES, ANY_SITE)
def test_whatever_came_in_a_valid_feed_comes_out(
    channel: Channel, stories: Sequence[Story], sources: Mapping[str, Source], site: Site
) -> None:
    document = json_feed(channel, stories, sources, site)
    assert complaints(document, "application/feed+json") == []
    assert json_feed(channel, list(stories), dict(sources), site) == document
    assert [item["id"] for item in json.loads(document)["items"]] == [story.id for story in stories]


def test_the_feed_says_who_it_is_and_where() -> None:
    feed = made()
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": CHANNEL.title,
        "home_page_url": CHANNEL.alternate,
        "feed_url": f"{SITE.base_url}/feeds/all.json",
        "description": CHANNEL.subtitle,
        "language": "nl",
        "authors": [{"name": SITE.title, "url": SITE.base_url}],
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "_theme_labels": {
            "instroom": {"nl": "Instroom", "en": "Intake"},
            "leven-lang-ontwikkelen": {"nl": "Leven lang ontwikkelen"},
        },
        "items": [],
    }
    assert "hubs" not in made(channel=replace(CHANNEL, links=()))


def test_an_item_says_all_that_is_known() -> None:
    entry = full_entry()
    assert entry.image
    others = make_item(2, "roc", entry=Entry(link="https://roc.example/1"))
    story = make_story(1, make_item(1, "open", entry=entry), others)
    [item] = made(story)["items"]
    assert (item["id"], item["url"], item["title"]) == (story.id, entry.link, entry.title)
    assert (item["content_text"], item["content_html"]) == (entry.summary, entry.content)
    assert datetime.fromisoformat(item["date_published"]) == entry.published
    assert datetime.fromisoformat(item["date_modified"]) == story.updated
    assert item["authors"] == [{"name": "Open", "url": "https://open.example/feed"}]
    assert item["tags"] == ["Instroom", "Leven lang ontwikkelen"]
    assert list(item["_themes"]) == ["instroom", "leven-lang-ontwikkelen"]
    assert item["_themes"]["instroom"] == f"{SITE.base_url}/themes/instroom"
    assert item["language"] == "nl"
    assert item["image"] == entry.image.url
    assert item["_image"] == {"alt": "alt", "caption": "bijschrift", "credit": "© TP"}
    assert item["_sources"] == {
        "origin": {"id": "open", "name": "Open", "url": entry.link},
        "also": [{"id": "roc", "name": "ROC & Zonen", "url": "https://roc.example/1"}],
    }


def test_what_is_unknown_or_not_allowed_is_left_out() -> None:
    bare = make_story(1, story_of("fme", title="T", content="<p>x</p>").origin, tags=Tags())
    [item] = made(bare)["items"]
    assert not {"date_published", "content_html", "image", "_image", "tags", "_themes"} & item.keys()
    assert made(story_of(title="Alleen een titel"))["items"][0]["content_text"] == "Alleen een titel"


def test_an_item_says_what_a_page_shows_beside_its_title() -> None:
    [full] = made(make_story(1, make_item(1, "open", entry=full_entry())))["items"]
    assert full["_story"] == {"kicker": "Column", "date_precision": "day"}
    undated = make_story(1, make_item(1, "open", entry=Entry(title="Zonder datum")))
    [item] = made(undated)["items"]
    assert undated.released
    assert datetime.fromisoformat(item["_story"]["date_found"]) == undated.released
    assert item["_story"].keys() == {"date_found"}


def test_the_order_is_kept() -> None:
    stories = [make_story(number) for number in (3, 1, 2)]
    assert [item["id"] for item in made(*stories)["items"]] == [story.id for story in stories]
