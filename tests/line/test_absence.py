"""Articles that are gone, over days of visits to a real server that counts what it is asked."""

from collections import Counter
from itertools import pairwise

import pytest

from aggregator.desk import decide
from aggregator.model import Absence, Entry, Standing, State
from aggregator.store import absences, events, stories
from aggregator.store.absences import Watched
from aggregator.store.check import contradictions
from aggregator.store.stories import StoryRow
from aggregator.withdrawal import BACK, GONE
from tests.factories import DAY, HOUR, NOW, UNSURE, make_entry
from tests.fetch.misbehaving import redirect, reply
from tests.line.days import Days, DaysWith, Partner
from tests.line.days import news as as_feed
from tests.line.partner import feed, page

HTML = "Content-Type: text/html"
NOT_FOUND = reply("404 Not Found")
ARTICLE = reply("200 OK", b"<!doctype html><h1>Een artikel</h1><p>Met een tekst die er nog staat.</p>", HTML)
SOFT = reply("200 OK", b"<!doctype html><title>Pagina niet gevonden</title><h1>Pagina niet gevonden</h1>", HTML)


def entry(partner: Partner, number: int) -> Entry:
    return make_entry(number, link=partner.url(f"/nieuws/{number}"), published=NOW - number * DAY)


def show(partner: Partner, *numbers: int) -> None:
    partner.answers["/feed"] = as_feed(body=feed(*(entry(partner, number) for number in numbers)))


@pytest.fixture
def followed(days: Days, partner: Partner) -> Days:
    """A feed of five articles that are all there, read twice."""
    partner.answers |= {f"/nieuws/{number}": ARTICLE for number in range(1, 7)}
    show(partner, 1, 2, 3, 4, 5)
    days.follow("/feed")
    days.run(1 * DAY)
    return days


def story(days: Days, number: int) -> StoryRow:
    """The story of the article with this number."""
    with days.store.read() as transaction:
        assert contradictions(transaction) == []
        found = watched(days)[number]
        rows = stories.rows(transaction, range(1, 20)).values()
        return next(row for row in rows if found.item_id in _members(days, row.id))


def _members(days: Days, story_id: int) -> set[int]:
    with days.store.read() as transaction:
        return {each.item_id for each in events.of_story(transaction, story_id) if each.item_id}


def watched(days: Days, source_id: str = "s/feed") -> dict[int, Watched]:
    with days.store.read() as transaction:
        found = absences.latest_of(transaction, source_id, 50)
    return {int((each.link or "").rpartition("/")[2]): each for each in found}


def absence(days: Days, number: int) -> Absence | None:
    return watched(days)[number].absence


def articles(days: Days) -> Counter[str]:
    return Counter(each.target for each in days.partner.asked if each.target.startswith("/nieuws/"))


def test_an_article_that_is_gone_twice_days_apart_is_withdrawn(followed: Days, partner: Partner) -> None:
    partner.answers["/nieuws/3"] = NOT_FOUND
    show(partner, 1, 2, 4, 5)
    followed.run(1 * DAY)
    found = absence(followed, 3)
    assert found is not None
    assert (found.status, found.checks) == (Standing.MISSING, 1)
    assert story(followed, 3).state is State.PUBLISHED
    followed.run(4 * DAY)
    row = story(followed, 3)
    assert (row.state, row.reason) == (State.WITHDRAWN, GONE)
    assert {story(followed, number).state for number in (1, 2, 4, 5)} == {State.PUBLISHED}
    first, second = partner.asked_for("/nieuws/3")
    assert second.at - first.at >= 2 * DAY
    followed.run(60 * DAY)
    assert articles(followed) == {"/nieuws/3": 2}


def test_what_scrolls_off_the_end_is_not_asked_for(followed: Days, partner: Partner) -> None:
    partner.answers["/nieuws/5"] = NOT_FOUND
    show(partner, 6, 1, 2, 3, 4)
    followed.run(30 * DAY)
    assert articles(followed) == {}
    assert absence(followed, 5) is None


def test_an_article_that_is_there_is_asked_for_once(followed: Days, partner: Partner) -> None:
    show(partner, 1, 2, 4, 5)
    followed.run(30 * DAY)
    assert articles(followed) == {"/nieuws/3": 1}
    found = absence(followed, 3)
    assert found is not None
    assert found.status is Standing.ALIVE
    assert story(followed, 3).state is State.PUBLISHED


def test_an_article_that_was_away_for_a_day_is_not_gone(followed: Days, partner: Partner) -> None:
    partner.answers["/nieuws/3"] = NOT_FOUND
    show(partner, 1, 2, 4, 5)
    followed.run(1 * DAY)
    partner.answers["/nieuws/3"] = ARTICLE
    followed.run(30 * DAY)
    assert articles(followed) == {"/nieuws/3": 2}
    assert story(followed, 3).state is State.PUBLISHED


