"""Archived feeds: whoever was away for a quarter knows all that happened; a sealed page never changes."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest

from aggregator.model import State
from aggregator.publish.channel import is_archive
from aggregator.publish.entry import local
from aggregator.publish.valid import complaints
from aggregator.release import Press, refresh
from aggregator.store import Store, departures, documents, open_store, stories
from tests.factories import DAY, NOW
from tests.line.quarter import Quarter, published
from tests.line.subscriber import NS, Subscriber
from tests.line.test_release import SITE

FEED_LENGTH = 20
DAYS = 92
MOMENTS = 50


@dataclass
class Lived:
    """A quarter that went by, and who followed it how."""

    quarter: Quarter
    away: Subscriber
    seen: frozenset[str]  # what `away` knew before it left
    daily: Subscriber
    pages: dict[str, set[str]] = field(default_factory=dict)  # the entity tags of each page of an archive
    checked: int = 0

    @property
    def store(self) -> Store:
        return self.quarter.store


@pytest.fixture(scope="module")
def lived(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Three months; at each of fifty random moments every document is looked at and made a second time."""
    path = tmp_path_factory.mktemp("quarter") / "quarter.sqlite3"
    shutil.copy(empty_database, path)
    store = open_store(f"sqlite+pysqlite:///{path}")
    press = Press(store=store, site=SITE, created=NOW - DAY, feed_length=FEED_LENGTH)
    quarter = Quarter(store=store, press=press, random=Random(2022))
    for _ in quarter.days(2):
        pass
    made = Lived(quarter, subscriber(store), frozenset(), subscriber(store))
    made.away.look()
    made.seen = frozenset(made.away.entries)
    moments = set(Random(50).sample(range(DAYS), MOMENTS))
    valid: dict[str, str] = {}
    for day, now in enumerate(quarter.days(DAYS)):
        made.daily.look()
        if day in moments:
            look_at_all(press, now, valid)
            made.checked += 1
        note_pages(store, made.pages)
    yield made
    store.close()


def look_at_all(press: Press, now: datetime, valid: dict[str, str]) -> None:
    """Every document is valid and says nothing that is made up; made a second time it has the same bytes."""
    assert refresh(press, now, everything=True) == []
    with press.store.read() as transaction:
        assert documents.refusals(transaction) == []
    for path, kept in published(press.store).items():
        document = kept.document
        media_type = document.media_type.partition(";")[0]
        if media_type != "text/html" and valid.get(path) != document.etag:
            assert complaints(document.body, media_type) == [], path
            valid[path] = document.etag
            if media_type == "application/atom+xml":
                nothing_is_made_up(document.body, now)


def nothing_is_made_up(body: bytes, now: datetime) -> None:
    """Ids are ours and never a link or a row's number; no time lies in the future; each entry leads to a partner."""
    feed = ElementTree.fromstring(body)
    for entry in feed.findall("a:entry", NS):
        assert re.fullmatch(r"tag:techniekpact\.nl,2022:story/[a-z0-9]{12}", entry.findtext("a:id", "", NS))
        assert datetime.fromisoformat(entry.findtext("a:updated", "", NS)) <= now
        link = entry.find("a:link", NS)
        assert link is not None
        assert re.match(r"https://(fme|vhto|roc)\.example/", link.get("href", ""))


def note_pages(store: Store, known: dict[str, set[str]]) -> None:
    with store.read() as transaction:
        for path in documents.paths(transaction):
            kept = documents.get(transaction, path) if is_archive(path) else None
            if kept is not None:
                known.setdefault(path, set()).add(kept.document.etag)


@pytest.fixture
def press(store: Store) -> Press:
    return Press(store=store, site=SITE, created=NOW - DAY, feed_length=FEED_LENGTH)


def fetcher(store: Store) -> Callable[[str], bytes]:
    def fetch(address: str) -> bytes:
        with store.read() as transaction:
            found = documents.get(transaction, address.removeprefix(SITE.base_url))
        assert found is not None, address
        return found.document.body

    return fetch


def subscriber(store: Store, name: str = "all") -> Subscriber:
    return Subscriber(f"{SITE.base_url}/feeds/{name}.atom", fetcher(store))


def truth(store: Store, theme: str = "") -> dict[str, tuple[datetime, str]]:
    """What stands in the feeds: by id, when it last changed and its title."""
    with store.read() as transaction:
        found = stories.load(transaction, stories.by_state(transaction, State.PUBLISHED, limit=10_000))
    return {
        each.id: (local(each.updated or NOW), each.origin.entry.title)
        for each in found
        if each.released and theme in ("", each.tags.theme)
    }


