"""The entries of an ordinary feed, read at a tenth of feedparser's cost.

Nearly every feed is RSS 2.0, RSS 1.0 or Atom with a dozen well-known elements, one text each. Their entries are read
here into the same fields that feedparser gives, from a tree that expat builds. Whatever is out of the ordinary in any
entry (markup inside a title, an element that is not known here, an odd date) makes the whole document feedparser's;
its head, which tells version, language and pace, always is. The tests hold both ways of reading against each other.
"""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from feedparser.api import StrictFeedParser

from aggregator.feeds.look import Look

Fields = dict[str, Any]

_ATOM = "{http://www.w3.org/2005/Atom}"
_RSS1 = "{http://purl.org/rss/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_MODULES = (
    "{http://purl.org/rss/1.0/modules/slash/}",
    "{http://wellformedweb.org/CommentAPI/}",
    "{http://purl.org/syndication/thread/1.0}",
    "{com-wordpress:feed-additions:1}",
)
_TYPES = {"text": "text/plain", "html": "text/html", "text/plain": "text/plain", "text/html": "text/html"}
_C1 = re.compile(b"\xc2[\x80-\x9f]")  # U+0080 to U+009F in UTF-8: a fixed first byte is found without a pattern's cost
_CHAINED = re.compile("&[A-Za-z0-9_]+;")
_DATE = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC?|Z)"
    r"|\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?"
)


class _UnusualError(Exception):
    """Something that feedparser must judge."""


def plain_entries(look: Look) -> list[Fields] | None:
    """Return every entry's fields as feedparser gives them, or None when the document is not an ordinary one."""
    if look.mended or not look.entries or _C1.search(look.text.encode()):
        return None
    root = ElementTree.fromstring(look.text)  # noqa: S314 - look.py has refused what is unsafe in XML
    holder, name, readers = _layout(root)
    elements = holder.findall(name)
    try:
        if not _is_a_row(elements, holder) or len(elements) != look.entries:
            raise _UnusualError
        spoken = _spoken(holder, _spoken(root, None))
        return [_entry(element, readers, spoken) for element in elements]
    except _UnusualError:
        return None


def _layout(root: Element) -> tuple[Element, str, "_Readers"]:
    """Return the element that holds the entries, their name, and what can be read in them."""
    if root.tag == f"{_ATOM}feed":
        return root, f"{_ATOM}entry", _ATOM_READERS
    if root.tag == f"{_RDF}RDF":
        return root, f"{_RSS1}item", _RSS_READERS
    channel = root.find("channel")
    return root if channel is None else channel, "item", _RSS_READERS


def _is_a_row(elements: list[Element], holder: Element) -> bool:
    """Tell whether nothing stands between the entries: what does is not in the head."""
    children = list(holder)
    return bool(elements) and children[children.index(elements[0]) :][: len(elements)] == elements


def _spoken(element: Element, inherited: str | None) -> str | None:
    attributes = element.attrib
    if f"{_XML}base" in attributes or "base" in attributes or "lang" in attributes:
        raise _UnusualError
    return attributes.get(f"{_XML}lang", inherited)


def _entry(element: Element, readers: "_Readers", spoken: str | None) -> Fields:
    fields: Fields = {}
    if about := _attributes(element, f"{_RDF}about").get(f"{_RDF}about"):
        fields["id"] = about
    for child in element:
        read = readers.get(child.tag)
        if read is not None:
            read(fields, child, spoken)
        elif len(child) or not child.tag.startswith(_MODULES):
            raise _UnusualError
    return fields


# --- What every element must be to be read here -------------------------------------------------------------------


def _attributes(element: Element, *known: str) -> dict[str, str]:
    if element.attrib and not element.attrib.keys() <= set(known):
        raise _UnusualError
    return element.attrib


def _text(element: Element, *known: str) -> str:
    """Return the text of an element without others inside, and with no attributes but `known`."""
    if len(element):
        raise _UnusualError
    _attributes(element, *known)
    text = (element.text or "").strip()
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()  # UTF-8 that was read as Latin-1, as feedparser mends it
    except UnicodeError:
        return text


def _detail(element: Element, usual: str, spoken: str | None) -> Fields:
    said = element.get("type")
    type_ = usual if said is None else _TYPES.get(said.lower())
    if type_ is None:
        raise _UnusualError
    return {"type": type_, "language": spoken, "base": element.get(f"{_XML}base", "")}


# --- One reader an element ----------------------------------------------------------------------------------------


def _title(fields: Fields, element: Element, spoken: str | None) -> None:
    title = _text(element, "type")
    if fields.get("title"):
        raise _UnusualError
    detail = _detail(element, "text/plain", spoken)
    is_guess = not element.tag.startswith(_ATOM) and detail["type"] == "text/plain"
    if is_guess and ("<" in title or "&" in title) and StrictFeedParser.looks_like_html(title):
        detail["type"] = "text/html"
    fields |= {"title": title, "title_detail": detail}


def _summary(fields: Fields, element: Element, spoken: str | None) -> None:
    if "summary_detail" in fields:
        raise _UnusualError  # the second one is content, to feedparser
    usual = "text/plain" if element.tag.startswith(_ATOM) else "text/html"
    fields |= {"summary": _text(element, "type"), "summary_detail": _detail(element, usual, spoken)}


