"""Feeds: bytes in, entries out. RSS, RDF and Atom of every age, and JSON Feed, told apart by content, not by label.

One plain function without state, so that it can run in a process of its own with a deadline.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from aggregator.errors import ReadError
from aggregator.feeds import noise
from aggregator.feeds.entry import Draft, make_entry, make_event
from aggregator.feeds.json import read_json
from aggregator.feeds.look import SIZE_LIMIT, Look, is_json, looks_like_feed
from aggregator.feeds.pace import pace_of
from aggregator.feeds.xml import Document, read_xml
from aggregator.model import Entry, Pace, Problem, Reading
from aggregator.text.encoding import decode, repair

__all__ = ["looks_like_feed", "read_feed"]


def read_feed(
    body: bytes,
    *,
    url: str,
    now: datetime,
    media_type: str = "",
    charset: str = "",
    language: str = "nl",
    suffixes: frozenset[str] | None = None,
) -> Reading:
    """Return what a feed from `url` says, its entries in document order, already clean.

    `media_type` is not believed, only told when the body is no feed; `language` is for entries that name none.
    `suffixes` are what the titles of this feed are known to end in; without them its own titles tell.
    Raises ReadError: "empty", "html-page", "login-page", "not-a-feed", "unreadable", "too-large", "too-deep",
    "too-many-entries", "too-many-attributes" or "entities".
    """
    if len(body) > SIZE_LIMIT:
        raise ReadError("too-large", f"{len(body)} bytes")
    if not body.strip(b"\x00\t\r\n \xef\xbb\xbf\xfe\xff"):
        raise ReadError("empty")
    text = repair(decode(body, charset))
    if is_json(text):
        return _reading(read_json(text, url, language), Pace(), [], now, suffixes)
    look = Look(text)
    document = read_xml(look, url, language)
    if not document.format and not document.drafts:
        raise ReadError("not-a-feed", f"{media_type or 'no media type'}: {text[:80]}")
    mended = [Problem(code="malformed", message="The feed is not well-formed XML; it was mended.")]
    return _reading(document, pace_of(document.about, look.text), mended if look.mended else [], now, suffixes)


def _reading(
    document: Document, pace: Pace, problems: list[Problem], now: datetime, suffixes: frozenset[str] | None
) -> Reading:
    events = [(draft, make_event(draft)) for draft in document.drafts]
    entries, found = entries_of((draft for draft, event in events if event is None), now)
    if suffixes is None:
        suffixes = noise.title_suffixes([entry.title for entry in entries], document.title)
    return Reading(
        kind="feed",
        format=document.format or "xml",
        title=document.title,
        language=document.language,
        link=document.link,
        entries=tuple(_without_site_names(entries, suffixes)),
        events=tuple(event for _, event in events if event),
        problems=tuple(problems + found),
        pace=pace,
        hubs=document.hubs,
        topic=document.topic,
        suffixes=suffixes,
    )


def entries_of(drafts: Iterable[Draft], now: datetime) -> tuple[list[Entry], list[Problem]]:
    """Return the entries that can be read, and what was wrong with them and with the others."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for draft in drafts:
        try:
            entry, found = make_entry(draft, now)
        except (ValueError, OverflowError) as error:
            # One bad entry costs only itself: these are what reading strings as numbers, dates, addresses raises.
            entry, found = None, [Problem(code="entry-skipped", message=f"An entry that cannot be read: {error}")]
        entries += [entry] if entry else []
        problems += found
    return entries, problems


def _without_site_names(entries: list[Entry], suffixes: frozenset[str]) -> list[Entry]:
    if not suffixes:
        return entries
    titles = [noise.without_suffix(entry.title, suffixes) for entry in entries]
    return [
        entry if title == entry.title else replace(entry, title=title)
        for entry, title in zip(entries, titles, strict=True)
    ]
