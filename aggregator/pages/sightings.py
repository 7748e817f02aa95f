"""Every date that one record shows, and where in the record it stands.

A machine's value (`<time datetime>`, microdata) is the better one, unless what is printed beside it says another day:
the reader of the page is right, the template is not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, takewhile

from aggregator.model import Evidence, Precision
from aggregator.pages.blocks import Block, lines_of, lines_without, nodes_of, stable_class
from aggregator.pages.tree import Node, Page, named
from aggregator.pages.zones import words_of
from aggregator.text.dates import Dated, day_in_amsterdam, feed_date, find_dates, read_date
from aggregator.text.dates.names import MONTHS, WEEKDAYS, folded

MAX_NODES = 150  # of one record that are looked at
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_LOOKS_DATED = re.compile(
    rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th|er|e)?[.,]?[\s/-]{{0,2}}(?:de |of )?(?:{_MONTH})(?![a-z])"
    rf"|(?<![a-z])(?:{_MONTH})[.,]{{0,2}} (?:de )?(?:\d{{1,2}}(?!\d)|(?:19|20)\d\d\b)"
    r"|(?<!\d)\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d\d)(?!\d)|(?<!\d)\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)"
    r"|\b(?:eer)?gisteren\b|\bvandaag\b|\bgeleden\b|\bago\b|\byesterday\b",
    re.ASCII,
)
_MAYBE = re.compile(r"\d|gisteren|vandaag|yesterday", re.IGNORECASE)
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?![\d/])")
_MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0+)?)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?(?:\s.*)?$")
_MARKS = ("|", "•", "·", "-", "–", "—", "/", ",", ":", ")", "(")
_ORDINAL = re.compile(r"^\d+(?:st|nd|rd|th|e|er|h|u)?$")
_OF_DATES = (
    named(
        "geplaatst gepubliceerd bijgewerkt datum op om uur published posted updated date on at of de le el am den um "
        "gisteren vandaag geleden dag dagen week weken maand maanden minuut minuten ago yesterday today days "
        "hours minutes"
    )
    | frozenset(MONTHS)
    | frozenset(WEEKDAYS)
)
_READING_TIME = re.compile(r"^(?:\w+ ){0,2}[<\d]+ min", re.IGNORECASE)
_WORDS_BEFORE = re.compile(r"^([^\d]{3,40}?)[\s|:·,–-]*(?:\d|gisteren|vandaag)")
_INTRODUCES = re.compile(
    r"^(?:geplaatst|gepubliceerd|datum|published|posted|publicatiedatum|written|date|op|on|laatst|last|updated|"
    r"bijgewerkt|door|"
    r"by|om|van|from|since|sinds|le|el|am|den|publi|veröff|escrito|©|nieuwsdatum|toegevoegd|created)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A date that a record shows. `slot` names its place within the record; `words` stand before it ("Column")."""

    dated: Dated
    evidence: Evidence
    slot: str = ""
    node: Node | None = None
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How the dates of one page are read: when, in which language, and whether 06/07 is the 6th or the 7th."""

    now: datetime
    language: str
    month_first: bool | None = None  # None: the page does not tell

    def read(self, text: str) -> Dated | None:
        """Return the date that `text` says and little else, None if unsure."""
        plain = self._dashed(text)
        if not plain:
            return None
        return read_date(plain, now=self.now, language=self.language) or feed_date(plain)

    @staticmethod
    def is_date(text: str) -> bool:
        """Tell whether `text` is a date or part of one ("JUN") and nothing else: no title."""
        words = re.findall(r"\w+", folded(text[:200]))
        return len(text) < 100 and all(_ORDINAL.match(word) or word in _OF_DATES for word in words)

    def find(self, text: str) -> Dated | None:
        """Return the only date in a line that is about it: at its beginning, or set apart by a mark."""
        plain = self._dashed(text)
        found = find_dates(plain, now=self.now, language=self.language) if plain else []
        if len(found) != 1 or plain is None:
            return None
        before, after = plain[: found[0].start].rstrip(), plain[found[0].end :].lstrip()
        is_apart = len(before.split()) <= 3 or before.endswith(_MARKS)
        is_ended = not after or after.startswith(_MARKS) or bool(_READING_TIME.match(after))
        return found[0].dated if is_apart and is_ended else None

    def without_date(self, text: str, day: date) -> str:
        """Return `text` without the date of `day` that it begins with, set apart by a mark: "3 mei 2022 - De"."""
        found = find_dates(text[:60], now=self.now, language=self.language) if text[:1].isalnum() else []
        if not found or found[0].start > 0 or day_in_amsterdam(found[0].dated.at) != day:
            return text
        rest = text[found[0].end :].lstrip()
        return rest.lstrip("".join(_MARKS) + " ") if rest.startswith(_MARKS) else text

    def _dashed(self, text: str) -> str | None:
        """Return `text` with d/m/y as d-m-y, which is read in one way only; None when the order is not known."""
        match = _SLASHED.search(text)
        if not match:
            return text
        first, second = int(match[1]), int(match[2])
        if self.month_first is None and first <= 12 and second <= 12 and first != second:
            return None
        swap = second > 12 or (bool(self.month_first) and first <= 12)
        return _SLASHED.sub(r"\2-\1-\3" if swap else r"\1-\2-\3", text)


def looks_dated(text: str) -> bool:
    """Tell, cheaply, whether there may be a date in `text`."""
    return bool(_MAYBE.search(text)) and bool(_LOOKS_DATED.search(folded(text[:500])))


def reader_for(page: Page, blocks: Sequence[Block], *, now: datetime, language: str) -> Reader:
    """Return a reader with the order of day and month that the page's own dates prove, else its language's.

    English alone does not tell; "en-US" does, unless the source is said to be in another language: many a Dutch site
    left its system's language as it was.
    """
    slashed = [found for block in blocks for found in _SLASHED.findall("\n".join(lines_of(page, block)[:60]))]
    month_first: bool | None = None if language.lower().startswith("en") else False
    said = page.language.lower().replace("_", "-")
    if said == "en-us":
        month_first = True if language.lower().startswith("en") else None
    elif said.startswith("en-"):
        month_first = False
    elif said == "en":
        month_first = None
    if any(int(first) > 12 for first, _, _ in slashed):
        month_first = False
    elif any(int(second) > 12 for _, second, _ in slashed):
        month_first = True
    return Reader(now=now, language=language, month_first=month_first)


def sightings(page: Page, block: Block, reader: Reader, year: int | None = None) -> list[Sighting]:
    """Return every date that a record shows, in document order; `year` is the year that it stands under."""
    found: list[Sighting] = []
    for node in nodes_of(page, block)[:MAX_NODES]:
        machine = _machine_value(node)
        if machine:
            found += _machine(page, node, machine, block, reader)
        elif 4 <= page.size(node) <= 100 and not _said_by_child(page, node):
            found += _printed(page, node, block, reader, year)
    return found or _in_lines(page, block, reader)


def _machine_value(node: Node) -> str:
    if node.tag == "time":
        return node.get("datetime") or node.get("content")
    if node.get("itemprop") in ("datePublished", "dateCreated", "dateModified"):
        return node.get("content") or node.get("datetime")
    if words_of(node.get("class")) & {"published", "updated"}:
        return node.get("title") or node.get("datetime")
    return ""


def _machine(page: Page, node: Node, value: str, block: Block, reader: Reader) -> list[Sighting]:
    value = value.strip()
    midnight = _MIDNIGHT.match(value)  # a day: no one publishes at 00:00:00
    dated = feed_date(midnight[1] if midnight else value)
    text = page.line(node) if page.size(node) < 100 else ""
    printed = reader.read(text) if text else None
    slot = f"machine {node.get('itemprop')} {_place(node, block)}"
    by_print = [_sighting(printed, Evidence.TEXT, slot, node, text)] if printed else []
    if dated is None:
        return by_print
    there = feed_date(value[:10])  # the day where the server stands, which is what it prints
    if there and _shows_day_of(text, there, dated):
        return [_sighting(there, Evidence.TIME, f"confirmed {slot}", node, "")]
    if printed is None or _agree(printed, day_in_amsterdam(dated.at)):
        return [_sighting(dated, Evidence.TIME, f"confirmed {slot}" if by_print else slot, node, "")]
    return by_print if printed.year_said else []


def _shows_day_of(text: str, there: Dated, here: Dated) -> bool:
    """Tell whether `text` shows the day of the month of `there`, and not that of `here`."""
    numbers = {int(number) for number in re.findall(r"(?<!\d)\d{1,2}(?!\d)", text)}
    return day_in_amsterdam(there.at).day in numbers and day_in_amsterdam(here.at).day not in numbers


def _agree(printed: Dated, day: date) -> bool:
    """Tell whether what is printed can be `day`: a month any day of it, a day without a year any year's."""
    shown = day_in_amsterdam(printed.at)
    if printed.precision is Precision.MONTH:
        return (shown.year, shown.month) == (day.year, day.month)
    return shown == day if printed.year_said else (shown.month, shown.day) == (day.month, day.day)


