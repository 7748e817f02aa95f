"""A subscriber who looks once a day sees every story once, also when a week is released at a time."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import feedparser
import pytest

from aggregator.model import Entry, Site, Source, Story
from aggregator.publish.atom import atom_feed
from aggregator.publish.channel import Channel
from aggregator.publish.rss import rss_feed
from tests.factories import make_item
from tests.publish.stories import CHANNEL, SITE, SOURCES, make_story

START = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday, with a change of the clock ahead
DAYS = 90
WINDOW = 20
FEED_LENGTH = 30

Write = Callable[[Channel, Sequence[Story], dict[str, Source], Site], bytes]


def weekly_rounds(random: Random) -> Iterator[Story]:
    """Each Monday an editor releases up to a windowful at one moment, dated up to a month back, or not at all."""
    number = 0
    for week in range(DAYS // 7):
        released = START + timedelta(weeks=week)
        for _ in range(random.randint(5, WINDOW)):
            number += 1
            published = random.choice([None, released - timedelta(hours=random.randint(1, 31 * 24))])
            entry = Entry(title=f"Bericht {number}", link=f"https://fme.example/{number}", published=published)
            yield make_story(number, make_item(number, entry=entry), released=released, updated=released)


def seen_by_subscriber(stories: Sequence[Story], order: Callable[[Story], datetime], write: Write) -> Counter[str]:
    """How often each story is shown as new: a story not among those remembered from the window before."""
    shown: Counter[str] = Counter()
    remembered: set[str] = set()
    for day in range(DAYS):
        now = START + timedelta(days=day, hours=4)
        public = [story for story in stories if story.released and story.released <= now]
        newest = sorted(public, key=lambda story: (order(story), story.id), reverse=True)[:FEED_LENGTH]
        document = feedparser.parse(write(CHANNEL, newest, SOURCES, SITE))
        window = [entry.id for entry in document.entries][:WINDOW]
        shown.update(id for id in window if id not in remembered)
        remembered |= set(window)
    return shown


def by_release(story: Story) -> datetime:
    return story.released or START


def by_partners_date(story: Story) -> datetime:
    return story.origin.entry.published or by_release(story)


@pytest.fixture(scope="module")
def quarter() -> list[Story]:
    return list(weekly_rounds(Random(2022)))


@pytest.mark.parametrize("write", [atom_feed, rss_feed])
def test_nothing_is_missed_and_nothing_is_seen_twice(quarter: list[Story], write: Write) -> None:
    assert seen_by_subscriber(quarter, by_release, write) == Counter(story.id for story in quarter)


def test_ordered_by_the_partners_date_stories_would_be_missed(quarter: list[Story]) -> None:
    assert len(seen_by_subscriber(quarter, by_partners_date, atom_feed)) < len(quarter)


def test_what_was_seen_does_not_come_back_changed(quarter: list[Story]) -> None:
    """A reader that shows an entry again when its updated moves sees each updated once."""
    changes: dict[str, set[str]] = {}
    for day in range(0, DAYS, 7):
        now = START + timedelta(days=day)
        public = [story for story in quarter if by_release(story) <= now]
        for entry in feedparser.parse(atom_feed(CHANNEL, public, SOURCES, SITE)).entries:
            changes.setdefault(entry.id, set()).add(entry.updated)
    assert all(len(moments) == 1 for moments in changes.values())
