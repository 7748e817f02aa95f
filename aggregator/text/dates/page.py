"""Dates as pages print them: a line that is a date in its wrappers, and dates inside a longer text.

A line is read from its start: wrappers that are known ("Geplaatst op", "Nieuws - "), or a few words and a separator
("Jan de Vries | "), then the date, then what may follow one. Anything else is running text, and a date in it may be
of anything: an open day, a deadline, a law. A line that speaks of an event or of a change is None for that reason.
"""

import re
from datetime import datetime

from aggregator.model import Precision
from aggregator.text.dates.amsterdam import Dated, clock, day_in_amsterdam, minute
from aggregator.text.dates.feed import feed_date
from aggregator.text.dates.grammar import Found, date_at, dates_in
from aggregator.text.dates.loose import ago_at, month_at, named_day_at, no_year_at, short_year_at
from aggregator.text.dates.names import levelled
from aggregator.text.dates.ranges import range_at

LINE_LIMIT = 200
TEXT_LIMIT = 200_000


def _words(words: str) -> str:
    return "|".join(word.replace("_", r"[\s_]") for word in sorted(words.split(), key=len, reverse=True))


_KICKERS = """
    nieuws nieuwsbericht nieuwsberichten nieuwsartikel actueel artikel blog blogpost column interview
    persbericht opinie achtergrond verhaal reportage publicatie video podcast vacature news article press_release
    geplaatst gepubliceerd gepost geschreven verschenen toegevoegd datum publicatiedatum gedateerd posted published
    written date publication_date released
    calendar_today calendar_month date_range access_time schedule
"""
# Words of a date that is not the day on which the news came out.
_OTHER_DATES = """
    agenda congres\\w* conferentie\\w* event\\w* evenement\\w* webinar\\w* workshop\\w* cursus\\w* training\\w* open_dag
    open_huis deadline aanmeld\\w* inschrij\\w* start\\w* tot t/m vanaf wanneer when uiterlijk beurs symposium
    bijeenkomst\\w* seminar\\w* sluit\\w* update\\w* laatst gewijzigd bijgewerkt aangepast modified edited changed
    geldig valid since sinds verloopt expires copyright geboren born voor before until
"""
_LOWER_CASE_TAILS = """
    door by in leestijd lees lezen min minuten minuut minutes uur om at reactie reacties comment comments
    geplaatst gepubliceerd posted published bijgewerkt gewijzigd laatst aangepast updated
"""
_CLOCK_FIRST = re.compile(
    r"(?P<hour>\d\d?)[:.](?P<minute>\d\d)(?:\s?uur)?[\s,|/·•–—-]{1,3}(?:(?:op|on)\s)?", re.IGNORECASE
)
_HEAD = re.compile(rf"[^\w€$©+]*(?:(?:{_words(_KICKERS)})\b[\s:,.|/·•–—>(-]*(?:(?:op|on)\b[\s:]*)?)*", re.IGNORECASE)
_BYLINE = re.compile(r"(?:door|by)\s(?:\S{1,30}\s){1,4}(?:(?:op|on)\s)?", re.IGNORECASE)
# "Jan de Vries | ", "Door Jan op ", "Den Haag, "; not "Nieuwe cao: " and not "Open avond, ".
_SEPARATED = re.compile(
    r"(?:[|/·•–—>)-]\s?|\b[Dd]oor\b.{2,60}\sop\s|\b[Bb]y\b.{2,60}\son\s|^(?:[A-Z]\S{0,30}\s){0,2}[A-Z]\S{0,30},\s)$"
)
_OTHER_DATE = re.compile(rf"\b(?:{_words(_OTHER_DATES)})\b|©", re.IGNORECASE)
_READING_TIME = re.compile(r"<?\s?\d{1,2}\s(?:min|minuut|minuten|minutes?)\b", re.IGNORECASE)
_TAIL = re.compile(
    r"(?!\s?(?:GMT|UTC|[A-Z]{1,2}[SD]T|[+-]\d{2})\b)"
    rf"\s?(?:$|[|/·•–—,;:.…»>)\]<\"'“‘-]|(?-i:[^\Wa-z0-9_])|(?:{_words(_LOWER_CASE_TAILS + _KICKERS)})\b"
    r"|\d{1,4}\s(?:min|minuut|minuten|minutes|reactie|reacties|comments?|keer|x)\b)",
    re.IGNORECASE,
)
_MONTH_END = re.compile(r"\s?(?:$|[|/·•,;:.)\]])")  # not "Juni 2019 - heden"
_END = re.compile(r"\s?(?:$|[|/·•–—,;:.)\]-])")
_RANGE_OF_DAYS = re.compile(r"\s?(?:-|–|—|&|/|t/m|tot|en|to|and|through)\s?\d{1,2}\b(?!:)", re.IGNORECASE)
_HOPEFUL = re.compile(r"\d|geleden|ago|daag|day|gister|zojuist|zonet|now", re.IGNORECASE)
_DIGIT = re.compile(r"\d", re.ASCII)
_MACHINE = re.compile(r"\dT\d|:\d\d\s?[+-]\d{4}$|\b(?:GMT|UTC|UT|Z|[A-Z]{1,2}[SD]T|CES?T)\b|\dZ$")


