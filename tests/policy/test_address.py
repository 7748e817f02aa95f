from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.policy.address import expand, is_template

NOW = datetime(2026, 11, 23, 14, 37, 12, 345, tzinfo=UTC)
URL = "https://example.nl/rss?from={}"


@pytest.mark.parametrize(
    ("placeholder", "moment"),
    [
        ("{day}", "2026-11-23T00:00:00Z"),
        ("{day-30}", "2026-10-24T00:00:00Z"),
        ("{day+1}", "2026-11-24T00:00:00Z"),
        ("{hour}", "2026-11-23T14:00:00Z"),
        ("{hour-15}", "2026-11-22T23:00:00Z"),
        ("{date}", "2026-11-23"),
        ("{date-23}", "2026-10-31"),
    ],
)
def test_a_placeholder_becomes_its_moment(placeholder: str, moment: str) -> None:
    address = expand(URL.format(placeholder), NOW)
    assert unquote(address) == URL.format(moment)
    assert ":" not in address.removeprefix("https:")


def test_several_placeholders_are_all_filled_in() -> None:
    address = expand("https://example.nl/{date-1}/{date}?x=%7B%7D", NOW)
    assert address == "https://example.nl/2026-11-22/2026-11-23?x=%7B%7D"


@pytest.mark.parametrize("bad", ["{week}", "{day-}", "{}", "{day -1}", "{day-99999}", "{Day}"])
def test_an_unknown_placeholder_is_refused_by_name(bad: str) -> None:
    assert is_template(URL.format(bad))
    with pytest.raises(ValueError, match="unknown placeholder"):
        expand(URL.format(bad), NOW)


def test_an_ordinary_address_is_no_template_and_stays_as_it_is() -> None:
    address = "https://example.nl/rss?query=%7B%22filters%22%3A%5B%5D%7D"
    assert not is_template(address)
    assert expand(address, NOW) == address


@given(st.integers(0, 24 * 3600 - 1))
def test_the_address_of_a_day_stays_the_same_all_day(second: int) -> None:
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    at = midnight + timedelta(seconds=second)
    assert expand(URL.format("{day-30}"), at) == expand(URL.format("{day-30}"), midnight)
    hour = at.replace(minute=0, second=0)
    assert expand(URL.format("{hour}"), at) == expand(URL.format("{hour}"), hour)
