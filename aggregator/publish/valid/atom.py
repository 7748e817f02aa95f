"""What is wrong with an Atom document, after RFC 4287 section 4; in brackets the section."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from lxml import etree

from aggregator.publish.valid.archive import archive_complaints, is_address
from aggregator.publish.valid.syntax import is_email, is_iri, is_language, is_media_type, is_rfc3339

ATOM = "{http://www.w3.org/2005/Atom}"
XHTML_DIV = "{http://www.w3.org/1999/xhtml}div"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
REQUIRED = ("id", "title", "updated")
REPEATABLE = frozenset({"author", "category", "contributor", "link", "entry"})
COMMON = frozenset({"author", "category", "contributor", "id", "link", "rights", "title", "updated"})
SOURCE = COMMON | {"generator", "icon", "logo", "subtitle"}
FEED = SOURCE | {"entry"}
ENTRY = COMMON | {"content", "published", "source", "summary"}

Element = Any  # lxml is not typed


def atom_complaints(feed: Element) -> Iterator[str]:
    """Yield what is wrong with the document whose root is `feed`."""
    if feed.tag != f"{ATOM}feed":
        yield f"the root is {feed.tag}, not atom:feed"
        return
    yield from _members(feed, "feed", FEED)
    yield from _alternates(feed, "feed")
    if feed.find(f"{ATOM}link[@rel='self']") is None:
        yield "feed: no link rel=self [4.1.1]"
    signed = feed.find(f"{ATOM}author") is not None
    entries = feed.findall(f"{ATOM}entry")
    for number, entry in enumerate(entries, 1):
        same = etree.tostring(entry, with_tail=False)
        yield from (f"entry {number}{complaint}" for complaint in _entry_complaints(same, signed=signed))
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    yield from (f"id {id!r} occurs {count} times [4.1.1]" for id, count in ids.items() if count > 1)
    yield from archive_complaints(feed, _person, _text)


@lru_cache(maxsize=2048)
def _entry_complaints(entry: bytes, *, signed: bool) -> tuple[str, ...]:
    """Remembered: one entry stands in the feeds and archives of several channels."""
    return tuple(_entry(etree.fromstring(entry), "", signed))


def _entry(entry: Element, where: str, signed: bool) -> Iterator[str]:
    yield from _members(entry, where, ENTRY)
    yield from _alternates(entry, where)
    source = entry.find(f"{ATOM}source")
    if source is not None:
        yield from _members(source, f"{where} source", SOURCE)
        signed = signed or source.find(f"{ATOM}author") is not None
    if not signed and entry.find(f"{ATOM}author") is None:
        yield f"{where}: no author [4.1.2]"
    content = entry.find(f"{ATOM}content")
    if content is None and not any(_rel(link) == "alternate" for link in entry.iterchildren(f"{ATOM}link")):
        yield f"{where}: neither content nor link rel=alternate [4.1.2]"
    if content is not None and _needs_summary(content) and entry.find(f"{ATOM}summary") is None:
        yield f"{where}: its content needs a summary [4.1.2]"


def _members(element: Element, where: str, allowed: frozenset[str]) -> Iterator[str]:
    yield from _language(element, where)
    names = []
    for child in element.iterchildren(etree.Element):
        if not child.tag.startswith(ATOM):
            if not child.tag.startswith("{"):
                yield f"{where}: <{child.tag}> is in no namespace [6.3]"
            continue
        name = child.tag.removeprefix(ATOM)
        names.append(name)
        if name not in allowed:
            yield f"{where}: {name} does not belong here [4.1]"
        elif name in CHECKS:  # entries and sources are looked at by themselves
            yield from _language(child, where)
            yield from (f"{where}: {complaint}" for complaint in CHECKS[name](child))
    yield from (f"{where}: no {name} [4.1]" for name in REQUIRED if name not in names)
    for name in sorted({name for name in names if name not in REPEATABLE and names.count(name) > 1}):
        yield f"{where}: several times {name} [4.1]"


def _language(element: Element, where: str) -> Iterator[str]:
    language = element.get(XML_LANG)
    if language and not is_language(language):
        yield f"{where}: xml:lang {language!r} is no language tag [2]"


def _alternates(element: Element, where: str) -> Iterator[str]:
    links = [
        (link.get("type"), link.get("hreflang"))
        for link in element.iterchildren(f"{ATOM}link")
        if _rel(link) == "alternate"
    ]
    if len(set(links)) < len(links):
        yield f"{where}: several links rel=alternate of one type and language [4.1.1]"


def _rel(link: Element) -> str:
    return str(link.get("rel", "alternate"))


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _needs_summary(content: Element) -> bool:
    type = content.get("type", "text")
    inline = type in {"text", "html", "xhtml"} or type.startswith("text/") or type.endswith(("+xml", "/xml"))
    return content.get("src") is not None or not inline


# --- One element ---------------------------------------------------------------------------------------------------


def _text(element: Element) -> Iterator[str]:
    """A text construct [3.1]."""
    name, type = _name(element), element.get("type", "text")
    if type not in {"text", "html", "xhtml"}:
        yield f"{name} has type {type!r} [3.1.1]"
    yield from _body(element, name, type)


def _title(element: Element) -> Iterator[str]:
    yield from _text(element)
    if not "".join(element.itertext()).strip():
        yield "title is empty"


def _body(element: Element, name: str, type: str) -> Iterator[str]:
    children = list(element.iterchildren(etree.Element))
    if type in {"text", "html"} and children:
        yield f"{name} of type {type} holds elements [3.1.1]"
    if type == "xhtml" and [child.tag for child in children] != [XHTML_DIV]:
        yield f"{name} of type xhtml is not one xhtml:div [3.1.1.3]"


def _content(element: Element) -> Iterator[str]:
    type, src = element.get("type", "text"), element.get("src")
    if type not in {"text", "html", "xhtml"} and not is_media_type(type):
        yield f"content has type {type!r} [4.1.3.1]"
    yield from _body(element, "content", type)
    if src is not None and not is_iri(src):
        yield f"content has src {src!r} [4.1.3.2]"
    if src is not None and (element.text or len(element)):
        yield "content has both src and text [4.1.3.2]"


def _date(element: Element) -> Iterator[str]:
    if not is_rfc3339(element.text or ""):
        yield f"{_name(element)} {element.text!r} is no date of RFC 3339 [3.3]"


def _iri(element: Element) -> Iterator[str]:
    if not is_iri(element.text or ""):
        yield f"{_name(element)} {element.text!r} is no absolute IRI [4.2.6]"


def _person(element: Element) -> Iterator[str]:
    role = _name(element)
    parts = [_name(child) for child in element.iterchildren(f"{ATOM}*")]
    if parts.count("name") != 1 or not (element.findtext(f"{ATOM}name") or "").strip():
        yield f"{role} has not one name [3.2.1]"
    yield from (f"{role} has several times {part} [3.2]" for part in ("uri", "email") if parts.count(part) > 1)
    uri, email = element.findtext(f"{ATOM}uri"), element.findtext(f"{ATOM}email")
    if uri is not None and not is_iri(uri):
        yield f"{role} has uri {uri!r} [3.2.2]"
    if email is not None and not is_email(email):
        yield f"{role} has email {email!r} [3.2.3]"


def _link(element: Element) -> Iterator[str]:
    href, rel, type = element.get("href", ""), _rel(element), element.get("type")
    if not is_address(element):
        yield f"link has href {href!r}, not an absolute address [4.2.7.1]"
    if not rel or (":" in rel and not is_iri(rel)) or any(mark in rel for mark in " /?#" if ":" not in rel):
        yield f"link has rel {rel!r} [4.2.7.2]"
    if type is not None and not is_media_type(type):
        yield f"link has type {type!r} [4.2.7.3]"
    if not is_language(element.get("hreflang", "und")):
        yield f"link has hreflang {element.get('hreflang')!r} [4.2.7.4]"
    if not element.get("length", "0").isdecimal():
        yield f"link has length {element.get('length')!r} [4.2.7.6]"


def _category(element: Element) -> Iterator[str]:
    if not element.get("term"):
        yield "category has no term [4.2.2.1]"
    if not is_iri(element.get("scheme", "urn:none")):
        yield f"category has scheme {element.get('scheme')!r} [4.2.2.2]"


def _generator(element: Element) -> Iterator[str]:
    if not is_iri(element.get("uri", "urn:none")):
        yield f"generator has uri {element.get('uri')!r} [4.2.4]"


CHECKS: dict[str, Callable[[Element], Iterator[str]]] = {
    "author": _person,
    "category": _category,
    "content": _content,
    "contributor": _person,
    "generator": _generator,
    "icon": _iri,
    "id": _iri,
    "link": _link,
    "logo": _iri,
    "published": _date,
    "rights": _text,
    "subtitle": _text,
    "summary": _text,
    "title": _title,
    "updated": _date,
}