@pytest.mark.parametrize("answer", [SOFT, redirect("/"), redirect("/nieuws"), reply("500 Internal Server Error")])
def test_what_proves_nothing_is_left_and_asked_for_once_a_day_at_most(
    followed: Days, partner: Partner, answer: bytes
) -> None:
    partner.answers |= {"/nieuws/3": answer, "/": ARTICLE, "/nieuws": ARTICLE}
    show(partner, 1, 2, 4, 5)
    followed.run(40 * DAY)
    assert story(followed, 3).state is State.PUBLISHED
    asked = partner.asked_for("/nieuws/3")
    assert 2 <= len(asked) <= 8
    assert min(later.at - earlier.at for earlier, later in pairwise(asked)) >= 1 * DAY


def test_robots_are_respected(followed: Days, partner: Partner) -> None:
    partner.answers["/robots.txt"] = reply("200 OK", b"User-agent: *\nDisallow: /nieuws/", "Content-Type: text/plain")
    partner.answers["/nieuws/3"] = NOT_FOUND
    followed.run(1 * DAY)
    show(partner, 1, 2, 4, 5)
    followed.run(20 * DAY)
    assert articles(followed) == {}
    assert story(followed, 3).state is State.PUBLISHED


def test_a_server_that_is_tired_of_us_rests(followed: Days, partner: Partner) -> None:
    partner.answers["/nieuws/3"] = reply("429 Too Many Requests", b"", "Retry-After: 86400")
    show(partner, 1, 2, 4, 5)
    followed.run(1 * DAY)
    (asked,) = partner.asked_for("/nieuws/3")
    followed.run(2 * DAY)
    assert min(each.at for each in partner.asked if each.at > asked.at) - asked.at >= 1 * DAY


def test_three_at_most_are_asked_for_in_one_poll(days: Days, partner: Partner) -> None:
    partner.answers |= {f"/nieuws/{number}": NOT_FOUND for number in range(1, 9)}
    show(partner, *range(1, 9))
    days.follow("/feed")
    days.run(1 * DAY)
    show(partner, 8)
    days.run(20 * DAY)
    asked = Counter(each.at for each in partner.asked if each.target.startswith("/nieuws/"))
    assert max(asked.values()) == 3
    assert articles(days) == {f"/nieuws/{number}": 2 for number in range(1, 8)}
    states = [story(days, number).state for number in range(1, 9)]
    assert states == [State.WITHDRAWN] * 7 + [State.PUBLISHED]


def test_nothing_is_asked_for_while_the_source_itself_fails(followed: Days, partner: Partner) -> None:
    partner.answers["/nieuws/3"] = NOT_FOUND
    show(partner, 1, 2, 4, 5)
    followed.run(1 * DAY)
    partner.answers["/feed"] = reply("500 Internal Server Error")
    followed.run(30 * DAY)
    assert articles(followed) == {"/nieuws/3": 1}
    assert story(followed, 3).state is State.PUBLISHED


def test_what_comes_back_is_public_again_and_not_announced_again(followed: Days, partner: Partner) -> None:
    released = story(followed, 3).released
    partner.answers["/nieuws/3"] = reply("410 Gone")
    show(partner, 1, 2, 4, 5)
    followed.run(5 * DAY)
    assert story(followed, 3).state is State.WITHDRAWN
    show(partner, 1, 2, 3, 4, 5)
    followed.run(2 * DAY)
    row = story(followed, 3)
    assert (row.state, row.reason, row.released, row.updated) == (State.PUBLISHED, BACK, released, released)
    assert absence(followed, 3) is None
    show(partner, 1, 2, 4, 5)
    followed.run(6 * DAY)
    assert story(followed, 3).state is State.WITHDRAWN


def test_what_a_person_decided_stands(followed: Days, partner: Partner) -> None:
    slug = story(followed, 3).uri.rpartition("/")[2]
    decide.publish(followed.store, [slug], "thea", followed.now)
    partner.answers["/nieuws/3"] = NOT_FOUND
    show(partner, 1, 2, 4, 5)
    followed.run(6 * DAY)
    found = absence(followed, 3)
    assert found is not None
    assert found.status is Standing.GONE
    assert story(followed, 3).state is State.PUBLISHED


def test_a_story_that_waits_is_only_marked(days_of: DaysWith, partner: Partner) -> None:
    days = days_of(tag=lambda _entry, _source: UNSURE)
    show(partner, 1, 2, 3)
    days.follow("/feed")
    days.run(1 * DAY)
    show(partner, 1, 3)
    days.run(6 * DAY)
    found = absence(days, 2)
    assert found is not None
    assert (found.status, story(days, 2).state) == (Standing.GONE, State.HELD)


