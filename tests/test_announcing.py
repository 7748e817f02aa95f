"""What a release has to tell of its stories: the difference that a reader sees, whatever happened in between."""

from dataclasses import replace
from typing import Any

import pytest

from aggregator.announcing import is_topic, notices
from aggregator.model import State
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow
from tests.factories import HOUR, NOW, SURE

ROW = StoryRow(
    id=1, uri="tag:a,2022:x", origin_id=1, state=State.PUBLISHED, reason="", tags=SURE, dated=NOW, released=NOW
)


def told(row: StoryRow, *before: dict[str, Any], is_new: bool = False) -> list[str]:
    news = [Event(at=NOW + n * HOUR, kind="x", story_id=1, before=each, seq=10 + n) for n, each in enumerate(before)]
    found = notices(news, {1: row}, [1] if is_new else [])
    assert all((each.seq, each.at) == (news[-1].seq, news[-1].at) for each in found)
    return [each.kind for each in found]


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ([{"state": "held", "released": None}], ["published"]),
        ([{"state": "withdrawn"}], ["published"]),
        ([{"updated": 1}], ["updated"]),
        ([{"reason": "x"}], []),
        ([{"because": []}, {"updated": 1}, {"updated": 2}], ["updated"]),
        ([{"state": "published"}, {"state": "withdrawn"}], []),
        ([{"state": "published", "updated": 5}, {"state": "withdrawn"}], ["updated"]),
        ([{"state": "rejected"}, {"state": "held"}], ["published"]),
    ],
)
def test_a_story_in_the_feeds(before: list[dict[str, Any]], kind: list[str]) -> None:
    assert told(ROW, *before) == kind


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ([{"state": "published"}], ["withdrawn"]),
        ([{"state": "held"}], []),
        ([{"state": "held"}, {"state": "published"}], []),
        ([{"updated": 1}], []),
    ],
)
def test_a_story_out_of_the_feeds(before: list[dict[str, Any]], kind: list[str]) -> None:
    assert told(replace(ROW, state=State.WITHDRAWN), *before) == kind


def test_a_new_story() -> None:
    assert told(ROW, {}, is_new=True) == ["published"]
    assert told(ROW, {}, {"updated": 3}, is_new=True) == ["published"]
    assert told(replace(ROW, state=State.HELD), {}, is_new=True) == []
    assert told(replace(ROW, released=None), {}, is_new=True) == [], "it was known before its source was added"


def test_events_about_no_story_tell_nothing() -> None:
    assert notices([Event(at=NOW, kind="x", seq=1), Event(at=NOW, kind="x", story_id=9, seq=2)], {}, []) == []


def test_feeds_are_topics_and_nothing_else() -> None:
    topics = ["/feeds/all.atom", "/feeds/themes/x.rss", "/feeds/sources/archive.json"]
    others = ["/", "/?lang=nl", "/feeds?lang=nl", "/feeds/sources.opml", "/feeds/all/archive/1.atom", "/sitemap.xml"]
    assert [path for path in topics + others if is_topic(path)] == topics
