"""What partners' servers may expect of us, row by row, as a server hears it: the rows "on the wire".

RFC 9110 (preconditions, redirects, 410), RFC 9111 section 4.3.4 (freshening). The rows "over time" stand in
test_manners_over_time.py.
"""

from datetime import timedelta
from itertools import pairwise

import pytest

from aggregator.model import Outcome
from tests.factories import DAY
from tests.fetch.misbehaving import redirect, reply
from tests.line.days import (
    CONTACT,
    DATE,
    ETAG,
    LOGIN,
    MANY,
    NEWS,
    Days,
    DaysWith,
    Partner,
    in_turn,
    news,
    unchanged,
)

# --- Validators -------------------------------------------------------------------------------------------------------

ETAGS = ['"abc"', 'W/"abc"', "abc", "W/abc", "'a'", '"a", "b"', '"a b"', '"é/+=;,"', "0", '""', '"' + "x" * 500 + '"']


@pytest.mark.parametrize("etag", ETAGS)
def test_an_etag_comes_back_byte_for_byte_at_every_later_poll(days: Days, partner: Partner, etag: str) -> None:
    sent = etag.encode("latin-1")
    partner.answers["/feed"] = in_turn(news(b"ETag: " + sent), unchanged(b"ETag: " + sent))
    days.follow("/feed")
    first, *later = days.wake(4)
    assert first.validators() == (None, None)
    assert [each.validators() for each in later] == [(sent, None)] * 3


@pytest.mark.parametrize(
    "date", ["Mon, 23 Nov 2026 11:00:00 GMT", "Mon, 23 Nov 2026 12:00:00 +0100", "2026-11-23 11:00:00", "gisteren", "0"]
)
def test_a_last_modified_comes_back_byte_for_byte_however_odd(days: Days, partner: Partner, date: str) -> None:
    partner.answers["/feed"] = in_turn(news(f"Last-Modified: {date}"), unchanged())
    days.follow("/feed")
    _, *later = days.wake(3)
    assert [each.validators() for each in later] == [(None, date.encode())] * 2


