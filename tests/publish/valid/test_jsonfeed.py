"""Known faults of JSON Feeds, each found and named."""

import json
from copy import deepcopy
from typing import Any

import pytest

from aggregator.publish.valid import complaints

GOOD: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Nieuws",
    "home_page_url": "https://a.example/",
    "feed_url": "https://a.example/feed.json",
    "language": "nl",
    "expired": False,
    "authors": [{"name": "A"}, {"url": "https://a.example/"}],
    "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    "_ours": {"any": "thing"},
    "items": [
        {
            "id": "1",
            "url": "https://a.example/1",
            "content_text": "tekst",
            "date_published": "2022-06-30T00:00:00Z",
            "tags": ["a"],
            "attachments": [{"url": "https://a.example/1.mp3", "mime_type": "audio/mpeg"}],
        },
        {"id": "2", "content_html": "<p>tekst</p>", "_ours": {}},
    ],
}


def faults(feed: Any) -> list[str]:
    return complaints(json.dumps(feed).encode(), "application/feed+json")


def test_a_good_document_has_no_faults() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize("name", ["version", "title", "feed_url", "items"])
def test_what_a_feed_needs_must_be_there(name: str) -> None:
    assert faults({key: value for key, value in GOOD.items() if key != name}) == [f"feed: no {name}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", "https://jsonfeed.org/version/1"),
        ("title", " "),
        ("title", 7),
        ("home_page_url", "/"),
        ("feed_url", None),
        ("language", "nl_NL"),
        ("expired", "no"),
        ("authors", [{}]),
        ("authors", ["A"]),
        ("authors", [{"name": ""}]),
        ("authors", [{"url": "a"}]),
        ("authors", {"name": "A"}),
        ("hubs", [{"type": "WebSub"}]),
        ("items", {}),
    ],
)
def test_a_member_of_a_feed_must_be_what_it_is_called(name: str, value: Any) -> None:
    assert faults(GOOD | {name: value}) == [f"feed: {name} is {str(value)!r}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", 1),
        ("url", "1"),
        ("content_text", ""),
        ("date_published", "2022-06-30"),
        ("date_modified", 2022),
        ("tags", "a"),
        ("tags", [""]),
        ("image", "a.png"),
        ("attachments", [{"url": "https://a.example/"}]),
        ("attachments", [{"url": "https://a.example/", "mime_type": "audio"}]),
    ],
)
def test_a_member_of_an_item_must_be_what_it_is_called(name: str, value: Any) -> None:
    feed = deepcopy(GOOD)
    feed["items"][0][name] = value
    assert faults(feed) == [f"item 1: {name} is {str(value)!r}"]


def test_unknown_members_must_be_marked_as_custom_objects() -> None:
    assert faults(GOOD | {"author": {"name": "A"}}) == ["feed: 'author' is no member of JSON Feed 1.1"]
    assert faults(GOOD | {"_ours": []}) == ["feed: _ours is a custom object but no object"]


def test_items_need_an_id_of_their_own_and_content() -> None:
    assert faults(GOOD | {"items": [{"content_text": "a"}]}) == ["item 1: no id"]
    assert faults(GOOD | {"items": [{"id": "1"}]}) == ["item 1: neither content_html nor content_text"]
    assert faults(GOOD | {"items": GOOD["items"][:1] * 2}) == ["id '1' occurs 2 times"]
    assert faults(GOOD | {"items": ["1"]}) == ["item 1 is no object"]


def test_a_document_that_is_no_object_is_no_feed() -> None:
    assert faults([]) == ["the document is no object"]
