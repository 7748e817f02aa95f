"""The events of an agenda: what, when, where. Of a list's records, or as the page states them (schema.org/Event).

Only what begins at a time that can be read is an event; where it ends and takes place may be missing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import chain

from aggregator.model import Entry, Happening, Precision
from aggregator.pages.blocks import Block, lines_of, nodes_of
from aggregator.pages.events import STARTS
from aggregator.pages.jsonld import Node as Data
from aggregator.pages.jsonld import addresses_of, types_of
from aggregator.pages.sightings import Sighting
from aggregator.pages.stated import stated_text
from aggregator.pages.tree import Node, Page, named
from aggregator.pages.zones import words_of
from aggregator.text.dates import Dated, amsterdam_day, day_in_amsterdam, feed_date, find_range, in_amsterdam
from aggregator.text.html import clean_text, cut

MAX_EVENTS = 200  # of one page
MAX_NODES = 150  # of one record that are looked at
MAX_TITLE = 500
MAX_PLACE = 200
PLACES = named("location locatie plaats venue place waar")
ENDS = frozenset({"dtend", "dt-end"})

_HOURS = re.compile(
    r"(?<![\d:.])(?P<from>\d{1,2}[:.]\d\d)\s*(?:u(?:ur)?|h)?\s*(?:-|–|—|tot(?: en met)?|t/m|to|until)\s*"
    r"(?P<to>\d{1,2}[:.]\d\d)(?![\d:.])",
    re.IGNORECASE,
)
_PLACE = re.compile(r"^\W*(?:locatie|plaats|waar|location|where|venue)\s*:\s*(?P<place>\S.{0,150})$", re.IGNORECASE)


def listed_events(
    page: Page, blocks: Sequence[Block], entries: Sequence[Entry], dates: Sequence[Sequence[Sighting]], language: str
) -> tuple[Happening, ...]:
    """Return the events of an agenda's records; `dates` are those that each record shows."""
    titles = {entry.link: entry.title for entry in entries}
    found = (
        _listed(page, block, titles.get(block.link.url, ""), seen, language)
        for block, seen in zip(blocks[:MAX_EVENTS], dates, strict=False)
    )
    return unique_events(found)


def stated_events(nodes: Iterable[Data], base: str) -> tuple[Happening, ...]:
    """Return the events among the nodes of a page's JSON-LD; `base` is the page's own address."""
    return unique_events(
        _stated(node, base) for node in nodes if any(each.endswith("Event") for each in types_of(node))
    )


def unique_events(events: Iterable[Happening | None]) -> tuple[Happening, ...]:
    """Return each event once, by its key, at most MAX_EVENTS; None is left out."""
    known: dict[str, Happening] = {}
    for each in events:
        if each and len(known) < MAX_EVENTS:
            known.setdefault(each.key, each)
    return tuple(known.values())


def happening(title: str, link: str | None, starts: Dated, ends: Dated | None, place: str) -> Happening | None:
    """Return an event; None without a title. An end before the beginning is none."""
    if not title:
        return None
    ended = ends.at if ends and ends.at > starts.at else None
    key = link or f"{day_in_amsterdam(starts.at).isoformat()} {title}"
    return Happening(key=key, title=title, link=link, starts=starts.at, ends=ended, place=cut(place, MAX_PLACE))


# --- Of a list --------------------------------------------------------------------------------------------------------


def _listed(page: Page, block: Block, title: str, seen: Sequence[Sighting], language: str) -> Happening | None:
    nodes = nodes_of(page, block)[:MAX_NODES]
    lines = [line for line in lines_of(page, block)[:40] if len(line) <= 100]
    starts, ends = _marked(page, nodes, "startDate", STARTS), _marked(page, nodes, "endDate", ENDS)
    if starts is None:
        starts, ends = _printed(lines, seen, language)
    if starts is None:
        return None
    starts, ends = _with_hours(starts, ends, lines)
    return happening(title, block.link.url, starts, ends, _place_of(page, nodes, lines))


def _marked(page: Page, nodes: Sequence[Node], name: str, classes: frozenset[str]) -> Dated | None:
    """The time that microdata or microformats mark."""
    for node in nodes:
        if node.get("itemprop") == name or classes.intersection(node.get("class").split()):
            value = node.get("content") or node.get("datetime") or node.get("title") or page.line(node)[:60]
            if dated := feed_date(value.strip()):
                return dated
    return None


def _printed(lines: Sequence[str], seen: Sequence[Sighting], language: str) -> tuple[Dated | None, Dated | None]:
    ranges = (find_range(line, language=language) for line in lines if any(map(str.isdigit, line)))
    ranged = next((each for each in ranges if each and each[1]), None)
    return ranged or (seen[0].dated if seen else None, None)


def _with_hours(starts: Dated, ends: Dated | None, lines: Sequence[str]) -> tuple[Dated, Dated | None]:
    """Add the hours that stand apart from the day: "13:00 - 17:00"."""
    hours = next(filter(None, map(_HOURS.search, lines)), None)
    if hours is None or ends is not None:
        return starts, ends
    begins = starts if starts.precision is Precision.MINUTE else _at(starts, hours["from"])
    closes = _at(starts, hours["to"])
    return (begins, closes) if begins and closes else (starts, ends)


def _at(on: Dated, clock: str) -> Dated | None:
    hour, minute = (int(part) for part in re.split("[:.]", clock))
    if hour > 23 or minute > 59:
        return None
    local = in_amsterdam(amsterdam_day(day_in_amsterdam(on.at)))
    at = datetime.combine(local.date(), time(hour, minute), tzinfo=local.tzinfo)
    return replace(on, at=at.astimezone(on.at.tzinfo), precision=Precision.MINUTE)


def _place_of(page: Page, nodes: Sequence[Node], lines: Sequence[str]) -> str:
    marked = (
        page.line(node)
        for node in nodes
        if node.get("itemprop") == "location" or words_of(node.get("class")) & PLACES
        if 1 < page.size(node) <= MAX_PLACE
    )
    told = (match["place"] for match in map(_PLACE.match, lines) if match)
    text = next(chain(filter(None, marked), told), "")
    said = _PLACE.match(text)
    return clean_text(said["place"] if said else text)


# --- As data ----------------------------------------------------------------------------------------------------------


def _stated(node: Data, base: str) -> Happening | None:
    starts = _stated_time(node.get("startDate"))
    if starts is None:
        return None
    own = base.partition("#")[0]
    link = next((address for address in addresses_of(node, base) if address != own), None)
    title = stated_text(node.get("name") or node.get("headline"), MAX_TITLE)
    return happening(title, link, starts, _stated_time(node.get("endDate")), _stated_place(node.get("location")))


def _stated_time(value: object) -> Dated | None:
    return feed_date(value.strip()[:100]) if isinstance(value, str) else None


def _stated_place(value: object) -> str:
    if isinstance(value, list):
        value = next(iter(value), None)
    if not isinstance(value, Mapping):
        return stated_text(value, MAX_PLACE)
    said = [stated_text(value.get("name"), MAX_PLACE), *_locality(value.get("address"))]
    return ", ".join(dict.fromkeys(filter(None, said)))


def _locality(address: object) -> Iterator[str]:
    if isinstance(address, Mapping):
        yield stated_text(address.get("addressLocality"), MAX_PLACE)
    else:
        yield stated_text(address, MAX_PLACE)
