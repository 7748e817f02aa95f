"""What is wrong with a list of feeds, after opml.org/spec2.opml."""

from collections.abc import Iterator
from typing import Any

from aggregator.publish.valid.syntax import is_iri, is_language

Element = Any  # lxml is not typed


def opml_complaints(opml: Element) -> Iterator[str]:
    """Yield what is wrong with the document whose root is `opml`."""
    if opml.tag != "opml" or opml.get("version") != "2.0":
        yield f"the root is {opml.tag} version {opml.get('version')}, not OPML 2.0"
        return
    if [child.tag for child in opml.iterchildren("*")] != ["head", "body"]:
        yield "not one head and then one body"
    for number, outline in enumerate(opml.iter("outline"), 1):
        yield from (f"outline {number}: {complaint}" for complaint in _outline(outline))


def _outline(outline: Element) -> Iterator[str]:
    if not (outline.get("text") or "").strip():
        yield "no text"
    if outline.get("type") == "rss" and outline.get("xmlUrl") is None:
        yield "type rss without xmlUrl"
    for name in ("xmlUrl", "htmlUrl", "url"):
        if not is_iri(outline.get(name, "urn:none")):
            yield f"{name} {outline.get(name)!r} is no absolute address"
    if not is_language(outline.get("language", "und")):
        yield f"language {outline.get('language')!r} is no language tag"
