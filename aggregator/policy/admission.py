"""What may be published without an editor, and what of a new source may be announced (DESIGN: states of a story).

Two questions that must not be mixed: `admit` asks whether a story is fit to be seen, `announced` whether it is news.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Literal
from zoneinfo import ZoneInfo

from aggregator.model import Entry, Item, Precision, Source, State, Tags

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LONGEST_MONTH = timedelta(days=31)

# An item of tomorrow is a time zone's doing, one of next month an event whose date was taken for the news'.
FURTHEST_AHEAD = timedelta(days=2)
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # before that there was no web news; such dates are defaults and typos

SURE = "sure"
ALL_OF_SOURCE = "all of this source"
OFF_TOPIC = "off-topic"
UNSURE = "unsure"
ODD_DATE = "odd date"
NEW_SOURCE = "new source"
EDITED_MODE = "edited mode"
POSSIBLE_DUPLICATE = "possible duplicate"
FLOOD = "flood"
ARCHIVE = "archive"  # what a new source had long before we followed it: known, never announced
UP_TO_AN_EDITOR = frozenset({ARCHIVE, FLOOD, POSSIBLE_DUPLICATE})  # reasons that another text does not settle


def admit(
    item: Item, tags: Tags, source: Source, *, mode: Literal["automatic", "edited"], now: datetime
) -> tuple[State, str]:
    """Return where the story of a new item starts, and the reason.

    The reason that says most about the item comes first: what an editor must look at before what holds for all.
    `relevance="all"` takes the partner's word that everything is on topic; it does not make an odd date right.
    """
    takes_all = source.relevance == "all"
    if tags.decision == "off-topic" and not takes_all:
        return State.OFF_TOPIC, OFF_TOPIC
    if tags.decision == "review" and not takes_all:
        return State.HELD, UNSURE
    if _is_odd(item.entry.published, now):
        return State.HELD, ODD_DATE
    if source.publish == "review":
        return State.HELD, NEW_SOURCE
    if mode == "edited":
        return State.HELD, EDITED_MODE
    return State.PUBLISHED, ALL_OF_SOURCE if takes_all else SURE


def announced(
    items: Sequence[Item],
    *,
    source_added: datetime,
    known_before: bool,
    days: int,
    count: int,
    now: datetime,
) -> frozenset[str]:
    """Return the keys of those new `items` of one poll that may be announced; the others are known: archive, search.

    At the first read of a source (`known_before` False) everything is new to us and hardly anything is news: only the
    `count` newest dated within `days` before the source was added, never undated ones.

    Later on whatever is new is news, undated or not, also when its date lies weeks back: partners date a piece when
    they write it. Only what is older than that first window stays known: a feed that grows longer, or a listing of
    which more is read, brings up the archive that the first read would not have announced either.
    """
    since = _start_of_day(source_added - timedelta(days=days))
    if known_before:
        return frozenset(item.key for item in items if not _is_archive(item.entry, since))
    dated = [(item.entry.published, item.key) for item in items if item.entry.published]
    fresh = [(at, key) for at, key in dated if since <= at <= now + FURTHEST_AHEAD]
    # Sorting is stable: among equal dates the order of the document decides.
    newest = sorted(fresh, key=itemgetter(0), reverse=True)
    return frozenset(key for _, key in newest[:count])


def _is_archive(entry: Entry, since: datetime) -> bool:
    """A month stands for all its days: "november 2026" may have been written on the 30th."""
    leeway = LONGEST_MONTH if entry.date_precision is Precision.MONTH else timedelta(0)
    return entry.published is not None and entry.published + leeway < since


def _start_of_day(moment: datetime) -> datetime:
    """Partners' dates are calendar days in Amsterdam, so the window opens with one."""
    return moment.astimezone(AMSTERDAM).replace(hour=0, minute=0, second=0, microsecond=0)


def _is_odd(published: datetime | None, now: datetime) -> bool:
    return published is not None and not EARLIEST <= published <= now + FURTHEST_AHEAD
