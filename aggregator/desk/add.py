"""News added by hand: an address that somebody pastes, or a piece of the editors' own.

Both become items and come in as everything does, so that joining, the log and decisions are the same. What stands at a
partner's own site is that partner's; all else is of the source DESK, which is made at its first use and never polled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from aggregator.batch import Fresh, Receipt
from aggregator.dedup.echo import is_echo
from aggregator.dedup.identity import fingerprint
from aggregator.intake import profiled, take_in
from aggregator.model import Entry, Failed, Fetched, Image, Item, Precision, Site, Source, Tags
from aggregator.pages.article import Article, read_article
from aggregator.probing import Lookout
from aggregator.publish import entry as words
from aggregator.receipts import Line, identified
from aggregator.store import Transaction, events, items, proposals, sources, stories
from aggregator.store.events import Event
from aggregator.store.leases import Claimed, Lease
from aggregator.store.sources import Held
from aggregator.text.html import clean_html, cut

DESK = "redactie"
ADDED = "added"
NO_TAGS = Tags()
OWN = "own"  # code: the address is one of ours


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """A story that an address would join ("joins"), or that is perhaps the same news."""

    slug: str
    title: str
    joins: bool
    because: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What stands at an address, and what it would become here; `code` says why nothing does (text/outcomes.py)."""

    entry: Entry
    source: Source | None = None
    tags: Tags = NO_TAGS
    alike: Sequence[Alike] = ()
    code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """The story that an entry is part of now; `is_new`: it opened it."""

    slug: str
    is_new: bool


class _Rehearsed(Exception):  # noqa: N818  it is no error: nothing of it is to be kept
    pass


def look(line: Line, lookout: Lookout, site: Site, url: str, now: datetime) -> Found:
    """Fetch an article and say what it would become; nothing is stored."""
    bare = Entry(link=url)
    if is_echo(bare, base_url=line.base_url, tag_authority=line.tag_authority):
        return Found(entry=bare, code=OWN)
    asked = lookout.request(Source(id=DESK, organisation="", url=url, kind="page"), url, now)
    answer = lookout.one(asked, now)
    if not isinstance(answer, Fetched):
        return Found(entry=bare, code=answer.code if isinstance(answer, Failed) else type(answer).__name__.lower())
    article = read_article(
        answer.body,
        url=answer.wire.url,
        now=now,
        charset=answer.charset,
        language=site.language,
        tdm_reservation=answer.tdm_reservation,
    )
    entry = entry_of(article, article.canonical or answer.wire.url)
    if not article.is_article or not entry.title:
        return Found(entry=entry, code=article.code or "no-items")
    return rehearse(line, site, entry, now)


def entry_of(article: Article, link: str) -> Entry:
    """What an article says, as an entry."""
    dated = article.published
    return Entry(
        link=link,
        title=article.title,
        summary=article.teaser,
        published=dated.at if dated else None,
        date_evidence=article.evidence if dated else None,
        date_precision=dated.precision if dated else None,
        image=article.image,
        language=article.language,
    )


def column(title: str, text: str, author: str, image: Image | None, now: datetime, language: str) -> Entry:
    """A piece of the editors' own. Empty lines of `text` part paragraphs; whatever else it holds is shown as typed."""
    paragraphs = [" ".join(each.split()) for each in text.replace("\r\n", "\n").split("\n\n") if each.strip()]
    html = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
    return Entry(
        title=title,
        summary=cut(" ".join(paragraphs)),
        content=clean_html(html, ""),
        published=now,
        date_precision=Precision.MINUTE,
        authors=(author,) if author else (),
        image=image,
        kicker="Column",
        language=language,
    )


def rehearse(line: Line, site: Site, entry: Entry, now: datetime) -> Found:
    """What an entry would become: taken in by the code that does it, and rolled back."""
    found = Found(entry=entry)
    try:
        with line.store.append() as transaction:
            held = _held_for(transaction, site, entry, now)
            item, tags = _item_of(line, held.source, entry, now)
            number = _taken(transaction, line, held, item, tags, now)
            found = replace(found, source=held.source, tags=tags, alike=_alike(transaction, number, item))
            raise _Rehearsed
    except _Rehearsed:
        return found


