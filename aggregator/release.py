"""Release: which documents changed, made anew and swapped in.

A document is a function of what the store holds at one moment. `refresh` reads how the log went on since the last
release, makes only the documents that may differ for it, and keeps those whose bytes really do: nothing changes, not
even a date, when there is no news. A document that our own validator complains about is not published; the last good
one stays.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import structlog

from aggregator.model import Document, Outcome, Site, Source, State, Story
from aggregator.publish.atom import atom_feed
from aggregator.publish.channel import Channel, Format, feed_path
from aggregator.publish.jsonfeed import json_feed
from aggregator.publish.opml import sources_opml
from aggregator.publish.rss import rss_feed
from aggregator.publish.site import Front, PartnerStatus, feeds_page, front_page, theme_page
from aggregator.publish.valid import complaints
from aggregator.store import Store, Transaction, decisions, documents, events, search_index, stories
from aggregator.store import sources as source_rows
from aggregator.store.events import Event
from aggregator.store.sources import Held
from aggregator.text.dates import day_in_amsterdam

log = structlog.get_logger()

LANGUAGES = ("nl", "en")
PAGE_STORIES = 50
SOURCES_AT_ONCE = 50  # as many windows of 100 stories as fit in memory without being felt
FORMATS: dict[Format, tuple[str, Callable[[Channel, Sequence[Story], Mapping[str, Source], Site], bytes]]] = {
    "atom": ("application/atom+xml; charset=utf-8", atom_feed),
    "rss": ("application/rss+xml; charset=utf-8", rss_feed),
    "json": ("application/feed+json; charset=utf-8", json_feed),
}
HTML = "text/html; charset=utf-8"
OPML = "text/x-opml; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """What documents are made with."""

    store: Store
    site: Site
    created: datetime  # when this service began: the `updated` of a feed without entries
    feed_length: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Touched:
    """What the log spoke of since the last release."""

    stories: frozenset[int]
    themes: frozenset[str]
    sources: frozenset[str]


def refresh(press: Press, now: datetime, *, everything: bool = False) -> list[str]:
    """Bring the published documents up to date with the log; returns the paths whose bytes changed.

    `everything` makes all of them, for a start with another configuration or program.
    """
    search_index.follow(press.store)
    with press.store.read() as transaction:
        held = source_rows.all_sources(transaction)
        names = {each.source.id: each.source for each in held}
        names |= source_rows.by_id(transaction, source_rows.removed_ids(transaction))
        seen = documents.released_seq(transaction)
        news = events.spoken_of(transaction, seen)
        touched = None if everything or not seen else touched_by(transaction, news)
        made = list(_documents(press, transaction, held, names, touched, now))
        gone = _gone(press, transaction, held, made) if touched is None else []
    with press.store.write() as transaction:
        overtaken = documents.released_seq(transaction) != seen
        if not overtaken:
            changed = documents.swap(transaction, made, gone)
            if news:
                documents.set_released_seq(transaction, news[-1].seq)
    # Another process released meanwhile, from a later moment than ours perhaps: what we made may be older.
    return refresh(press, now, everything=everything) if overtaken else changed


def _gone(press: Press, transaction: Transaction, held: Sequence[Held], made: Sequence[Document]) -> list[str]:
    """What is published and has no source, theme or label any more. A feed that was not valid just now stays."""
    named = channels(press.site, [each.source for each in held], press.created)
    expected = {feed_path(channel.name, suffix) for channel, _, _ in named for suffix in FORMATS}
    return [path for path in documents.paths(transaction) if path not in expected | {each.path for each in made}]


def touched_by(transaction: Transaction, news: Sequence[Event]) -> Touched:
    """The public stories that `news` speaks of, with the themes and sources that show them or showed them before."""
    mentioned = {each.story_id for each in news if each.story_id is not None}
    now = stories.standing(transaction, mentioned)
    was_public = {each.story_id for each in news if each.before.get("state") == State.PUBLISHED.value}
    public = {number for number, (state, _) in now.items() if state is State.PUBLISHED or number in was_public}
    themes = {now[number][1] for number in public}
    themes |= {each.before.get("theme") for each in news if each.story_id in public}
    members = stories.sources_of(transaction, public)
    return Touched(
        stories=frozenset(public),
        themes=frozenset(theme for theme in themes if theme),
        sources=frozenset(source for found in members.values() for source in found),
    )


def channels(site: Site, sources: Iterable[Source], created: datetime) -> list[tuple[Channel, str, list[str] | None]]:
    """Every feed that we publish, with the theme and the source ids that narrow it."""
    sources = list(sources)
    found: list[tuple[Channel, str, list[str] | None]] = [
        (_channel("all", site.title, site, "/", created), "", None),
    ]
    for theme in site.themes:
        title = f"{site.title}: {theme.label[site.language]}"
        channel = _channel(f"themes/{theme.slug}", title, site, f"/themes/{theme.slug}", created, category=theme.slug)
        found.append((channel, theme.slug, None))
    for source in sources:
        title = f"{site.title}: {source.organisation}"
        found.append((_channel(f"sources/{source.id}", title, site, f"/sources/{source.id}", created), "", [source.id]))
    for label in sorted({label for source in sources for label in source.labels}):
        carriers = [source.id for source in sources if label in source.labels]
        found.append((_channel(f"labels/{label}", f"{site.title}: {label}", site, "/", created), "", carriers))
    return found


def front(transaction: Transaction, held: Sequence[Held], names: Mapping[str, Source], now: datetime) -> Front:
    """What the news page shows."""
    brought = stories.counts_by_source(transaction)
    tried = [each for each in held if each.poll.at is not None]
    pinned = [number for number, until in decisions.pinned(transaction).items() if until > now]
    first = [each for each in stories.load(transaction, pinned) if each.state is State.PUBLISHED]
    return Front(
        pinned=first,
        stories=stories.load(transaction, stories.latest(transaction, limit=PAGE_STORIES)),
        sources=names,
        counts=stories.counts_by_theme(transaction),
        statuses=[status_of(each, brought.get(each.source.id, 0)) for each in held],
        today=day_in_amsterdam(now),
        looked_on=max((day_in_amsterdam(each.poll.at) for each in tried if each.poll.at), default=None),
        total=len(held),
        tried=len(tried),
        unreachable=sum(each.poll.succeeded_at is None for each in tried),
    )


def status_of(held: Held, brought: int) -> PartnerStatus:
    """A partner's line on our pages."""
    poll = held.poll
    return PartnerStatus(
        source=held.source,
        code=poll.code or (poll.outcome or ""),
        polled_on=day_in_amsterdam(poll.at) if poll.at else None,
        healthy=poll.outcome in (Outcome.FETCHED, Outcome.UNCHANGED, Outcome.MOVED),
        items=brought,
    )


