"""What is wrong with an RSS 2.0 document, after the specification and the best practices of the RSS Advisory Board."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lxml import etree

from aggregator.publish.valid.syntax import is_email, is_iri, is_language, is_media_type, is_rfc822

ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
COMMON = frozenset({"title", "link", "description", "category", "pubDate"})
CHANNEL = COMMON | {"language", "copyright", "managingEditor", "webMaster", "lastBuildDate", "generator", "docs"}
CHANNEL |= {"cloud", "ttl", "image", "rating", "textInput", "skipHours", "skipDays", "item"}
ITEM = COMMON | {"author", "comments", "enclosure", "guid", "source"}
REPEATABLE = frozenset({"category", "item"})

Element = Any  # lxml is not typed


def rss_complaints(rss: Element) -> Iterator[str]:
    """Yield what is wrong with the document whose root is `rss`."""
    channels = rss.findall("channel")
    if rss.tag != "rss" or rss.get("version") != "2.0" or len(channels) != 1:
        yield f"not RSS 2.0 with one channel: {rss.tag} {rss.get('version')} with {len(channels)}"
        return
    yield from _channel(channels[0])
    items = channels[0].findall("item")
    for number, item in enumerate(items, 1):
        yield from _item(item, f"item {number}")
    guids = Counter(item.findtext("guid") for item in items if item.find("guid") is not None)
    yield from (f"guid {guid!r} occurs {count} times" for guid, count in guids.items() if count > 1)
    undated = [number for number, item in enumerate(items, 1) if item.find("pubDate") is None]
    if undated and len(undated) < len(items):
        yield f"item {undated[0]}: no pubDate while others have one; SimplePie stops sorting"


def _channel(channel: Element) -> Iterator[str]:
    yield from _members(channel, "channel", CHANNEL)
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            yield f"channel: no {name}"
    if not is_language(channel.findtext("language", "und")):
        yield f"channel: language {channel.findtext('language')!r} is no language tag"
    if not channel.findtext("ttl", "0").isdecimal():
        yield f"channel: ttl {channel.findtext('ttl')!r} is no number of minutes"
    for image in channel.iterchildren("image"):
        yield from (f"channel: {complaint}" for complaint in _image(image))
    links = channel.findall(ATOM_LINK)
    if not any(link.get("rel") == "self" for link in links):
        yield "channel: no atom:link rel=self"
    yield from (f"channel: atom:link to {link.get('href')!r}" for link in links if not is_iri(link.get("href", "")))


def _image(image: Element) -> Iterator[str]:
    for name in ("url", "link"):
        if not is_iri(image.findtext(name, "")):
            yield f"image: {name} {image.findtext(name)!r} is no absolute address"
    if not (image.findtext("title") or "").strip():
        yield "image: no title"


def _item(item: Element, where: str) -> Iterator[str]:
    yield from _members(item, where, ITEM)
    if not (item.findtext("title") or item.findtext("description") or "").strip():
        yield f"{where}: neither title nor description"
    if not item.findtext("guid"):
        yield f"{where}: no guid"
    for guid in item.iterchildren("guid"):
        yield from (f"{where}: {complaint}" for complaint in _guid(guid))
    author = item.findtext("author")
    if author is not None and not is_email(author.split(" ")[0]):
        yield f"{where}: author {author!r} is no mail address; use dc:creator"
    for source in item.iterchildren("source"):
        if not is_iri(source.get("url", "")):
            yield f"{where}: source has url {source.get('url')!r}"
    for enclosure in item.iterchildren("enclosure"):
        yield from (f"{where}: {complaint}" for complaint in _enclosure(enclosure))


def _members(element: Element, where: str, allowed: frozenset[str]) -> Iterator[str]:
    names: Counter[str] = Counter()
    for child in element.iterchildren(etree.Element):
        if child.tag.startswith("{"):
            continue
        names[child.tag] += 1
        text = child.text or ""
        if child.tag not in allowed:
            yield f"{where}: <{child.tag}> does not belong here"
        if child.tag in {"link", "comments", "docs"} and not is_iri(text):
            yield f"{where}: {child.tag} {text!r} is no absolute address"
        if child.tag in {"pubDate", "lastBuildDate"} and not is_rfc822(text):
            yield f"{where}: {child.tag} {text!r} is no date of RFC 822"
        if child.tag == "category" and not text.strip():
            yield f"{where}: category is empty"
        if child.tag not in {"image", "textInput", "skipHours", "skipDays", "item"} and len(child):
            yield f"{where}: {child.tag} holds elements"
    yield from (f"{where}: {n} times {name}" for name, n in names.items() if n > 1 and name not in REPEATABLE)


def _guid(guid: Element) -> Iterator[str]:
    permalink = guid.get("isPermaLink", "true")
    if permalink not in {"true", "false"}:
        yield f"guid has isPermaLink {permalink!r}"
    if permalink == "true" and not is_iri(guid.text or ""):
        yield f"guid {guid.text!r} is no absolute address and not isPermaLink=false"


def _enclosure(enclosure: Element) -> Iterator[str]:
    if not is_iri(enclosure.get("url", "")):
        yield f"enclosure has url {enclosure.get('url')!r}"
    if not enclosure.get("length", "").isdecimal():
        yield f"enclosure has length {enclosure.get('length')!r}"
    if not is_media_type(enclosure.get("type", "")):
        yield f"enclosure has type {enclosure.get('type')!r}"
