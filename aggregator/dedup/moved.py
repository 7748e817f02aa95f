"""The same article of one source under another id or address: a site was rebuilt, its list redesigned, its ids churned.

In real redesigns a third of the sites changed their articles' addresses: without this, old news would be announced
again. An article is recognised by its title and its day; where neither version has a date, by title and teaser.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Generic, TypeVar

from aggregator.model import Entry
from aggregator.text.dates import day_in_amsterdam

Id = TypeVar("Id")

TELLING_WORDS = 3  # "Nieuwsbrief" or "Open dag" come back every month ...
TELLING_WORDS_SAME_DAY = 2  # ... but hardly twice a day
A_DAY = timedelta(days=1)  # a rebuilt site may stamp in another time zone
CUT_MARKS = ("…", "...", "[...]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Held(Generic[Id]):
    """What is known of an item that we hold, as far as recognising it goes."""

    id: Id
    title: str
    summary: str
    day: date | None


def recognised(entries: Mapping[str, Entry], held: Iterable[Held[Id]], *, redesigned: bool = False) -> dict[str, Id]:
    """Which of `entries` (by key) are items that we hold under another key: key to the held item's id.

    Each held item is recognised once at most; of two that look alike, none is. After a redesign (`redesigned`) the
    title alone is enough: new pages often print their dates otherwise, without a year for one.
    """
    by_title: dict[str, list[Held[Id]]] = {}
    for each in held:
        by_title.setdefault(_words(each.title), []).append(each)
    found: dict[str, Id] = {}
    taken: set[Id] = set()
    for key, entry in entries.items():
        alike = [each for each in by_title.get(_words(entry.title), ()) if redesigned or _is_same(entry, each)]
        if len(alike) == 1 and alike[0].id not in taken:
            found[key] = alike[0].id
            taken.add(alike[0].id)
    return found


def inherited(new: Entry, old: Entry) -> Entry:
    """`new`, with what only `old` said: a list that is read again must not take away what the article told us."""
    if new.published is None and old.published is not None:
        new = replace(new, published=old.published, date_evidence=old.date_evidence, date_precision=old.date_precision)
    if new.image is None and old.image is not None:
        new = replace(new, image=old.image)
    if old.summary and _is_beginning(new.summary, old.summary):
        new = replace(new, summary=old.summary)
    return new


def _is_same(entry: Entry, held: Held[Id]) -> bool:
    length = len(_words(entry.title).split())
    day = day_in_amsterdam(entry.published) if entry.published else None
    if day and held.day:
        return length >= TELLING_WORDS_SAME_DAY and abs(day - held.day) <= A_DAY
    if length < TELLING_WORDS:
        return False
    return bool(day or held.day) or _words(entry.summary) == _words(held.summary)


def _is_beginning(part: str, whole: str) -> bool:
    bare = part
    for mark in CUT_MARKS:
        bare = bare.removesuffix(mark)
    return bare != part and _words(whole).startswith(_words(bare)) if part else True


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
