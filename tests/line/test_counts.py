"""What a cycle costs, in counts that no busy machine can blur: documents read, documents made, questions asked.

CPU seconds are measured by bench/cycle.py; these hold what they rest on.
"""

from collections.abc import Callable
from cProfile import Profile
from pstats import Stats
from typing import Any

import pytest
from sqlalchemy import event

from aggregator.feeds import read_feed
from aggregator.publish.atom import atom_feed
from aggregator.publish.jsonfeed import json_feed
from aggregator.publish.rss import rss_feed
from aggregator.publish.site import front_page, theme_page
from aggregator.release import Press, refresh
from aggregator.store import Store
from tests.factories import DAY, NOW, make_entry, make_source
from tests.line.modes import embedded
from tests.line.partner import LATER, Partners, feed, follow, make_line, run
from tests.line.test_release import SITE

SOURCES = 20


@pytest.fixture
def press(store: Store) -> Press:
    return Press(store=store, site=SITE, created=NOW - DAY)


@pytest.fixture
def many(store: Store, partners: Partners) -> Partners:
    """Followed partners with two items each."""
    for n in range(SOURCES):
        url = f"https://partner{n}.example/feed"
        follow(store, make_source(f"partner{n}", url=url))
        partners.documents[url] = feed(
            *(make_entry(k, id=f"{n}-{k}", link=f"https://partner{n}.example/{k}") for k in (1, 2))
        )
    return partners


def calls(of: Callable[..., Any], during: Callable[[], Any]) -> int:
    """How often a function is called while another runs."""
    profile = Profile()
    profile.runcall(during)
    place = (of.__code__.co_filename, of.__code__.co_firstlineno, of.__code__.co_name)
    counted = Stats(profile).stats.get(place)  # type: ignore[attr-defined]  # typeshed does not know it
    return counted[1] if counted else 0


def test_an_unchanged_feed_is_not_read(store: Store, many: Partners) -> None:
    line = make_line(store, many)
    assert calls(read_feed, lambda: embedded(line, NOW)) == SOURCES
    assert calls(read_feed, lambda: embedded(line, LATER)) == 0


@pytest.mark.parametrize(
    ("make", "made"), [(atom_feed, 0), (rss_feed, 0), (json_feed, 0), (theme_page, 0), (front_page, 2)]
)
def test_without_news_no_document_is_made_but_the_page_that_says_when_we_looked(
    store: Store, many: Partners, press: Press, make: Callable[..., Any], made: int
) -> None:
    line = make_line(store, many)
    run(line)
    assert calls(make, lambda: refresh(press, NOW)) >= max(made, 1)
    run(line, LATER)
    assert calls(make, lambda: refresh(press, LATER)) == made


def test_a_release_asks_no_more_questions_for_more_partners(store: Store, many: Partners, press: Press) -> None:
    run(make_line(store, many))
    refresh(press, NOW, everything=True)
    url = "https://partner0.example/feed"
    many.documents[url] = feed(make_entry(3, id="0-3", link="https://partner0.example/3"))
    run(make_line(store, many), LATER)
    for_one = statements(store, lambda: refresh(press, LATER))
    for_all = statements(store, lambda: refresh(press, LATER, everything=True))
    assert for_all <= for_one + 2


def statements(store: Store, during: Callable[[], Any]) -> int:
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(args[2])

    event.listen(store.engine, "before_cursor_execute", note)
    during()
    event.remove(store.engine, "before_cursor_execute", note)
    return len(seen)