def _sighting(dated: Dated, evidence: Evidence, slot: str, node: Node | None, text: str) -> Sighting:
    return Sighting(dated=dated, evidence=evidence, slot=slot, node=node, words=_words_before(text))


def _words_before(text: str) -> str:
    """Return the words before the date in "Column 30 juni 2022", "" if there are none or they only introduce it."""
    match = _WORDS_BEFORE.match(text)
    words = match[1].strip(" |:·,–-") if match else ""
    if not words or len(words.split()) > 3 or _INTRODUCES.match(words):
        return ""
    return " ".join(word for word in words.split() if folded(word).strip(".,") not in MONTHS | WEEKDAYS)


def _said_by_child(page: Page, node: Node) -> bool:
    """Tell whether one child says all that `node` says: then that child is looked at instead."""
    return any(page.size(child) >= page.size(node) - 2 for child in node.children)


def _printed(page: Page, node: Node, block: Block, reader: Reader, year: int | None) -> list[Sighting]:
    text = page.line(node)
    if not looks_dated(text):
        return []
    whole = reader.read(f"{text}, {year}") if year and len(text) <= 20 else None
    dated = whole or reader.read(text) or reader.find(text)
    return [_sighting(dated, Evidence.TEXT, f"text {_place(node, block)}", node, text)] if dated else []


def _in_lines(page: Page, block: Block, reader: Reader) -> list[Sighting]:
    """Return dates that stand in a line with other words: "Door Jan | 3 mei 2022 | Nieuws"."""
    found = []
    links = [(link.node.text_start, link.node.text_end) for link in block.links]
    for line in [*lines_without(page, block, links)[:40], *lines_of(page, block)[:40]]:
        if len(line) <= 160 and looks_dated(line):
            dated = (reader.read(line) if len(line) <= 100 else None) or reader.find(line)
            if dated:
                slot = "line" if len(line) <= 80 else "long line"
                found.append(_sighting(dated, Evidence.TEXT, slot, None, line))
    return found


def _place(node: Node, block: Block) -> str:
    """Return where in its record a node stands: its path up to the block."""
    within = takewhile(lambda step: step.index >= block.first, node.up())
    return " ".join(f"{step.tag}.{stable_class(step)}" for step in islice(within, 4))
