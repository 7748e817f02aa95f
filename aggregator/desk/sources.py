"""Whom we poll, as people say it: adding by an address, pausing, polling now, taking away."""

import re
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, count
from urllib.parse import urlsplit

from aggregator.config import dump_sources, parse_sources
from aggregator.dedup.urls import url_key
from aggregator.model import Source
from aggregator.probing import Probe
from aggregator.store import Store, sources
from aggregator.store.sources import Held

LONGEST_ID = 40
NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")


def poll_now(store: Store, source_id: str, now: datetime) -> None:
    """Have a source polled at the next chance, before all others."""
    with store.write() as transaction:
        sources.ask_for(transaction, source_id, now)


def pause(store: Store, source_id: str, now: datetime, *, paused: bool) -> None:
    """Stop polling a source for now, or start again."""
    with store.write() as transaction:
        held = sources.held(transaction, source_id)
        if held is not None:
            sources.change(transaction, replace(held.source, paused=paused), now)


def remove(store: Store, source_id: str, now: datetime) -> None:
    """Stop polling a source for good; what it brought stays."""
    with store.write() as transaction:
        sources.remove(transaction, source_id, now)


def bring_back(store: Store, source_id: str, now: datetime) -> bool:
    """Poll a source again that was taken away, with the settings that it had. False when nobody knows it."""
    with store.write() as transaction:
        known = sources.by_id(transaction, [source_id])
        if source_id not in sources.removed_ids(transaction):
            return False
        sources.add(transaction, list(known.values()), now)
    return True


def add(store: Store, source: Source, now: datetime) -> None:
    """Follow a source from now on."""
    with store.write() as transaction:
        sources.add(transaction, [source], now)


def followed_as(url: str, held: Sequence[Held]) -> str:
    """The id of the source that has this address already; "" for none."""
    key = address_key(url)
    same = (each.source.id for each in held if key in map(address_key, (each.source.url, each.poll.address)))
    return next(same, "")


def new_source(
    found: Probe | None,
    url: str,
    taken: Container[str],
    *,
    id_: str = "",
    organisation: str = "",
    labels: Sequence[str] = (),
) -> Source:
    """The source that an address becomes: everything that it brings waits for an editor.

    Raises ConfigError that names what sources.toml would not take.
    """
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    read = found.reading.title if found and found.reading else ""
    name = id_ or free_id(host.rpartition(".")[0] or host, taken)
    made = Source(
        id=name, organisation=organisation or read or host or url, url=url, publish="review", labels=tuple(labels)
    )
    return checked(made, "sources add")


def checked(source: Source, name: str) -> Source:
    """A source as sources.toml would take it. Raises ConfigError that names what it would not."""
    (same,) = parse_sources(dump_sources([source]), name)
    return same


def free_id(wanted: str, taken: Container[str]) -> str:
    """A short name after `wanted`, as a title or a host, that no source has."""
    base = slug(wanted) or "source"
    return next(name for name in chain([base], (f"{base}-{n}" for n in count(2))) if name not in taken)


def slug(text: str) -> str:
    """`text` in lower-case ASCII letters, digits and hyphens.

    >>> slug("Één Techniek & Co")
    'een-techniek-co'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return NOT_IN_A_SLUG.sub("-", plain).strip("-")[:LONGEST_ID].strip("-")


def address_key(url: str) -> str:
    """What is equal for all spellings of one address; "" for what is no http(s) address."""
    try:
        return url_key(url)
    except ValueError:
        return ""