def _documents(
    press: Press,
    transaction: Transaction,
    held: Sequence[Held],
    names: Mapping[str, Source],
    touched: Touched | None,
    now: datetime,
) -> Iterator[Document]:
    configured = [each.source for each in held]
    all_channels = channels(press.site, configured, press.created)
    wanted = [each for each in all_channels if _concerns(touched, each[1], each[2])]
    loaded = Loaded(transaction)
    for channel, window in _windows(transaction, loaded, wanted, press.feed_length):
        yield from _feeds(press, channel, window, names, now)
    shown = front(transaction, held, names, now)
    for language in LANGUAGES:
        yield _page("/", language, front_page(shown, press.site, language), now)
    if touched is None or touched.stories:
        yield from _other_pages(press, loaded, shown, [each[0] for each in all_channels], now)
    if touched is None:
        body = sources_opml(configured, press.site, source_rows.feed_addresses(held))
        yield Document(path="/feeds/sources.opml", media_type=OPML, body=body, changed=now)


class Loaded:
    """The stories of one refresh: those of the latest news stand in many documents, and are loaded once."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.held: dict[int, Story] = {}

    def __call__(self, numbers: Sequence[int]) -> list[Story]:
        """The stories with these numbers, in this order."""
        self.held |= stories.by_number(self.transaction, (each for each in numbers if each not in self.held))
        return [self.held[number] for number in numbers]


def _windows(
    transaction: Transaction, loaded: Loaded, wanted: Sequence[tuple[Channel, str, list[str] | None]], limit: int
) -> Iterator[tuple[Channel, list[Story]]]:
    """Each channel with the stories in it. Channels of one source, nearly all there are, share their questions."""
    single: list[tuple[Channel, str]] = []
    for channel, theme, sources in wanted:
        if sources is not None and len(sources) == 1:
            single.append((channel, sources[0]))
        else:
            numbers = stories.in_feed(transaction, limit=limit, theme=theme, sources=sources)
            yield channel, loaded(numbers)
    for start in range(0, len(single), SOURCES_AT_ONCE):
        part = single[start : start + SOURCES_AT_ONCE]
        numbers_of = stories.windows(transaction, [source for _, source in part], limit=limit)
        held = stories.by_number(transaction, chain.from_iterable(numbers_of.values()))
        for channel, source in part:
            yield channel, [held[number] for number in numbers_of.get(source, ())]


def _feeds(
    press: Press, channel: Channel, window: Sequence[Story], names: Mapping[str, Source], now: datetime
) -> Iterator[Document]:
    for suffix, (media_type, build) in FORMATS.items():
        body = build(channel, window, names, press.site)
        path = feed_path(channel.name, suffix)
        wrong = complaints(body, media_type.partition(";")[0])
        if wrong:
            log.error("document_invalid", path=path, complaints=wrong[:5])
            continue
        yield Document(path=path, media_type=media_type, body=body, changed=now)


def _other_pages(
    press: Press, loaded: Loaded, shown: Front, feeds: Sequence[Channel], now: datetime
) -> Iterator[Document]:
    for theme in press.site.themes:
        newest = loaded(stories.latest(loaded.transaction, limit=PAGE_STORIES, theme=theme.slug))
        for language in LANGUAGES:
            body = theme_page(theme, newest, shown, press.site, language)
            yield _page(f"/themes/{theme.slug}", language, body, now)
    for language in LANGUAGES:
        yield _page("/feeds", language, feeds_page(feeds, press.site, language), now)


def page_path(path: str, language: str) -> str:
    """The name that a page is kept under: each language is a document of its own."""
    return f"{path}?lang={language}"


def _page(path: str, language: str, body: bytes, now: datetime) -> Document:
    return Document(path=page_path(path, language), media_type=HTML, body=body, changed=now)


def _concerns(touched: Touched | None, theme: str, sources: Sequence[str] | None) -> bool:
    if touched is None:
        return True
    if theme:
        return theme in touched.themes
    if sources is not None:
        return not touched.sources.isdisjoint(sources)
    return bool(touched.stories)


def _channel(name: str, title: str, site: Site, page: str, created: datetime, *, category: str = "") -> Channel:
    return Channel(
        name=name,
        title=title,
        subtitle=site.subtitle,
        language=site.language,
        alternate=site.base_url + page,
        created=created,
        category=category,
    )
