"""What comes in by hand comes in as everything else: joined, logged, told apart from what a partner's site brings."""

from dataclasses import replace

from aggregator.desk import add
from aggregator.model import Entry, State, Tags
from aggregator.store import Store, items, sources, stories
from aggregator.store.check import contradictions
from tests.factories import NOW, OFF_TOPIC, make_entry, make_source
from tests.line.partner import Partners, feed, follow, lookout_over, make_line, run
from tests.line.test_release import SITE

ELSEWHERE = make_entry(1, id=None, link="https://elders.example/nieuws/1")


def test_a_rehearsal_keeps_nothing(store: Store) -> None:
    found = add.rehearse(make_line(store, Partners()), SITE, ELSEWHERE, NOW)
    assert found.source == add.desk_source(SITE)
    with store.read() as transaction:
        assert sources.all_sources(transaction) == []
        assert items.last_number(transaction) == 0
        assert stories.by_state(transaction, None, limit=1) == []


def test_an_editor_wants_it_so_nothing_calls_it_off_topic(store: Store) -> None:
    made = add.add(make_line(store, Partners(), lambda _: OFF_TOPIC), SITE, ELSEWHERE, "account:1", NOW)
    with store.read() as transaction:
        assert contradictions(transaction) == []
        row = stories.row_by_slug(transaction, made.slug)
    assert row
    assert (made.is_new, row.state, row.tags) == (
        True,
        State.HELD,
        replace(OFF_TOPIC, off_topic=False, decision="review"),
    )


def test_the_same_address_twice_is_one_item(store: Store) -> None:
    line = make_line(store, Partners())
    first = add.add(line, SITE, ELSEWHERE, "account:1", NOW)
    assert add.add(line, SITE, ELSEWHERE, "account:2", NOW).slug == first.slug
    with store.read() as transaction:
        assert items.last_number(transaction) == 1


def test_what_a_partner_brings_later_joins_and_is_credited_to_it(store: Store, partners: Partners) -> None:
    line = make_line(store, partners)
    made = add.add(line, SITE, replace(ELSEWHERE, link="https://vhto.example/nieuws/1"), "account:1", NOW)
    follow(store, make_source("vhto"))
    partners.documents["https://vhto.example/feed"] = feed(make_entry(1, link="https://vhto.example/nieuws/1"))
    run(line)
    with store.read() as transaction:
        assert contradictions(transaction) == []
        row = stories.row_by_slug(transaction, made.slug)
        assert row
        story = stories.load(transaction, [row.id])[0]
    assert [each.source_id for each in story.items] == ["vhto", "redactie"]


def test_rehearsing_what_is_here_says_what_it_would_join(store: Store) -> None:
    line = make_line(store, Partners())
    made = add.add(line, SITE, ELSEWHERE, "account:1", NOW)
    follow(store, make_source("elders", url="https://elders.example/feed"))
    (alike,) = add.rehearse(line, SITE, ELSEWHERE, NOW).alike
    assert (alike.slug, alike.joins) == (made.slug, True)


def test_a_page_that_is_no_article_says_so(store: Store) -> None:
    partners = Partners()
    partners.documents["https://elders.example/x"] = b"<!doctype html><html><body></body></html>"
    found = add.look(make_line(store, partners), lookout_over(partners), SITE, "https://elders.example/x", NOW)
    assert (found.entry, found.code != "", found.tags) == (Entry(link="https://elders.example/x"), True, Tags())
