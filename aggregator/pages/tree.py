"""A page as a tree that can be asked "what is the text of this part" at no cost.

The parser is libxml2's (it repairs tag soup); its events build our own nodes, so that no second tree is held, text of
any part is one slice of one list, "is this inside that" is one comparison, and hostile markup costs linear time:
libxml2's own tree appends attributes in quadratic time (100,000 in one tag: 15 s).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from lxml import etree

from aggregator.errors import ReadError

MAX_BYTES = 10_000_000
MAX_DEPTH = 1_500  # libxml2 itself stops at 2,048
MAX_NODES = 300_000
MAX_PIECES = 2_000_000
MAX_VALUE = 5_000  # characters of an attribute; pictures may be written out in one


def named(words: str) -> frozenset[str]:
    """Return the words of a text, for tables of names."""
    return frozenset(words.split())


IGNORED = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object", "math", "select"})
OF_THE_HEAD = frozenset({"head", "title", "meta", "link", "base"})
INLINE = named(
    "a abbr acronym b bdi bdo big button cite code data del dfn em font i img input ins kbd label mark q "
    "s samp small span strike strong sub sup time tt u var wbr"
)
# Inline elements that change the look within a word; all others stand apart from a neighbour even without a space.
WITHIN_WORDS = named("abbr acronym b bdi bdo big code em font i ins mark s small strong sub sup tt u wbr")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
ATTRIBUTES = named(
    "alt aria-label class content data-lazy data-lazy-src data-original data-src data-srcset datetime height href id "
    "itemprop itemtype lang rel role src srcset style title type width"
)
NOTHING: Mapping[str, str] = {}
VOID = frozenset({"img", "br", "hr", "input", "meta", "link", "base", "wbr", "source", "col", "area", "embed"})


@dataclass(slots=True, eq=False)
class Node:
    """One element. `index` and `last` are its place and its last descendant's place in document order."""

    tag: str
    attributes: Mapping[str, str]
    parent: "Node | None"
    index: int
    depth: int
    text_start: int
    text_end: int = 0
    last: int = 0
    children: "Sequence[Node]" = ()

    def get(self, name: str) -> str:
        """Return an attribute's value, "" if there is none."""
        return self.attributes.get(name, "")

    def holds(self, other: "Node") -> bool:
        """Tell whether `other` is this node or inside it."""
        return self.index <= other.index <= self.last

    def up(self) -> "Iterator[Node]":
        """Yield this node and its ancestors, innermost first."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent


@dataclass(slots=True)
class Page:
    """A parsed page: all nodes in document order, the text between them, and what its head says."""

    nodes: list[Node] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    title: str = ""
    language: str = ""
    base: str = ""
    script_count: int = 0
    noscript: str = ""
    sizes: list[int] = field(default_factory=list)  # characters before each piece

    def lines(self, node: Node) -> list[str]:
        """Return the lines that a reader sees in `node`, without empty ones."""
        raw = "".join(self.pieces[node.text_start : node.text_end])
        return [line for line in (" ".join(part.split()) for part in raw.split("\n")) if line]

    def line(self, node: Node) -> str:
        """Return the text of `node` on one line."""
        return " ".join("".join(self.pieces[node.text_start : node.text_end]).split())

    def size(self, node: Node) -> int:
        """Return about how many characters of text `node` holds, white space between blocks included."""
        return self.sizes[node.text_end] - self.sizes[node.text_start]

    def inside(self, node: Node) -> list[Node]:
        """Return `node` and all in it, in document order."""
        return self.nodes[node.index : node.last + 1]


class _Builder:
    """The target of the parser: builds a Page from its events."""

    def __init__(self) -> None:
        self.page = Page()
        self._current: Node | None = None
        self._ignored: list[str] = []
        self._after_end = False
        self._in_title = False
        self._titles = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skip(tag, attributes):
            return
        page = self.page
        depth = self._current.depth + 1 if self._current else 0
        if depth > MAX_DEPTH:
            raise ReadError("too-deep", f"elements nested more than {MAX_DEPTH} deep")
        if len(page.nodes) >= MAX_NODES or len(page.pieces) >= MAX_PIECES:
            raise ReadError("too-large", f"more than {MAX_NODES} elements")
        if tag not in INLINE:
            page.pieces.append("\n")
        elif self._after_end and tag not in WITHIN_WORDS:
            page.pieces.append(" ")
        node = Node(tag, _useful(attributes), self._current, len(page.nodes), depth, len(page.pieces))
        if self._current:
            self._adopt(self._current, node)
        elif attributes.get("lang"):
            page.language = attributes["lang"]
        page.nodes.append(node)
        self._current = node
        self._after_end = False

    @staticmethod
    def _adopt(parent: Node, node: Node) -> None:
        if isinstance(parent.children, list):
            parent.children.append(node)
        else:
            parent.children = [node]  # most nodes have none: a list for each would be a third of the memory

    def _skip(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Read the head's few useful elements; tell whether the element is none of the tree's."""
        if tag == "base" and not self.page.base:
            self.page.base = attributes.get("href", "")
        if tag == "title":
            self._in_title = True
            self._titles += 1
        if tag == "script":
            self.page.script_count += 1
        if tag in IGNORED and tag not in VOID:
            self._ignored.append(tag)
            return True
        # Not all of the head: the parser leaves <main> in it when a page writes no <body>. Microdata may stand in meta.
        is_of_head = tag in OF_THE_HEAD and not attributes.get("itemprop")
        return bool(self._ignored) or is_of_head

    def data(self, text: str) -> None:
        if self._in_title:
            self.page.title += text if self._titles == 1 else ""
        elif self._ignored:
            if self._ignored[0] == "noscript" and len(self.page.noscript) < 2_000:
                self.page.noscript += text
        elif len(self.page.pieces) < MAX_PIECES:
            self.page.pieces.append(text.replace("\n", " ").replace("\r", " "))
            self._after_end = False

    def end(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if self._ignored:
            if tag == self._ignored[-1]:
                self._ignored.pop()
            return
        node = self._current
        if node is None or node.tag != tag:
            return
        self.page.pieces.append("\n" if tag not in INLINE else "")
        node.text_end = len(self.page.pieces)
        node.last = len(self.page.nodes) - 1
        self._current = node.parent
        self._after_end = True

    def close(self) -> Page:
        while self._current is not None:  # the parser closes what it opened; this is for input cut off in the head
            self.end(self._current.tag)
        self.page.sizes = [0, *accumulate(map(len, self.page.pieces))]
        return self.page


def _useful(attributes: Mapping[str, str]) -> Mapping[str, str]:
    kept = {name: value for name, value in attributes.items() if name in ATTRIBUTES and len(value) <= MAX_VALUE}
    return kept or NOTHING


def parse(markup: str) -> Page:
    """Return the tree of a page.

    Raises ReadError: "too-large", "too-deep", "unreadable" (no HTML in it), "empty".
    """
    if len(markup) > MAX_BYTES:
        raise ReadError("too-large", f"more than {MAX_BYTES // 1_000_000} MB")
    if not markup.strip():
        raise ReadError("empty", "the page is empty")
    parser = etree.HTMLParser(target=_Builder(), encoding="utf-8", huge_tree=True)
    try:
        page: Page = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except etree.LxmlError as error:
        raise ReadError("unreadable", str(error)) from error
    if not page.nodes:
        raise ReadError("unreadable", "no HTML in it")
    return page
