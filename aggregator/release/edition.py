"""One release being made: the feed of each channel in its formats, and the pages of its archive."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

import structlog

from aggregator.announcing import NO_HUBS, Outreach
from aggregator.model import Document, Site, Source, State, Story
from aggregator.publish.archive import page_of, with_archive, without
from aggregator.publish.atom import atom_feed
from aggregator.publish.channel import Channel, Format, archive_path, feed_path
from aggregator.publish.jsonfeed import json_feed
from aggregator.publish.rss import rss_feed
from aggregator.publish.valid import complaints
from aggregator.release.archive import PAGE_RECORDS, Archives
from aggregator.store import Store, Transaction, archive, documents, stories
from aggregator.store.sources import Held

log = structlog.get_logger()

SOURCES_AT_ONCE = 50  # as many windows of 100 stories as fit in memory without being felt
FORMATS: dict[Format, tuple[str, Callable[[Channel, Sequence[Story], Mapping[str, Source], Site], bytes]]] = {
    "atom": ("application/atom+xml; charset=utf-8", atom_feed),
    "rss": ("application/rss+xml; charset=utf-8", rss_feed),
    "json": ("application/feed+json; charset=utf-8", json_feed),
}
COMPLAINTS_KEPT = 5

Selection = tuple[Channel, str, list[str] | None]  # a channel with the theme and the source ids that narrow it


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """What documents are made with."""

    store: Store
    site: Site
    created: datetime  # when this service began: the `updated` of a feed without entries
    feed_length: int = 100
    page_records: int = PAGE_RECORDS  # of an archive
    outreach: Outreach = NO_HUBS


class Loaded:
    """The stories of one refresh: those of the latest news stand in many documents, and are loaded once.

    `returns` says when stories came back, as far as that is not written down yet.
    """

    def __init__(self, transaction: Transaction, returns: Mapping[int, datetime]) -> None:
        self.transaction = transaction
        self.returns = returns
        self.held: dict[int, Story] = {}

    def __call__(self, numbers: Sequence[int]) -> list[Story]:
        """The stories with these numbers, in this order."""
        self.held |= self.once([each for each in numbers if each not in self.held])
        return [self.held[number] for number in numbers]

    def once(self, numbers: Sequence[int]) -> dict[int, Story]:
        """These stories by number, not remembered."""
        found = stories.by_number(self.transaction, numbers)
        for number in self.returns.keys() & found.keys():
            story = found[number]
            found[number] = replace(story, updated=max(filter(None, (story.updated, self.returns[number]))))
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """What one release is made with, and what our own rules refused of it: complaints by path."""

    press: Press
    now: datetime
    held: Sequence[Held]
    names: Mapping[str, Source]
    loaded: Loaded
    archives: Archives
    refused: dict[str, list[str]] = field(default_factory=dict)
    written: dict[tuple[str, str], bytes] = field(default_factory=dict)  # entries that stand in several archives

    def checked(self, path: str, media_type: str, body: bytes) -> Iterator[Document]:
        """The document, or nothing when our own rules complain about it."""
        wrong = complaints(body, media_type.partition(";")[0])
        if wrong:
            log.error("document_invalid", path=path, complaints=wrong[:COMPLAINTS_KEPT])
            self.refused[path] = wrong[:COMPLAINTS_KEPT]
        else:
            yield Document(path=path, media_type=media_type, body=body, changed=self.now)


def feeds(edition: Edition, wanted: Sequence[Selection]) -> Iterator[Document]:
    """The feeds of these channels, and the pages that are full."""
    yield from _emptied(edition)
    for selection, window in _windows(edition, wanted):
        yield from _sealed(edition, selection[0])
        for suffix, (media_type, build) in FORMATS.items():
            channel, shown = _with_past(edition, selection, window) if suffix == "atom" else (selection[0], window)
            body = build(channel, list(shown.values()), edition.names, edition.press.site)
            yield from edition.checked(feed_path(channel.name, suffix), media_type, body)


def _windows(edition: Edition, wanted: Sequence[Selection]) -> Iterator[tuple[Selection, dict[int, Story]]]:
    """Each channel with the stories in it. Channels of one source, nearly all there are, share their questions."""
    transaction, loaded, limit = edition.loaded.transaction, edition.loaded, edition.press.feed_length
    single: list[tuple[Selection, str]] = []
    for selection in wanted:
        _, theme, sources = selection
        if sources is not None and len(sources) == 1:
            single.append((selection, sources[0]))
        else:
            numbers = stories.in_feed(transaction, limit=limit, theme=theme, sources=sources)
            yield selection, dict(zip(numbers, loaded(numbers), strict=True))
    for start in range(0, len(single), SOURCES_AT_ONCE):
        part = single[start : start + SOURCES_AT_ONCE]
        numbers_of = stories.windows(transaction, [source for _, source in part], limit=limit)
        held = loaded.once(list(chain.from_iterable(numbers_of.values())))
        for selection, source in part:
            yield selection, {number: held[number] for number in numbers_of.get(source, ())}


def _sealed(edition: Edition, channel: Channel) -> Iterator[Document]:
    """The pages of a channel's archive that are full now, the latest news first in each."""
    archives, media_type = edition.archives, FORMATS["atom"][0]
    while full := archives.full_page(channel.name):
        numbers = [each.story_id for each in reversed(full)]
        found = {number: each for number, each in edition.loaded.once(numbers).items() if _is_public(each)}
        number = archives.logs[channel.name].pages + 1
        deleted = [archives.tombstone(each) for each in numbers if each not in found]
        head = page_of(channel, number, deleted)
        shown = [found[each] for each in numbers if each in found]
        page = list(
            edition.checked(
                archive_path(channel.name, number),
                media_type,
                atom_feed(head, shown, edition.names, edition.press.site, edition.written),
            )
        )
        if not page:  # its records stay open, and so in the feed itself
            return
        archives.seal(channel.name, {each: _told(story) for each, story in found.items()})
        yield from page


