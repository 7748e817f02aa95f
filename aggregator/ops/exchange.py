"""Lists of sources from elsewhere: OPML (any reader writes it) and our own TOML."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from aggregator.config import parse_sources
from aggregator.desk.sources import address_key, checked, free_id, slug
from aggregator.errors import ConfigError
from aggregator.model import Source
from aggregator.store.sources import Held

LONGEST = 5_000_000  # bytes of OPML: tens of thousands of feeds
ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)""")

Change = Literal["add", "change"]


def read_sources_file(path: Path, held: Sequence[Held], themes: Sequence[str]) -> list[Source]:
    """The sources that a file names; an OPML outline that we have already keeps its id and settings.

    Raises ConfigError when the file cannot be read or names none.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    text = _decoded(body, str(path))
    if text.lstrip().startswith("<"):
        return from_opml(text, held, str(path))
    return list(parse_sources(text, str(path), themes))


def from_opml(text: str, held: Sequence[Held], name: str) -> list[Source]:
    """The feeds of an OPML document as sources. Raises ConfigError when it names none."""
    import listparser

    if len(text) > LONGEST or re.search(r"<!ENTITY", text, re.IGNORECASE):
        raise ConfigError(f"{name}: too large, or with entity declarations: not an OPML list that we read")
    ours = {address_key(address): each.source for each in held for address in (each.source.url, each.poll.address)}
    taken = {each.source.id for each in held}
    found: dict[str, Source] = {}
    # Bytes, because a string that starts with http:// it would fetch; ASCII, because it guesses the encoding.
    for feed in listparser.parse(text.encode("ascii", "xmlcharrefreplace")).feeds:
        key = address_key(feed.url)
        if key and key not in found:
            found[key] = ours.get(key) or _from_outline(feed, taken, name)
            taken.add(found[key].id)
    if not found:
        raise ConfigError(f"{name}: names no feed with an http(s) address (xmlUrl)")
    return list(found.values())


def differences(held: Sequence[Source], wanted: Iterable[Source]) -> list[tuple[Change, Source]]:
    """What taking over `wanted` would do. Sources that are not named stay."""
    ours = {each.id: each for each in held}
    return [("change" if source.id in ours else "add", source) for source in wanted if ours.get(source.id) != source]


def _from_outline(feed: Mapping[str, Any], taken: Container[str], name: str) -> Source:
    url, title = str(feed["url"]), " ".join(str(feed.get("title") or "").split())
    host = urlsplit(url).hostname or ""
    labels = dict.fromkeys(slug(str(tag)) for tag in feed.get("tags") or ())
    source = Source(
        id=free_id(title or host.removeprefix("www."), taken),
        organisation=title or host,
        url=url,
        kind="feed",
        labels=tuple(label for label in labels if label),
    )
    return checked(source, name)


def _decoded(body: bytes, name: str) -> str:
    declared = ENCODING.match(body)
    encoding = declared[1].decode() if declared else "utf-8-sig"
    try:
        return body.decode("utf-8-sig" if encoding.lower() == "utf-8" else encoding)
    except (LookupError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: cannot be read: {error}") from error
