"""The ladder: what an address offers as news, rung by rung, and how each rung is read.

    a feed → a feed that the page links → WordPress REST, JSON-LD, h-feed, news sitemap → the page's own list

`look` says what one answer holds by itself and which other addresses are worth a try; whoever has fetched those
hands them to `climb`, which ranks all rungs and recommends one. Nothing is fetched here and nothing is stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.errors import ReadError, SourceError
from aggregator.feeds import looks_like_feed, read_feed
from aggregator.model import Answer, Failed, Fetched, Happening, Reading, Source
from aggregator.pages import read_page
from aggregator.pages.discovery import Candidate, candidates
from aggregator.pages.structured import read_h_feed, read_json_ld, read_news_sitemap, read_wordpress

FEED, LISTING = "feed", "listing"
ORDER = ("feed", "feed-link", "feed-anchor", "common-path", "wordpress", "json-ld", "h-feed", "news-sitemap", "listing")
STATED = ("json-ld", "h-feed")  # what the page itself says for machines, often only a part of its list
STALE = timedelta(days=60)  # a linked feed whose newest item is so much older than the page's own list is forgotten
TRIES = 8  # other addresses that are fetched for one source, at most


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """One way to read a source: its name, where, and what it gave; `code` says why it gave nothing."""

    name: str
    address: str
    reading: Reading | None = None
    answer: Fetched | None = None
    code: str = ""
    title: str = ""
    events: tuple[Happening, ...] = ()  # what it announces when it has no news
    last_resort: bool = False  # comments, one category: only when there is nothing else

    @property
    def has_news(self) -> bool:
        """Whether entries were read."""
        return self.reading is not None and bool(self.reading.entries)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ladder:
    """Every rung that was looked at, best first, and the one to take."""

    rungs: tuple[Rung, ...]
    recommended: Rung | None

    @property
    def events(self) -> tuple[Happening, ...]:
        """What the page itself announces, when it has no news."""
        return next((rung.events for rung in self.rungs if rung.name == LISTING), ())

    @property
    def code(self) -> str:
        """Why there is nothing to take; "" when there is."""
        if self.recommended:
            return ""
        own = [rung.code for rung in self.rungs if rung.name == LISTING and rung.code]
        return next(iter([*own, *(rung.code for rung in self.rungs if rung.code)]), "no-list")


def read_rung(rung: str, answer: Fetched, source: Source, now: datetime) -> Reading:
    """What a document says, read as the rung that was chosen for its source.

    Raises ReadError when it is no document of that kind (any more).
    """
    url, body = answer.wire.url, answer.body
    match rung:
        case "listing":
            return _listing(answer, source, now)
        case "json-ld":
            return _with_entries(read_json_ld(body, url=url, now=now), "no-list")
        case "h-feed":
            return _with_entries(read_h_feed(body, url=url, now=now), "no-list")
        case "wordpress":
            return read_wordpress(body, url=url, now=now)
        case "news-sitemap":
            return read_news_sitemap(body, url=url, now=now)
        case _:
            return _feed(answer, source, now)


def best_reading(answer: Fetched, source: Source, now: datetime, rung: str = "") -> Reading:
    """What one document says by itself: read as `rung`, or as its own best rung.

    Raises ReadError when it holds no news.
    """
    if rung:
        return read_rung(rung, answer, source, now)
    rungs, _ = look(answer, source, now)
    ladder = climb(rungs, (), source, now)
    if ladder.recommended and ladder.recommended.reading:
        return ladder.recommended.reading
    raise ReadError(ladder.code, events=ladder.events)


def look(answer: Fetched, source: Source, now: datetime) -> tuple[list[Rung], tuple[Candidate, ...]]:
    """The rungs that an answer holds by itself, and the other addresses to try."""
    if source.kind != "page" and looks_like_feed(answer.body, answer.media_type):
        return [_rung(FEED, answer, source, now)], ()
    names = (LISTING,) if source.kind == "page" else ("json-ld", "h-feed", LISTING)
    rungs = [_rung(name, answer, source, now) for name in names]
    if source.kind == "page":
        return rungs, ()
    return rungs, candidates(answer.body, answer.wire.url, answer.charset)[:TRIES]


def climb(rungs: Sequence[Rung], tried: Iterable[tuple[Candidate, Answer]], source: Source, now: datetime) -> Ladder:
    """All rungs in order, with what was fetched for the candidates, and the recommended one."""
    found = [*rungs, *(_tried(candidate, answer, source, now) for candidate, answer in tried)]
    own = next((rung for rung in found if rung.name == LISTING), None)
    listed, dated = (_newest(own), _dated(own)) if own else (None, 0)

    def rank(rung: Rung) -> tuple[bool, bool, bool, bool, int]:
        newest = _newest(rung)
        is_stale = bool(listed and newest and newest < listed - STALE)
        # h-feed marks up the very list that we read anyway, and teasers and pictures are often left unmarked.
        is_thin = rung.name in STATED and _dated(rung) + (rung.name == "json-ld") <= dated
        return not _has_news(rung, own), rung.last_resort, is_stale, is_thin, ORDER.index(rung.name)

    ordered = tuple(sorted(found, key=rank))
    best = ordered[0] if ordered and _has_news(ordered[0], own) else None
    return Ladder(rungs=ordered, recommended=best)


def linked_feed(answer: Fetched) -> str:
    """The feed that a page links by itself; "" when it links none."""
    linked = (each for each in candidates(answer.body, answer.wire.url, answer.charset) if each.rung == "feed-link")
    return next((each.url for each in linked if not each.last_resort), "")


def _tried(candidate: Candidate, answer: Answer, source: Source, now: datetime) -> Rung:
    if isinstance(answer, Fetched):
        return _rung(candidate.rung, answer, source, now, candidate)
    code = answer.code if isinstance(answer, Failed) else type(answer).__name__.lower()
    return Rung(name=candidate.rung, address=candidate.url, code=code, last_resort=candidate.last_resort)


def _rung(name: str, answer: Fetched, source: Source, now: datetime, candidate: Candidate | None = None) -> Rung:
    address = candidate.url if candidate else answer.wire.url
    last_resort = bool(candidate and candidate.last_resort)
    try:
        reading = read_rung(name, answer, source, now)
    except SourceError as error:
        return Rung(name=name, address=address, code=error.code, events=error.events, last_resort=last_resort)
    return Rung(
        name=name, address=address, reading=reading, answer=answer, title=reading.title, last_resort=last_resort
    )


def _feed(answer: Fetched, source: Source, now: datetime) -> Reading:
    return read_feed(
        answer.body,
        url=answer.wire.url,
        now=now,
        media_type=answer.media_type,
        charset=answer.charset,
        language=source.language,
    )


def _listing(answer: Fetched, source: Source, now: datetime) -> Reading:
    reading = read_page(
        answer.body,
        url=answer.wire.url,
        now=now,
        charset=answer.charset,
        language=source.language,
        selectors=source.selectors,
    )
    return _with_entries(reading, "no-list")


def _with_entries(reading: Reading, code: str) -> Reading:
    """A page without entries is an error, unless it says itself that there is no news."""
    codes = [problem.code for problem in reading.problems]
    if reading.entries or "empty-list" in codes:
        return reading
    raise ReadError(next(iter(codes), code), events=reading.events)


def _has_news(rung: Rung, own: Rung | None) -> bool:
    """Whether a rung is worth taking. What a page of events states for machines is events too."""
    lists_events = own is not None and own.code == "agenda" and rung.name in STATED
    return rung.has_news and not lists_events


def _dated(rung: Rung) -> int:
    return sum(entry.published is not None for entry in (rung.reading.entries if rung.reading else ()))


def _newest(rung: Rung) -> datetime | None:
    entries = rung.reading.entries if rung.reading else ()
    return max((entry.published for entry in entries if entry.published), default=None)