def _content(fields: Fields, element: Element, spoken: str | None) -> None:
    usual = "text/plain" if element.tag.startswith(_ATOM) else "text/html"
    value = _text(element, "type", f"{_XML}base")
    fields.setdefault("content", []).append(_detail(element, usual, spoken) | {"value": value})
    fields.setdefault("summary", value)


def _rss_link(fields: Fields, element: Element, _: str | None) -> None:
    href = _CHAINED.sub(lambda found: found[0][:-1], _text(element).replace("&amp;", "&"))
    if ":///" in href:
        raise _UnusualError
    fields["link"] = href
    fields.setdefault("links", []).append({"rel": "alternate", "type": "text/html"} | ({"href": href} if href else {}))


def _atom_link(fields: Fields, element: Element, _: str | None) -> None:
    link = {"rel": "alternate"} | _attributes(element, "rel", "type", "href", "title", "hreflang", "length")
    link |= {name: link[name].lower() for name in ("rel", "type") if name in link}
    if not link.get("href") or ":///" in link["href"] or element.text or len(element):
        raise _UnusualError
    if link["rel"] == "alternate" and link.get("type", "text/html") in {"text/html", "application/xhtml+xml"}:
        fields["link"] = link["href"]
    fields.setdefault("links", []).append(link)


def _enclosure(fields: Fields, element: Element, _: str | None) -> None:
    link = dict(_attributes(element, "url", "type", "length"))
    link["href"], link["type"] = link.pop("url", ""), link.get("type", "").lower()
    if not link["href"]:
        raise _UnusualError
    fields.setdefault("links", []).append(link | {"rel": "enclosure"})


def _id(fields: Fields, element: Element, _: str | None) -> None:
    fields["id"] = _text(element, "isPermaLink")
    is_link = element.get("isPermaLink", "true") == "true"
    fields.setdefault("guidislink", is_link and "link" not in fields)
    if is_link:
        if ":///" in fields["id"]:
            raise _UnusualError
        fields.setdefault("link", fields["id"])


def _published(fields: Fields, element: Element, _: str | None) -> None:
    fields["published"] = _date(_text(element))


def _updated(fields: Fields, element: Element, _: str | None) -> None:
    fields["updated"] = _date(_text(element))


def _date(text: str) -> str:
    if text and not _DATE.fullmatch(text):
        raise _UnusualError
    return text


def _rss_author(fields: Fields, element: Element, _: str | None) -> None:
    name = _text(element)
    if "@" in name:
        raise _UnusualError  # address and name have to be told apart
    fields.setdefault("authors", []).append({"name": name} if name else {})


def _atom_author(fields: Fields, element: Element, _: str | None) -> None:
    author = {child.tag.removeprefix(_ATOM): (child.text or "").strip() for child in element if not len(child)}
    if element.attrib or len(author) != len(element) or not {"name"} <= author.keys() <= {"name", "email", "uri"}:
        raise _UnusualError
    fields.setdefault("authors", []).append(author)


def _category(fields: Fields, element: Element, _: str | None) -> None:
    tag: Fields = dict.fromkeys(("term", "scheme", "label")) | _attributes(element, "term", "scheme", "label", "domain")
    text = _text(element, *element.attrib)
    if text and tag["term"]:
        raise _UnusualError
    tags = fields.setdefault("tags", [])
    tag |= {"term": tag["term"] or text, "scheme": tag["scheme"] or tag.pop("domain", None)}
    if (tag["term"] or tag["label"]) and tag not in tags:
        tags.append(tag)


def _nothing(_: Fields, element: Element, __: str | None) -> None:
    if len(element):
        raise _UnusualError


_Readers = dict[str, Callable[[Fields, Element, str | None], None]]
_RSS: _Readers = {"title": _title, "link": _rss_link, "description": _summary}
_DUBLIN: _Readers = {
    f"{_DC}creator": _rss_author,
    f"{_DC}date": _updated,
    f"{_DC}subject": _category,
} | {f"{_DC}{name}": _nothing for name in ("publisher", "rights", "format", "identifier", "type")}
_RSS_READERS: _Readers = {
    **_RSS,
    **{f"{_RSS1}{name}": read for name, read in _RSS.items()},
    **_DUBLIN,
    "pubDate": _published,
    "guid": _id,
    "author": _rss_author,
    "category": _category,
    "enclosure": _enclosure,
    "comments": _nothing,
    "source": _nothing,
    "{http://purl.org/rss/1.0/modules/content/}encoded": _content,
    f"{_ATOM}link": _atom_link,
    f"{_ATOM}updated": _updated,
}
_ATOM_READERS: _Readers = {
    **_DUBLIN,
    f"{_ATOM}title": _title,
    f"{_ATOM}link": _atom_link,
    f"{_ATOM}id": _id,
    f"{_ATOM}published": _published,
    f"{_ATOM}updated": _updated,
    f"{_ATOM}author": _atom_author,
    f"{_ATOM}category": _category,
    f"{_ATOM}summary": _summary,
    f"{_ATOM}content": _content,
    f"{_ATOM}rights": _nothing,
}
