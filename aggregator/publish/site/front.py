"""What a public page is made from, and which of its states that amounts to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aggregator.model import Source, Story


@dataclass(frozen=True, kw_only=True, slots=True)
class PartnerStatus:
    """A partner's line: how the last visit went. `code` is the poll's code or outcome, "" before the first visit."""

    source: Source
    code: str = ""
    polled_on: date | None = None  # in Amsterdam
    healthy: bool = True
    items: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Front:
    """The public side at one moment.

    Stories may come in any order. Days are Amsterdam's and no time of day is shown, so that a page in which nothing
    is new changes at most once a day. `counts` holds public stories by theme slug; `unreachable` counts those of the
    `tried` sources that never yet brought a readable document.
    """

    stories: Sequence[Story]
    sources: Mapping[str, Source]
    counts: Mapping[str, int]
    statuses: Sequence[PartnerStatus]
    today: date
    looked_on: date | None = None
    pinned: Sequence[Story] = ()  # what editors want to be seen first
    total: int = 0
    tried: int = 0
    unreachable: int = 0


class Phase(StrEnum):
    """What the news page has to tell; the values are the first words of its keys in strings.toml."""

    NEWS = "news"
    OUTAGE = "outage"  # news from before, and no partner can be reached now
    STARTING = "starting"
    OFFLINE = "offline"
    EMPTY = "empty"
    BARE = "bare"  # no partners configured


def phase_of(front: Front) -> Phase:
    """Return the state of the news page."""
    if front.stories:
        return Phase.OUTAGE if _nobody_answers(front) else Phase.NEWS
    if not front.total:
        return Phase.BARE
    if front.tried < front.total:
        return Phase.STARTING
    return Phase.OFFLINE if front.unreachable == front.total else Phase.EMPTY


def _nobody_answers(front: Front) -> bool:
    visited = [status for status in front.statuses if status.polled_on]
    return bool(visited) and not any(status.healthy for status in visited)
