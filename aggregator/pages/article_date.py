"""The date on which an article came out: right, or absent.

Three things speak of it: data in the page (JSON-LD, meta), `<time>`, and what is printed with the heading. Data is the
best as a rule, and the worst when a site has moved and all its articles are of the day of the move; what a reader sees
decides then. A change, an event and a related article have dates too, and none of them is its.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from aggregator.model import Evidence
from aggregator.pages.blocks import Block, lines_of
from aggregator.pages.dating import UPDATED_WORDS
from aggregator.pages.head import Head
from aggregator.pages.jsonld import PAGES, Node, addresses_of, types_of
from aggregator.pages.links import key_parts
from aggregator.pages.matter import Matter
from aggregator.pages.sightings import Reader, Sighting, looks_dated, reader_for, sightings
from aggregator.pages.stated import AHEAD, is_of_the_visit, stated_date
from aggregator.pages.tree import Page, named
from aggregator.pages.zones import words_of
from aggregator.text.dates import Dated, day_in_amsterdam, url_date

MAX_LINES = 400

_PUBLISHED = ("article:published_time", "og:published_time", "og:article:published_time")
_ISSUED = (
    *("dcterms.issued", "dc.date.issued", "dcterms.available", "dcterms.created", "dc.date.created", "dc.date"),
    *("publication_date", "publish-date", "publishdate", "pubdate", "parsely-pub-date", "sailthru.date"),
)
_WEAK = ("date", "dcterms.date", "creation_date")  # often the day on which the page was made
_SAYS_SO = re.compile(
    r"^\W*(?:geplaatst|gepubliceerd|publicatiedatum|datum publicatie|verschenen|(?:first )?published|posted|"
    r"date posted)\b",
    re.IGNORECASE,
)
_SAID_WORDS = named("published publish publicatie publicatiedatum gepubliceerd geplaatst posted pubdate")
# Beside such a line, a date is one to come to.
_OF_EVENTS = re.compile(
    r"^\W*(?:wanneer|waar|locatie|aanvang|tijd(?:stip)?|aanmelden|inschrijven|when|where|location|register)\b\W*",
    re.IGNORECASE,
)
_EVENT_PATH = re.compile(r"/(?:agenda|events?|evenement(?:en)?|kalender|calendar)/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A date, where it was read, and whether the page says that it is the one of publication."""

    dated: Dated
    evidence: Evidence
    is_said: bool = True


def date_of(
    head: Head,
    node: Node | None,
    nodes: Sequence[Node],
    matter: Matter | None,
    *,
    url: str,
    now: datetime,
    language: str,
) -> Found | None:
    """Return the date of the article at `url`; `node` is its JSON-LD, `matter` None when its text is not to be read."""
    stated = _stated(head, node, nodes, url, now) or (_from_microdata(matter, now) if matter else None)
    stated = stated or _from_meta(head, _ISSUED, now)
    shown = _shown(matter, now, language) if matter and not _is_event(nodes, url) else None
    return _settled(stated, shown) or _from_meta(head, _WEAK, now) or _in_address(url, now)


def _settled(stated: Found | None, shown: Found | None) -> Found | None:
    if stated is None or shown is None:
        return stated or shown
    ours, theirs = day_in_amsterdam(stated.dated.at), day_in_amsterdam(shown.dated.at)
    if ours == theirs:
        return stated
    if abs(ours - theirs) == timedelta(days=1):
        return shown  # a zone that was forgotten: the page shows the right day
    # An earlier date shown is that of before a move to another system; a later one may be of an event.
    return shown if shown.is_said or theirs < ours else stated


# --- What data says -----------------------------------------------------------------------------------------------


def _stated(head: Head, node: Node | None, nodes: Sequence[Node], url: str, now: datetime) -> Found | None:
    page = next((each for each in nodes if types_of(each) & PAGES and _is_of(each, url)), None)
    for each in (node, page):
        dated = stated_date(each.get("datePublished"), now) if each else None
        if dated and not is_of_the_visit(dated, now):
            return Found(dated, Evidence.JSON_LD)
    return _from_meta(head, _PUBLISHED, now)


