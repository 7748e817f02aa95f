from dataclasses import replace
from datetime import datetime, timedelta

import feedparser
import pytest

from aggregator.desk import decide
from aggregator.model import Site, State, Theme
from aggregator.publish.channel import archive_path
from aggregator.publish.valid import complaints
from aggregator.release import Press, page_path, refresh
from aggregator.store import Store, documents, events, sources, stories
from aggregator.store.check import contradictions
from tests.factories import DAY, HOUR, NOW, SURE, UNSURE, make_entry, make_source
from tests.line.partner import LATER, Partners, feed, follow, make_line, run

URL = "https://fme.example/feed"
THEMES = tuple(
    Theme(slug=slug, label={"nl": slug.title(), "en": slug}, definition={"nl": "Wat het is.", "en": "What it is."})
    for slug in ("instroom", "leven-lang-ontwikkelen")
)
SITE = Site(
    title="Technieknieuws",
    base_url="https://nieuws.techniekpact.example",
    tag_authority="techniekpact.nl,2022",
    themes=THEMES,
)


@pytest.fixture
def press(store: Store) -> Press:
    return Press(store=store, site=SITE, created=NOW - DAY)


def published(store: Store) -> dict[str, bytes]:
    with store.read() as transaction:
        kept = [documents.get(transaction, path) for path in documents.paths(transaction)]
    return {each.document.path: each.document.body for each in kept if each is not None}


def test_a_released_story_stands_in_every_feed_that_it_belongs_to(
    store: Store, partners: Partners, press: Press
) -> None:
    follow(store, make_source(labels=("noord",)))
    partners.documents[URL] = feed(make_entry(1))
    run(make_line(store, partners))
    refresh(press, NOW)
    found = published(store)
    for name in ("all", "themes/instroom", "sources/fme", "labels/noord"):
        (entry,) = feedparser.parse(found[f"/feeds/{name}.atom"]).entries
        assert entry.title == "Nieuws nummer 1"
    assert feedparser.parse(found["/feeds/themes/leven-lang-ontwikkelen.atom"]).entries == []
    assert b"Nieuws nummer 1" in found[page_path("/", "nl")]


def test_every_document_is_valid(store: Store, partners: Partners, press: Press) -> None:
    follow(store, make_source(labels=("noord",)))
    partners.documents[URL] = feed(make_entry(1), make_entry(2, summary="", published=None), make_entry(3, link=None))
    run(make_line(store, partners))
    refresh(press, NOW)
    with store.read() as transaction:
        kept = [documents.get(transaction, path) for path in documents.paths(transaction)]
    assert len(kept) > 15
    for each in kept:
        assert each is not None
        if "html" not in each.document.media_type:
            assert complaints(each.document.body, each.document.media_type.partition(";")[0]) == [], each.document.path


def test_nothing_changes_when_there_is_no_news(store: Store, partners: Partners, press: Press) -> None:
    follow(store)
    line = make_line(store, partners)
    partners.documents[URL] = feed(make_entry(1))
    run(line)
    refresh(press, NOW)
    before = published(store)
    run(line, NOW + 3 * HOUR)
    assert refresh(press, NOW + 3 * HOUR) == []
    assert refresh(press, NOW + 3 * HOUR, everything=True) == []
    assert published(store) == before


def test_only_what_a_change_concerns_is_made_anew(store: Store, partners: Partners, press: Press) -> None:
    follow(store, make_source("fme"), make_source("vhto"))
    for id_ in ("fme", "vhto"):
        entry = make_entry(1, link=f"https://{id_}.example/1", title=f"Nieuws dat alleen {id_} brengt")
        partners.documents[f"https://{id_}.example/feed"] = feed(entry)
    line = make_line(store, partners)
    run(line)
    refresh(press, NOW)
    partners.documents[URL] = feed(make_entry(1, link="https://fme.example/1", title="Een andere titel hier"))
    run(line, LATER)
    changed = set(refresh(press, LATER))
    assert {"/feeds/all.atom", "/feeds/sources/fme.atom", "/feeds/themes/instroom.json"} <= changed
    assert not {path for path in changed if "vhto" in path or "leven-lang" in path}


def test_held_stories_are_nowhere_until_an_editor_publishes_them(
    store: Store, partners: Partners, press: Press
) -> None:
    follow(store)
    partners.documents[URL] = feed(make_entry(1))
    run(make_line(store, partners, lambda _: UNSURE))
    refresh(press, NOW)
    assert not any(b"Nieuws nummer 1" in body for body in published(store).values())
    with store.read() as transaction:
        (row,) = stories.rows(transaction, [1]).values()
    slug = row.uri.rsplit("/", 1)[1]
    came = decide.publish(store, [slug, "nonesuch"], "thea", LATER)
    assert came == decide.Decided(changed=(slug,), unknown=("nonesuch",))
    refresh(press, LATER)
    (entry,) = feedparser.parse(published(store)["/feeds/all.atom"]).entries
    assert datetime.fromisoformat(entry.updated) == LATER
    assert datetime.fromisoformat(entry.published) == NOW - HOUR


def test_what_is_rejected_after_publication_is_withdrawn_from_every_feed(
    store: Store, partners: Partners, press: Press
) -> None:
    follow(store)
    line = make_line(store, partners)
    partners.documents[URL] = feed(make_entry(1), make_entry(2))
    run(line)
    refresh(press, NOW)
    with store.read() as transaction:
        slug = stories.load(transaction, [1])[0].slug
    decide.reject(store, [slug], "thea", LATER, "niet van ons")
    refresh(press, LATER)
    assert len(feedparser.parse(published(store)["/feeds/all.atom"]).entries) == 1
    with store.read() as transaction:
        assert stories.rows(transaction, [1])[1].state is State.WITHDRAWN
        assert contradictions(transaction) == []


