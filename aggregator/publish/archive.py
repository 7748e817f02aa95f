"""Archived feeds (RFC 5005 section 4) and tombstones (RFC 6721), as far as both are words in an Atom document."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lxml import etree

from aggregator.model import Site, Tombstone
from aggregator.publish.channel import Channel, Link, archive_path, feed_path
from aggregator.publish.characters import line
from aggregator.publish.entry import local

FH = "http://purl.org/syndication/history/1.0"
AT = "http://purl.org/atompub/tombstones/1.0"
ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA_TYPE = "application/atom+xml"
BY_THE_EDITORS = frozenset({"withdrawn", "merged", "erased"})

_COMMENTS = {
    "nl": {
        "withdrawn": "Ingetrokken door de redactie",
        "gone": "Niet meer te vinden bij de partner",
        "merged": "Samengevoegd met ander nieuws",
        "erased": "Gewist",
    },
    "en": {
        "withdrawn": "Withdrawn by the editors",
        "gone": "No longer found at the partner",
        "merged": "Joined with other news",
        "erased": "Erased",
    },
}
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)

Element = Any  # lxml is not typed


def page_of(channel: Channel, number: int, deleted: Sequence[Tombstone]) -> Channel:
    """Return `channel` as the head of one page of its archive.

    Its links are relative, so that a page that never changes still leads on when the site moves. The next page is
    linked before it exists: until then its address leads to the feed itself (RFC 5005 asks for the link where there is
    a following page, and a page cannot get it later).
    """
    name = feed_path(channel.name, "atom").rpartition("/")[2]
    links = [
        Link(rel="current", href=f"../../{name}", type=MEDIA_TYPE),
        Link(rel="next-archive", href=f"{number + 1}.atom", type=MEDIA_TYPE),
    ]
    if number > 1:
        links.append(Link(rel="prev-archive", href=f"{number - 1}.atom", type=MEDIA_TYPE))
    return replace(channel, links=tuple(links), deleted=tuple(deleted), page=number)


def with_archive(channel: Channel, pages: int, deleted: Sequence[Tombstone], site: Site) -> Channel:
    """Return `channel` as the head of its subscription document, when so many pages of its archive are sealed."""
    href = site.base_url + archive_path(channel.name, pages)
    past = (Link(rel="prev-archive", href=href, type=MEDIA_TYPE),) if pages else ()
    return replace(channel, links=channel.links + past, deleted=tuple(deleted))


def add_head(feed: Element, channel: Channel, site: Site) -> None:
    """Add what makes a document a page of an archive, and the tombstones."""
    if channel.page:
        etree.SubElement(feed, f"{{{FH}}}archive", nsmap={"fh": FH})
    for each in channel.deleted:
        feed.append(_tombstone(each, site, channel.language))


def without(page: bytes, erased: Tombstone, site: Site) -> bytes:
    """Return a page with a tombstone where it had the entry that was erased; all else stays as it is."""
    feed = etree.fromstring(page, _PARSER)
    language = feed.get("{http://www.w3.org/XML/1998/namespace}lang", site.language)
    entries = [each for each in feed.iterchildren(f"{ATOM}entry") if each.findtext(f"{ATOM}id") == erased.ref]
    for entry in entries:
        feed.replace(entry, _tombstone(erased, site, language, namespace=ATOM))
    rewritten: bytes = etree.tostring(feed, encoding="UTF-8", xml_declaration=True)
    return rewritten if entries else page


def _tombstone(of: Tombstone, site: Site, language: str, namespace: str = "") -> Element:
    """at:deleted-entry. Plain names in what feedgen makes, which has Atom's elements in no namespace."""
    element = etree.Element(f"{{{AT}}}deleted-entry", ref=of.ref, when=local(of.when).isoformat(), nsmap={"at": AT})
    if of.why in BY_THE_EDITORS and (name := line(site.title)):
        by = etree.SubElement(element, f"{{{AT}}}by")
        etree.SubElement(by, f"{namespace}name").text = name
    if comment := _COMMENTS.get(language, _COMMENTS["nl"]).get(of.why):
        etree.SubElement(element, f"{{{AT}}}comment").text = comment
    return element
