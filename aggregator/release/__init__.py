"""Release: which documents changed, made anew and swapped in.

A document is a function of what the store holds at one moment. `refresh` reads how the log went on since the last
release, makes only the documents that may differ for it, and keeps those whose bytes really do: nothing changes, not
even a date, when there is no news. A document that our own validator complains about is not published; the last good
one stays.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from aggregator.announcing import Outreach, announce
from aggregator.model import Document, Outcome, Site, Source, State
from aggregator.publish.channel import Channel, Link, feed_path, is_archive
from aggregator.publish.opml import sources_opml
from aggregator.publish.site import ICON_PATH, Front, PartnerStatus, feeds_page, front_page, theme_page
from aggregator.release.agenda import agenda_document
from aggregator.release.archive import Archives, gains
from aggregator.release.edition import FORMATS, Edition, Loaded, Press, Selection, feeds
from aggregator.store import Transaction, archive, decisions, documents, events, search_index, stories
from aggregator.store import sources as source_rows
from aggregator.store.events import Event
from aggregator.store.sources import Held
from aggregator.text.dates import day_in_amsterdam

LANGUAGES = ("nl", "en")
PAGE_STORIES = 50
HTML = "text/html; charset=utf-8"
OPML = "text/x-opml; charset=utf-8"

__all__ = ["FORMATS", "LANGUAGES", "PAGE_STORIES", "Press", "channels", "front", "page_path", "refresh", "status_of"]


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
        seen, told = documents.released_seq(transaction), archive.version(transaction)
        news = events.spoken_of(transaction, seen)
        touched = None if everything or not seen else touched_by(transaction, news)
        all_channels = _with_hubs(channels(press.site, [each.source for each in held], press.created), press.outreach)
        labels = {each.source.id: each.source.labels for each in held}
        known = frozenset(channel.name for channel, _, _ in all_channels)
        gained = gains(transaction, news, known, labels, everything=touched is None)
        wanted = [each for each in all_channels if each[0].name in gained.channels or _concerns(touched, *each[1:])]
        edition = Edition(
            press=press,
            now=now,
            held=held,
            names=names,
            loaded=Loaded(transaction, gained.returns),
            archives=Archives(transaction, gained, [channel.name for channel, _, _ in wanted], press.page_records),
        )
        made = list(_documents(edition, all_channels, wanted, touched))
        gone = _gone(transaction, known, made) if touched is None else []
    with press.store.write() as transaction:
        at_work = documents.released_seq(transaction, hold=True), archive.version(transaction)
        overtaken = at_work != (seen, told)
        if not overtaken:
            changed = documents.swap(transaction, made, gone)
            edition.archives.save(transaction)
            documents.refuse(transaction, edition.refused, [*(each.path for each in made), *gone], now)
            announce(transaction, press.outreach, news, changed, now)
            if news:
                documents.set_released_seq(transaction, news[-1].seq)
    # Another process released meanwhile, from a later moment than ours perhaps: what we made may be older.
    return refresh(press, now, everything=everything) if overtaken else changed


def _gone(transaction: Transaction, names: Iterable[str], made: Sequence[Document]) -> list[str]:
    """What is published and has no source, theme or label any more. A feed that was not valid just now stays.

    So do the pages of an archive: whoever followed the feed until it ended may still have to read them.
    """
    expected = {feed_path(name, suffix) for name in names for suffix in FORMATS} | {each.path for each in made}
    return [path for path in documents.paths(transaction) if path not in expected and not is_archive(path)]


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


def channels(site: Site, sources: Iterable[Source], created: datetime) -> list[Selection]:
    """Every feed that we publish, with the theme and the source ids that narrow it."""
    sources = list(sources)
    found: list[Selection] = [
        (_channel("all", site.title, site, "/", created), "", None),
    ]
    for theme in site.themes:
        title = f"{site.title}: {theme.label[site.language]}"
        channel = _channel(f"themes/{theme.slug}", title, site, f"/themes/{theme.slug}", created)
        subtitle = theme.definition.get(site.language) or site.subtitle
        channel = replace(channel, category=theme.slug, subtitle=subtitle)
        found.append((channel, theme.slug, None))
    for source in sources:
        title = f"{site.title}: {source.organisation}"
        channel = _channel(f"sources/{source.id}", title, site, f"/sources/{source.id}", created)
        found.append((replace(channel, language=source.language or site.language), "", [source.id]))
    for label in sorted({label for source in sources for label in source.labels}):
        carriers = [source.id for source in sources if label in source.labels]
        name = f"labels/{label}"
        found.append((_channel(name, f"{site.title}: {label}", site, f"/feeds/{quote(name)}", created), "", carriers))
    return found


def _with_hubs(named: Iterable[Selection], outreach: Outreach) -> list[Selection]:
    links = tuple(Link(rel="hub", href=address) for address in outreach.hubs)
    return [(replace(channel, links=channel.links + links), theme, sources) for channel, theme, sources in named]


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
    edition: Edition, all_channels: Sequence[Selection], wanted: Sequence[Selection], touched: Touched | None
) -> Iterator[Document]:
    press, now, transaction = edition.press, edition.now, edition.loaded.transaction
    yield from feeds(edition, wanted)
    shown = front(transaction, edition.held, edition.names, now)
    for language in LANGUAGES:
        yield _page("/", language, front_page(shown, press.site, language), now)
    if touched is None or touched.stories:
        yield from _other_pages(press, edition.loaded, shown, [each[0] for each in all_channels], now)
    yield from agenda_document(transaction, press.site, edition.names, now)
    # A partner's feed is found, or moves, without any news of it.
    configured = [each.source for each in edition.held]
    body = sources_opml(configured, press.site, source_rows.feed_addresses(edition.held))
    yield Document(path="/feeds/sources.opml", media_type=OPML, body=body, changed=now)


def _other_pages(
    press: Press, loaded: Loaded, shown: Front, offered: Sequence[Channel], now: datetime
) -> Iterator[Document]:
    for theme in press.site.themes:
        newest = loaded(stories.latest(loaded.transaction, limit=PAGE_STORIES, theme=theme.slug))
        for language in LANGUAGES:
            body = theme_page(theme, newest, shown, press.site, language)
            yield _page(f"/themes/{theme.slug}", language, body, now)
    for language in LANGUAGES:
        yield _page("/feeds", language, feeds_page(offered, press.site, language), now)


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


def _channel(name: str, title: str, site: Site, page: str, created: datetime) -> Channel:
    return Channel(
        name=name,
        title=title,
        subtitle=site.subtitle,
        language=site.language,
        alternate=site.base_url + page,
        icon=site.base_url + ICON_PATH,
        created=created,
    )
