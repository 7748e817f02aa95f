"""OPML 2.0 (opml.org/spec2.opml): the partners as a list that feed readers and Drupal take in."""

from collections.abc import Iterable, Mapping

from lxml import etree

from aggregator.model import Site, Source
from aggregator.publish import entry as words
from aggregator.publish.characters import language_tag, line, web_address


def sources_opml(sources: Iterable[Source], site: Site, addresses: Mapping[str, str]) -> bytes:
    """Return `sources` in the order given; `addresses` says by id where a source's own feed is.

    Only what is a feed becomes xmlUrl: a program that takes in a page as a feed would only report an error.
    """
    opml = etree.Element("opml", version="2.0")
    head = etree.SubElement(opml, "head")
    etree.SubElement(head, "title").text = line(site.title)
    etree.SubElement(head, "ownerId").text = site.base_url
    body = etree.SubElement(opml, "body")
    for source in sources:
        etree.SubElement(body, "outline", _outline(source, addresses.get(source.id, "")))
    document: bytes = etree.tostring(opml, encoding="UTF-8", xml_declaration=True)
    return document


def _outline(source: Source, address: str) -> dict[str, str]:
    name = words.author(source)
    feed = web_address(address or (source.url if source.kind == "feed" else ""))
    page = web_address(source.url)
    members = {
        "type": "rss" if feed else "",
        "text": name,
        "title": name,
        "xmlUrl": feed or "",
        "htmlUrl": page if page and page != feed else "",
        "language": language_tag(source.language) if feed else "",
    }
    return {attribute: value for attribute, value in members.items() if value}
