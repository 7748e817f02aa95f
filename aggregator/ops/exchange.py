"""Lists of sources from elsewhere: OPML (any reader writes it) and our own TOML."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.config import parse_sources
from aggregator.errors import ConfigError
from aggregator.model import Source


def read_sources_file(path: Path, held: Sequence[Source], themes: Sequence[str]) -> list[Source]:
    """The sources that a file names; an OPML outline that we have already keeps its id and settings.

    Raises ConfigError when the file cannot be read or names none.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    if text.lstrip("\ufeff \r\n\t").startswith("<"):
        return from_opml(text, held, str(path))
    return list(parse_sources(text, str(path), themes))


def from_opml(text: str, held: Sequence[Source], name: str) -> list[Source]:
    """The feeds of an OPML document as sources."""
    import listparser

    if len(text) > 5_000_000 or re.search(r"<!ENTITY", text, re.IGNORECASE):
        raise ConfigError(f"{name}: too large, or with entity declarations: not an OPML list that we read")
    parsed = listparser.parse(text)
    ours = {each.url: each for each in held}
    taken = {each.id for each in held}
    found: list[Source] = []
    for feed in parsed.feeds:
        if urlsplit(feed.url).scheme not in ("http", "https"):
            continue
        if feed.url in ours:
            found.append(ours[feed.url])
            continue
        source_id = _free(_slug(feed.title or feed.url), taken)
        taken.add(source_id)
        labels = tuple(dict.fromkeys(_slug(tag) for tag in feed.tags if _slug(tag)))
        title = feed.title or source_id
        found.append(Source(id=source_id, organisation=title, url=feed.url, kind="feed", labels=labels))
    if not found:
        why = f": {parsed.bozo_exception}" if parsed.bozo_exception else ""
        raise ConfigError(f"{name}: names no feed with an http(s) address{why}")
    return found


def differences(held: Sequence[Source], wanted: Iterable[Source]) -> list[tuple[str, Source]]:
    """What taking over `wanted` would do: ("add" | "change", source). Sources that are not named stay."""
    ours = {each.id: each for each in held}
    found = []
    for source in wanted:
        if source.id not in ours:
            found.append(("add", source))
        elif ours[source.id] != source:
            found.append(("change", source))
    return found


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]


def _free(wanted: str, taken: set[str]) -> str:
    base = wanted or "source"
    return next(name for n in range(1, 100_000) if (name := base if n == 1 else f"{base}-{n}") not in taken)
