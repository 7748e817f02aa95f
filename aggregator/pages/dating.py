"""The dates of a list's records: right, or absent.

A date is a field of the list: it stands at the same place in most records. So the places ("slots") where records show
dates are counted over the whole list, and each record is dated from the place that most share; a date in one teaser is
the teaser's. A machine's value that contradicts what is printed, or is the same in all records (the day of the build),
does not count. Dates of what is to come are no dates of publication.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model import Evidence, Precision
from aggregator.pages.blocks import Block, lines_of, nodes_of, stable_class
from aggregator.pages.tree import HEADINGS, Node, Page
from aggregator.pages.zones import words_of
from aggregator.text.dates import Dated, amsterdam_day, day_in_amsterdam, feed_date, find_dates, read_date, url_date
from aggregator.text.dates.names import MONTHS, folded

AHEAD = timedelta(days=2)  # a server's clock and zone may be that much ahead
_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_LOOKS_DATED = re.compile(
    rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th|er|e)?[.,]?[\s/-]{{0,2}}(?:de |of )?(?:{_MONTH})\b|\b(?:{_MONTH})\.?,? \d{{1,2}}(?!\d)|\b(?:{_MONTH})\.? (?:de )?(?:19|20)\d\d\b"
    r"|(?<!\d)\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d\d)(?!\d)|(?<!\d)\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)"
    r"|\b(?:eer)?gisteren\b|\bvandaag\b|\bgeleden\b|\bago\b|\byesterday\b",
    re.ASCII,
)
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?![\d/])")
_MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0+)?)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?(?:\s.*)?$")
_HAS_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|[-./']\d\d(?!\d)")
_YEAR_ONLY = re.compile(r"^\W*((?:19|20)\d\d)\W*$")
_RELATIVE = re.compile(r"gisteren|vandaag|geleden|ago|yesterday|today|zojuist", re.IGNORECASE)
UPDATED_WORDS = frozenset("updated modified gewijzigd bijgewerkt datemodified".split())
PUBLISHED_WORDS = frozenset("published publish publicatie date datum posted entry-date dt".split())


def looks_dated(text: str) -> bool:
    """Tell, cheaply, whether there may be a date in `text`."""
    return (any(map(str.isdigit, text)) or bool(_RELATIVE.search(text))) and bool(
        _LOOKS_DATED.search(folded(text[:500]))
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A date that a record shows. `slot` names its place within the record; `words` stand before it ("Column")."""

    dated: Dated
    evidence: Evidence
    slot: str = ""
    node: Node | None = None
    words: str = ""
    year_said: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How the dates of one page are read: when, in which language, and whether 06/07 is the 6th or the 7th."""

    now: datetime
    language: str
    month_first: bool | None = None  # None: the page does not tell

    def read(self, text: str) -> Dated | None:
        """Return the date that `text` says and little else, None if unsure."""
        plain = self._dashed(text)
        if plain is None:
            return None
        return read_date(plain, now=self.now, language=self.language) or feed_date(plain)

    def find(self, text: str) -> tuple[Dated, str] | None:
        """Return the only date in a short line and the words before it, None if there is none or more."""
        plain = self._dashed(text)
        found = find_dates(plain, now=self.now, language=self.language) if plain else []
        if len(found) != 1 or plain is None:
            return None
        return found[0].dated, plain[: found[0].start]

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


def reader_for(page: Page, blocks: Sequence[Block], *, now: datetime, language: str) -> Reader:
    """Return a reader with the order of day and month that this page's own dates prove, else its language's."""
    firsts, seconds = set(), set()
    for block in blocks:
        for first, second, _ in _SLASHED.findall("\n".join(lines_of(page, block)[:60])):
            firsts.add(int(first))
            seconds.add(int(second))
    said = language.lower().replace("_", "-")
    month_first: bool | None = None if said.startswith("en") else False
    if said == "en-us":
        month_first = True
    elif said.startswith("en-"):
        month_first = False
    if any(number > 12 for number in seconds) and not any(number > 12 for number in firsts):
        month_first = True
    elif any(number > 12 for number in firsts):
        month_first = False
    return Reader(now=now, language=language, month_first=month_first)


def dates_of(page: Page, blocks: Sequence[Block], reader: Reader) -> list[Sighting | None]:
    """Return the date of each record, None where none is sure."""
    all_seen = [sightings(page, block, reader) for block in blocks]
    trusted = _trusted_slots(all_seen)
    years = _years_above(page, blocks)
    dated = [_best(seen, trusted) for seen in all_seen]
    above = _dates_above(page, blocks, reader) if sum(map(bool, dated)) * 2 < len(dated) else [None] * len(blocks)
    result: list[Sighting | None] = []
    for block, seen, heading, year in zip(blocks, dated, above, years, strict=True):
        sighting = _with_year(seen, year, reader) if seen else heading
        result.append(sighting or _in_address(block, reader))
    return [sighting if sighting and sighting.dated.at <= reader.now + AHEAD else None for sighting in result]


def sightings(page: Page, block: Block, reader: Reader) -> list[Sighting]:
    """Return every date that a record shows, in document order."""
    found: list[Sighting] = []
    nodes = nodes_of(page, block)[:300]
    for node in nodes:
        machine = _machine_value(node)
        if machine:
            found += _machine(page, node, machine, block, reader)
        elif 4 <= page.size(node) <= 100 and not _same_within(page, node):
            found += _printed(page, node, block, reader)
    if not found:
        found = _in_lines(page, block, reader)
    return found


def _machine_value(node: Node) -> str:
    if node.tag == "time":
        return node.get("datetime") or node.get("content")
    if node.get("itemprop") in ("datePublished", "dateCreated", "dateModified"):
        return node.get("content") or node.get("datetime")
    if words_of(node.get("class")) & {"published", "dt-published", "updated"}:
        return node.get("title") or node.get("datetime")
    return ""


def _machine(page: Page, node: Node, value: str, block: Block, reader: Reader) -> list[Sighting]:
    midnight = _MIDNIGHT.match(value.strip())
    dated = feed_date(midnight[1] if midnight else value)
    text = page.line(node) if page.size(node) < 100 else ""
    printed = reader.read(text) if text else None
    slot = f"machine {_place(node, block)}"
    if dated is None:
        return [_sighting(printed, Evidence.TEXT, slot, node, text)] if printed else []
    if printed and _HAS_YEAR.search(text) and _differ(printed, dated):
        return [_sighting(printed, Evidence.TEXT, slot, node, text)]
    confirmed = "confirmed " if printed and _HAS_YEAR.search(text) else ""
    return [_sighting(dated, Evidence.TIME, confirmed + slot, node, "")]


def _differ(printed: Dated, said: Dated) -> bool:
    if printed.precision is Precision.MONTH:
        return day_in_amsterdam(printed.at).replace(day=1) != day_in_amsterdam(said.at).replace(day=1)
    return day_in_amsterdam(printed.at) != day_in_amsterdam(said.at)


def _sighting(dated: Dated, evidence: Evidence, slot: str, node: Node | None, text: str) -> Sighting:
    year_said = evidence is Evidence.TIME or bool(_HAS_YEAR.search(text)) or bool(_RELATIVE.search(text))
    return Sighting(dated=dated, evidence=evidence, slot=slot, node=node, words=_before_date(text), year_said=year_said)


def _before_date(text: str) -> str:
    """Return the words before the date in "Nieuws 30 juni 2022", "" if there are none or they only introduce it."""
    match = re.match(r"^([^\d]{3,40}?)[\s|:·,–-]*(?:\d|gisteren|vandaag)", text)
    words = match[1].strip(" |:·,–-") if match else ""
    if not words or len(words.split()) > 3 or _INTRODUCES.match(words):
        return ""
    kept = [word for word in words.split() if folded(word).strip(".,") not in _CALENDAR_WORDS]
    return " ".join(kept)


_CALENDAR_WORDS = frozenset(MONTHS) | frozenset(
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma di wo do vr za zo monday tuesday wednesday thursday friday "
    "saturday sunday mon tue wed thu fri sat sun".split()
)
_INTRODUCES = re.compile(
    r"^(?:geplaatst|gepubliceerd|datum|published|posted|publicatiedatum|written|date|op|on|laatst|last|updated|bijgewerkt|door|by|"
    r"vr?om|van|from|since|sinds|le|el|am|den|publi|veröff|escrito|©)",
    re.IGNORECASE,
)


def _same_within(page: Page, node: Node) -> bool:
    """Tell whether one child says all that `node` says: then that child is looked at instead."""
    return any(page.size(child) >= page.size(node) - 2 for child in node.children)


def _printed(page: Page, node: Node, block: Block, reader: Reader) -> list[Sighting]:
    text = page.line(node)
    if not looks_dated(text):
        return []
    dated = reader.read(text)
    return [_sighting(dated, Evidence.TEXT, f"text {_place(node, block)}", node, text)] if dated else []


def _in_lines(page: Page, block: Block, reader: Reader) -> list[Sighting]:
    """Return dates that stand in a line with other words: "Door Jan | 3 mei 2022 | Nieuws"."""
    found = []
    for line in lines_of(page, block)[:40]:
        if len(line) <= 160 and looks_dated(line):
            dated = reader.read(line) if len(line) <= 100 else None
            pair = (dated, "") if dated else reader.find(line)
            if pair:
                slot = "line" if len(line) <= 80 else "long line"
                found.append(_sighting(pair[0], Evidence.TEXT, slot, None, line))
    return found


def _place(node: Node, block: Block) -> str:
    """Return where in its record a node stands: its path up to the block."""
    steps = []
    for step in node.up():
        if step.index < block.first or len(steps) == 4:
            break
        steps.append(f"{step.tag}.{stable_class(step)}")
    return " ".join(steps)


def _trusted_slots(all_seen: list[list[Sighting]]) -> dict[str, float]:
    """Return how much each slot is trusted: the share of records that show a date there, less for doubtful ones."""
    holders: Counter[str] = Counter()
    values: defaultdict[str, set[datetime]] = defaultdict(set)
    for seen in all_seen:
        holders.update({sighting.slot for sighting in seen})
        for sighting in seen:
            values[sighting.slot].add(sighting.dated.at)
    trust = {}
    for slot, count in holders.items():
        share = count / len(all_seen)
        if slot.startswith("machine") and count >= 3 and len(values[slot]) == 1:
            continue  # the same in all records, and nothing printed beside it
        if share < 0.3 and count < 3 and len(all_seen) > 3:
            continue
        trust[slot] = share - 0.5 * bool(words_of(slot) & UPDATED_WORDS) + 0.1 * bool(words_of(slot) & PUBLISHED_WORDS)
        trust[slot] -= 0.2 * slot.startswith("long line")
    return trust


def _best(seen: list[Sighting], trusted: dict[str, float]) -> Sighting | None:
    known = [sighting for sighting in seen if sighting.slot in trusted]
    return max(known, key=lambda sighting: trusted[sighting.slot], default=None)


def _years_above(page: Page, blocks: Sequence[Block]) -> list[int | None]:
    """Return, per record, the year that the heading above it says ("2019"), None if there is none."""
    years = [
        (node.index, int(match[1]))
        for node in page.nodes
        if (node.tag in HEADINGS or node.tag in ("dt", "th", "strong", "summary", "caption"))
        and page.size(node) < 12
        and (match := _YEAR_ONLY.match(page.line(node)))
    ]
    return [next((year for index, year in reversed(years) if index < block.first), None) for block in blocks]


def _dates_above(page: Page, blocks: Sequence[Block], reader: Reader) -> list[Sighting | None]:
    """Return, per record, the date that stands above it as a heading over one or more records."""
    first, last = blocks[0], blocks[-1]
    start = max(0, first.first - 6)
    inside = [(block.first, block.last) for block in blocks]
    above: list[tuple[int, Sighting]] = []
    for node in page.nodes[start : last.first]:
        if page.size(node) > 60 or any(begin <= node.index <= end for begin, end in inside) or node.tag == "a":
            continue
        text = page.line(node)
        dated = reader.read(text) if looks_dated(text) else None
        if dated:
            above.append((node.index, _sighting(dated, Evidence.TEXT, "above", None, text)))
    return [next((seen for index, seen in reversed(above) if index < block.first), None) for block in blocks]


def _with_year(seen: Sighting, year: int | None, reader: Reader) -> Sighting | None:
    """Return a date without a year in the year that its heading says."""
    if seen.year_said or year is None:
        return seen
    day = day_in_amsterdam(seen.dated.at)
    try:
        at = amsterdam_day(day.replace(year=year))
    except ValueError:
        return None
    return Sighting(
        dated=Dated(at=at, precision=Precision.DAY), evidence=seen.evidence, node=seen.node, words=seen.words
    )


def _in_address(block: Block, reader: Reader) -> Sighting | None:
    dated = url_date(block.link.url)
    return Sighting(dated=dated, evidence=Evidence.URL) if dated else None