def _emptied(edition: Edition) -> Iterator[Document]:
    """The sealed pages that say something of stories that were erased: the only change that one ever sees."""
    transaction, archives = edition.loaded.transaction, edition.archives
    erased = archives.gained.erased
    for name, number in archive.pages_with(transaction, erased):
        path = archive_path(name, number)
        kept = documents.get(transaction, path)
        if kept is not None:
            body = kept.document.body
            for each in erased:
                body = without(body, archives.tombstone(each), edition.press.site)
            yield from edition.checked(path, kept.document.media_type, body)


def _with_past(edition: Edition, selection: Selection, window: Mapping[int, Story]) -> tuple[Channel, dict[int, Story]]:
    """A channel with the way to its archive and its tombstones; the window with what is in no page yet."""
    channel, theme, sources = selection
    archives, press = edition.archives, edition.press
    waiting = archives.logs[channel.name].open
    older = [each.story_id for each in waiting if each.story_id not in window]
    found = zip(older, edition.loaded(older), strict=True)
    more = {number: story for number, story in found if _is_public(story) and _belongs(story, theme, sources)}
    ordered = sorted(more.items(), key=lambda each: (_told(each[1]), each[0]), reverse=True)
    is_full = len(window) >= press.feed_length
    oldest = list(window.values())[-1].released if is_full else None
    gone = archives.tombstones(channel.name, oldest, press.feed_length)
    pages = archives.logs[channel.name].pages
    return with_archive(channel, pages, gone, press.site), dict(window) | dict(ordered)


def _is_public(story: Story) -> bool:
    return story.state is State.PUBLISHED and story.released is not None


def _belongs(story: Story, theme: str, sources: Sequence[str] | None) -> bool:
    """Whether a story stands in a channel still; those that were given another theme leave its feed."""
    if theme and story.tags.theme != theme:
        return False
    return sources is None or any(item.source_id in sources for item in story.items)


def _told(story: Story) -> datetime:
    """The `updated` that readers are told."""
    return story.updated or story.released or story.origin.first_seen
