"""What the parts of a page are for: which of them is chrome, beside the matter, or the matter itself.

By the elements and roles of HTML and ARIA first; by the words of class and id where markup says nothing. No site's own
names: only words that mean the same on all sites.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from aggregator.pages.tree import Node, Page, named

CHROME_TAGS = frozenset({"nav", "techniek-nieuws"})  # our own news on a partner's page is none of the partner's
CHROME_ROLES = named("navigation contentinfo search banner menu menubar dialog alertdialog toolbar tablist")
CHROME_WORDS = named(
    "nav navbar navigation navigatie menu submenu breadcrumb breadcrumbs crumb crumbs kruimelpad "
    "broodkruimel pager pagination paginering paging paginator pagenav share sharing social socials delen "
    "cookie cookies consent skiplink skiplinks skip masthead toolbar topbar languages toc"
)
# Words that are chrome only when they are all that a class or id says: a card has a footer too.
CHROME_NAMES = named(
    "footer site-footer page-footer main-footer footer-wrapper colophon header site-header page-header main-header"
)
ASIDE_WORDS = named(
    "sidebar aside widget widgets zijbalk zijkolom related gerelateerd recent-posts tagcloud banner promo "
    "archives archive-list categories tags comments reacties newsletter nieuwsbrief"
)
ITEM_TAGS = frozenset({"article", "li", "tr", "dd", "td"})


@dataclass(slots=True)
class Zones:
    """Per node, by index: is it chrome, is it beside the matter, is it in the main part."""

    chrome: bytearray
    aside: bytearray
    main: bytearray


@lru_cache(maxsize=4096)
def words_of(names: str) -> frozenset[str]:
    """Return the words in a class or id value: "breadCrumbNav" has bread, crumb and nav."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names)
    return frozenset(re.split(r"[^a-z]+", spaced.lower())) - {""}


def zones_of(page: Page) -> Zones:
    """Return what each node of `page` is for; a part inherits from the part that it is in."""
    count = len(page.nodes)
    zones = Zones(bytearray(count), bytearray(count), bytearray(count))
    links_before = _links_before(page)
    for node in page.nodes:
        parent = node.parent
        index = node.index
        inherited = parent.index if parent else None
        share = (links_before[node.last + 1] - links_before[index]) / max(1, links_before[-1])
        if inherited is not None:
            zones.chrome[index] = zones.chrome[inherited]
            zones.aside[index] = zones.aside[inherited]
            zones.main[index] = zones.main[inherited]
        if not zones.chrome[index] and _is_chrome(node, share):
            zones.chrome[index] = 1
        if not zones.aside[index] and _is_aside(node, share):
            zones.aside[index] = 1
        if not zones.main[index] and _is_main(node):
            zones.main[index] = 1
    return zones


def _links_before(page: Page) -> list[int]:
    counts = [0]
    for node in page.nodes:
        counts.append(counts[-1] + (node.tag == "a"))
    return counts


def _is_chrome(node: Node, share: float) -> bool:
    tag = node.tag
    if tag in CHROME_TAGS or node.get("role") in CHROME_ROLES:
        return True
    if tag in ("header", "footer"):
        return _is_top_level(node)
    if tag in ("html", "body", "main", "article", "a", "h1", "h2", "h3", "h4"):
        return False
    names = f"{node.get('class')} {node.get('id')}"
    if len(names) < 3:
        return False
    if CHROME_NAMES.intersection(names.lower().split()):
        return _is_top_level(node) and share < 0.6
    # A wrapper that says "with-menu" holds the page; a menu holds a part of the links.
    return bool(words_of(names) & CHROME_WORDS) and share < 0.6


def _is_top_level(node: Node) -> bool:
    """A header or footer of the page, not of an item or section in it."""
    return not any(
        part.tag in ("main", "article", "section", "li", "td", "a") for part in node.up() if part is not node
    )


def _is_aside(node: Node, share: float) -> bool:
    if node.tag == "aside" or node.get("role") == "complementary":
        return True
    if node.tag in ("html", "body", "main", "article", "a", "p", "span"):
        return False
    names = f"{node.get('class')} {node.get('id')}"
    return len(names) > 4 and share < 0.6 and bool(words_of(names) & ASIDE_WORDS)


def _is_main(node: Node) -> bool:
    return node.tag in ("main", "article") or node.get("role") == "main" or node.get("id") in ("main", "content")
