"""Erasing goes before permanence: no table, no page, no archive keeps a word of what was erased."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from aggregator.desk import decide, edit, join, timing, undo
from aggregator.desk.erase import Erased, erase
from aggregator.model import Edits, State
from aggregator.publish.valid import complaints
from aggregator.release import Press, refresh
from aggregator.store import Store, documents, events, stories
from aggregator.store.check import contradictions
from aggregator.store.tables import metadata
from tests.factories import DAY, HOUR, NOW, make_entry, make_source
from tests.line.partner import LATER, Partners, feed, follow, make_line, run
from tests.line.quarter import published
from tests.line.subscriber import NS
from tests.line.test_archive import subscriber
from tests.line.test_release import SITE

WORD = "Zonderlingwoord"
URL = "https://fme.example/feed"


@pytest.fixture
def press(store: Store) -> Press:
    return Press(store=store, site=SITE, created=NOW - DAY, page_records=3)


@pytest.fixture
def partners(store: Store) -> Partners:
    """Five stories are out, three of them in a sealed page; the fourth one speaks of somebody."""
    found = Partners()
    follow(store, make_source(licence="full", images=True))
    named = make_entry(4, title=f"{WORD} spreekt", summary=f"Wat {WORD} zei.", content=f"<p>{WORD} lang</p>")
    found.documents[URL] = feed(*(make_entry(n) for n in (1, 2, 3)), named, make_entry(5))
    return found


@pytest.fixture
def slug(store: Store, partners: Partners, press: Press) -> str:
    run(make_line(store, partners))
    refresh(press, NOW)
    with store.read() as transaction:
        found = stories.load(transaction, range(1, 6))
    named = next(each for each in found if WORD in each.origin.entry.title)
    edit.edit(store, named.slug, Edits(title=f"{WORD} bewerkt"), "thea", NOW + HOUR)
    refresh(press, NOW + HOUR)
    return named.slug


def mentions(store: Store) -> list[str]:
    """The tables in which the word still stands."""
    found = []
    with store.read() as transaction:
        for table in metadata.sorted_tables:
            for row in transaction.execute(select(table)):
                if WORD in str(tuple(row)) or WORD.encode() in b"".join(v for v in row if isinstance(v, bytes)):
                    found.append(table.name)
    return sorted(set(found))


def test_not_a_word_is_left_in_any_table(store: Store, press: Press, slug: str) -> None:
    assert {"document", "item", "decision"} <= set(mentions(store))
    assert erase(store, [slug, "nonesuch"], "thea", LATER, "verzoek") == Erased(changed=(slug,), unknown=("nonesuch",))
    refresh(press, LATER)
    assert mentions(store) == []
    with store.read() as transaction:
        row = stories.row_by_slug(transaction, slug)
        assert row is not None
        assert (row.state, row.reason) == (State.WITHDRAWN, stories.ERASED)
        assert events.of_story(transaction, row.id)[-1].reason == "verzoek"
        assert contradictions(transaction) == []


def test_the_sealed_page_has_a_tombstone_in_its_place_and_a_new_entity_tag(
    store: Store, press: Press, slug: str
) -> None:
    path = "/feeds/all/archive/1.atom"
    before = published(store)[path].document
    assert WORD.encode() in before.body
    erase(store, [slug], "thea", LATER)
    changed = refresh(press, LATER)
    after = published(store)[path].document
    assert path in changed
    assert after.etag != before.etag
    assert complaints(after.body, "application/atom+xml") == []
    was, now = ElementTree.fromstring(before.body), ElementTree.fromstring(after.body)
    (tombstone,) = now.findall("at:deleted-entry", NS)
    assert tombstone.get("ref", "").endswith(slug)
    assert tombstone.findtext("at:comment", "", NS) == "Gewist"
    kept = [ElementTree.tostring(each) for each in now.findall("a:entry", NS)]
    others = [each for each in was.findall("a:entry", NS) if WORD not in (each.findtext("a:title", "", NS))]
    assert kept == [ElementTree.tostring(each) for each in others]
    assert refresh(press, LATER + DAY, everything=True) == []


def test_who_had_it_learns_that_it_went(store: Store, press: Press, slug: str) -> None:
    reader = subscriber(store)
    reader.look()
    known = next(id_ for id_ in reader.entries if id_.endswith(slug))
    erase(store, [slug], "thea", LATER)
    refresh(press, LATER)
    reader.look()
    assert known not in reader.entries
    assert known in reader.gone


def test_the_partner_cannot_bring_it_back(store: Store, partners: Partners, press: Press, slug: str) -> None:
    erase(store, [slug], "thea", LATER)
    again = make_entry(4, title=f"{WORD} spreekt opnieuw", summary=f"Meer van {WORD}.")
    partners.documents[URL] = feed(again, *(make_entry(n) for n in (1, 2, 3, 5)))
    run(make_line(store, partners), LATER + DAY)
    refresh(press, LATER + DAY)
    assert [table for table in mentions(store) if table != "body"] == []


def test_no_editor_can_bring_it_back(store: Store, press: Press, slug: str) -> None:
    decide.reject(store, [slug], "thea", NOW + 2 * HOUR)
    erase(store, [slug], "thea", LATER)
    assert decide.publish(store, [slug], "thea", LATER).unknown == (slug,)
    assert edit.edit(store, slug, Edits(title="Iets"), "thea", LATER) == edit.Edited(is_known=False)
    assert undo.undo(store, "thea", LATER).restored == ()


def test_what_became_part_of_it_is_erased_with_it(store: Store, press: Press, slug: str) -> None:
    with store.read() as transaction:
        other = next(each.slug for each in stories.load(transaction, range(1, 6)) if each.slug != slug)
    came = join.merge(store, [slug, other], "thea", NOW + 2 * HOUR)
    refresh(press, NOW + 2 * HOUR)
    erase(store, [came.story], "thea", LATER)
    refresh(press, LATER)
    assert mentions(store) == []
    assert all(WORD.encode() not in each.document.body for each in published(store).values())


def test_what_was_never_public_leaves_no_tombstone(store: Store, partners: Partners, press: Press) -> None:
    run(make_line(store, partners, mode="edited"))
    refresh(press, NOW)
    with store.read() as transaction:
        slug = next(each.slug for each in stories.load(transaction, range(1, 6)) if WORD in each.origin.entry.title)
    erase(store, [slug], "thea", LATER)
    refresh(replace(press, page_records=100), LATER)
    assert mentions(store) == []
    assert b"deleted-entry" not in published(store)["/feeds/all.atom"].document.body
    with store.read() as transaction:
        assert documents.refusals(transaction) == []


def test_a_late_copy_of_it_does_not_store_its_words_again(
    store: Store, partners: Partners, press: Press, slug: str
) -> None:
    erase(store, [slug], "thea", LATER)
    follow(store, make_source("pts", licence="full"), now=LATER)
    copy = make_entry(4, id="kopie", title=f"{WORD} spreekt", summary=f"Wat {WORD} zei.", content=f"<p>{WORD}</p>")
    partners.documents["https://pts.example/feed"] = feed(copy, make_entry(77, link="https://pts.example/77"))
    line = make_line(store, partners)
    run(line, LATER + DAY)
    refresh(press, LATER + DAY)
    assert mentions(store) == []
    with store.read() as transaction:
        row = stories.row_by_slug(transaction, slug)
        assert row is not None
        assert (row.state, row.reason) == (State.WITHDRAWN, stories.ERASED)
        assert len(stories.sources_of(transaction, [row.id])[row.id]) == 2
        assert contradictions(transaction) == []
    partners.documents["https://pts.example/feed"] = feed(copy)
    assert [each.new for each in run(line, LATER + 2 * DAY) if each.source.id == "pts"] == [0]


def test_what_is_erased_is_neither_joined_nor_taken_apart_nor_shown_first(
    store: Store, press: Press, slug: str
) -> None:
    with store.read() as transaction:
        other = next(each.slug for each in stories.load(transaction, range(1, 6)) if each.slug != slug)
    erase(store, [slug], "thea", LATER)
    for came in (
        join.merge(store, [slug, other], "thea", LATER),
        join.never(store, [other, slug], "thea", LATER),
        join.split(store, slug, [1], "thea", LATER, "techniekpact.nl,2022"),
    ):
        assert "erased for good" in came.problem
    assert not timing.pin(store, slug, LATER + DAY, "thea", LATER).is_done
    assert not timing.schedule(store, slug, LATER + DAY, "thea", LATER).is_done
