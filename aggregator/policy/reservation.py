"""/.well-known/tdmrep.json: what of a site its maker keeps from text and data mining (pure).

W3C Community Group report "TDM Reservation Protocol", the file on the origin server: a list of objects with `location`,
a path pattern as in robots.txt (RFC 9309: "*" stands for anything, "$" for the end), and `tdm-reservation`, 1 or 0. The
most specific pattern that fits decides. A file that is none reserves nothing.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

KEPT_FOR = timedelta(hours=24)
WELL_KNOWN = "/.well-known/tdmrep.json"
MOST_CHARACTERS = 100_000
MOST_RULES = 500

Rule = tuple[str, bool]  # the pattern, and whether what it fits is reserved


def address_of(url: str) -> str:
    """Return where the reservations of the site of `url` stand.

    >>> address_of("https://fme.nl/nieuws/een?x=1")
    'https://fme.nl/.well-known/tdmrep.json'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}"


def is_reserved(text: str, url: str) -> bool:
    """Tell whether the file `text` of its site reserves `url`.

    >>> is_reserved('[{"location": "/pers/*", "tdm-reservation": 1}]', "https://fme.nl/pers/een")
    True
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fitting = [(len(pattern), reserves) for pattern, reserves in _rules(text) if _fits(pattern, path)]
    return max(fitting, default=(0, False))[1]


def is_fresh(fetched_at: datetime, now: datetime) -> bool:
    """Tell whether a file need not be asked for again."""
    return now - fetched_at < KEPT_FOR


@lru_cache(maxsize=64)
def _rules(text: str) -> tuple[Rule, ...]:
    try:
        said = json.loads(text[:MOST_CHARACTERS])
    except (ValueError, RecursionError):
        return ()
    each = said if isinstance(said, list) else [said]
    return tuple(filter(None, map(_rule, each[:MOST_RULES])))


def _rule(said: object) -> Rule | None:
    location = said.get("location") if isinstance(said, Mapping) else None
    if not isinstance(said, Mapping) or not isinstance(location, str):
        return None
    path = location if location.startswith(("/", "*")) else f"/{urlsplit(location).path.lstrip('/')}"
    return path, str(said.get("tdm-reservation")).strip() == "1"


def _fits(pattern: str, path: str) -> bool:
    """Match from left to right, each part at its first place: linear, whatever the pattern."""
    first, *parts = pattern.removesuffix("$").split("*")
    is_whole = pattern.endswith("$")
    if not path.startswith(first):
        return False
    place = len(first)
    for part in parts[:-1] if is_whole else parts:
        place = path.find(part, place)
        if place < 0:
            return False
        place += len(part)
    if not is_whole:
        return True
    return path.endswith(parts[-1]) and len(path) - len(parts[-1]) >= place if parts else place == len(path)