def read_date(text: str, *, now: datetime, language: str = "nl") -> Dated | None:
    """Return the date of a line that is little more than one, as printed on a page; None for anything else.

    `now` reads what leaves out the year or counts back; `language` decides 06/07/2022 (day first unless "en-US";
    unknown for plain "en"). A range gives its start. A date in the future is returned as it was read.

    >>> read_date("Nieuws 30 juni 2022", now=datetime(2026, 11, 23, tzinfo=UTC)).at.isoformat()
    '2022-06-29T22:00:00+00:00'
    """
    if len(text) > 4 * LINE_LIMIT:
        return None
    line = " ".join(levelled(text).split())
    if len(line) > LINE_LIMIT or not _HOPEFUL.search(line):
        return None
    if _MACHINE.search(line):
        return feed_date(line) or _printed(line, now, language)
    return _printed(line, now, language)


def find_dates(text: str, *, now: datetime, language: str = "nl") -> list[Found]:
    """Return the whole dates inside `text` in their order, and a "2 dagen geleden" with which it begins.

    Positions are those of `text`; what lies past the first 200,000 characters is not read.
    """
    plain = levelled(text[:TEXT_LIMIT])
    start = len(plain) - len(plain.lstrip())
    first = ago_at(plain, start, now) or _alone(plain, named_day_at(plain, start, now))
    found = [first] if first else []
    for each in sorted(dates_in(plain, language), key=lambda each: (each.start, -each.end)):
        if not found or each.start >= found[-1].end:
            found.append(each)
    return found


def _printed(line: str, now: datetime, language: str) -> Dated | None:
    head = _HEAD.match(line)
    found = _leading(line, head.end() if head else 0, now, language) or _behind_words(line, language)
    if found is None or not _TAIL.match(line, found.end) or _has_rival(line, found, language):
        return None
    return found.dated


def _leading(line: str, start: int, now: datetime, language: str) -> Found | None:
    days = range_at(line, start, language)
    return (
        (days.opening if days else None)
        or date_at(line, start, language)
        or _clock_first(line, start, language)
        or short_year_at(line, start, now, language)
        or ago_at(line, start, now)
        or _alone(line, named_day_at(line, start, now))
        or _alone(line, month_at(line, start), _MONTH_END)
        or _single_day(line, no_year_at(line, start, now, language))
    )


def _clock_first(line: str, start: int, language: str) -> Found | None:
    """Read "13:57 | 29 september 2022"."""
    time_of_day = _CLOCK_FIRST.match(line, start)
    found = date_at(line, time_of_day.end(), language) if time_of_day else None
    if time_of_day is None or found is None or found.dated.precision is not Precision.DAY:
        return None
    at = clock(time_of_day.groupdict())
    dated = minute(day_in_amsterdam(found.dated.at), at) if at else None
    return Found(start=time_of_day.start(), end=found.end, dated=dated) if dated else None


def _alone(line: str, found: Found | None, end: re.Pattern[str] = _END) -> Found | None:
    # "Vandaag Tesla in de klas", "Juni 2020 werd warm": titles, unless nothing or a separator follows.
    timed = found is not None and found.dated.precision is Precision.MINUTE
    return found if found and (timed or end.match(line, found.end)) else None


def _single_day(line: str, found: Found | None) -> Found | None:
    return None if found and _RANGE_OF_DAYS.match(line, found.end) else found


def _behind_words(line: str, language: str) -> Found | None:
    """Read "Jan de Vries | 30 juni 2022": a few words that are set apart from the date and say nothing else."""
    found = min(dates_in(line, language), key=lambda each: each.start, default=None)
    if found is None:
        return None
    head = line[: found.start]
    if not (_BYLINE.fullmatch(head) or _is_set_apart(head)):
        return None
    days = range_at(line, found.start, language)
    return days.opening if days else found


def _is_set_apart(head: str) -> bool:
    words = _READING_TIME.sub("", head)
    if len(words) > 60 or _DIGIT.search(words) or _OTHER_DATE.search(words):
        return False
    return bool(_SEPARATED.search(words))


def _has_rival(line: str, found: Found, language: str) -> bool:
    """Say whether another date follows that is not plainly another kind of date ("laatst gewijzigd op ...")."""
    if not _DIGIT.search(line, found.end):
        return False
    others = dates_in(line, language, found.end)
    return any(not _OTHER_DATE.search(line[found.end : other.start]) for other in others)
