from datetime import UTC, datetime, timedelta

import pytest

from aggregator.fetch.robots import RobotsFile, allowed, crawl_delay, origin_of, product_token
from tests.pace import Stopwatch

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
US = "techniekpactaggregator"


def robots(text: str = "", status: int | None = 200, age: timedelta = timedelta(0)) -> RobotsFile:
    return RobotsFile(fetched_at=NOW - age, status=status, text=text)


def may(text: str, path: str = "/news") -> bool:
    return allowed(robots(text), US, f"http://a.nl{path}", NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /new", False),
        ("User-agent: *\nDisallow: /n*s$", False),
        ("User-agent: *\nDisallow: /n*x", True),
        ("User-agent: *\nDisallow: /\nAllow: /news", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: TechniekpactAggregator\nDisallow: /edit", True),
        ("User-agent: *\nAllow: /\n\nUser-agent: TechniekpactAggregator/1.0 # us\nDisallow: /", False),
        ("USER-AGENT:techniekpactAGGREGATOR\nDISALLOW:/", False),
        ("\ufeffUser-agent: *\r\nDisallow: /", False),
        ("User-agent: a\nUser-agent: *\nUser-agent: b\nDisallow: /", False),
        ("User-agent: Techniekpact\nDisallow: /", True),
        ("User-agent: somebody-else\nDisallow: /", True),
        ("User-agent: a\nDisallow: /\nUser-agent: *\nAllow: /", True),
        ("User-agent: \nDisallow: /", True),
        ("<html><body>404</body></html>", True),
    ],
)
def test_the_rules_for_us_decide(text: str, expected: bool) -> None:
    assert may(text) is expected


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429])
def test_where_there_is_no_file_all_is_allowed(status: int) -> None:
    assert allowed(robots(status=status), US, "http://a.nl/news", NOW)


@pytest.mark.parametrize("status", [None, 500, 503])
def test_an_unreachable_file_forbids_all_for_thirty_days(status: int | None) -> None:
    assert not allowed(robots(status=status), US, "http://a.nl/news", NOW)
    assert not allowed(robots(status=status, age=timedelta(days=29)), US, "http://a.nl/news", NOW)
    assert allowed(robots(status=status, age=timedelta(days=30)), US, "http://a.nl/news", NOW)


def test_a_file_is_kept_for_a_day_and_an_unreachable_one_is_asked_for_again() -> None:
    assert robots(age=timedelta(hours=23)).is_fresh(NOW)
    assert not robots(age=timedelta(hours=24)).is_fresh(NOW)
    assert robots(status=404, age=timedelta(hours=23)).is_fresh(NOW)
    assert not robots(status=None).is_fresh(NOW)
    assert not robots(status=500).is_fresh(NOW)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 5", 5),
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay: 86400", 60),
        ("User-agent: *\nCrawl-delay: 1e300", 60),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nCrawl-delay: 0", None),
        ("User-agent: *\nCrawl-delay: 9\nUser-agent: TechniekpactAggregator\nCrawl-delay: 3", 3),
        ("User-agent: other\nCrawl-delay: 9", None),
    ],
)
def test_a_crawl_delay_is_a_gap_of_at_most_a_minute(text: str, seconds: float | None) -> None:
    assert crawl_delay(robots(text), US) == (None if seconds is None else timedelta(seconds=seconds))


def test_a_hostile_file_is_read_in_bounded_time() -> None:
    many_names = "".join(f"User-agent: bot{n}\n" for n in range(12_000))
    with Stopwatch() as watch:
        assert not may(many_names + "User-agent: *\n" + "Disallow: /\n" * 20_000)
        assert may("User-agent: *\n" + f"Disallow: /{'*a' * 200}b\n" * 1200, "/" + "a" * 4000)
    assert watch.cpu < 5


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of("http://a.nl:81/x?y") == "http://a.nl:81"


def test_our_name_is_the_first_product_of_the_user_agent() -> None:
    assert product_token("TechniekpactAggregator/1.0 (+https://a.nl)") == US