def add(line: Line, site: Site, entry: Entry, actor: str, now: datetime) -> Added:
    """Take an entry in. A story that it opens waits for a decision; one that it joins stays where it is."""
    with line.store.append() as transaction:
        held = _held_for(transaction, site, entry, now)
        item, tags = _item_of(line, held.source, entry, now)
        number = _taken(transaction, line, held, item, tags, now)
        story = items.story_numbers(transaction, [number])[number]
        events.append(transaction, [Event(at=now, kind=ADDED, story_id=story, item_id=number, actor=actor)])
        found = stories.by_number(transaction, [story])[story]
        return Added(slug=found.slug, is_new=found.items == (item,))


def desk_source(site: Site) -> Source:
    """The source of what editors write; its address is the feed that we make of it, and nobody polls it."""
    return Source(
        id=DESK,
        organisation=site.title,
        url=f"{site.base_url}/feeds/sources/{DESK}.atom",
        kind="feed",
        language=site.language,
        relevance="all",
        publish="review",
        licence="full",
        images=True,
        republisher=True,
        paused=True,
    )


def _held_for(transaction: Transaction, site: Site, entry: Entry, now: datetime) -> Held:
    """The partner at whose site the entry stands, else the desk."""
    host = _host(entry.link or "")
    everyone = sources.all_sources(transaction)
    own = [each for each in everyone if host and _host(each.source.url) == host]
    desk = [each for each in everyone if each.source.id == DESK]
    if own or desk:
        return (own or desk)[0]
    sources.add(transaction, [desk_source(site)], now)
    held = sources.held(transaction, DESK)
    assert held is not None  # it was added just now
    return held


def _item_of(line: Line, source: Source, entry: Entry, now: datetime) -> tuple[Item, Tags]:
    """The item, and what it is about: an editor wants it, so nothing calls it off topic."""
    # Of a page that somebody else made we show no picture that nobody allowed.
    allowed = source.images and (source.id != DESK or not entry.link)
    entry = entry if allowed else replace(entry, image=None)
    (item,) = identified([entry], source, now).values()
    tags = line.tag(entry, source)
    return item, replace(tags, off_topic=False, decision="review")


def _taken(transaction: Transaction, line: Line, held: Held, item: Item, tags: Tags, now: datetime) -> int:
    """The number of the item, taken in unless the source brought it already."""
    known = items.known_items(transaction, held.source.id, [item.key])
    if item.key not in known:
        source = replace(held.source, publish="review")
        seen = replace(held, source=source, poll=replace(held.poll, changed_at=held.poll.changed_at or now))
        nobody = Lease(host_id=0, host="", owner="", epoch=0, until=now)
        fresh = Fresh(item=item, fingerprint=fingerprint(item.entry), tags=tags)
        receipt = Receipt(claimed=Claimed(held=seen, lease=nobody), poll=held.poll, fresh=(fresh,))
        take_in(transaction, line.intake, [profiled(receipt)], now)
        known = items.known_items(transaction, held.source.id, [item.key])
    return known[item.key].id


def _alike(transaction: Transaction, number: int, item: Item) -> list[Alike]:
    story = items.story_numbers(transaction, [number])[number]
    reasons = {
        (card.other_story_id if card.story_id == story else card.story_id): card.because
        for card in proposals.of_stories(transaction, [story])
    }
    held = stories.by_number(transaction, [story, *reasons])
    joined = [] if len(held[story].items) == 1 and held[story].origin == item else [held[story]]
    return [
        *(Alike(slug=each.slug, title=words.title(each), joins=True) for each in joined),
        *(
            Alike(slug=held[other].slug, title=words.title(held[other]), joins=False, because=because)
            for other, because in reasons.items()
        ),
    ]


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
