"""What a feed says about coming again; nonsense is as if it had not been said."""

from datetime import timedelta
from typing import Any

import pytest

from aggregator.feeds.pace import pace_of
from aggregator.model import Pace


@pytest.mark.parametrize(
    ("feed", "every"),
    [
        ({"ttl": "60"}, timedelta(hours=1)),
        ({"ttl": " 60 ", "sy_updateperiod": "daily"}, timedelta(days=1)),
        ({"sy_updateperiod": "\n hourly ", "sy_updatefrequency": "2"}, timedelta(minutes=30)),
        ({"sy_updateperiod": "weekly", "sy_updatefrequency": "0"}, timedelta(days=7)),
        ({"ttl": "-5"}, None),
        ({"ttl": "veel", "sy_updateperiod": "soms"}, None),
        ({"ttl": "999999"}, None),
        ({"ttl": "99999999999"}, None),
        ({"ttl": "٣"}, None),
        ({"ttl": {"a": 1}}, None),
    ],
)
def test_how_often(feed: dict[str, Any], every: timedelta | None) -> None:
    assert pace_of(feed, "") == Pace(every=every)


def test_hours_and_days_to_skip() -> None:
    text = "<skipHours><hour> 0</hour><HOUR>24</HOUR><hour>99</hour><hour>x</hour></skipHours><hour>7</hour>"
    text += "<skipDays><day>Sunday</day><day>Someday</day><day>MONDAY</day></skipDays>"
    assert pace_of({}, text) == Pace(skip_hours=frozenset({0}), skip_days=frozenset({0, 6}))
