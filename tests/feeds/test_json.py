"""JSON Feed: every field may be wrong, and a wrong one costs only itself."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ReadError
from aggregator.feeds.json import read_json

URL = "https://hs.example/feed.json"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "mime_type"]), inner),
    max_leaves=4,
)
FIELDS = (
    "id url external_url title content_html content_text summary image banner_image date_published date_modified "
    "authors author tags language attachments"
)


def read(feed: dict[str, Any]) -> Any:
    return read_json(json.dumps(feed), URL, "nl")


@given(st.dictionaries(st.sampled_from(FIELDS.split()), ANYTHING), ANYTHING, ANYTHING)
def test_no_type_of_any_field_costs_the_entry(item: dict[str, Any], title: Any, hubs: Any) -> None:
    document = read({"title": title, "hubs": hubs, "items": [item, {"title": "goed"}, title]})
    assert len(document.drafts) >= 2
    assert document.drafts[1].title == "goed"


def test_the_version_is_told() -> None:
    assert read({"version": "https://jsonfeed.org/version/1", "items": []}).format == "json10"
    assert read({"version": "https://jsonfeed.org/version/1.1", "items": []}).format == "json11"


def test_an_id_that_is_an_address_is_the_last_choice_for_a_link() -> None:
    (draft,) = read({"items": [{"id": "https://hs.example/1"}]}).drafts
    assert draft.link == "https://hs.example/1"
    (draft,) = read({"items": [{"id": "1", "external_url": "https://a.nl/"}]}).drafts
    assert draft.link == "https://a.nl/"
    assert read({"items": [{"id": True}]}).drafts[0].id == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "not-a-feed"),
        ("[" * 100_000, "too-deep"),
        ('{"version": "https://jsonfeed.org/version/1",', "unreadable"),
        ('{"items": {}}', "not-a-feed"),
        ("{" + " " * 8_000_000, "too-large"),
        ('{"items": [' + "{}," * 10_000 + "{}]}", "too-many-entries"),
    ],
)
def test_what_is_no_json_feed_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(ReadError) as refused:
        read_json(text, URL, "nl")
    assert refused.value.code == code