def test_a_story_of_which_another_member_lives_is_told_by_that_one(days: Days, partner: Partner) -> None:
    partner.answers |= {f"/nieuws/{number}": ARTICLE for number in range(1, 7)}
    show(partner, 1, 2, 3)
    days.follow("/feed")
    days.run(1 * HOUR)
    copy = make_entry(99, link=partner.url("/nieuws/2"), published=NOW - 2 * DAY, title="Nieuws nummer 2, gelezen")
    partner.answers["/elders"] = as_feed(body=feed(copy))
    days.follow("/elders", republisher=True)
    days.run(1 * DAY)
    before = story(days, 2)
    assert before.origin_id == 2
    assert _members(days, before.id) == {2, 4}
    partner.answers["/nieuws/2"] = NOT_FOUND
    show(partner, 1, 3)
    days.run(6 * DAY)
    row = story(days, 2)
    assert (row.state, row.origin_id, row.released) == (State.PUBLISHED, 4, before.released)
    assert row.updated
    assert before.updated
    assert row.updated > before.updated, "readers see another title"
    with days.store.read() as transaction:
        assert [each.kind for each in events.of_story(transaction, row.id)] == ["taken-in", "joined", "origin"]


def test_the_first_look_at_an_article_counts_and_its_return_clears_it(days: Days, partner: Partner) -> None:
    listed = [make_entry(n, link=partner.url(f"/nieuws/{n}"), summary="", published=NOW - n * DAY) for n in (1, 2, 3)]
    partner.answers["/list"] = reply("200 OK", page(*listed), HTML)
    partner.answers |= {"/nieuws/1": ARTICLE, "/nieuws/3": ARTICLE}
    days.follow("/list", kind="page", relevance="all")
    days.run(1 * DAY)
    found = watched(days, "s/list")[2].absence
    assert found is not None
    assert (found.status, found.listed, found.checks) == (Standing.MISSING, True, 1)
    days.run(4 * DAY)
    found = watched(days, "s/list")[2].absence
    assert found is not None
    assert found.status is Standing.GONE
    partner.answers["/nieuws/2"] = ARTICLE
    days.run(9 * DAY)
    found = watched(days, "s/list")[2].absence
    assert found is not None
    assert found.status is Standing.ALIVE
    with days.store.read() as transaction:
        assert contradictions(transaction) == []
        kinds = [each.kind for each in events.since(transaction, 3)]
        assert set(stories.counts_by_state(transaction)) == {"published"}
    assert kinds == ["withdrawn", "published"]
    assert len(partner.asked_for("/nieuws/2")) == 3


def test_a_site_says_once_a_day_what_it_reserves_before_an_article_is_read(days: Days, partner: Partner) -> None:
    known = "/.well-known/tdmrep.json"
    partner.answers[known] = reply("200 OK", b'[{"location": "/nieuws/1", "tdm-reservation": 1}]', "Content-Type: a/b")
    text = (
        b"<!doctype html><h1>Nieuws nummer %d</h1><p>De tekst van dit bericht is lang genoeg voor een samenvatting.</p>"
    )
    partner.answers |= {f"/nieuws/{n}": reply("200 OK", text % n, HTML) for n in (1, 2, 3, 4, 5)}

    def lists(*numbers: int) -> None:
        listed = [entry(partner, n) for n in numbers]
        body = b"".join([page(*listed)])
        for each in listed:
            body = body.replace(each.summary.encode(), b"")
        partner.answers["/list"] = reply("200 OK", body, HTML)

    lists(1, 2, 3)
    days.follow("/list", kind="page")
    asked = [each.target for each in days.run(12 * HOUR)]
    assert asked.index(known) < min(asked.index(f"/nieuws/{n}") for n in (1, 2, 3))
    assert asked.count(known) == 1
    lists(4, 1, 2, 3)
    days.run(11 * HOUR)
    assert len(partner.asked_for(known)) == 1
    days.run(20 * DAY)
    assert len(partner.asked_for(known)) == 1
    lists(5, 4, 1, 2, 3)
    days.run(5 * DAY)
    assert len(partner.asked_for(known)) == 2
    with days.store.read() as transaction:
        numbers = stories.by_state(transaction, None, limit=9)
        told = {s.origin.entry.title: s.origin.entry.summary for s in stories.load(transaction, numbers)}
    assert told.pop("Nieuws nummer 1") == ""
    assert len(told) == 4
    assert all(summary.startswith("De tekst van dit bericht") for summary in told.values())
