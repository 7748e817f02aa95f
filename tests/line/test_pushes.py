"""What hubs push, brought in by the line: the same item as polled, and nothing that can harm a source."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import structlog

from aggregator import pushes
from aggregator.model import Asking, Entry, Failed, Poll, Source, State, Subscription, Tags, Wire
from aggregator.receipts import Line, Report
from aggregator.store import Store, hubs, inbox, leases, sources, stories
from aggregator.store.check import contradictions
from tests.factories import DAY, HOUR, NOW, SURE, make_entry
from tests.line.partner import Partners, feed, follow, make_line, run

URL = "https://fme.example/feed"
ATOM = "xmlns='http://www.w3.org/2005/Atom'"
HEAD = f"<link {ATOM} rel='hub' href='https://hub.example/'/><link {ATOM} rel='self' href='{URL}'/>"
SOON = NOW + HOUR / 2


@pytest.fixture
def line(store: Store, partners: Partners) -> Line:
    return make_line(store, partners)


@pytest.fixture
def subscribed(store: Store, partners: Partners, line: Line) -> None:
    """A source that was polled, whose hub confirmed our subscription."""
    follow(store)
    partners.documents[URL] = feed(make_entry(1), make_entry(2), head=HEAD)
    run(line)
    with store.write() as transaction:
        hubs.add(
            transaction,
            [
                Subscription(
                    id=1,
                    source_id="fme",
                    hub="https://hub.example/",
                    topic=URL,
                    callback="https://ons.example/websub/callback/token",
                    token="token",
                    state=Asking.ACTIVE,
                    asked_at=NOW,
                    next_at=NOW + 6 * DAY,
                    lease_until=NOW + 9 * DAY,
                )
            ],
        )


def push(line: Line, *bodies: bytes, now: datetime = SOON, content_type: str = "application/rss+xml") -> list[Report]:
    """Let a hub push these one after another, and the line read them."""
    with line.store.write() as transaction:
        for number, body in enumerate(bodies):
            inbox.keep(transaction, "fme", body, content_type, now + timedelta(microseconds=number))
    return list(pushes.work_off(line, now, "pushes"))


def visited(store: Store, source_id: str = "fme") -> Poll:
    with store.read() as transaction:
        found = sources.held(transaction, source_id)
    assert found is not None
    return found.poll


def titles(store: Store) -> list[str]:
    with store.read() as transaction:
        assert contradictions(transaction) == []
        numbers = stories.by_state(transaction, None, limit=1000)
        return sorted(each.origin.entry.title for each in stories.load(transaction, numbers))


def nothing_waits(store: Store) -> bool:
    with store.read() as transaction:
        return not inbox.waiting(transaction)


pytestmark = pytest.mark.usefixtures("subscribed")


def test_a_poll_remembers_the_hub_that_a_feed_names(store: Store, line: Line, partners: Partners) -> None:
    assert (visited(store).hub, visited(store).topic) == ("https://hub.example/", URL)
    partners.documents[URL] = feed(make_entry(1), make_entry(2), make_entry(3))
    run(line, NOW + 2 * DAY)
    assert (visited(store).hub, visited(store).topic) == ("", "")


def test_what_is_pushed_is_taken_in_like_what_is_polled(store: Store, line: Line) -> None:
    (report,) = push(line, feed(make_entry(3), head=HEAD))
    assert (report.new, report.changed, report.poll.pushed_at, report.poll.changed_at) == (1, 0, SOON, SOON)
    with store.read() as transaction:
        (number,) = [n for n in stories.by_state(transaction, State.PUBLISHED, limit=9) if n == 3]
        (story,) = stories.load(transaction, [number])
    assert (story.origin.entry.title, story.tags, story.released) == ("Nieuws nummer 3", SURE, SOON)
    assert nothing_waits(store)


def test_an_item_that_is_pushed_and_polled_is_one_item(store: Store, line: Line, partners: Partners) -> None:
    push(line, feed(make_entry(3), head=HEAD))
    partners.documents[URL] = feed(make_entry(1), make_entry(2), make_entry(3), make_entry(4), head=HEAD)
    (report,) = run(line, NOW + 2 * DAY)
    assert (report.new, report.changed) == (1, 0)
    (report,) = push(line, feed(make_entry(4), make_entry(3), head=HEAD), now=NOW + 3 * DAY)
    assert (report.new, report.changed) == (0, 0)
    assert titles(store) == [f"Nieuws nummer {n}" for n in (1, 2, 3, 4)]


def test_relative_links_and_site_names_are_read_in_a_push_as_in_the_whole_feed(
    store: Store, line: Line, partners: Partners
) -> None:
    def named(number: int) -> Entry:
        return make_entry(number, title=f"Nummer {number} | Bij FME", id=None, link=f"/nieuws/{number}")

    partners.documents[URL] = feed(*(named(number) for number in range(5, 9)), head=HEAD)
    run(line, NOW + 2 * DAY)
    assert visited(store).suffixes == {"bij fme"}
    push(line, feed(named(9), head=HEAD), now=NOW + 2 * DAY)
    assert "Nummer 9" in titles(store)
    partners.documents[URL] = feed(*(named(number) for number in range(5, 10)), head=HEAD)
    (report,) = run(line, NOW + 4 * DAY)
    assert (report.new, report.changed) == (0, 0)


def test_what_changed_is_pushed_too(store: Store, line: Line) -> None:
    (report,) = push(line, feed(make_entry(1, title="Een betere kop"), head=HEAD))
    assert (report.new, report.changed) == (0, 1)
    assert titles(store) == ["Een betere kop", "Nieuws nummer 2"]


def test_a_push_is_no_visit(store: Store, line: Line, partners: Partners) -> None:
    before, asked = visited(store), len(partners.requests)
    push(line, feed(make_entry(3), head=HEAD))
    after = visited(store)
    assert len(partners.requests) == asked
    assert after == replace(
        before, pushed_at=SOON, changed_at=SOON, next_due=after.next_due, usual=after.usual, topic=before.topic
    )
    with store.read() as transaction:
        kept = sources.last_body(transaction, "fme", "good")
    assert kept is not None
    assert b"hub.example" not in kept[0]  # compressed: the body of the visit, not of the push


def test_visits_become_seldom_while_pushes_come_but_are_never_put_off_for_ever(store: Store, line: Line) -> None:
    before = visited(store).next_due
    assert before is not None
    assert before < NOW + 2 * HOUR
    for number in range(3, 40):
        at = NOW + HOUR * (number - 2) / 2
        push(line, feed(make_entry(number), head=HEAD), now=at)
        due = visited(store).next_due
        assert due is not None
        assert NOW + 22 * HOUR < due <= NOW + 24 * HOUR


def test_when_pushes_stop_visits_find_it_and_go_on_in_their_own_rhythm(
    store: Store, line: Line, partners: Partners
) -> None:
    push(line, feed(make_entry(3), head=HEAD))
    quiet = NOW + DAY
    run(line, quiet)
    due = visited(store).next_due
    assert due is not None
    assert due > quiet + 20 * HOUR  # nothing was missed: pushes are believed on
    missed = NOW + 2 * DAY
    partners.documents[URL] = feed(make_entry(1), make_entry(2), make_entry(3), make_entry(4), head=HEAD)
    (report,) = run(line, missed)
    assert report.new == 1
    due = visited(store).next_due
    assert due is not None
    assert due < missed + 2 * HOUR


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><html><body><h1>Inloggen</h1></body></html>",
        b"\x00\xff\xfe garbage",
        b"{}",
        b"[1, 2",
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": []}).encode(),
        feed(head=HEAD),
        feed(make_entry(1, title="Half"), make_entry(3), head=HEAD)[:-60],
        b"<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + feed(make_entry(3, title="&a;")),
    ],
)
def test_a_push_that_cannot_be_read_counts_as_nothing(store: Store, line: Line, body: bytes) -> None:
    before, known = visited(store), titles(store)
    with structlog.testing.capture_logs():
        (report,) = push(line, body)
    assert (report.new, report.changed) == (0, 0)
    assert (visited(store), titles(store)) == (before, known)
    assert nothing_waits(store)


def test_one_that_cannot_be_read_does_not_cost_the_next(store: Store, line: Line) -> None:
    with structlog.testing.capture_logs():
        reports = push(line, b"kapot", feed(make_entry(3), head=HEAD), feed(make_entry(4), head=HEAD))
    assert [each.new for each in reports] == [0, 1, 1]


def test_the_same_bytes_again_change_nothing(store: Store, line: Line) -> None:
    old = feed(make_entry(1, title="Oude kop"), head=HEAD)
    push(line, old)
    push(line, feed(make_entry(1, title="Nieuwe kop"), head=HEAD), now=NOW + DAY)
    before = visited(store)
    assert push(line, old, now=NOW + 2 * DAY) == []
    assert visited(store) == before
    assert titles(store) == ["Nieuwe kop", "Nieuws nummer 2"]


def test_an_empty_push_asks_for_a_visit_as_soon_as_the_server_bears_it(store: Store, line: Line) -> None:
    push(line, b"", now=NOW + timedelta(minutes=1))
    assert visited(store).next_due == NOW + timedelta(minutes=5)
    push(line, feed(make_entry(3), head=HEAD), now=NOW + timedelta(minutes=2))
    assert visited(store).next_due == NOW + timedelta(minutes=5)  # what was pushed meanwhile does not put it off
    assert [each.source.id for each in run(line, NOW + timedelta(minutes=5))] == ["fme"]


def test_a_flood_is_read_as_far_as_it_was_kept_and_the_rest_is_fetched(store: Store, line: Line) -> None:
    reports = push(line, *(feed(make_entry(number), head=HEAD) for number in range(3, 60)))
    assert sum(each.new for each in reports) == inbox.WAITING_OF_SOURCE
    assert visited(store).next_due == SOON
    assert nothing_waits(store)


def test_a_push_waits_while_its_host_is_being_polled(store: Store, line: Line) -> None:
    with store.write() as transaction:
        polled = leases.claim(transaction, "polls", NOW + 2 * DAY, hosts=9, per_host=9, lease=HOUR)
    assert push(line, feed(make_entry(3), head=HEAD)) == []
    with store.write() as transaction:
        leases.release(transaction, [each.lease for each in polled])
    (report,) = pushes.work_off(line, SOON, "pushes")
    assert report.new == 1


def test_what_a_lost_lease_brings_is_dropped_and_read_by_whoever_has_it(store: Store, line: Line) -> None:
    def lose(entry: Entry, source: Source) -> Tags:
        with store.write() as transaction:
            leases.free_all(transaction)
        return SURE

    stopped = replace(line, tag=lose)
    assert push(stopped, feed(make_entry(3), head=HEAD)) == []
    assert titles(store) == ["Nieuws nummer 1", "Nieuws nummer 2"]
    (report,) = pushes.work_off(line, SOON, "pushes")
    assert report.new == 1


def test_the_host_is_given_back(store: Store, line: Line) -> None:
    push(line, feed(make_entry(3), head=HEAD))
    assert len(run(line, NOW + 2 * DAY)) == 1


def test_a_push_that_nobody_survives_is_given_up_and_its_source_visited(store: Store, line: Line) -> None:
    def break_off(entry: Entry, source: Source) -> None:
        raise RuntimeError(entry.title)

    broken = replace(line, tag=break_off)  # type: ignore[arg-type]
    body = feed(make_entry(3), head=HEAD)
    for _ in range(inbox.TRIES):
        with pytest.raises(RuntimeError):
            push(broken, body)
        with store.write() as transaction:
            leases.free_all(transaction)
    push(broken, body)
    assert nothing_waits(store)
    assert visited(store).next_due == SOON


def test_a_server_in_trouble_keeps_its_own_pace_whatever_is_pushed(
    store: Store, line: Line, partners: Partners
) -> None:
    partners.planned[URL] = Failed(wire=Wire(url=URL, status=500, requests=1), code="http-500")
    run(line, NOW + 2 * DAY)
    before = visited(store)
    assert before.failures == 1
    (report,) = push(line, feed(make_entry(3), head=HEAD), now=NOW + 2 * DAY)
    push(line, b"", now=NOW + 2 * DAY)
    after = visited(store)
    assert report.new == 1
    assert (after.next_due, after.failures, after.code) == (before.next_due, 1, "http-500")


def test_our_own_news_is_not_taken_back_in(store: Store, line: Line) -> None:
    ours = make_entry(3, id="tag:techniekpact.nl,2022:story/3", link="https://nieuws.techniekpact.example/stories/3")
    (report,) = push(line, feed(ours, head=HEAD))
    assert report.new == 0
