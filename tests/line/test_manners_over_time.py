"""What partners' servers may expect of us, row by row, as a server sees it that records weeks: the rows "over time".

RFC 9110 section 10.2.3 (Retry-After), RFC 9111 section 4.2 (freshness), RFC 6585 (429), RFC 9309 (robots.txt), RSS 2.0
and its syndication module. tests/policy has the same rows for the pure rules.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from aggregator.model import Outcome
from aggregator.wiring import is_public_host
from tests.factories import DAY, HOUR, NOW
from tests.fetch.misbehaving import reply
from tests.line.days import (
    ETAG,
    LOGIN,
    MANY,
    NEWS,
    Asked,
    Days,
    DaysWith,
    Partner,
    gaps,
    in_turn,
    news,
    unchanged,
)

MINUTE = timedelta(minutes=1)


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


# --- What is said of freshness ----------------------------------------------------------------------------------------


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
    assert max(gaps(days.run(30 * DAY))) <= 8 * DAY


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
    assert max(gaps(days.run(9 * DAY))) <= 8 * DAY


# --- Trouble ----------------------------------------------------------------------------------------------------------

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
    days.follow("/nieuws", kind="page")
    partner.answers["/nieuws"] = reply("200 OK", b"<!doctype html><p>Er is geen nieuws.</p>", "Content-Type: text/html")
    assert len(days.run(4 * DAY)) > 4
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
