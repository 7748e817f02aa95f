"""The archive for people, by month of the partners' own dates."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime

from aggregator.ondemand.moment import Moment
from aggregator.publish.site import MONTH_STORIES, Month, archive_page, month_page
from aggregator.store import public, stories
from aggregator.text.dates import amsterdam_day, day_in_amsterdam

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def archive(moment: Moment) -> Callable[[str], bytes]:
    """All months that have news."""
    found = list(months(moment))
    return lambda language: archive_page(found, moment.site, language)


def month(moment: Moment, name: str, number: str = "1") -> Callable[[str], bytes] | None:
    """A page of a month; the first has no number in its address."""
    found = _counted(moment, name)
    place = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 0
    if found is None or not 1 <= place <= found.pages or str(place) != number:
        return None
    since, until = _span(found.first)
    skip = (place - 1) * MONTH_STORIES
    numbers = public.dated_between(moment.transaction, since, until, limit=MONTH_STORIES, skip=skip)
    shown = stories.load(moment.transaction, numbers)
    return lambda language: month_page(found, place, shown, moment.names, moment.site, language)


def further(moment: Moment, name: str, number: str) -> Callable[[str], bytes] | None:
    """A page of a month after its first."""
    return None if number == "1" else month(moment, name, number)


def names(moment: Moment) -> Iterator[tuple[str]]:
    """All months that have news."""
    return ((f"{each.first:%Y-%m}",) for each in months(moment))


def further_names(moment: Moment) -> Iterator[tuple[str, str]]:
    """All pages of months after the first."""
    for each in months(moment):
        yield from ((f"{each.first:%Y-%m}", str(number)) for number in range(2, each.pages + 1))


def months(moment: Moment) -> Iterator[Month]:
    """The months that have news, newest first: from each we look for the newest story before it."""
    newest = public.newest(moment.transaction)
    while newest is not None:
        first = day_in_amsterdam(newest).replace(day=1)
        since, until = _span(first)
        yield Month(first=first, count=public.count_between(moment.transaction, since, until))
        newest = public.newest(moment.transaction, before=since)


def _counted(moment: Moment, name: str) -> Month | None:
    said = _MONTH.fullmatch(name)
    if said is None or not 1900 < int(said[1]) < 9000:
        return None
    first = date(int(said[1]), int(said[2]), 1)
    return Month(first=first, count=public.count_between(moment.transaction, *_span(first)))


def _span(first: date) -> tuple[datetime, datetime]:
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return amsterdam_day(first), amsterdam_day(after)
