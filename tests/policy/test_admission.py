from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Entry, Item, Precision, Source, State, Tags
from aggregator.policy.admission import admit, announced

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCE = Source(id="fme", organisation="FME", url="https://www.fme.nl/nieuws")
SURE, UNSURE, OFF = Tags(decision="publish"), Tags(decision="review"), Tags(decision="off-topic", off_topic=True)
ALL = replace(SOURCE, relevance="all")
NEW = replace(SOURCE, publish="review")


def item(key: str = "a", published: datetime | None = NOW, precision: Precision | None = None) -> Item:
    entry = Entry(title="Techniek", published=published, date_precision=precision)
    return Item(key=key, source_id="fme", entry=entry, first_seen=NOW)


@pytest.mark.parametrize(
    ("tags", "source", "mode", "state", "reason"),
    [
        (SURE, SOURCE, "automatic", State.PUBLISHED, "sure"),
        (UNSURE, SOURCE, "automatic", State.HELD, "unsure"),
        (OFF, SOURCE, "automatic", State.OFF_TOPIC, "off-topic"),
        (SURE, NEW, "automatic", State.HELD, "new source"),
        (UNSURE, NEW, "edited", State.HELD, "unsure"),
        (OFF, NEW, "edited", State.OFF_TOPIC, "off-topic"),
        (SURE, SOURCE, "edited", State.HELD, "edited mode"),
        (SURE, NEW, "edited", State.HELD, "new source"),
        (UNSURE, ALL, "automatic", State.PUBLISHED, "all of this source"),
        (OFF, ALL, "automatic", State.PUBLISHED, "all of this source"),
        (OFF, ALL, "edited", State.HELD, "edited mode"),
        (OFF, replace(ALL, publish="review"), "automatic", State.HELD, "new source"),
    ],
)
def test_a_story_starts_where_certainty_and_policy_put_it(
    tags: Tags, source: Source, mode: Literal["automatic", "edited"], state: State, reason: str
) -> None:
    assert admit(item(), tags, source, mode=mode, now=NOW) == (state, reason)


@pytest.mark.parametrize(
    ("published", "odd"),
    [
        (NOW + 3 * DAY, True),
        (NOW + 2 * DAY, False),
        (datetime(1994, 12, 31, tzinfo=UTC), True),
        (datetime(1995, 1, 1, tzinfo=UTC), False),
        (None, False),
    ],
)
@pytest.mark.parametrize("source", [SOURCE, ALL, NEW])
def test_an_odd_date_waits_for_an_editor(published: datetime | None, odd: bool, source: Source) -> None:
    _, reason = admit(item(published=published), SURE, source, mode="automatic", now=NOW)
    assert (reason == "odd date") is odd


def announce(*items: Item, before: bool = False, added: datetime = NOW, count: int = 5) -> frozenset[str]:
    return announced(items, source_added=added, known_before=before, days=14, count=count, now=NOW)


def test_a_new_source_announces_its_newest_few_and_no_more() -> None:
    items = [item(str(age), NOW - age * DAY) for age in range(30)]
    assert announce(*items) == {"0", "1", "2", "3", "4"}
    assert announce(*items[12:]) == {"12", "13", "14"}
    assert announce(*items, count=0) == frozenset()


def test_among_equal_dates_the_first_in_the_document_are_announced() -> None:
    items = [item(str(place)) for place in range(9)]
    assert announce(*items, count=2) == {"0", "1"}


def test_a_new_source_announces_nothing_undated_and_no_coming_events() -> None:
    assert announce(item(published=None)) == frozenset()
    assert announce(item(published=NOW + 3 * DAY)) == frozenset()
    assert announce(item(published=NOW + DAY)) == {"a"}


def test_the_window_opens_with_a_day_in_amsterdam() -> None:
    midnight = datetime(2026, 11, 8, 23, tzinfo=UTC)  # the 9th in Amsterdam, 14 days before
    assert announce(item(published=midnight, precision=Precision.DAY)) == {"a"}
    assert announce(item(published=midnight - timedelta(seconds=1))) == frozenset()


def test_later_whatever_is_new_is_news() -> None:
    items = [item("old", NOW - 40 * DAY), item("undated", None), item("ahead", NOW + 9 * DAY), item("now")]
    assert announce(*items, before=True, added=NOW - 300 * DAY) == {"old", "undated", "ahead", "now"}


def test_later_the_archive_of_a_source_stays_unannounced() -> None:
    added = NOW - 10 * DAY
    assert announce(item("old", added - 15 * DAY), item("new", added - 13 * DAY), before=True, added=added) == {"new"}


def test_a_month_stands_for_all_its_days() -> None:
    november = datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert announce(item(published=november, precision=Precision.MONTH), before=True) == {"a"}
    assert announce(item(published=november, precision=Precision.DAY), before=True) == frozenset()


ages = st.lists(st.none() | st.integers(-100, 5000), max_size=30)


@given(ages, st.integers(0, 30), st.integers(0, 10), st.booleans())
def test_only_given_items_are_announced_and_at_first_never_more_than_asked_for(
    ages: list[int | None], days: int, count: int, before: bool
) -> None:
    items = [item(str(n), None if age is None else NOW - age * DAY / 10) for n, age in enumerate(ages)]
    keys = announced(items, source_added=NOW, known_before=before, days=days, count=count, now=NOW)
    assert keys <= {each.key for each in items}
    assert before or len(keys) <= count
