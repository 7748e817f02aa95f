"""Fetching: polite, guarded, conditional GETs, many at once over one libcurl loop."""

from aggregator.fetch.guard import Allowlist
from aggregator.fetch.http import Fetcher
from aggregator.fetch.robots import RobotsFile
from aggregator.fetch.transfer import Limits

__all__ = ["Allowlist", "Fetcher", "Limits", "RobotsFile"]
