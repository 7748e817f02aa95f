"""Dates of feeds, pages and addresses: each is right, or it is None."""

from aggregator.text.dates.address import url_date
from aggregator.text.dates.amsterdam import Dated, amsterdam_day, day_in_amsterdam, dutch_date, in_amsterdam
from aggregator.text.dates.feed import feed_date
from aggregator.text.dates.grammar import Found
from aggregator.text.dates.page import find_dates, read_date
from aggregator.text.dates.ranges import find_range

__all__ = [
    "Dated",
    "Found",
    "amsterdam_day",
    "day_in_amsterdam",
    "dutch_date",
    "feed_date",
    "find_dates",
    "find_range",
    "in_amsterdam",
    "read_date",
    "url_date",
]