def _is_of(node: Node, url: str) -> bool:
    addresses = addresses_of(node, url)
    return not addresses or any(key_parts(address) == key_parts(url) for address in addresses)


def _from_meta(head: Head, names: Sequence[str], now: datetime) -> Found | None:
    for name in names:
        dated = stated_date(head.meta(name), now)
        if dated and not is_of_the_visit(dated, now):
            return Found(dated, Evidence.TIME)
    return None


def _from_microdata(matter: Matter, now: datetime) -> Found | None:
    """Of several, it is not known which is the article's."""
    named = (
        node for node in matter.page.nodes if node.get("itemprop") == "datePublished" and not matter.is_beside(node)
    )
    dates = {stated_date(node.get("content") or node.get("datetime"), now) for node in named} - {None}
    dated = dates.pop() if len(dates) == 1 else None
    return Found(dated, Evidence.TIME) if dated and not is_of_the_visit(dated, now) else None


def _in_address(url: str, now: datetime) -> Found | None:
    dated = url_date(url)
    return Found(dated, Evidence.URL) if dated and dated.at <= now + AHEAD else None


# --- What readers see ---------------------------------------------------------------------------------------------


def _is_event(nodes: Sequence[Node], url: str) -> bool:
    return bool(_EVENT_PATH.search(url)) or any(name.endswith("Event") for node in nodes for name in types_of(node))


def _shown(matter: Matter, now: datetime, language: str) -> Found | None:
    """The date with the heading: below it, else above it, else where the text says that it is the date."""
    reader = reader_for(matter.page, [], now=now, language=language)
    for block in filter(None, (matter.below(), matter.above())):
        if any(map(_OF_EVENTS.match, lines_of(matter.page, block)[:MAX_LINES])):
            return None
        seen = sightings(matter.page, block, reader)
        own = [each for each in seen if _is_own(each, matter, block, reader)]
        if own:
            return _only(own, matter.page)
    return _said(matter, reader)


def _is_own(seen: Sighting, matter: Matter, block: Block, reader: Reader) -> bool:
    """Tell whether a date may be the article's: an event's, a change's or one without a year may not.

    A list is all about its dates; an article is not, so a line must be read as a date by itself.
    """
    if not seen.dated.year_said or seen.dated.at > reader.now + AHEAD or words_of(seen.slot) & UPDATED_WORDS:
        return False
    page, node = matter.page, seen.node
    lines = [page.line(node), *page.lines(node)] if node else lines_of(page, block)[:MAX_LINES]
    is_read = seen.evidence is Evidence.TIME or any(reader.read(line) == seen.dated for line in lines)
    return is_read and not (node and matter.is_beside(node))


def _only(seen: Sequence[Sighting], page: Page) -> Found | None:
    said = [each for each in seen if _is_said(each, page)]
    rest = said or seen
    if len({day_in_amsterdam(each.dated.at) for each in rest}) != 1:
        return None
    return Found(rest[0].dated, rest[0].evidence, bool(said))


def _is_said(seen: Sighting, page: Page) -> bool:
    return bool(words_of(seen.slot) & _SAID_WORDS) or bool(seen.node and _SAYS_SO.match(page.line(seen.node)))


def _said(matter: Matter, reader: Reader) -> Found | None:
    """ "Geplaatst op 12 mei 2023" at the end of the article; of two different dates none."""
    dates = {dated for line in _lines(matter) if (dated := reader.read(line)) and dated.year_said}
    dated = dates.pop() if len(dates) == 1 else None
    return Found(dated, Evidence.TEXT) if dated and dated.at <= reader.now + AHEAD else None


def _lines(matter: Matter) -> Iterator[str]:
    nodes = (node for node in matter.page.inside(matter.top)[1:] if 10 < matter.page.size(node) < 100)
    for node in islice(nodes, MAX_LINES):
        if not matter.is_beside(node) and not any(step.tag == "a" for step in node.up()):
            line = matter.page.line(node)
            if _SAYS_SO.match(line) and looks_dated(line):
                yield line
