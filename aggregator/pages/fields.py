"""The parts of one record: title, kicker, teaser.

A title is cleaned of nothing but what stands apart from it (a kicker in its own element, a read-more text); words are
never cut out of it.
"""

import re
from dataclasses import dataclass

from aggregator.pages.blocks import Block, nodes_of
from aggregator.pages.links import READ_MORE, READ_MORE_START
from aggregator.pages.tree import HEADINGS, INLINE, Node, Page
from aggregator.pages.zones import words_of
from aggregator.text.html import clean_text, cut

KICKERS = frozenset(
    "nieuws nieuwsbericht nieuwsberichten column columns interview interviews verslag blog blogs actualiteit actueel algemeen "
    "persbericht opinie achtergrond reportage video podcast portret update kamerbrief kamerstuk publicatie aankondiging "
    "praktijkverhaal news press opinion feature".split()
)
PLAIN_KICKERS = frozenset({"nieuws", "news", "nieuwsbericht", "nieuwsberichten", "actueel", "blog", "algemeen"})
KICKER_WORDS = frozenset("kicker category categorie label type eyebrow overline soort rubriek cat flag chip topic thema".split())
TITLE_WORDS = frozenset("title titel headline kop heading name naam".split())
META_WORDS = frozenset(
    "date datum meta author auteur byline tags tag time tijd readtime reading comments views credit credits caption share footer "
    "kicker category categorie label type eyebrow overline badge button btn cta".split()
)
META_LINE = re.compile(
    r"^\W*(?:door|by|von|por|par|auteur|author|geplaatst|gepubliceerd|posted|published|written|bron|source|foto|photo|tags?|"
    r"categor(?:y|ie|ies|ieën)|in|onder|thema|filed under|leestijd|reading time|\d+ ?(?:min|views|reacties|comments|responses?|keer))\b.{0,80}$",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"(?P<before>^|.*?[\s(|,;–-])(?P<credit>(?:©|\(c\)|foto(?:graaf|grafie)?\s*:|beeld\s*:|photo(?:graph)?(?:\s+by|\s*:)|fotocredit\s*:?)\s*.{1,80})$",
    re.IGNORECASE,
)
OPENING_KICKER = re.compile(r"^(Column|Interview|Opinie|Blog|Verslag|Reportage|Video|Podcast|Persbericht|Portret)(?:\s*[|:–-])?\s+(?=[A-ZÀ-Þ‘“'\"])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fields:
    """What one record says, apart from its date and picture."""

    title: str
    title_node: Node | None
    kicker: str = ""
    teaser: str = ""


def title_of(page: Page, block: Block) -> tuple[str, Node | None]:
    """Return the title of a record and the node that holds it; ("", None) if it has none."""
    node = _title_node(page, block)
    if node is not None:
        return clean_text(READ_MORE_START.sub("", page.line(node)) or page.line(node)), node
    for link in block.links:
        said = READ_MORE_START.sub("", link.node.get("title") or link.node.get("aria-label"))
        if len(said) > 3 and not READ_MORE.match(said):
            return clean_text(said), None
    images = [part.get("alt") for part in nodes_of(page, block) if part.tag == "img"]
    return clean_text(max(images, key=len, default="")), None


def _title_node(page: Page, block: Block) -> Node | None:
    headings = [node for node in nodes_of(page, block) if node.tag in HEADINGS and _is_title(page.line(node))]
    linked = [link for link in block.links if _is_title(link.text)]
    for link in linked:
        for step in list(link.node.up())[1:4]:
            if step.tag in HEADINGS:
                return link.node
    for heading in headings:
        if any(link.node.holds(heading) for link in block.links):
            return heading
    named = [node for node in nodes_of(page, block) if _is_named_title(page, node)]
    for node in named:
        if any(link.node.holds(node) or node.holds(link.node) for link in block.links):
            return node
    plain = [link.node for link in linked if _is_plain(page, link.node)]
    if plain:
        return max(plain, key=page.size)
    if headings:
        return headings[0]
    if linked:
        return _title_within(page, max((link.node for link in linked), key=page.size))
    return named[0] if named else None


def _is_title(text: str) -> bool:
    return len(text) > 1 and any(char.isalpha() for char in text) and not READ_MORE.match(text)


def _is_named_title(page: Page, node: Node) -> bool:
    words = words_of(node.get("class")) | words_of(node.get("itemprop"))
    return bool(words & TITLE_WORDS) and 3 < page.size(node) < 400 and _is_title(page.line(node)) and len(page.lines(node)) == 1


def _is_plain(page: Page, node: Node) -> bool:
    """Tell whether a link is one line of words: a title, not a whole card."""
    return len(page.lines(node)) == 1


def _title_within(page: Page, card: Node) -> Node:
    """Return the part of a whole-card link that is its title: emphasised, else its first line of some words."""
    parts = [node for node in page.inside(card)[1:] if len(page.lines(node)) == 1 and _is_title(page.line(node))]
    strong = [node for node in parts if node.tag in ("strong", "b")]
    wordy = [node for node in parts if len(page.line(node).split()) >= 3 and not words_of(node.get("class")) & META_WORDS]
    return next(iter([*strong, *wordy, *parts]), card)
