"""What the service says of itself: figures, plain texts, its agenda, and the files that machines look for."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from statistics import median

from aggregator.model import Precision
from aggregator.ondemand.moment import Moment
from aggregator.publish import entry
from aggregator.publish.site import (
    FIGURE_DAYS,
    Figures,
    account_page,
    agenda_page,
    robots_txt,
    security_txt,
    static_page,
    text_page,
)
from aggregator.release import status_of
from aggregator.store import agenda, public, stories

LOOKED_AT = 5_000  # of the newest stories: a median of more says the same
LISTED_EVENTS = 100
FEED = "feed"

Made = Callable[[str], bytes]


def account(moment: Moment) -> Made:
    """How we work, in figures of this moment."""
    counted = figures(moment)
    return lambda language: account_page(counted, moment.site, language)


def figures(moment: Moment) -> Figures:
    """Count: whom we follow, what we placed lately and how."""
    since = moment.now - timedelta(days=FIGURE_DAYS)
    placed = public.released_since(moment.transaction, since, limit=LOOKED_AT)
    numbers = [each.story_id for each in placed]
    timed = [
        max((each.released - each.stated).total_seconds(), 0)
        for each in placed
        if each.stated and each.precision == Precision.MINUTE.value
    ]
    held = list(moment.held.values())
    return Figures(
        sources=len(held),
        by_feed=sum(FEED in (each.source.kind, each.poll.rung) for each in held),
        by_page=sum(each.source.kind == "page" or each.poll.rung not in ("", FEED) for each in held),
        unreachable=sum(not status_of(each, 0).healthy for each in held if each.poll.at),
        public=stories.counts_by_state(moment.transaction).get("published", 0),
        placed=len(placed),
        by_itself=len(placed) - len(public.touched_by_people(moment.transaction, numbers)),
        corrected=len(public.touched_by_people(moment.transaction, numbers, ["edited"])),
        withdrawn=sum(public.left_since(moment.transaction, since).values()),
        delay=timedelta(seconds=median(timed)) if timed else None,
        timed=len(timed),
    )


def text(name: str) -> Callable[[Moment], Made]:
    """A page of plain paragraphs."""
    return lambda moment: partial(text_page, name, moment.site)


def only_static(name: str) -> Callable[[Moment], Made]:
    """What stands in files for a page that needs the service."""
    return lambda moment: partial(static_page, name, moment.site)


def coming(moment: Moment) -> Made:
    """What our partners announce."""
    found = agenda.coming(moment.transaction, moment.now)[:LISTED_EVENTS]
    events = [
        (entry.author(moment.names[each.source_id]), each.event) for each in found if each.source_id in moment.names
    ]
    return lambda language: agenda_page(events, moment.site, language)


def robots(moment: Moment) -> Made:
    """robots.txt."""
    return lambda _: robots_txt(moment.site)


def security(moment: Moment) -> Made | None:
    """security.txt, when there is a contact."""
    made = security_txt(moment.site, moment.now)
    return (lambda _: made) if made is not None else None


def contacts(moment: Moment) -> Iterator[tuple[()]]:
    """One, when there is a contact."""
    return iter([()] if security(moment) else [])
