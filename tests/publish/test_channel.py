"""A channel keeps its name and its address, and never claims a change that was none."""

from dataclasses import replace

from aggregator.publish.channel import MEDIA_TYPES, feed_path, last_change_of
from aggregator.publish.valid import MEDIA_TYPES as CHECKED
from tests.factories import DAY, NOW
from tests.publish.stories import CHANNEL, SITE, make_story


def test_the_id_is_a_tag_uri_that_does_not_depend_on_the_address() -> None:
    channel = replace(CHANNEL, name="labels/noord oost")
    assert channel.id(SITE) == "tag:techniekpact.example,2022:feed/labels/noord%20oost"
    assert channel.id(replace(SITE, base_url="https://elders.example")) == channel.id(SITE)


def test_paths_are_those_of_the_contract() -> None:
    assert feed_path("all", "rss") == "/feeds/all.rss"
    assert feed_path("sources/fme", "json") == "/feeds/sources/fme.json"


def test_a_feed_changed_when_its_newest_change_was_whatever_the_order() -> None:
    stories = [make_story(3, updated=NOW - 3 * DAY), make_story(1, updated=NOW), make_story(2, updated=NOW - DAY)]
    assert last_change_of(CHANNEL, stories) == NOW


def test_an_empty_feed_changed_when_it_was_made() -> None:
    assert last_change_of(CHANNEL, []) == CHANNEL.created


def test_every_format_is_looked_at_before_it_is_published() -> None:
    assert set(MEDIA_TYPES.values()) <= CHECKED
