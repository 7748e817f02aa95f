"""When an article is gone: looked for only where its list gives a reason, asked for seldom, believed late (pure).

A list grows longer than what it shows, so that items leave it at its end is no sign. One that vanished from the middle
may have been taken down. Its own address decides: 404 or 410 (RFC 9110), twice, days apart. One such answer may be a
mistake of the server; a page that says "niet gevonden" with 200, or that leads to the home page, proves nothing.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from aggregator.model import Absence, Standing

RECENT = timedelta(days=60)  # since we first saw it: what is older is let be
PER_POLL = 3
BETWEEN = timedelta(days=1)
CONFIRMED_AFTER = timedelta(days=2)
DOUBTED_AFTER = timedelta(days=7)  # a dead link that the source goes on listing
MOST_CHECKS = 8  # whose server never gives a clear answer is let be


class Proof(StrEnum):
    """What an answer to the address of an article proves."""

    ABSENT = "absent"
    PRESENT = "present"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where an item stands in its source's list: by its date, else by when we first saw it."""

    item_id: int
    published: datetime | None
    first_seen: datetime

    @property
    def age(self) -> tuple[datetime, datetime, int]:
        """Sorts the oldest first: of one day the one seen first, of one reading the one further down."""
        return self.published or self.first_seen, self.first_seen, -self.item_id


def vanished(known: Sequence[Place], listed: AbstractSet[int], now: datetime) -> list[int]:
    """Return the recent items that are missing from the middle of their list, newest first."""
    shown = [place.age for place in known if place.item_id in listed]
    if not shown:
        return []
    oldest = min(shown)
    missing = (
        place
        for place in known
        if place.item_id not in listed and place.age > oldest and now - place.first_seen <= RECENT
    )
    return [place.item_id for place in sorted(missing, key=lambda place: place.age, reverse=True)]


def to_check(absences: Iterable[Absence], now: datetime) -> list[Absence]:
    """Return those whose articles are asked for at this poll: those never asked for first, then the longest ago."""
    due = [each for each in absences if _is_due(each, now)]
    return sorted(due, key=lambda each: (each.last_checked_at is not None, each.last_checked_at or now))[:PER_POLL]


def _is_due(absence: Absence, now: datetime) -> bool:
    if absence.checks >= MOST_CHECKS:
        return False
    if absence.last_checked_at is None:
        return absence.status is Standing.UNLISTED
    rested = now - absence.last_checked_at
    match absence.status:
        case Standing.UNLISTED:
            return rested >= BETWEEN
        case Standing.MISSING:
            return rested >= BETWEEN and _is_confirmed(absence, now)
        case Standing.GONE:
            return absence.listed and rested >= DOUBTED_AFTER
        case Standing.ALIVE:
            return False


def after(absence: Absence, proof: Proof, now: datetime) -> Absence:
    """Return how it stands with an article after its address was asked for."""
    asked = replace(absence, checks=absence.checks + 1, last_checked_at=now)
    match proof:
        case Proof.NOTHING:
            return asked
        case Proof.PRESENT:
            return replace(asked, status=Standing.ALIVE, first_missing_at=None, gone_at=None)
        case Proof.ABSENT if absence.first_missing_at is None:
            return replace(asked, status=Standing.MISSING, first_missing_at=now)
        case Proof.ABSENT if absence.status is Standing.MISSING and _is_confirmed(absence, now):
            return replace(asked, status=Standing.GONE, gone_at=now)
        case Proof.ABSENT:
            return asked


def _is_confirmed(absence: Absence, now: datetime) -> bool:
    return absence.first_missing_at is not None and now - absence.first_missing_at >= CONFIRMED_AFTER


def leads_up(asked: str, landed: str) -> bool:
    """Tell whether a redirect ended above the article: at the home page, or at the list that it stood in.

    >>> leads_up("https://fme.nl/nieuws/een", "https://www.fme.nl/nieuws/")
    True
    """
    there = urlsplit(landed).path.rstrip("/")
    return urlsplit(asked).path.rstrip("/").startswith(f"{there}/")
