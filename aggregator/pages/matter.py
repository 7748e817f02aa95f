"""Where on its page an article stands: its heading, what is printed around that, and its first paragraphs.

Chrome, sidebars, related items and comments are of the site, not of the article; their dates and texts are never its.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from aggregator.pages.blocks import Block
from aggregator.pages.fields import is_meta_line
from aggregator.pages.pictures import CREDIT
from aggregator.pages.sightings import Reader
from aggregator.pages.tree import HEADINGS, INLINE, Node, Page
from aggregator.pages.zones import Zones, words_of, zones_of
from aggregator.text.html import clean_text

MAX_LEAD = 700
MAX_BEFORE = 15  # nodes above the heading that are looked at
MAX_AFTER = 80  # nodes below it, where no paragraph follows
MAX_HEADINGS = 40
LEAST_PARAGRAPH = 40  # characters
ENOUGH_LEAD = 400

_ELSEWHERE = re.compile(
    r"^\W*(?:gerelateerde?|verwante?|lees ook|meer nieuws|ander nieuws|overig nieuws|laatste nieuws|recente?|related|"
    r"read (?:more|also)|more news|latest|reacties|comments|delen|deel dit|nieuwsbrief|newsletter|"
    r"meer (?:lezen|over))\b",
    re.IGNORECASE,
)
_OF_THE_SITE = re.compile(
    r"\bcookies?\b.{0,200}\b(?:gebruik|accepte|akkoord|toestemming|instellingen|use|accept|consent)|"
    r"\b(?:gebruiken|maakt? gebruik van|use) (?:\w+ ){0,2}cookies\b|javascript|\bje e-mailadres wordt niet",
    re.IGNORECASE,
)
_LEAVES = frozenset({"div", "section", "td", "li", "span"})
_OUTSIDE = frozenset({"figure", "figcaption", "form", "nav", "table", "footer", "aside", "button", "address"})


@dataclass(slots=True)
class Matter:
    """An article on its page; `heading` is None where none is found, `paragraphs` are its first few."""

    page: Page
    zones: Zones
    heading: Node | None
    top: Node
    paragraphs: list[Node]

    @property
    def lead(self) -> str:
        """The text of the first paragraphs, "" if there are none."""
        text = clean_text(" ".join(self.page.line(node) for node in self.paragraphs))
        return text if len(text) <= MAX_LEAD else text[:MAX_LEAD].rpartition(" ")[0]

    def is_beside(self, node: Node) -> bool:
        """Tell whether a node is of the site or of another item."""
        return bool(self.zones.chrome[node.index] or self.zones.aside[node.index])

    def below(self) -> Block | None:
        """What stands between the heading and the first paragraph."""
        if self.heading is None:
            return None
        nodes = self.page.nodes
        end = self.paragraphs[0].index if self.paragraphs else self.heading.last + MAX_AFTER
        last = min(end - 1, len(nodes) - 1, self.heading.last + MAX_AFTER)
        stop = self.paragraphs[0].text_start if self.paragraphs else nodes[last].text_end
        return _block(self.heading, self.heading.last + 1, last, self.heading.text_end, stop)

    def above(self) -> Block | None:
        """What stands right above the heading."""
        if self.heading is None or self.heading.index < 1:
            return None
        first = max(0, self.heading.index - MAX_BEFORE)
        while first < self.heading.index and self.page.nodes[first].holds(self.heading):
            first += 1
        if first == self.heading.index:
            return None
        start = self.page.nodes[first].text_start
        return _block(self.heading, first, self.heading.index - 1, start, self.heading.text_start)


def _block(top: Node, first: int, last: int, start: int, end: int) -> Block:
    return Block(links=[], top=top, first=first, last=last, start=start, end=max(start, end))


def matter_of(page: Page, title: str) -> Matter:
    """Return the article of a page; `title` is what its head says that it is called."""
    zones = zones_of(page)
    heading = _heading(page, zones, title)
    start = heading or next((node for node in page.nodes if node.tag in ("article", "main")), page.nodes[0])
    for top in start.up():
        paragraphs = list(_paragraphs(page, zones, top, heading))
        if paragraphs:
            return Matter(page, zones, heading, top, paragraphs)
    return Matter(page, zones, heading, page.nodes[0], [])


def is_alike(text: str, title: str) -> bool:
    """Tell whether two titles are of one article: most words of the shorter are in the other."""
    ours, theirs = (set(re.findall(r"\w{2,}", part.casefold())) for part in (text, title))
    shorter = min(ours, theirs, key=len)
    return bool(shorter) and len(ours & theirs) >= 0.6 * len(shorter) and (len(shorter) > 1 or ours == theirs)


def _heading(page: Page, zones: Zones, title: str) -> Node | None:
    """The heading that says the page's title, wherever it stands, else the first one that is not of the site."""
    headings = [node for node in page.nodes if node.tag in ("h1", "h2") and 2 < page.size(node) < 400][:MAX_HEADINGS]
    headings.sort(key=lambda node: (node.tag, node.index))
    called = [node for node in headings if is_alike(page.line(node), title)]
    free = [node for node in headings if not zones.chrome[node.index] and not zones.aside[node.index]]
    named = [node for node in called if node in free]
    first = [node for node in free if node.tag == "h1"]
    return next(iter([*named, *called, *first]), None)


def _paragraphs(page: Page, zones: Zones, top: Node, heading: Node | None) -> Iterator[Node]:
    length, taken = 0, -1
    for node in page.nodes[heading.last + 1 if heading else top.index : top.last + 1]:
        if zones.chrome[node.index] or zones.aside[node.index] or node.index <= taken:
            continue
        if node.tag in HEADINGS and _ELSEWHERE.match(page.line(node)[:60]):
            return
        if node.tag in _OUTSIDE or _is_other_item(page, node, heading):
            taken = node.last
        elif _is_paragraph(page, node):
            taken, length = node.last, length + page.size(node)
            yield node
            if length > ENOUGH_LEAD:
                return


def _is_other_item(page: Page, node: Node, heading: Node | None) -> bool:
    """Tell whether a part is an item of a list: an article beside ours, or one whose heading is a link."""
    if node.tag == "article" and heading is not None and any(step.tag == "article" for step in heading.up()):
        return True
    is_item = node.tag in ("article", "li", "a") or bool({"card", "teaser"} & words_of(node.get("class")))
    return is_item and any(part.tag in HEADINGS and _is_linked(part) for part in page.inside(node)[:60])


def _is_linked(heading: Node) -> bool:
    return any(step.tag == "a" for step in [*heading.children, *islice(heading.up(), 4)])


def _is_paragraph(page: Page, node: Node) -> bool:
    is_leaf = node.tag in _LEAVES and all(child.tag in INLINE or child.tag == "br" for child in node.children)
    if not (node.tag == "p" or is_leaf) or not LEAST_PARAGRAPH <= page.size(node) < 20_000:
        return False
    text = max(page.lines(node), key=len, default="")  # of short lines (name, date, reading time) it is made otherwise
    linked = sum(page.size(part) for part in page.inside(node)[1:100] if part.tag == "a")
    if len(text) < LEAST_PARAGRAPH or linked * 2 > len(text) or len(text.split()) < 6:
        return False
    is_beside = is_meta_line(text) or (len(text) < 160 and CREDIT.match(text)) or _OF_THE_SITE.search(text[:400])
    return not is_beside and not Reader.is_date(text)
