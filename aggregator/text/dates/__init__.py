"""Dates of feeds, pages and addresses: each is right or it is None."""

from aggregator.text.dates.amsterdam import Dated, amsterdam_day, day_in_amsterdam, dutch_date
from aggregator.text.dates.feed import feed_date

__all__ = ["Dated", "amsterdam_day", "day_in_amsterdam", "dutch_date", "feed_date"]