def test_both_validators_come_back_when_both_were_sent(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = in_turn(news(ETAG, DATE), unchanged())
    days.follow("/feed")
    _, *later = days.wake(3)
    assert {each.validators() for each in later} == {(ETAG[6:], DATE[15:].encode())}


def test_no_validators_are_invented(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = news("Date: Mon, 23 Nov 2026 12:00:00 GMT", "Expires: Mon, 23 Nov 2026 11:00:00 GMT")
    days.follow("/feed")
    assert {each.validators() for each in days.wake(4)} == {(None, None)}


def test_it_is_always_the_newest_pair(days: Days, partner: Partner) -> None:
    pairs = [(f'ETag: "{n}"', f"Last-Modified: Mon, 23 Nov 2026 11:00:0{n} GMT") for n in range(4)]
    bodies = [NEWS.replace(b"Nieuws", f"Nieuws {n}".encode()) for n in range(4)]
    partner.answers["/feed"] = in_turn(*(news(*pair, body=body) for pair, body in zip(pairs, bodies, strict=True)))
    days.follow("/feed")
    _, *later = days.wake(4)
    sent = [(etag[6:].encode(), date[15:].encode()) for etag, date in pairs]
    assert [each.validators() for each in later] == sent[:3]


@pytest.mark.parametrize(
    ("second", "back"),
    [
        (news(), (None, None)),
        (news(body=NEWS + b"<!-- anders -->"), (None, None)),
        (news(DATE), (None, DATE[15:].encode())),
    ],
)
def test_validators_are_forgotten_when_a_whole_answer_comes_without(
    days: Days, partner: Partner, second: bytes, back: tuple[bytes | None, bytes | None]
) -> None:
    partner.answers["/feed"] = in_turn(news(ETAG, "Last-Modified: gisteren"), second)
    days.follow("/feed")
    *_, last = days.wake(3)
    assert last.validators() == back


def test_validators_are_kept_when_a_304_comes_without(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = in_turn(news(ETAG, DATE), unchanged())
    days.follow("/feed")
    *_, last = days.wake(6)
    assert last.validators() == (ETAG[6:], DATE[15:].encode())


def test_validators_are_freshened_by_a_304_with_new_ones(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = in_turn(news(ETAG, DATE), unchanged('ETag: "nieuw"', "Last-Modified: later"))
    days.follow("/feed")
    *_, last = days.wake(3)
    assert last.validators() == (b'"nieuw"', b"later")


@pytest.mark.parametrize("trouble", [reply("500 Internal Server Error"), reply("429 Too Many Requests")])
def test_validators_outlive_trouble(days: Days, partner: Partner, trouble: bytes) -> None:
    partner.answers["/feed"] = in_turn(news(ETAG), trouble, unchanged())
    days.follow("/feed")
    _, second, third = days.wake(3)
    assert second.validators() == third.validators() == (ETAG[6:], None)


def test_what_could_not_be_read_is_asked_for_whole(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = in_turn(news(ETAG), reply("200 OK", b"<html>onderhoud</html>", 'ETag: "pagina"'), news())
    days.follow("/feed")
    *_, last = days.wake(3)
    assert last.validators() == (None, None)


# --- The request ------------------------------------------------------------------------------------------------------

ADDRESSES = ["/feed", "/feed/", "/feed?format=rss&x=%7e&x=%C3%A9", "/a/../b//c", "/?feed=rss2", "/feed.php;s=1?a[]=2&&"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_request_is_a_get_on_the_address_as_given(days: Days, partner: Partner, address: str) -> None:
    partner.answers[address] = in_turn(news(ETAG), unchanged())
    days.follow(address)
    asked = days.wake(3)
    assert {(each.method, each.target) for each in asked} == {("GET", address)}
    assert days.polls()[0].outcome is Outcome.UNCHANGED


def test_accept_names_the_types_of_feeds(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = news()
    days.follow("/feed")
    (asked,) = days.wake()
    accept = asked.headers["accept"]
    assert all(kind in accept for kind in (b"application/atom+xml", b"application/rss+xml", b"application/feed+json"))
    assert b"*/*" in accept


def test_accept_encoding_offers_what_saves_bytes(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = news()
    days.follow("/feed")
    (asked,) = days.wake()
    assert b"gzip" in asked.headers["accept-encoding"]


def test_user_agent_names_the_program_and_where_to_reach_us(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = news()
    days.follow("/feed")
    (asked,) = days.wake()
    assert asked.headers["user-agent"].startswith(b"TechniekpactAggregator/")
    assert CONTACT.encode() in asked.headers["user-agent"]


def test_no_cookie_is_ever_given_back(days: Days, partner: Partner) -> None:
    cookie = "Set-Cookie: session=1; Path=/"
    partner.answers["/feed"] = redirect(partner.url("/target"), "302 Found", cookie)
    partner.answers["/target"] = news(ETAG, cookie)
    days.follow("/feed")
    assert not [each for each in days.wake(4) if "cookie" in each.headers]


def test_no_referer_is_ever_sent(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = redirect(partner.url("/target"), "301 Moved Permanently")
    partner.answers["/target"] = news(ETAG)
    days.follow("/feed")
    assert not [each for each in days.wake(5) if "referer" in each.headers]


def test_a_delta_may_be_sent_only_when_there_is_something_to_add_to(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = in_turn(news(ETAG), unchanged())
    days.follow("/feed")
    first, second = days.wake(2)
    assert "a-im" not in first.headers
    assert second.headers["a-im"] == b"feed"


# --- Redirects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["301 Moved Permanently", "308 Permanent Redirect"])
def test_a_permanent_move_is_followed_straight_once_three_polls_confirmed_it(
    days: Days, partner: Partner, status: str
) -> None:
    partner.answers["/feed"] = redirect("/new", status)
    partner.answers["/new"] = in_turn(news(ETAG), unchanged())
    days.follow("/feed")
    asked = days.wake(6)
    assert [each.target for each in asked] == ["/feed", "/new"] * 3 + ["/new"] * 3
    assert {each.validators() for each in asked if each.target == "/feed"} == {(None, None)}
    assert {each.validators() for each in asked[3:] if each.target == "/new"} == {(ETAG[6:], None)}


@pytest.mark.parametrize("status", ["301 Moved Permanently", "308 Permanent Redirect"])
@pytest.mark.parametrize("end", [LOGIN, reply("404 Not Found"), reply("500 Internal Server Error"), redirect("/feed")])
def test_a_permanent_move_to_an_error_or_a_page_is_not_believed(
    days: Days, partner: Partner, status: str, end: bytes
) -> None:
    partner.answers["/feed"] = redirect("/new", status)
    partner.answers["/new"] = end
    days.follow("/feed")
    days.wake(6)
    assert len(partner.asked_for("/feed")) == 6
    partner.answers["/feed"] = news()
    days.wake()
    assert days.polls()[0].outcome is Outcome.FETCHED


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect", "303 See Other"])
def test_a_temporary_move_is_asked_for_anew_at_each_poll(days: Days, partner: Partner, status: str) -> None:
    partner.answers["/feed"] = redirect("/today", status, 'ETag: "redirect"')
    partner.answers["/today"] = in_turn(news(ETAG), unchanged())
    days.follow("/feed")
    asked = days.wake(6)
    assert [each.target for each in asked] == ["/feed", "/today"] * 6
    assert {each.validators() for each in asked[::2]} == {(None, None)}
    assert [each.validators() for each in asked[1::2]] == [(None, None)] + [(ETAG[6:], None)] * 5


def test_validators_of_one_target_are_not_sent_to_another(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = in_turn(redirect("/a"), redirect("/b"))
    partner.answers |= {"/a": news('ETag: "a"'), "/b": news('ETag: "b"')}
    days.follow("/feed")
    days.wake(3)
    assert [each.validators()[0] for each in partner.asked_for("/b")] == [None, b'"b"']


# --- How many ---------------------------------------------------------------------------------------------------------


def test_never_more_than_two_at_once_on_one_host(days: Days, partner: Partner) -> None:
    partner.answers |= dict.fromkeys(MANY, news())
    partner.seconds = 0.02
    days.follow(*MANY)
    days.wake()
    assert len(partner.asked) == len(MANY)
    assert partner.busiest == 2


def test_requests_to_one_host_keep_a_gap(days_of: DaysWith, partner: Partner) -> None:
    days = days_of(gap=timedelta(milliseconds=60))
    partner.answers |= dict.fromkeys(MANY, news())
    days.follow(*MANY)
    days.wake()
    starts = sorted(each.real for each in partner.asked)
    assert len(starts) == len(MANY)
    assert min(later - earlier for earlier, later in pairwise(starts)) > 0.045  # the wire's own unevenness aside


def test_a_server_that_always_fails_is_tried_thrice_at_most_in_one_wake_up(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = reply("500 Internal Server Error")
    days.follow("/feed")
    days.run(10 * DAY)
    for wake in days.wakes:
        assert len([each for each in partner.asked if each.at == wake]) <= 3


def test_gone_is_asked_for_twice_in_all(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = reply("410 Gone")
    days.follow("/feed")
    assert len(days.run(365 * DAY)) == 2


def test_gone_behind_a_good_year_is_asked_for_twice_more(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = in_turn(news(ETAG), unchanged(), reply("500 Internal Server Error"), reply("410 Gone"))
    days.follow("/feed")
    assert len(days.run(365 * DAY)) == 5