def left(store: Store) -> set[str]:
    """The ids of what stood in the feeds and is gone."""
    with store.read() as transaction:
        rows = stories.rows(transaction, range(1, 5000))
        gone = departures.of_stories(transaction, rows)
    return {rows[number].uri for number, each in gone.items() if each.returned_at is None}


def test_who_was_away_for_a_quarter_learns_of_every_entry_and_every_deletion(lived: Lived) -> None:
    gone = left(lived.store)
    assert len(gone) > 10
    assert lived.seen & gone
    assert lived.away.look() > 4  # some pages of a hundred, and the feed itself
    assert lived.away.entries == truth(lived.store)
    assert lived.seen & gone <= lived.away.gone.keys()


def test_who_looked_each_day_and_who_comes_at_the_end_know_the_same(lived: Lived) -> None:
    newcomer = subscriber(lived.store)
    newcomer.look()
    lived.daily.look()
    assert lived.daily.entries == newcomer.entries == truth(lived.store)
    assert left(lived.store) <= lived.daily.gone.keys()


@pytest.mark.parametrize("theme", ["instroom", "leven-lang-ontwikkelen"])
def test_the_archive_of_a_theme_lacks_nothing_and_keeps_nothing_that_is_gone(lived: Lived, theme: str) -> None:
    """A story that was given another theme is not gone: it may stay with those who have it."""
    found = subscriber(lived.store, f"themes/{theme}")
    found.look()
    assert truth(lived.store, theme).items() <= found.entries.items()
    assert not found.entries.keys() & left(lived.store)


def test_fifty_moments_were_looked_at_and_sealed_pages_never_changed(lived: Lived) -> None:
    assert lived.checked == MOMENTS
    assert len(lived.pages) > 8
    assert all(len(tags) == 1 for tags in lived.pages.values())


def test_a_page_says_where_it_stands(lived: Lived) -> None:
    pages = [path for path in lived.pages if "/all/" in path]
    assert set(pages) == {f"/feeds/all/archive/{n + 1}.atom" for n in range(len(pages))}
    assert paging(lived.store, "/feeds/all/archive/1.atom") == {
        "self": "1.atom",
        "current": "../../all.atom",
        "next-archive": "2.atom",
    }
    assert paging(lived.store, "/feeds/all/archive/2.atom") == {
        "self": "2.atom",
        "current": "../../all.atom",
        "next-archive": "3.atom",
        "prev-archive": "1.atom",
    }
    assert paging(lived.store, "/feeds/all.atom") == {
        "self": f"{SITE.base_url}/feeds/all.atom",
        "prev-archive": f"{SITE.base_url}/feeds/all/archive/{len(pages)}.atom",
    }


def paging(store: Store, path: str) -> dict[str | None, str | None]:
    feed = ElementTree.fromstring(fetcher(store)(SITE.base_url + path))
    links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", NS)}
    return {rel: href for rel, href in links.items() if rel not in ("alternate", "hub")}


def test_sealed_pages_stay_as_they_are_whatever_is_configured_and_lead_on_where_the_site_moved(lived: Lived) -> None:
    before = {path: kept for path, kept in published(lived.store).items() if is_archive(path)}
    themes = tuple(replace(each, label={"nl": "Heel anders", "en": "Quite different"}) for each in SITE.themes)
    moved = replace(SITE, title="Andere naam", base_url="https://elders.example/x", themes=themes, language="en")
    refresh(replace(lived.quarter.press, site=moved, feed_length=50), lived.quarter.now, everything=True)
    assert {path: kept for path, kept in published(lived.store).items() if is_archive(path)} == before
    fetch = fetcher(lived.store)

    def there(address: str) -> bytes:
        return fetch(SITE.base_url + address.removeprefix(moved.base_url))

    newcomer = Subscriber(f"{moved.base_url}/feeds/all.atom", there)
    newcomer.look()
    assert newcomer.entries == truth(lived.store)
    refresh(lived.quarter.press, lived.quarter.now, everything=True)


def test_nothing_falls_between_the_feed_and_its_archive_at_any_moment(store: Store, press: Press) -> None:
    """Whoever comes for the first time finds all that is public, on both databases."""
    small = replace(press, feed_length=5, page_records=8)
    quarter = Quarter(store=store, press=small, random=Random(7))
    for _ in quarter.days(12):
        newcomer = subscriber(store)
        newcomer.look()
        assert newcomer.entries == truth(store)
    assert len(newcomer.read) > 4
