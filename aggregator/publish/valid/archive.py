"""What is wrong with the archive and the tombstones of an Atom document, after RFC 5005 and RFC 6721.

Stricter than both in one place: an entry and a tombstone of one id never stand in one document, because a reader would
have to compare their times to know what holds.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from aggregator.publish.valid.syntax import is_iri, is_reference, is_rfc3339

ATOM = "{http://www.w3.org/2005/Atom}"
FH = "{http://purl.org/syndication/history/1.0}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
PAGING = frozenset({"current", "prev-archive", "next-archive"})
RELATIVE = PAGING | {"self"}

Element = Any  # lxml is not typed
Check = Callable[[Element], Iterator[str]]


def is_page(feed: Element | None) -> bool:
    """Tell whether a document says that it is a page of an archive."""
    return feed is not None and feed.find(f"{FH}archive") is not None


def is_address(link: Element) -> bool:
    """Tell whether a link leads somewhere: absolute, or from one page of an archive to its neighbours."""
    href = link.get("href", "")
    may_be_relative = link.get("rel") in RELATIVE and is_page(link.getparent())
    return is_iri(href) or (may_be_relative and is_reference(href))


def archive_complaints(feed: Element, person: Check, text: Check) -> Iterator[str]:
    """Yield what is wrong; `person` and `text` look at Atom's constructs of these names."""
    yield from _history(feed)
    yield from _links(feed)
    tombstones = feed.findall(f"{AT}deleted-entry")
    for number, tombstone in enumerate(tombstones, 1):
        yield from (f"tombstone {number}: {complaint}" for complaint in _tombstone(tombstone, person, text))
    yield from (f"feed: {each.tag} does not belong here [RFC 6721, 3]" for each in _strangers(feed))
    times = Counter((each.get("ref"), each.get("when")) for each in tombstones)
    yield from (f"tombstone of {ref!r} occurs {n} times [RFC 6721, 3]" for (ref, _), n in times.items() if n > 1)
    there = {entry.findtext(f"{ATOM}id") for entry in feed.iterchildren(f"{ATOM}entry")}
    yield from (f"{each.get('ref')!r} is an entry and gone" for each in tombstones if each.get("ref") in there)


def _history(feed: Element) -> Iterator[str]:
    found = list(feed.iterchildren(f"{FH}*"))
    if len(found) > 1 or any(each.tag not in (f"{FH}archive", f"{FH}complete") for each in found):
        yield f"feed: {', '.join(each.tag for each in found)}, not one fh:archive or fh:complete [RFC 5005]"
    if any(len(each) or (each.text or "").strip() for each in found):
        yield "feed: fh:archive or fh:complete is not empty [RFC 5005, 2 and 4]"


def _links(feed: Element) -> Iterator[str]:
    rels = Counter(link.get("rel") for link in feed.iterchildren(f"{ATOM}link"))
    yield from (f"feed: {rels[rel]} links rel={rel} [RFC 5005, 4]" for rel in sorted(PAGING) if rels[rel] > 1)
    if is_page(feed) and not rels["current"]:
        yield "feed: a page of an archive without link rel=current [RFC 5005, 4]"
    if not is_page(feed) and rels["next-archive"]:
        yield "feed: next-archive, and no page of an archive [RFC 5005, 4]"


def _strangers(feed: Element) -> Iterator[Element]:
    for each in feed.iter(f"{AT}*"):
        parent = each.getparent()
        if each.tag == f"{AT}deleted-entry" and parent is not feed:
            yield each
        if each.tag != f"{AT}deleted-entry" and (parent is None or parent.tag != f"{AT}deleted-entry"):
            yield each


def _tombstone(element: Element, person: Check, text: Check) -> Iterator[str]:
    if not is_iri(element.get("ref", "")):
        yield f"ref {element.get('ref')!r} is no absolute IRI [RFC 6721, 3]"
    if not is_rfc3339(element.get("when", "")):
        yield f"when {element.get('when')!r} is no date of RFC 3339 [RFC 6721, 3]"
    names = Counter(child.tag for child in element.iterchildren(f"{AT}*"))
    yield from (f"{n} times {name}" for name, n in names.items() if n > 1)
    yield from (f"{name} does not belong here" for name in names if name not in (f"{AT}by", f"{AT}comment"))
    for child in element.iterchildren(f"{AT}by"):
        yield from person(child)
    for child in element.iterchildren(f"{AT}comment"):
        yield from text(child)
