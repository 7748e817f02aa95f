"""What a page says for machines: `<meta>`, `<link>`, JSON-LD scripts; and its anchors, in one pass of the parser.

tree.py keeps what readers see and lets all this go. Only a bounded number of each is kept, and a page that the parser
gives up on has said what was read until there.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from lxml import etree

MAX_BYTES = 10_000_000
MAX_ELEMENTS = 1_000  # of each kind
MAX_ANCHORS = 5_000
MAX_ANCHOR_TEXT = 200
MAX_VALUE = 4_000
MAX_SCRIPT = 1_000_000  # characters of all JSON-LD: a list of a hundred articles in full is half of it

_HEAD_END = re.compile(r"</head\s*>|<body[\s>]", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b([^>]{0,300})>", re.IGNORECASE)
_SCRIPT_END = re.compile("</script", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link in the page's text: as written, with what it is called."""

    href: str
    text: str


@dataclass(slots=True)
class Head:
    """`metas` are (name or property, content), names in lower case; `links` are the attributes of each `<link>`."""

    metas: list[tuple[str, str]] = field(default_factory=list)
    links: list[Mapping[str, str]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    base: str = ""
    language: str = ""
    mentions_wordpress: bool = False

    def meta(self, *names: str) -> str:
        """Return the first value that is not empty, by the order of `names`."""
        return next((value for name in names for own, value in self.metas if own == name and value), "")

    def canonical(self) -> str:
        """Return the address of rel=canonical (RFC 6596) as written, "" without one."""
        return next((link["href"] for link in self.links if "canonical" in rels(link) and link.get("href")), "")


def rels(link: Mapping[str, str]) -> list[str]:
    """Return the link types of a `<link>`, in lower case."""
    return link.get("rel", "").lower().split()


class _Collector:
    """The target of the parser."""

    def __init__(self) -> None:
        self.head = Head()
        self._script: list[str] | None = None
        self._room = MAX_SCRIPT
        self._href = ""
        self._text: list[str] | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        match tag:
            case "meta" if len(self.head.metas) < MAX_ELEMENTS:
                self._meta(attributes)
            case "link" if len(self.head.links) < MAX_ELEMENTS:
                self.head.links.append({name: value[:MAX_VALUE] for name, value in attributes.items()})
            case "script":
                self._script = [] if "ld+json" in attributes.get("type", "").lower() else None
            case "a" if len(self.head.anchors) < MAX_ANCHORS:
                self._href = attributes.get("href", "")
                self._text = [attributes.get("title", ""), " ", attributes.get("aria-label", "")]
            case "base":
                self.head.base = self.head.base or attributes.get("href", "")[:MAX_VALUE]
            case "html":
                self.head.language = attributes.get("lang", "")[:40]
            case "img" if self._text is not None:
                self._text.append(f" {attributes.get('alt', '')[:MAX_ANCHOR_TEXT]} ")
        if not self.head.mentions_wordpress:
            self.head.mentions_wordpress = "/wp-content/" in attributes.get("src", "") + attributes.get("href", "")

    def _meta(self, attributes: Mapping[str, str]) -> None:
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        content = attributes.get("content", "")
        if name and content:
            self.head.metas.append((name.strip().lower()[:100], content.strip()[:MAX_VALUE]))

    def data(self, text: str) -> None:
        if self._script is not None and self._room > 0:
            self._script.append(text[: self._room])
            self._room -= len(text)
        elif self._text is not None and len(self._text) < 40:
            self._text.append(text[:MAX_ANCHOR_TEXT])

    def end(self, tag: str) -> None:
        if tag == "script" and self._script is not None:
            self.head.scripts.append("".join(self._script))
            self._script = None
        elif tag == "a" and self._text is not None:
            text = " ".join("".join(self._text).split())[:MAX_ANCHOR_TEXT]
            if 0 < len(self._href) <= MAX_VALUE:
                self.head.anchors.append(Anchor(self._href, text))
            self._text = None

    def close(self) -> Head:
        return self.head


def head_only(markup: str) -> str:
    """Return the part of a page that holds its `<meta>`, `<link>` and JSON-LD, for who needs no more: a tenth of it."""
    end = _HEAD_END.search(markup)
    if end is None:
        return markup
    return markup[: end.start()] + "".join(_json_ld(markup, end.start()))


def _json_ld(markup: str, place: int) -> Iterator[str]:
    while start := _SCRIPT.search(markup, place):
        end = _SCRIPT_END.search(markup, start.end())
        if end is None:
            return
        if "ld+json" in start[1].lower():
            yield markup[start.start() : end.start()] + "</script>"
        place = end.end()


def read_head(markup: str) -> Head:
    """Return what `markup` says for machines; never fails."""
    collector = _Collector()
    if not markup.strip() or len(markup) > MAX_BYTES:
        return collector.head
    parser = etree.HTMLParser(target=collector, encoding="utf-8", huge_tree=True)
    with suppress(etree.LxmlError):  # nested too deep: what came before has been collected
        etree.fromstring(markup.encode("utf-8", "replace"), parser)
    return collector.head
