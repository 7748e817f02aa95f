"""Editing a story's words: what readers get in every format, what the log keeps, and the way back to the source."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import feedparser
import pytest

from aggregator.desk import edit
from aggregator.desk.edit import NO_IMAGE, Edited
from aggregator.model import Edits, Image, Precision, State, Story
from aggregator.publish.site import story_page
from aggregator.release import Press, page_path, refresh
from aggregator.store import Store, decisions, documents, events, items, stories
from aggregator.store.check import contradictions
from aggregator.store.stories import StoryRow
from tests.factories import DAY, HOUR, NOW, UNSURE, make_entry, make_item, make_source
from tests.line.partner import Partners, feed, follow, make_line, run
from tests.line.test_release import SITE, published
from tests.store.test_stories import keep, row

LATER = NOW + HOUR
SLUG = f"{1:012}"
PICTURE = Image(url="https://fme.example/b.jpg", alt="Een draaibank", credit="Jan de Wit")
WORDS = Edits(
    title="Een betere kop",
    teaser="Een eigen eerste zin.",
    published=datetime(2026, 11, 1, 23, tzinfo=UTC),  # 2 November in Amsterdam
    precision=Precision.DAY,
    image=PICTURE,
)


@pytest.fixture
def out(store: Store) -> StoryRow:
    """A story of a partner that allows pictures, in the feeds."""
    follow(store, make_source(images=True))
    keep(store, row(1, updated=NOW - HOUR, released=NOW - HOUR))
    return row(1, updated=NOW - HOUR, released=NOW - HOUR)


def held(store: Store) -> tuple[StoryRow, Story]:
    with store.read() as transaction:
        assert contradictions(transaction) == []
        return stories.rows(transaction, [1])[1], stories.load(transaction, [1])[0]


def test_an_edit_is_a_decision_and_the_item_stays_what_the_partner_said(store: Store, out: StoryRow) -> None:
    assert edit.edit(store, SLUG, WORDS, "thea", LATER).fields == ("title", "teaser", "published", "image")
    found, story = held(store)
    assert story.edits == WORDS
    assert story.items == (make_item(1),)
    assert WORDS.published
    assert found == replace(out, updated=LATER, dated=WORDS.published)
    with store.read() as transaction:
        said = [(each["kind"], each["actor"]) for each in decisions.of_story(transaction, 1)]
    assert said == [("edit", "thea")] * 4


def test_the_log_says_that_and_in_what_but_never_the_words(store: Store, out: StoryRow) -> None:
    edit.edit(store, SLUG, WORDS, "thea", LATER)
    with store.read() as transaction:
        (event,) = [each for each in events.of_story(transaction, 1) if each.kind == "edited"]
        assert events.last_seq_of(transaction, 1) == event.seq
        assert {each["event_seq"] for each in decisions.of_story(transaction, 1)} == {event.seq}
    assert (event.actor, event.reason) == ("thea", "title, teaser, published, image")
    assert "kop" not in json.dumps([event.before, event.after])


def test_what_says_the_same_as_now_is_no_edit(store: Store, out: StoryRow) -> None:
    edit.edit(store, SLUG, WORDS, "thea", LATER)
    assert edit.edit(store, SLUG, WORDS, "piet", LATER + HOUR) == Edited(fields=())
    assert held(store)[0].updated == LATER


def test_a_picture_alone_is_no_update(store: Store, out: StoryRow) -> None:
    edit.edit(store, SLUG, Edits(image=PICTURE), "thea", LATER)
    assert held(store)[0] == out


def test_a_partner_that_allows_no_pictures_gets_none_from_us(store: Store) -> None:
    follow(store, make_source())
    keep(store, row(1))
    assert edit.edit(store, SLUG, Edits(image=PICTURE), "thea", LATER) == Edited()


def test_a_story_that_is_not_out_is_not_updated(store: Store) -> None:
    keep(store, row(1, state=State.HELD, tags=UNSURE, released=None, updated=None))
    edit.edit(store, SLUG, Edits(title="Anders"), "thea", LATER)
    found, story = held(store)
    assert (found.updated, story.edits.title) == (None, "Anders")


def test_each_field_goes_back_to_the_source_by_itself(store: Store, out: StoryRow) -> None:
    edit.edit(store, SLUG, WORDS, "thea", LATER)
    assert edit.restore(store, SLUG, ["title", "published", "nonsense"], "piet", LATER + HOUR).fields == (
        "title",
        "published",
    )
    found, story = held(store)
    assert story.edits == Edits(teaser=WORDS.teaser, image=PICTURE)
    assert found == replace(out, dated=NOW - HOUR, updated=LATER + HOUR)
    assert edit.restore(store, SLUG, ["title"], "piet", LATER + HOUR) == Edited()


def test_typing_the_sources_words_again_is_going_back(store: Store, out: StoryRow) -> None:
    edit.edit(store, SLUG, WORDS, "thea", LATER)
    entry = make_entry(1)
    own = Edits(
        title=entry.title, teaser=entry.summary, published=entry.published, precision=Precision.MINUTE, image=NO_IMAGE
    )
    assert len(edit.edit(store, SLUG, own, "piet", LATER + HOUR).fields) == 4
    assert held(store)[1].edits == Edits()


def test_an_address_that_names_no_story(store: Store) -> None:
    unknown = Edited(is_known=False)
    assert edit.edit(store, "nergens", WORDS, "thea", NOW) == unknown
    assert edit.restore(store, "nergens", ["title"], "thea", NOW) == unknown
    assert edit.keep(store, "nergens", ["title"], "thea", NOW) == unknown


# --- Readers ----------------------------------------------------------------------------------------------------------


def test_every_format_says_the_edited_words(store: Store, partners: Partners) -> None:
    press = Press(store=store, site=SITE, created=NOW - DAY)
    follow(store, make_source(images=True))
    partners.documents["https://fme.example/feed"] = feed(make_entry(1))
    run(make_line(store, partners))
    refresh(press, NOW)
    with store.read() as transaction:
        slug = stories.load(transaction, [1])[0].slug
    edit.edit(store, slug, WORDS, "thea", LATER)
    refresh(press, LATER)
    found = published(store)
    for suffix in ("atom", "rss"):
        (entry,) = feedparser.parse(found[f"/feeds/all.{suffix}"]).entries
        assert (entry.title, entry.summary) == (WORDS.title, WORDS.teaser)
        assert (
            entry.published.startswith("2026-11-02T00:00:00+01:00") or "02 Nov 2026 00:00:00 +0100" in entry.published
        )
        assert entry.media_content[0]["url"] == PICTURE.url
    (item,) = json.loads(found["/feeds/all.json"])["items"]
    assert (item["title"], item["content_text"], item["image"]) == (WORDS.title, WORDS.teaser, PICTURE.url)
    assert item["date_published"] == "2026-11-02T00:00:00+01:00"
    assert item["date_modified"] == "2026-11-23T14:00:00+01:00"
    page = found[page_path("/", "nl")].decode()
    assert "Een betere kop" in page
    assert "2 november 2026" in page
    assert "Nieuws nummer 1" not in page
    with store.read() as transaction:
        told = story_page(stories.load(transaction, [1])[0], {}, SITE, "nl").decode()
    assert "Een eigen eerste zin." in told


def test_editing_the_picture_away(store: Store, partners: Partners, out: StoryRow) -> None:
    edit.edit(store, SLUG, Edits(image=PICTURE), "thea", LATER)
    edit.edit(store, SLUG, Edits(image=NO_IMAGE), "thea", LATER)
    assert held(store)[1].edits == Edits()


# --- The partner goes on ----------------------------------------------------------------------------------------------


@pytest.fixture
def polled(store: Store, partners: Partners) -> str:
    """The slug of a story that came from a feed, with an edited title, a day ago."""
    follow(store, make_source())
    partners.documents["https://fme.example/feed"] = feed(make_entry(1))
    run(make_line(store, partners))
    with store.read() as transaction:
        slug = stories.load(transaction, [1])[0].slug
    edit.edit(store, slug, Edits(title="Een betere kop", published=NOW - DAY, precision=Precision.DAY), "thea", LATER)
    return slug


def poll_again(store: Store, partners: Partners, **fields: object) -> None:
    partners.documents["https://fme.example/feed"] = feed(make_entry(1, **fields))
    run(make_line(store, partners), NOW + 3 * DAY)


def test_the_page_can_tell_that_the_source_changed_since_the_edit(
    store: Store, partners: Partners, polled: str
) -> None:
    poll_again(store, partners, title="Nieuws nummer 1, verbeterd")
    with store.read() as transaction:
        found = stories.rows(transaction, [1])[1]
        (moved,) = edit.moved_since(transaction, found, items.load_items(transaction, [1])[1])
    assert (moved.field, moved.then, moved.now) == ("title", "Nieuws nummer 1", "Nieuws nummer 1, verbeterd")
    assert found.updated == LATER  # readers saw nothing of it
    edit.keep(store, polled, ["title", "image"], "thea", NOW + 4 * DAY)
    with store.read() as transaction:
        assert edit.moved_since(transaction, found, items.load_items(transaction, [1])[1]) == []
    assert held(store)[1].edits.title == "Een betere kop"


def test_what_was_not_edited_follows_the_source_and_the_edited_date_stays(
    store: Store, partners: Partners, polled: str
) -> None:
    poll_again(store, partners, summary="Heel iets anders.", published=NOW - 9 * DAY)
    found, story = held(store)
    assert found.updated == NOW + 3 * DAY
    assert found.dated == NOW - DAY
    assert story.origin.entry.summary == "Heel iets anders."


def test_documents_stay_as_they_are_when_the_source_changes_what_was_edited(
    store: Store, partners: Partners, polled: str
) -> None:
    press = Press(store=store, site=SITE, created=NOW - DAY)
    refresh(press, LATER)
    with store.read() as transaction:
        before = documents.get(transaction, "/feeds/all.rss")
    poll_again(store, partners, title="Nieuws nummer 1, verbeterd")
    refresh(press, NOW + 3 * DAY)
    with store.read() as transaction:
        assert documents.get(transaction, "/feeds/all.rss") == before
