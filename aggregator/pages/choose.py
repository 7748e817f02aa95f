"""Which of a page's lists is the news, and what else belongs to it.

The best group is the core. To it come the records of other groups that are like its own: the featured item on top in a
larger shape, the record whose link stands elsewhere. Each must show what the core's records show (a date, a heading, an
address of the same kind): better one item less than one that is none.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter

from aggregator.pages.blocks import Block, Dated, blocks_of, signature
from aggregator.pages.groups import Group, has_date, has_heading, in_running_text, is_of_other_subject, title_words
from aggregator.pages.links import Link
from aggregator.pages.tree import HEADINGS, Node, Page
from aggregator.pages.zones import Zones

ENOUGH = 1.75  # a list below this score is no news list
NEAR = 3.0  # how much lower a group may score that gives records to the core
MOST = 0.7
MAX_GROUPS = 30
MAX_RECORDS = 500  # of one list that are read, from the top


def chosen(page: Page, groups: list[Group], links: list[Link], zones: Zones, is_dated: Dated) -> list[Block]:
    """Return the blocks of the list whose core is the first of `groups`, in document order."""
    core = groups[0]
    members = set(core.links) | set(_siblings(page, core, links, is_dated))
    for group in groups[1:MAX_GROUPS]:
        if group.score > core.score - NEAR:
            members |= set(_admitted(page, core, group, members, zones, is_dated))
    keys = {link.key for link in members}
    area = _area(core)
    members |= {
        link
        for link in links
        if link.key in keys and area.holds(link.node) and not _is_elsewhere(page, link, core, zones)
    }
    ordered = sorted(members, key=lambda link: link.node.index)
    return _pruned(page, blocks_of(page, ordered, zones, is_dated)[:MAX_RECORDS], core, is_dated)


def _area(core: Group) -> Node:
    """Return the smallest node that holds all records of the core."""
    area = core.blocks[0].top
    last = core.blocks[-1].top
    while area.parent is not None and not area.holds(last):
        area = area.parent
    return area


def _is_elsewhere(page: Page, link: Link, core: Group, zones: Zones) -> bool:
    """Tell whether a link to a record stands outside it: beside the list, in a text, or to a part of the article."""
    beside = bool(zones.aside[link.node.index]) and core.features["aside"] < 0.5
    return beside or "#" in link.node.get("href") or in_running_text(page, link)


def _siblings(page: Page, core: Group, links: list[Link], is_dated: Dated) -> list[Link]:
    """Return the links of records that have the core's shape and stand among its records, but link otherwise."""
    (usual, count), *_ = Counter(signature(block.top, 1) for block in core.blocks).most_common(1)
    if len(core.blocks) < 3 or count * 2 < len(core.blocks):
        return []
    held = {block.top.index for block in core.blocks}
    subjects = {is_of_other_subject(link) for link in core.links}
    parents = {id(block.top.parent): block.top.parent for block in core.blocks if block.top.parent}
    places = [link.node.index for link in links]
    found = []
    for parent in parents.values():
        shaped = [node for node in parent.children if signature(node, 1) == usual and node.index not in held]
        for node in shaped:
            link = _main_link(links[bisect_left(places, node.index) : bisect_right(places, node.last)])
            if link and is_of_other_subject(link) in subjects and _is_like(page, _whole(node, link), core, is_dated):
                found.append(link)
    return found


def _whole(node: Node, link: Link) -> Block:
    return Block([link], node, node.index, node.last, node.text_start, node.text_end)


def _main_link(links: list[Link]) -> Link | None:
    in_headings = [link for link in links if any(node.tag in HEADINGS for node in list(link.node.up())[:3])]
    return max(in_headings or links, key=lambda link: title_words(link.text), default=None)


def _admitted(page: Page, core: Group, group: Group, members: set[Link], zones: Zones, is_dated: Dated) -> list[Link]:
    """Return the links of `group` whose records are like those of the core."""
    if group.features["running"] > 0.5 or group.features["agenda"] > core.features["agenda"]:
        return []
    if group.features["aside"] > core.features["aside"] or group.features["other"] > core.features["other"]:
        return []
    known = {link.key for link in members}
    fresh = [link for link in group.links if link.key not in known]
    if not fresh:
        return []
    together = sorted([*members, *fresh], key=lambda link: link.node.index)
    new = {link.key for link in fresh}
    kinds = {_kind(block.link) for block in core.blocks}
    return [
        link
        for block in blocks_of(page, together, zones, is_dated)
        if block.link.key in new and _kind(block.link) in kinds and _is_like(page, block, core, is_dated)
        for link in block.links
    ]


def _kind(link: Link) -> tuple[str, str]:
    """Return what addresses of one kind share: host and folder, figures aside."""
    return link.host, re.sub(r"\d+", "#", link.path.rsplit("/", 1)[0])


def _is_like(page: Page, block: Block, core: Group, is_dated: Dated) -> bool:
    if core.dated >= MOST and not has_date(page, block, is_dated):
        return False
    if core.features["headings"] >= MOST and not (has_heading(page, block) or title_words(block.link.text) >= 4):
        return False
    return any(title_words(link.text) >= 2 for link in block.links) or has_heading(page, block)


def _pruned(page: Page, blocks: list[Block], core: Group, is_dated: Dated) -> list[Block]:
    """Drop what stands in the list but is no record of it.

    When half of the records are dated, address kinds without one date are something else (theme cards, archive links).
    """
    if core.dated < 0.5:
        return blocks
    dated = Counter(_kind(block.link) for block in blocks if has_date(page, block, is_dated))
    return [block for block in blocks if dated[_kind(block.link)]]