def test_polls_never_undo_what_an_editor_decided(store: Store, partners: Partners, press: Press) -> None:
    follow(store)
    line = make_line(store, partners)
    partners.documents[URL] = feed(make_entry(1))
    run(line)
    with store.read() as transaction:
        slug = stories.load(transaction, [1])[0].slug
    decide.set_theme(store, [slug], "leven-lang-ontwikkelen", None, "thea", NOW + HOUR)
    decide.reject(store, [slug], "thea", NOW + HOUR)
    partners.documents[URL] = feed(make_entry(1, title="Een andere titel maakt niets uit"))
    run(line, LATER)
    with store.read() as transaction:
        (row,) = stories.rows(transaction, [1]).values()
    assert row.state is State.WITHDRAWN
    assert row.tags.theme == "leven-lang-ontwikkelen"


def test_an_undecided_story_is_judged_anew_when_its_text_changes(store: Store, partners: Partners) -> None:
    follow(store)
    verdicts = {"vaag": UNSURE}
    line = make_line(store, partners, lambda entry: verdicts.get(entry.title, SURE))
    partners.documents[URL] = feed(make_entry(1, title="vaag"))
    run(line)
    partners.documents[URL] = feed(make_entry(1, title="Instroom in techniek stijgt"))
    run(line, LATER)
    with store.read() as transaction:
        (row,) = stories.rows(transaction, [1]).values()
        assert [each.kind for each in events.since(transaction, 0)] == ["taken-in", "revised"]
    assert (row.state, row.released) == (State.PUBLISHED, LATER)


def test_two_changes_within_a_second_have_different_last_modified(
    store: Store, partners: Partners, press: Press
) -> None:
    follow(store)
    line = make_line(store, partners)
    partners.documents[URL] = feed(make_entry(1))
    run(line)
    refresh(press, NOW)
    with store.read() as transaction:
        first = documents.get(transaction, "/feeds/all.atom")
    refresh(replace(press, site=replace(SITE, title="Ander nieuws")), NOW + timedelta(milliseconds=3), everything=True)
    with store.read() as transaction:
        second = documents.get(transaction, "/feeds/all.atom")
    assert first is not None
    assert second is not None
    assert second.document.changed - first.document.changed == timedelta(seconds=1)
    assert second.document.etag != first.document.etag


def test_a_document_that_is_not_valid_is_not_published(
    store: Store, partners: Partners, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    import aggregator.release as release

    follow(store)
    line = make_line(store, partners)
    partners.documents[URL] = feed(make_entry(1))
    run(line)
    refresh(press, NOW)
    good = published(store)["/feeds/all.atom"]
    broken = release.FORMATS | {"atom": (release.FORMATS["atom"][0], lambda *_: b"<feed/>")}
    monkeypatch.setitem(release.FORMATS, "atom", broken["atom"])
    refresh(press, LATER, everything=True)
    assert published(store)["/feeds/all.atom"] == good
    with store.read() as transaction:
        assert ("/feeds/all.atom", LATER, ["the root is feed, not atom:feed"]) in documents.refusals(transaction)
    monkeypatch.undo()
    refresh(press, LATER, everything=True)
    with store.read() as transaction:
        assert documents.refusals(transaction) == []


def test_the_feeds_of_a_source_that_was_removed_go_at_the_next_start(
    store: Store, partners: Partners, press: Press
) -> None:
    follow(store, make_source("fme", labels=("noord",)), make_source("vhto"))
    for n, id_ in enumerate(("fme", "vhto")):
        entry = make_entry(n, link=f"https://{id_}.example/1")
        partners.documents[f"https://{id_}.example/feed"] = feed(entry)
    run(make_line(store, partners))
    refresh(press, NOW)
    with store.write() as transaction:
        sources.remove(transaction, "fme", LATER)
    refresh(press, LATER, everything=True)
    left = set(published(store))
    assert "/feeds/sources/vhto.atom" in left
    assert not {path for path in left if "sources/fme" in path or "labels/noord" in path}
    assert len(feedparser.parse(published(store)["/feeds/all.atom"]).entries) == 2


def test_what_stands_first_at_the_partner_stands_first_with_us_and_what_came_later_before_it(
    store: Store, partners: Partners, press: Press
) -> None:
    follow(store)
    line = make_line(store, partners)
    today = [make_entry(n, published=NOW - HOUR) for n in (1, 2, 3, 4)]
    partners.documents[URL] = feed(*today[1:])
    run(line)
    partners.documents[URL] = feed(*today)
    run(line, LATER)
    refresh(press, LATER)
    titles = [entry.title for entry in today]
    found = published(store)
    assert [each.title for each in feedparser.parse(found["/feeds/all.atom"]).entries] == titles
    assert [each.title for each in feedparser.parse(found["/feeds/sources/fme.rss"]).entries] == titles
    front = found[page_path("/", "nl")].decode()
    assert sorted(titles, key=front.index) == titles


def test_a_sealed_page_keeps_the_order_of_the_partner(store: Store, partners: Partners, press: Press) -> None:
    follow(store)
    partners.documents[URL] = feed(*(make_entry(n, published=NOW - HOUR) for n in (1, 2, 3)))
    run(make_line(store, partners))
    refresh(replace(press, page_records=3), NOW)
    page = feedparser.parse(published(store)[archive_path("all", 1)])
    assert [each.title for each in page.entries] == [f"Nieuws nummer {n}" for n in (1, 2, 3)]
