"""Fetching: polite, guarded, conditional GETs, many at once over one libcurl loop."""

from aggregator.fetch.guard import Allowlist
from aggregator.fetch.http import Fetcher
from aggregator.fetch.robots import RobotsFile
from aggregator.fetch.sending import Courier, NoResponse, Response
from aggregator.fetch.transfer import Limits

__all__ = ["Allowlist", "Courier", "Fetcher", "Limits", "NoResponse", "Response", "RobotsFile"]
