"""The news list of a page, found without configuration, by what repeats on it.

Links are grouped by where they stand, each group is weighed by what news has and menus have not, the best group is the
list; each of its records becomes an entry. The idea is that of mining data records (Liu, Grossman, Zhai, "Mining Data
Records in Web Pages", 2003), with what is known of news: dates, titles, addresses that spell a title.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from aggregator.model import Entry, Happening, Image
from aggregator.pages.blocks import Block
from aggregator.pages.choose import ENOUGH, chosen
from aggregator.pages.dating import dates_of, years_above
from aggregator.pages.events import is_agenda
from aggregator.pages.fields import kicker_of, opening_kicker, teaser_of, titles_of
from aggregator.pages.groups import Group, groups_of
from aggregator.pages.happenings import listed_events
from aggregator.pages.links import Link, base_of, candidates
from aggregator.pages.pictures import named_by, picture_of, portraits
from aggregator.pages.sightings import Reader, Sighting, looks_dated, reader_for, sightings
from aggregator.pages.tree import Node, Page
from aggregator.pages.zones import Zones, zones_of
from aggregator.text.dates import day_in_amsterdam

MOST_TITLES = 0.8
MAX_BESIDE = 30  # lists of a page among which its agenda is looked for


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """How a list was found, to find it again: the path of its links, and the folders of its addresses."""

    path: str
    folders: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The list of a page. `confidence` is 0..1; an agenda's entries are events, never news.

    `events` are those of the page's agenda, whether the list is that agenda or stands beside it.
    """

    kind: Literal["news", "agenda", "none"]
    entries: tuple[Entry, ...] = ()
    confidence: float = 0.0
    rule: Rule | None = None
    events: tuple[Happening, ...] = ()


def find_listing(page: Page, *, url: str, now: datetime, language: str = "nl") -> Listing:
    """Return the news list of `page`; its agenda if it has no news; "none" without either."""
    zones = zones_of(page)
    base = base_of(page, url)
    links = candidates(page, zones, base, url)
    groups = groups_of(page, links, zones, url, looks_dated)
    agenda: Listing | None = None
    events: set[str] = set()
    for place, group in enumerate(groups):
        if group.score < ENOUGH:
            break
        if {link.key for link in group.links} & events:
            continue
        listing = _read(page, groups[place:], links, zones, base, now, language)
        if listing.kind == "news":
            beside = (
                agenda.events if agenda else _events_beside(page, groups[place:], links, zones, base, now, language)
            )
            return replace(listing, events=beside)
        agenda = agenda or listing
        events |= {link.key for link in group.links}
    return agenda or Listing(kind="none")


def _events_beside(
    page: Page, groups: list[Group], links: list[Link], zones: Zones, base: str, now: datetime, language: str
) -> tuple[Happening, ...]:
    """The events of an agenda beside the news, which are the first of `groups`: only what calls itself one is read."""
    news = {link.key for link in groups[0].links}
    for place, group in enumerate(groups[:MAX_BESIDE]):
        if group.features["agenda"] and not news & {link.key for link in group.links}:
            listing = _read(page, groups[place:], links, zones, base, now, language)
            if listing.kind == "agenda":
                return listing.events
    return ()


def _read(
    page: Page, groups: list[Group], links: list[Link], zones: Zones, base: str, now: datetime, language: str
) -> Listing:
    blocks = chosen(page, groups, links, zones, looks_dated)
    reader = reader_for(page, blocks, now=now, language=language)
    years = years_above(page, blocks)
    all_seen = [sightings(page, block, reader, year) for block, year in zip(blocks, years, strict=True)]
    dates = [seen[0].dated.at for seen in all_seen if seen]
    kind: Literal["news", "agenda"] = "agenda" if is_agenda(page, blocks, dates, now) else "news"
    entries = entries_of(page, blocks, all_seen, dates_of(page, blocks, all_seen, years, reader), zones, base, reader)
    folders = sorted({block.link.host + block.link.path.rsplit("/", 1)[0] for block in blocks})
    return Listing(
        kind=kind,
        entries=entries,
        confidence=_confidence(groups, entries),
        rule=Rule(path=groups[0].path, folders=tuple(folders[:20])),
        events=listed_events(page, blocks, entries, all_seen, language) if kind == "agenda" else (),
    )


def _confidence(groups: list[Group], entries: Sequence[Entry]) -> float:
    """Return how sure the choice is: by the height of the best score, its dates, its lead over another list."""
    best = groups[0]
    keys = {link.key for link in best.links}
    others = [group.score for group in groups[1:] if not keys & {link.key for link in group.links}]
    lead = min(1.0, max(0.0, best.score - max(others, default=0.0)) / 2)
    dated = sum(entry.published is not None for entry in entries) / max(1, len(entries))
    height = min(1.0, max(0.0, best.score - ENOUGH) / 4)
    return round(0.6 * height + 0.25 * dated + 0.15 * lead, 2)


def entries_of(
    page: Page,
    blocks: list[Block],
    all_seen: list[list[Sighting]],
    dates: list[Sighting | None],
    zones: Zones,
    base: str,
    reader: Reader,
) -> tuple[Entry, ...]:
    """Return the entries of a list's records; a record without a title is none."""
    titles = _without_dates(titles_of(page, blocks, reader.is_date), dates, reader)
    entries = []
    for block, (title, title_node), own, seen in zip(blocks, titles, all_seen, dates, strict=True):
        if not title:
            continue
        shown = [sighting.node for sighting in own if sighting.node]
        text = teaser_of(page, block, title, title_node, shown)
        said, teaser = opening_kicker(reader.without_date(text, day_in_amsterdam(seen.dated.at)) if seen else text)
        words = [said, seen.words if seen else ""]
        entries.append(
            _entry(
                block,
                seen,
                title=title,
                summary=teaser,
                kicker=kicker_of(page, block, title, [node for node in [title_node, *shown] if node], words),
                image=picture_of(page, block, base),
            )
        )
    return _with_portraits(entries, portraits(page, blocks, zones, base))


def _without_dates(
    titles: list[tuple[str, Node | None]], dates: list[Sighting | None], reader: Reader
) -> list[tuple[str, Node | None]]:
    """Take the date off titles that begin with it, where nearly all of a list do: one alone may be about that day."""
    bare = [
        (reader.without_date(title, day_in_amsterdam(seen.dated.at)) if seen else title, node)
        for (title, node), seen in zip(titles, dates, strict=True)
    ]
    shorter = sum(short != title for (short, _), (title, _) in zip(bare, titles, strict=True))
    return bare if shorter >= max(2, MOST_TITLES * len(titles)) else titles


def _entry(block: Block, seen: Sighting | None, *, title: str, summary: str, kicker: str, image: Image | None) -> Entry:
    return Entry(
        id=block.link.url,
        link=block.link.url,
        title=title,
        summary=summary,
        kicker=kicker,
        image=image,
        published=seen.dated.at if seen else None,
        date_evidence=seen.evidence if seen else None,
        date_precision=seen.dated.precision if seen else None,
    )


def _with_portraits(entries: list[Entry], images: list[Image]) -> tuple[Entry, ...]:
    """Give pictures that stand apart from the list to the items that they belong to."""
    texts = [(f"{entry.title} {entry.summary}", entry.link or "") for entry in entries]
    for image in images:
        place = named_by(image, texts)
        if place is not None and entries[place].image is None:
            entries[place] = replace(entries[place], image=image)
    return tuple(entries)
