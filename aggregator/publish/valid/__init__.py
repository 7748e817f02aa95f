"""The gate: an invalid document is never published.

What readers, WordPress and search engines forgive differs; these rules are what all of them understand. Written from
the specifications and not from what our writers do, and tested with documents that are known to be wrong.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from aggregator.publish.valid.atom import atom_complaints
from aggregator.publish.valid.jsonfeed import json_complaints
from aggregator.publish.valid.opml import opml_complaints
from aggregator.publish.valid.rss import rss_complaints

# Never an entity, never the network: what is looked at may come from anywhere.
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)

_XML: dict[str, Callable[[Any], Iterator[str]]] = {
    "application/atom+xml": atom_complaints,
    "application/rss+xml": rss_complaints,
    "text/x-opml": opml_complaints,
}
MEDIA_TYPES = frozenset({*_XML, "application/feed+json"})


def complaints(document: bytes, media_type: str) -> list[str]:
    """Return what is wrong with `document`, each with the place; an empty list if all is well.

    >>> complaints(b"<feed/>", "application/atom+xml")
    ['the root is feed, not atom:feed']

    Raises ValueError for a media type (without parameters) that is not in MEDIA_TYPES.
    """
    if media_type not in MEDIA_TYPES:
        raise ValueError(f"no rules for {media_type}")
    return list(_in_xml(document, _XML[media_type]) if media_type in _XML else _in_json(document))


def _in_xml(document: bytes, rules: Callable[[Any], Iterator[str]]) -> Iterator[str]:
    try:
        root = etree.fromstring(document, _PARSER)
    except etree.XMLSyntaxError as error:
        yield f"not well-formed XML: {error}"
        return
    if root.getroottree().docinfo.doctype:
        yield "has a document type declaration"
    yield from rules(root)


def _in_json(document: bytes) -> Iterator[str]:
    try:
        feed = json.loads(document.decode(), object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        yield f"not JSON: {error}"
        return
    yield from json_complaints(feed)


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) < len(members):
        raise ValueError(f"a member occurs twice among {[name for name, _ in members]}")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
