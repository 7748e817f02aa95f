"""Where a list goes on: behind which story, as words that stay true while stories come and go.

A cursor names the last story that was told by its slug, never by our number for it, with its place in the list at that
time: so nothing is told twice or left out when that story changes.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.store import Transaction, stories
from aggregator.store.search import Hit
from aggregator.store.search_blocks import STORY_BITS
from aggregator.text.dates.amsterdam import AMSTERDAM
from aggregator.web.problems import ProblemError

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
MICROSECOND = timedelta(microseconds=1)
FARTHEST = 1 << 62  # what a database's whole numbers hold, and a place
UPDATED, DELETED = "u", "d"

_CURSOR = re.compile(r"([abcud])\.(-?[0-9]{1,17})\.([a-z0-9-]{1,64})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """A place in a list: `kind` says in which."""

    kind: str
    value: int
    slug: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.value}.{self.slug}"


def read(text: str, kinds: str) -> Cursor | None:
    """The cursor of a list of one of these kinds; None when none is given. Raises ProblemError."""
    if not text:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None or found[1] not in kinds:
        raise ProblemError(400, "cursor")
    return Cursor(kind=found[1], value=int(found[2]), slug=found[3])


def of_hit(hit: Hit, slug: str) -> Cursor:
    """Behind a story that was found."""
    return Cursor(kind=hit.kind, value=hit.place >> STORY_BITS, slug=slug)


def hit_of(transaction: Transaction, cursor: Cursor) -> Hit:
    """The story behind which a search goes on. Raises ProblemError."""
    number = _number(transaction, cursor)
    place = (cursor.value << STORY_BITS) + number
    if abs(place) > FARTHEST:
        raise ProblemError(400, "cursor")
    return Hit(story_id=number, kind=cursor.kind, place=place)


def of_time(kind: str, at: datetime, slug: str) -> Cursor:
    """Behind a story in a list that is ordered by a time."""
    return Cursor(kind=kind, value=(at - EPOCH) // MICROSECOND, slug=slug)


def time_of(transaction: Transaction, cursor: Cursor) -> tuple[datetime, int]:
    """The time and the story behind which such a list goes on. Raises ProblemError."""
    try:
        at = EPOCH + cursor.value * MICROSECOND
    except OverflowError as error:
        raise ProblemError(400, "cursor") from error
    return at, _number(transaction, cursor)


def aware(when: datetime) -> datetime:
    """A time that came without an offset is meant by the clocks of Amsterdam."""
    return when if when.tzinfo else when.replace(tzinfo=AMSTERDAM)


def _number(transaction: Transaction, cursor: Cursor) -> int:
    row = stories.exact_row(transaction, cursor.slug)
    if row is None:
        raise ProblemError(400, "cursor")
    return row.id
