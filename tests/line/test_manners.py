"""What partners' servers may expect of us, row by row, as a server sees it that records days of polls.

RFC 9110, RFC 9111, RFC 6585, RFC 9309, RSS 2.0 and its syndication module. tests/policy has the same rows for the pure
rules; here they hold for bytes on a wire.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from aggregator.model import Outcome
from aggregator.store import migrate, open_store
from aggregator.wiring import is_public_host
from tests.factories import DAY, HOUR, NOW
from tests.fetch.misbehaving import redirect, reply
from tests.line.days import CONTACT, NEWS, Asked, Days, Partner, days_with, gaps, news, unchanged

ETAG, DATE = 'ETag: "één"'.encode("latin-1"), "Last-Modified: Mon, 23 Nov 2026 11:00:00 GMT"
MINUTE = timedelta(minutes=1)

DaysWith = Callable[..., Days]


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "empty.sqlite3"
    store = open_store(f"sqlite+pysqlite:///{path}")
    migrate.prepare(store)
    store.close()
    return path


@pytest.fixture
def partner() -> Iterator[Partner]:
    with Partner() as made:
        yield made
        made.shutdown()


@pytest.fixture
def days_of(partner: Partner, empty_database: Path, tmp_path: Path) -> Iterator[DaysWith]:
    """Makes the one service of a test, with other settings of its line."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda **fields: stack.enter_context(
            days_with(partner, empty_database, tmp_path / "days.sqlite3", **fields)
        )


@pytest.fixture
def days(days_of: DaysWith) -> Days:
    return days_of()


