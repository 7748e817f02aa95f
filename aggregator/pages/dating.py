"""The dates of a list's records: right, or absent.

A date is a field of the list: it stands at the same place in most records. So the places ("slots") where records show
dates are counted over the whole list, and each record is dated from the place that most share; a date in one teaser is
the teaser's. Records of another shape (a featured item) are counted apart. A machine's value that is the
same in all records (the day of the build), with nothing printed beside it, does not count. Dates of what is to come are
no dates of publication.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from aggregator.model import Evidence, Precision
from aggregator.pages.blocks import Block, signature
from aggregator.pages.sightings import Reader, Sighting, looks_dated
from aggregator.pages.tree import HEADINGS, Node, Page, named
from aggregator.pages.zones import words_of
from aggregator.text.dates import Dated, amsterdam_day, day_in_amsterdam, url_date

T = TypeVar("T")
AHEAD = timedelta(days=2)  # a server's clock and zone may be that much ahead
UPDATED_WORDS = named("updated modified gewijzigd bijgewerkt")
PUBLISHED_WORDS = named("published publish publicatie date datum posted")
_YEAR_ONLY = re.compile(r"^\W*((?:19|20)\d\d)\W*$")


def dates_of(
    page: Page, blocks: Sequence[Block], all_seen: list[list[Sighting]], years: Sequence[int | None], reader: Reader
) -> list[Sighting | None]:
    """Return the date of each record, None where none is sure.

    `all_seen` are the dates that each shows, `years` the year that it stands under.
    """
    shapes = [signature(block.top, 1) for block in blocks]
    by_shape = {shape: [seen for seen, own in zip(all_seen, shapes, strict=True) if own == shape] for shape in shapes}
    trusted = {shape: _trusted_slots(seen) for shape, seen in by_shape.items()}
    dated = [_best(seen, trusted[shape]) for seen, shape in zip(all_seen, shapes, strict=True)]
    if not any(dated):
        dated = _dates_above(page, blocks, reader)
    result = []
    for block, seen, year in zip(blocks, dated, years, strict=True):
        sighting = _with_year(seen, year, block) if seen else _in_address(block)
        result.append(sighting if sighting and sighting.dated.at <= reader.now + AHEAD else None)
    return _without_guesses(result)


def _without_guesses(dated: list[Sighting | None]) -> list[Sighting | None]:
    """Drop the dates without a year if, read as of the last twelve months, they do not go down the list in order.

    "3 mei" over "6 november" on an old page is of two years, and nothing tells which.
    """
    guessed = [seen.dated.at for seen in dated if seen and not seen.dated.year_said]
    if guessed == sorted(guessed, reverse=True):
        return dated
    return [seen if seen and seen.dated.year_said else None for seen in dated]


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
        is_constant = slot.startswith("machine") and count >= 3 and len(values[slot]) == 1
        is_rare = share < 0.3 and count < 3 and len(all_seen) > 3
        if not is_constant and not is_rare:
            trust[slot] = share + _preference(slot)
    return trust


def _preference(slot: str) -> float:
    words = words_of(slot)
    updated, published = bool(words & UPDATED_WORDS), bool(words & PUBLISHED_WORDS)
    return 0.1 * published - 0.5 * updated - 0.2 * slot.startswith("long line")


def _best(seen: list[Sighting], trusted: dict[str, float]) -> Sighting | None:
    known = [sighting for sighting in seen if sighting.slot in trusted]
    return max(known, key=lambda sighting: trusted[sighting.slot], default=None)


def _is_heading(node: Node) -> bool:
    return node.tag in HEADINGS or node.tag in ("dt", "th", "strong", "b", "summary", "caption", "time", "legend")


def years_above(page: Page, blocks: Sequence[Block]) -> list[int | None]:
    """Return, per record, the year that stands above it alone ("2019"), None if there is none."""
    held = {index for block in blocks for index in range(block.first, block.last + 1)}
    years = {
        node.index: int(match[1])
        for node in page.nodes
        if page.size(node) < 12 and node.tag not in ("a", "option", "td") and node.index not in held
        if (match := _YEAR_ONLY.match(page.line(node)))
    }
    return [_last_before(years, block) for block in blocks]


def _last_before(found: Mapping[int, T], block: Block) -> T | None:
    """Return the last of what was `found`, by place on the page, that stands above a record."""
    places = list(found)  # in document order
    place = bisect_left(places, block.first)
    return found[places[place - 1]] if place else None


def _dates_above(page: Page, blocks: Sequence[Block], reader: Reader) -> list[Sighting | None]:
    """Return, per record, the date of the heading that it stands under; all None unless the first has one."""
    start = max(0, blocks[0].first - 6) if blocks else 0
    held = {index for block in blocks for index in range(block.first, block.last + 1)}
    above: dict[int, Sighting] = {}
    for node in page.nodes[start : blocks[-1].first if blocks else 0]:
        if not _is_heading(node) or page.size(node) > 60 or node.index in held:
            continue
        text = page.line(node)
        dated = reader.read(text) if looks_dated(text) else None
        if dated:
            above[node.index] = Sighting(dated=dated, evidence=Evidence.TEXT)
    return [_last_before(above, block) for block in blocks]


def _with_year(seen: Sighting, year: int | None, block: Block) -> Sighting | None:
    """Return a date without a year in the year that its own address or the heading above it says."""
    if seen.dated.year_said:
        return seen
    day = day_in_amsterdam(seen.dated.at)
    address = url_date(block.link.url)
    said = day_in_amsterdam(address.at) if address else None
    year = said.year if said and said.month == day.month else year
    if year is None:
        return seen
    try:
        at = amsterdam_day(day.replace(year=year))
    except ValueError:  # 29 February
        return None
    return replace(seen, dated=Dated(at=at, precision=Precision.DAY))


def _in_address(block: Block) -> Sighting | None:
    dated = url_date(block.link.url)
    return Sighting(dated=dated, evidence=Evidence.URL) if dated else None
