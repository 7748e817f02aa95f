"""Lists of like records on a page, and how much each looks like the news.

Links are grouped by their path (tag and stable class of their ancestors); a group is scored by what news items have and
menus, tags and theme cards have not: dates, titles of some words, headings, addresses that spell a title.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from math import log2
from statistics import median

from aggregator.pages.blocks import Block, Dated, blocks_of, lines_of, nodes_of, signature
from aggregator.pages.links import READ_MORE, READ_MORE_START, Link, key_parts
from aggregator.pages.tree import HEADINGS, Node, Page, named
from aggregator.pages.zones import Zones, words_of

AGENDA_WORDS = named("agenda event events evenement evenementen kalender calendar activiteiten bijeenkomsten")
OTHER_WORDS = named(
    "project projects projecten partner partners sponsors team member members people cursus cursussen "
    "themes themas thema dossier dossiers services diensten products producten portfolio vacature "
    "vacatures jobs talks"
)
NEWS_WORDS = named(
    "news nieuws nieuwsberichten blog blogs post posts actueel actualiteiten artikel artikelen article "
    "articles berichten bericht nieuwsbericht actualites noticias aktuelles"
)


LEAST_APART = 2
MOST_STRETCHES = 2  # the news, another subject, the news again
MAX_GROUPS = 300  # of a page that are weighed, the largest
MAX_PARAGRAPH = 20_000
SAMPLE = 100  # records of a group that are weighed


@dataclass(slots=True, eq=False)
class Group:
    """One list of like records, with its score."""

    links: list[Link]
    path: str
    blocks: list[Block]
    score: float = 0.0
    dated: float = 0.0
    features: dict[str, float] = field(default_factory=dict)


def groups_of(page: Page, links: list[Link], zones: Zones, url: str, is_dated: Dated) -> list[Group]:
    """Return the lists of `page`, the most news-like first. `url` is the page's own address."""
    by_path: dict[str, list[Link]] = {}
    for link in links:
        by_path.setdefault(signature(link.node), []).append(link)
    groups = []
    apart = [(path, part) for path, members in by_path.items() for part in _told_apart(members)]
    largest = sorted(apart, key=lambda group: -len(group[1]))[:MAX_GROUPS]
    for path, members in largest:
        group = Group(members, path, blocks_of(page, members, zones, is_dated))
        _weigh(page, group, zones, url, is_dated)
        groups.append(group)
    return sorted(groups, key=lambda group: -group.score)


def _told_apart(links: list[Link]) -> list[list[Link]]:
    """Return the links of one path, those of another subject for themselves when they stand in one stretch.

    A page may show its news and its projects, vacancies or agenda below in the very same markup.
    """
    others = [is_of_other_subject(link) for link in links]
    if sum(others) < LEAST_APART or len(others) - sum(others) < LEAST_APART:
        return [links]
    changes = sum(one != next_one for one, next_one in pairwise(others))
    if changes > MOST_STRETCHES:
        return [links]
    return [[link for link, other in zip(links, others, strict=True) if other is wanted] for wanted in (False, True)]


def is_of_other_subject(link: Link) -> bool:
    """Tell whether an address says that it leads to something else than news: a project, a vacancy, an event."""
    words = words_of(link.path.rsplit("/", 1)[0])
    return bool(words & (OTHER_WORDS | AGENDA_WORDS)) and not words & NEWS_WORDS


def title_words(text: str) -> int:
    """Return how many words of a title a link text has."""
    return len(re.findall(r"\w[\w'’-]*", READ_MORE_START.sub("", text))) if not READ_MORE.match(text) else 0


def has_date(page: Page, block: Block, is_dated: Dated) -> bool:
    """Tell whether a block shows a date of its own."""
    if any(node.tag == "time" or node.get("itemprop") == "datePublished" for node in nodes_of(page, block)[:200]):
        return True
    return any(is_dated(line) for line in lines_of(page, block)[:60] if len(line) < 120)


def _share(flags: list[bool]) -> float:
    return sum(flags) / len(flags)