def in_turn(*answers: bytes) -> Callable[[Asked], bytes]:
    """Answer each request with the next of these, with the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


# --- On the wire: validators ------------------------------------------------------------------------------------------

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
    partner.answers["/feed"] = news(f"Date: {http_date(NOW)}", "Expires: Mon, 23 Nov 2026 11:00:00 GMT")
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


# --- On the wire: the request -----------------------------------------------------------------------------------------

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


# --- On the wire: redirects -------------------------------------------------------------------------------------------


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


LOGIN = reply("200 OK", b"<html><form><input type=password></form></html>", "Content-Type: text/html")


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


# --- On the wire: how many --------------------------------------------------------------------------------------------

MANY = [f"/{number}" for number in range(12)]


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


# --- Over time: what is said of freshness -----------------------------------------------------------------------------


def told(*lines: str, more: str = "") -> Callable[[Asked], bytes]:
    """Say so at every poll of a feed that brings news each day: by its own rhythm it would be asked every hour."""

    def answer(asked: Asked) -> bytes:
        item = f"<item><title>Nieuws van {asked.at:%A}</title><guid>{asked.at:%j}</guid></item></channel>"
        body = NEWS.replace(b"</title>", f"</title>{more}".encode(), 1).replace(b"</channel>", item.encode())
        date = f"Date: {http_date(asked.at)}"
        known = asked.validators()[0] == f'"{asked.at:%j}"'.encode()
        made = [line.format(later=http_date(asked.at + 8 * HOUR)) for line in lines]
        tag = f'ETag: "{asked.at:%j}"'
        return unchanged(tag, date, *made) if known else news(tag, date, *made, body=body)

    return answer


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("Cache-Control: no-cache",),
        ("Cache-Control: no-store",),
        ("Cache-Control: max-age=0",),
        ("Cache-Control: max-age=60",),
        ("Cache-Control: max-age=onzin",),
        ("Expires: 0",),
        ("Expires: Thu, 01 Jan 1970 00:00:00 GMT",),
        ("Retry-After: 1",),
    ],
)
def test_with_nothing_said_at_least_an_hour_and_several_times_a_day(
    days: Days, partner: Partner, lines: tuple[str, ...]
) -> None:
    partner.answers["/feed"] = told(*lines)
    days.follow("/feed")
    asked = days.run(3 * DAY)
    assert min(gaps(asked)) >= HOUR
    assert len(asked) >= 3 * 6


def test_an_operator_may_ask_for_more_of_one_source(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = told()
    days.follow("/feed", interval_min=15 * MINUTE, interval_max=20 * MINUTE)
    asked = days.run(DAY)
    assert min(gaps(asked)) >= 15 * MINUTE
    assert max(gaps(asked)) <= 21 * MINUTE


XMLNS = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
SY = f"<sy:updatePeriod {XMLNS}>daily</sy:updatePeriod><sy:updateFrequency {XMLNS}>3</sy:updateFrequency>"
SAYINGS: list[tuple[tuple[str, ...], str]] = [
    (("Cache-Control: max-age=28800",), ""),
    (('Cache-Control: private, MAX-AGE="28800"',), ""),
    (("Cache-Control: max-age=28800", "Expires: 0"), ""),
    (("Expires: {later}",), ""),
    ((), "<ttl>480</ttl>"),
    (("Cache-Control: max-age=600",), "<ttl>480</ttl>"),
    ((), SY),
]


@pytest.mark.parametrize(("lines", "more"), SAYINGS)
def test_not_before_what_was_said_has_run_out_and_soon_after(
    days: Days, partner: Partner, lines: tuple[str, ...], more: str
) -> None:
    partner.answers["/feed"] = told(*lines, more=more)
    days.follow("/feed")
    spans = gaps(days.run(4 * DAY))
    assert min(spans) >= 8 * HOUR
    assert max(spans) <= 9 * HOUR


def test_freshness_said_with_the_document_holds_after_a_304_without(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = in_turn(news(ETAG, "Cache-Control: max-age=28800"), unchanged())
    days.follow("/feed")
    assert min(gaps(days.run(3 * DAY))) >= 8 * HOUR


def test_freshness_taken_back_by_a_304_no_longer_holds(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = in_turn(
        news(ETAG, "Cache-Control: max-age=604800"), unchanged("Cache-Control: no-cache")
    )
    days.follow("/feed")
    _, *spans = gaps(days.run(12 * DAY))
    assert max(spans) <= DAY


def test_no_request_in_hours_and_on_days_to_skip(days: Days, partner: Partner) -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in (22, 23, 0, 1, 2, 3, 4, 5))
    skip = f"<skipHours>{hours}</skipHours><skipDays><day>Saturday</day><day>Sunday</day></skipDays>"
    partner.answers["/feed"] = told(more=skip)
    days.follow("/feed")
    _, *asked = days.run(15 * DAY)
    assert not [each for each in asked if each.at.hour in (22, 23, 0, 1, 2, 3, 4, 5) or each.at.weekday() > 4]
    assert {each.at.weekday() for each in asked} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    "lines",
    [
        ("Cache-Control: max-age=315360000",),
        ("Expires: Tue, 01 Jan 2036 00:00:00 GMT",),
        ("Cache-Control: max-age=99999999999999999999",),
    ],
)
def test_freshness_of_ten_years_is_capped(days: Days, partner: Partner, lines: tuple[str, ...]) -> None:
    partner.answers["/feed"] = news(*lines)
    days.follow("/feed")
    assert len(days.run(30 * DAY)) >= 4


@pytest.mark.parametrize(
    "said",
    [
        "<ttl>5256000</ttl>",
        "<ttl>999999999999</ttl>",
        f"<sy:updatePeriod {XMLNS}>yearly</sy:updatePeriod>",
        f"<skipHours>{''.join(f'<hour>{hour}</hour>' for hour in range(24))}</skipHours>",
        f"<skipDays>{''.join(f'<day>{n}day</day>' for n in ('Mon', 'Tues', 'Wednes', 'Thurs', 'Fri', 'Satur', 'Sun'))}"
        "</skipDays>",
    ],
)
def test_an_absurd_pace_is_capped(days: Days, partner: Partner, said: str) -> None:
    partner.answers["/feed"] = news(body=NEWS.replace(b"</title>", f"</title>{said}".encode(), 1))
    days.follow("/feed")
    assert len(days.run(30 * DAY)) >= 4


# --- Over time: trouble -----------------------------------------------------------------------------------------------

BUSY = ["429 Too Many Requests", "503 Service Unavailable"]


@pytest.mark.parametrize("status", BUSY)
@pytest.mark.parametrize("said", ["25200", "date"])
def test_not_before_retry_after_and_then_it_comes(days: Days, partner: Partner, status: str, said: str) -> None:
    until = NOW + 7 * HOUR
    busy = reply(status, b"later", f"Retry-After: {http_date(until) if said == 'date' else said}")
    partner.answers["/feed"] = lambda asked: busy if asked.at < NOW + MINUTE else news()
    days.follow("/feed")
    first, second, *_ = days.run(2 * DAY)
    assert 7 * HOUR <= second.at - first.at <= 7 * HOUR + 10 * MINUTE
    assert days.polls()[0].failures == 0


@pytest.mark.parametrize("status", BUSY)
@pytest.mark.parametrize("said", ["315360000", "Tue, 01 Jan 2036 00:00:00 GMT", "9" * 30])
def test_a_retry_after_of_ten_years_is_capped(days: Days, partner: Partner, status: str, said: str) -> None:
    partner.answers["/feed"] = reply(status, b"", f"Retry-After: {said}")
    days.follow("/feed")
    assert len(days.run(14 * DAY)) >= 4


@pytest.mark.parametrize("line", ["X-Nothing: said", "Retry-After: straks", "Retry-After: -1", "Retry-After: 0"])
def test_too_many_requests_without_a_time_at_least_two_hours(days: Days, partner: Partner, line: str) -> None:
    partner.answers["/feed"] = reply("429 Too Many Requests", b"", line)
    days.follow("/feed")
    asked = days.run(7 * DAY)
    assert min(gaps(asked)) >= 2 * HOUR
    assert len(asked) >= 7


FAILURES = ["500 Internal Server Error", "404 Not Found", "403 Forbidden", "503 Service Unavailable", "418 Teapot"]


@pytest.mark.parametrize("status", FAILURES)
def test_failing_for_ever_the_gaps_grow_but_it_stays_asked(days: Days, partner: Partner, status: str) -> None:
    partner.answers["/feed"] = reply(status)
    days.follow("/feed")
    spans = gaps(days.run(14 * DAY))
    assert max(spans) >= 3.5 * spans[0]
    assert spans[0] >= HOUR
    assert max(spans) <= DAY
    assert all(later >= 0.8 * earlier for earlier, later in pairwise(spans))


@pytest.mark.parametrize("trouble", [reply(FAILURES[0]), reply(FAILURES[1]), reply(FAILURES[2]), reply(BUSY[0]), LOGIN])
def test_it_comes_back_by_itself_and_to_its_own_rhythm(days: Days, partner: Partner, trouble: bytes) -> None:
    partner.answers["/feed"] = trouble
    days.follow("/feed")
    days.run(6 * DAY)
    partner.answers["/feed"] = told()
    asked = days.run(3 * DAY)
    assert days.polls()[0].outcome in (Outcome.FETCHED, Outcome.UNCHANGED)
    assert asked[0].at <= NOW + 7 * DAY
    assert max(gaps(asked[1:])) <= 4 * HOUR


def test_too_many_requests_lets_the_whole_host_rest(days: Days, partner: Partner) -> None:
    partner.answers |= {"/a": reply("429 Too Many Requests", b"", "Retry-After: 36000"), "/b": news(), "/c": news()}
    days.follow("/b", "/c")
    days.wake()
    days.follow("/a")
    days.wake()
    until = partner.asked_for("/a")[0].at + 10 * HOUR
    asked = days.run(2 * DAY)
    assert not [each for each in asked if each.at < until]
    assert {each.target for each in asked} == {"/a", "/b", "/c"}


def test_too_many_requests_stops_what_was_still_to_be_asked_of_that_host(days_of: DaysWith, partner: Partner) -> None:
    days = days_of(parallel=1)
    partner.answers |= dict.fromkeys(MANY, reply("429 Too Many Requests", b"", "Retry-After: 36000"))
    days.follow(*MANY)
    assert len(days.run(9 * HOUR)) == 1
    partner.answers |= dict.fromkeys(MANY, news())
    assert len(days.run(2 * HOUR)) == len(MANY)


def test_unavailable_concerns_one_address_only(days: Days, partner: Partner) -> None:
    partner.answers |= {"/a": reply("503 Service Unavailable", b"", "Retry-After: 36000"), "/b": told()}
    days.follow("/a", "/b")
    asked = days.run(9 * HOUR)
    assert len([each for each in asked if each.target == "/a"]) == 1
    assert len([each for each in asked if each.target == "/b"]) >= 3


# --- Beyond the table -------------------------------------------------------------------------------------------------


def test_an_unchanged_body_without_validators_is_not_read_again(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = news()
    days.follow("/feed")
    outcomes = []
    for _ in range(3):
        days.wake()
        outcomes.append(days.polls()[0].outcome)
    assert outcomes == [Outcome.FETCHED, Outcome.UNCHANGED, Outcome.UNCHANGED]


def test_sources_that_came_together_do_not_come_back_together(days: Days, partner: Partner) -> None:
    partner.answers |= dict.fromkeys(MANY, reply("500 Internal Server Error"))
    days.follow(*MANY)
    days.wake()
    assert len({poll.next_due for poll in days.polls()}) == len(MANY)


@pytest.mark.parametrize("kind", ["page", "auto"])
def test_a_page_is_asked_for_only_as_robots_txt_allows(days: Days, partner: Partner, kind: str) -> None:
    partner.answers["/robots.txt"] = reply("200 OK", b"User-agent: *\nDisallow: /nieuws", "Content-Type: text/plain")
    partner.answers["/nieuws"] = reply("200 OK", b"<html>")
    days.follow("/nieuws", kind=kind)
    asked = days.run(5 * DAY)
    assert {each.target for each in asked} == {"/robots.txt"}
    assert min(gaps(asked)) >= 20 * HOUR
    assert days.polls()[0].outcome is Outcome.REFUSED
    partner.answers["/robots.txt"] = reply("404 Not Found")
    assert "/nieuws" in {each.target for each in days.run(2 * DAY)}


def test_an_unreachable_robots_txt_forbids_a_page(days: Days, partner: Partner) -> None:
    partner.answers["/robots.txt"] = reply("503 Service Unavailable")
    days.follow("/nieuws", kind="page")
    assert {each.target for each in days.run(10 * DAY)} == {"/robots.txt"}


def test_a_feed_is_fetched_as_it_invites_it(days: Days, partner: Partner) -> None:
    partner.answers |= {"/robots.txt": reply("200 OK", b"User-agent: *\nDisallow: /"), "/feed": news()}
    days.follow("/feed")
    assert {each.target for each in days.run(DAY)} == {"/feed"}


def test_a_page_s_crawl_delay_is_kept(days: Days, partner: Partner) -> None:
    partner.answers["/robots.txt"] = reply("200 OK", b"User-agent: *\nCrawl-delay: 0.3", "Content-Type: text/plain")
    days.follow(*MANY[:3], kind="page")
    days.wake()
    starts = sorted(each.real for each in partner.asked)
    assert len(starts) == 4
    assert min(later - earlier for earlier, later in pairwise(starts)) > 0.28


def test_robots_txt_is_asked_for_once_a_day(days: Days, partner: Partner) -> None:
    partner.answers["/feed"] = told()
    days.follow("/feed", kind="auto")
    assert len(days.run(4 * DAY)) > 24
    assert 4 <= len(partner.asked_for("/robots.txt")) <= 5


@pytest.mark.parametrize(("host", "most"), [("fme.example", 8), ("127.0.0.1", 1000)])
def test_while_nobody_can_reach_us_others_are_asked_once_a_day(
    days_of: DaysWith, partner: Partner, host: str, most: int
) -> None:
    days = days_of(anonymous=is_public_host)
    partner.answers["/feed"] = told()
    days.follow("/feed", host=host)
    asked = days.run(7 * DAY)
    assert 6 <= len(asked) <= most
    assert (min(gaps(asked)) >= DAY) is (most == 8)
