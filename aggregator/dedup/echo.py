"""Our own voice coming back: partners import our feed, and the consortium's site embeds it.

What is an echo is never an item, else every story would become its own second source, poll after poll. RFC 4151
(tag: URIs) and atom:source (RFC 4287 section 4.2.11) are how we know ourselves again.
"""

import re
from collections.abc import Collection

from aggregator.dedup.urls import url_key
from aggregator.model import Entry

PASTED = 3  # links to stories of ours that make a text our newsletter, if they are most of its links
EMBED_ELEMENT = "techniek-nieuws"

_LINK = re.compile(r'href="([^"]{1,2000})"')


def is_echo(entry: Entry, *, base_url: str, tag_authority: str, feed_ids: Collection[str] = ()) -> bool:
    """Whether `entry` carries our own ids, addresses or embed markup, was copied from us or pastes our newsletter.

    `feed_ids` are further ids that our feeds have, or had under an earlier configuration.
    """
    base_key = url_key(base_url)
    names = (entry.id or "", entry.link or "", *entry.copied_from)
    return any(
        name.startswith(f"tag:{tag_authority}:")
        or name in feed_ids
        or name == EMBED_ELEMENT
        or _is_under(base_key, name)
        for name in names
        if name
    ) or _pastes(base_key, entry.content)


def _is_under(base_key: str, name: str) -> bool:
    try:
        key = url_key(name)
    except ValueError:
        return False  # an id need not be an address
    return key == base_key or (key.startswith(base_key) and key[len(base_key)] in "/?#")


def _pastes(base_key: str, markup: str) -> bool:
    """Whether a text is mostly links to our stories: a newsletter of ours that was pasted."""
    if "/stories/" not in markup:
        return False
    links = _LINK.findall(markup)
    ours = sum(_is_under(base_key, link) for link in links)
    return ours >= PASTED and 2 * ours >= len(links)