def _weigh(page: Page, group: Group, zones: Zones, url: str, is_dated: Dated) -> None:
    host, here, _ = key_parts(url)
    blocks = group.blocks[:SAMPLE]
    heads = [block.link for block in blocks]
    texts = [_title_text(page, block) for block in blocks]
    words = median(title_words(text) for text in texts)
    parents = Counter((head.host, head.path.rsplit("/", 1)[0]) for head in heads)
    group.dated = _share([has_date(page, block, is_dated) for block in blocks])
    f = group.features
    f["dated"] = group.dated
    f["headings"] = _share([has_heading(page, block) for block in blocks])
    f["words"] = min(words, 5) / 5
    f["slugs"] = _share([_is_slug(head.path) for head in heads])
    f["below"] = _share([head.path.startswith(here.rstrip("/") + "/") and here != "/" for head in heads])
    f["news"] = _share([bool(words_of(head.path.rsplit("/", 1)[0]) & NEWS_WORDS) for head in heads])
    f["template"] = parents.most_common(1)[0][1] / len(heads)
    f["main"] = _share([bool(zones.main[head.node.index]) for head in heads])
    f["length"] = min(1.0, median(page.sizes[block.end] - page.sizes[block.start] for block in blocks) / 200)
    f["number"] = min(1.5, (log2(len(group.blocks)) - 1) / 3) if len(group.blocks) > 2 else len(group.blocks) / 2 - 1.5
    f["external"] = _share([head.host != host for head in heads])
    f["aside"] = _share([bool(zones.aside[head.node.index]) for head in heads])
    f["running"] = _share([in_running_text(page, head) for head in heads])
    f["repeats"] = 1 - len({text for text in texts if text}) / len(texts)
    f["agenda"] = _named(page, group, AGENDA_WORDS)
    f["other"] = _named(page, group, OTHER_WORDS)
    group.score = sum(WEIGHTS[name] * value for name, value in f.items())


WEIGHTS = {
    "dated": 2.5,
    "headings": 1.0,
    "words": 1.2,
    "slugs": 0.8,
    "below": 0.8,
    "news": 0.5,
    "template": 0.5,
    "main": 0.5,
    "length": 0.7,
    "number": 1.0,
    "external": -2.5,
    "aside": -1.5,
    "running": -2.0,
    "repeats": -1.5,
    "agenda": -1.0,
    "other": -1.0,
}


def _title_text(page: Page, block: Block) -> str:
    texts = [link.text for link in block.links if not link.is_read_more]
    best = max(texts, key=len, default="")
    if best:
        return best
    headings = [page.line(node) for node in nodes_of(page, block) if node.tag in HEADINGS]
    return headings[0] if headings else ""


def has_heading(page: Page, block: Block) -> bool:
    """Tell whether a record has a heading of its own."""
    nodes = nodes_of(page, block)
    if any(node.tag in HEADINGS and page.size(node) > 3 for node in nodes):
        return True
    return any(node.tag in HEADINGS for link in block.links for node in list(link.node.up())[:3])


def _is_slug(path: str) -> bool:
    last = path.rsplit("/", 1)[-1]
    return len(re.findall(r"[-_]|%20", last)) >= 2 or bool(re.search(r"\d{3}", last))


def in_running_text(page: Page, link: Link) -> bool:
    """Tell whether a link stands in the middle of a sentence: in a paragraph of much longer lines."""
    around = [node for node in list(link.node.up())[1:3] if node.tag == "p"]
    return any(_line_size(page, node) > 2.5 * len(link.text) + 40 for node in around)


def _line_size(page: Page, paragraph: Node) -> float:
    """Return how long the lines of a paragraph are; one of a size that no one writes is a list."""
    if page.size(paragraph) > MAX_PARAGRAPH:
        return 0.0
    return page.size(paragraph) / (1 + sum(child.tag == "br" for child in paragraph.children))


def _named(page: Page, group: Group, names: frozenset[str]) -> float:
    """Return whether addresses, containers or the heading above a group say one of `names`."""
    heads = [block.link for block in group.blocks]
    if _share([bool(words_of(head.path.rsplit("/", 1)[0]) & names) for head in heads]) > 0.5:
        return 1.0
    top = group.blocks[0].top
    for node in list(top.up())[:5]:
        if words_of(f"{node.get('class')} {node.get('id')}") & names:
            return 1.0
    heading = heading_above(page, top)
    return 1.0 if heading and words_of(page.line(heading)[:60]) & names else 0.0


def heading_above(page: Page, top: Node) -> Node | None:
    """Return the heading that stands above a list: the last one before `top`, not further than a few elements."""
    for node in reversed(page.nodes[max(0, top.index - 12) : top.index]):
        if node.tag in HEADINGS and not node.holds(top):
            return node
    return None
