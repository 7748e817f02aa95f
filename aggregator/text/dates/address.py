"""Dates in addresses: /2019/12/19/, /2019-12-19-slug, /2018/januari/23-01-18/, and /2019/05/, which is a month.

Only what a content system writes as a date counts. Numbers in an address are more often something else: an issue and
a page of a magazine (/2023/03/10), a file's month of upload, an id.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from aggregator.text.dates.amsterdam import Dated, day, month
from aggregator.text.dates.names import MONTHS, folded

LENGTH_LIMIT = 2000

_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_NUMBER = re.compile(r"\d{1,2}", re.ASCII)
_WHOLE = re.compile(r"((?:19|20)\d\d)([-_.])(\d\d)\2(\d\d)(?![\d.])(?:[-_].*)?", re.ASCII)
_SHORT = re.compile(r"(\d\d)-(\d\d)-(\d\d)(?:\d\d)?(?:-.*)?", re.ASCII)
_FOREIGN = re.compile(
    r"magazine|editie|edition|issue|jaargang|upload|files|wp-content|media|assets|images|sites|download"
)


def url_date(url: str) -> Dated | None:
    """Return the day, or else the month, that the path of `url` says; None if it says none or more than one."""
    if len(url) > LENGTH_LIMIT:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    segments = [folded(unquote(segment)) for segment in parts.path.split("/") if segment]
    if any(_FOREIGN.search(name) for name in (parts.netloc.lower(), *segments[:-1])):
        return None
    dates = list(_dates(segments))
    return dates[0] if len(dates) == 1 else None


def _dates(segments: list[str]) -> Iterator[Dated | None]:
    """Yield a date for every segment that looks like the year of one; None where that was an impression."""
    for index, segment in enumerate(segments):
        if whole := _WHOLE.fullmatch(segment):
            yield day(int(whole[1]), int(whole[3]), int(whole[4]))
        elif _YEAR.fullmatch(segment) and index + 1 < len(segments):
            yield _below_year(int(segment), segments[index + 1], segments[index + 2 : index + 3])


def _below_year(year: int, second: str, third: list[str]) -> Dated | None:
    named = second in MONTHS
    if not (named or _NUMBER.fullmatch(second)):
        return None
    month_of_year = MONTHS[second] if named else int(second)
    if not third:
        return month(year, month_of_year)
    if _NUMBER.fullmatch(third[0]):
        return day(year, month_of_year, int(third[0]))
    if short := _SHORT.fullmatch(third[0]):
        agrees = int(short[2]) == month_of_year
        return day(year, month_of_year, int(short[1])) if agrees else None
    return None if third[0].isdigit() else month(year, month_of_year)
