"""Where the record of a link begins and ends.

The block of a link is the highest element that holds no other link of its list. Where titles and texts lie flat beside
each other (h3, p, h3, p) it takes the siblings up to the next record, or those before it when they come first.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from aggregator.pages.links import Link
from aggregator.pages.tree import INLINE, Node, Page
from aggregator.pages.zones import Zones, words_of

MAX_SIBLINGS = 12
MAX_LOOKED_AT = 100  # records of a list by which its shape is judged
MAX_LINE = 40  # pieces of text on a link's own line, to either side
MAX_PIECES = 3_000  # of text of one record that are read
ITEM_TAGS = frozenset({"article", "li", "tr"})
ITEM_WORDS = frozenset({"item", "card", "teaser"})
Dated = Callable[[str], bool]


@dataclass(slots=True, eq=False)
class Block:
    """One record of a list: a stretch of the page, as nodes and as text. `links` lead all to one address."""

    links: list[Link]
    top: Node
    first: int  # nodes first..last
    last: int
    start: int  # pieces start..end
    end: int

    @property
    def link(self) -> Link:
        """The first of its links."""
        return self.links[0]


def lines_of(page: Page, block: Block) -> list[str]:
    """Return the lines that a reader sees in a block."""
    return _split("".join(page.pieces[block.start : block.end][:MAX_PIECES]))


def lines_without(page: Page, block: Block, hidden: Iterable[tuple[int, int]]) -> list[str]:
    """Return the lines of a block without the text between the pieces `hidden`; line ends stay."""
    pieces = page.pieces[block.start : block.end]
    for start, end in hidden:
        for place in range(max(start, block.start) - block.start, min(end, block.end) - block.start):
            if "\n" not in pieces[place]:
                pieces[place] = ""
    return _split("".join(pieces[:MAX_PIECES]))


def _split(text: str) -> list[str]:
    return [line for line in (" ".join(part.split()) for part in text.split("\n")) if line]


def nodes_of(page: Page, block: Block) -> list[Node]:
    """Return the nodes of a block in document order."""
    return page.nodes[block.first : block.last + 1]


def stable_class(node: Node) -> str:
    """Return the first class that says what kind of thing this is, not which one, where it stands or how it looks."""
    for name in node.get("class").split():
        lowered = name.lower()
        if not any(char.isdigit() for char in name) and not lowered.startswith(
            (
                "category-",
                "tag-",
                "post-",
                "col-",
                "col",
                "odd",
                "even",
                "first",
                "last",
                "is-",
                "has-",
                "active",
                "status-",
                "order-",
                "offset-",
            )
        ):
            return lowered
    return ""


def signature(node: Node, depth: int = 14) -> str:
    """Return the path of a node: tag and stable class of its ancestors, innermost first."""
    steps = []
    for step in node.up():
        steps.append(f"{step.tag}.{stable_class(step)}")
        if len(steps) == depth:
            break
    return " ".join(steps)


def blocks_of(page: Page, links: Iterable[Link], zones: Zones, is_dated: Dated) -> list[Block]:
    """Return the blocks of a list's links, in document order; a later repeat of an address is left out."""
    runs = _runs(links)
    tops = [_climb(run, _last(runs, place - 1), _first(runs, place + 1)) for place, run in enumerate(runs)]
    tops = _same_height(runs, tops)
    blocks, seen = [], set()
    spans = _spans(page, tops, zones, is_dated)
    for run, top, span in zip(runs, tops, spans, strict=True):
        if run[0].key not in seen:
            seen.add(run[0].key)
            blocks.append(Block(run, top, *span))
    return blocks


def _runs(links: Iterable[Link]) -> list[list[Link]]:
    """Links to one address that follow each other are one record's: picture, title, "Lees meer"."""
    runs: list[list[Link]] = []
    for link in links:
        if runs and runs[-1][0].key == link.key:
            runs[-1].append(link)
        else:
            runs.append([link])
    return runs


def _last(runs: list[list[Link]], place: int) -> int:
    return runs[place][-1].node.index if place >= 0 else -1


def _first(runs: list[list[Link]], place: int) -> int:
    return runs[place][0].node.index if place < len(runs) else -1


def _climb(run: list[Link], before: int, after: int) -> Node:
    """Return the highest node that holds the run and neither the link before it nor the one after it."""

    def is_shared(node: Node) -> bool:
        return node.index <= before or (after >= 0 and node.last >= after)

    top = run[0].node
    while top.parent is not None and not top.holds(run[-1].node):
        top = top.parent
    if is_shared(top):  # its links lie flat among those of the others
        top = run[0].node
    while top.parent is not None and top.parent.tag not in ("body", "main", "html"):
        is_alone = before < 0 and after < 0
        if is_shared(top.parent) or (is_alone and (top.tag in ITEM_TAGS or words_of(top.get("class")) & ITEM_WORDS)):
            break
        top = top.parent
    return top


def _same_height(runs: list[list[Link]], tops: list[Node]) -> list[Node]:
    """Bring down a first or last record that climbed past the height of the others (a column with one item)."""
    if len(tops) < 3:
        return tops
    (usual, count), *_ = Counter(signature(top, 1) for top in tops).most_common(1)
    if count * 2 < len(tops):
        return tops
    mended = []
    for run, top in zip(runs, tops, strict=True):
        if signature(top, 1) != usual:
            lower = [node for node in run[0].node.up() if top.holds(node) and signature(node, 1) == usual]
            top = next((node for node in reversed(lower) if node.holds(run[-1].node)), top)
        mended.append(top)
    return mended


Span = tuple[int, int, int, int]


def _spans(page: Page, tops: list[Node], zones: Zones, is_dated: Dated) -> list[Span]:
    """Return first and last node, first and last piece of each record."""
    spans: list[Span] = [(top.index, top.last, top.text_start, top.text_end) for top in tops]
    start = 0
    while start < len(tops):
        end = start + 1
        while end < len(tops) and tops[end].parent is tops[start].parent:
            end += 1
        parent = tops[start].parent
        if parent is not None and end - start > 1 and _is_flat(page, parent, tops[start:end]):
            spans[start:end] = _flat_spans(page, parent, tops[start:end], zones, is_dated)
        start = end
    return spans


def _is_flat(page: Page, parent: Node, tops: list[Node]) -> bool:
    """Tell whether something that belongs to the records lies between them."""
    if tops[0].tag in INLINE:
        return True
    first, last = tops[0], tops[min(len(tops), MAX_LOOKED_AT) - 1]
    span = parent.children[_place_of(parent, first) : _place_of(parent, last) + 2][: 5 * MAX_LOOKED_AT]
    held = {id(top) for top in tops}
    between = [node for node in span if id(node) not in held and node.tag != "hr" and _says_something(page, node)]
    return len(between) * 2 >= min(len(tops), MAX_LOOKED_AT)


def _says_something(page: Page, node: Node) -> bool:
    return page.size(node) > 2 or any(part.tag in ("img", "time") for part in page.inside(node))


def _place_of(parent: Node, child: Node) -> int:
    return bisect_left(parent.children, child.index, key=lambda node: node.index)


def _flat_spans(page: Page, parent: Node, tops: list[Node], zones: Zones, is_dated: Dated) -> list[Span]:
    if tops[0].tag in INLINE:
        return _line_spans(page, parent, tops, is_dated)
    children = parent.children
    heads = [_place_of(parent, top) for top in tops]
    lead = _lead(page, children, heads, is_dated)
    tail = _tail(children, heads, lead, zones)
    spans = []
    for number, head in enumerate(heads):
        begin = children[head - lead]
        finish = children[heads[number + 1] - lead - 1] if number + 1 < len(heads) else children[head + tail]
        spans.append((begin.index, finish.last, begin.text_start, finish.text_end))
    return spans


def _line_spans(page: Page, parent: Node, tops: list[Node], is_dated: Dated) -> list[Span]:
    """Return the stretches of records whose links stand in running lines.

    A record has its link's own line; the lines between two links belong to the first of them, or to the second where a
    date stands over the first link and none under the last; where both or none could be, to neither.
    """
    own = [_own_line(page, top, parent) for top in tops]
    first, last = own[0][0], own[-1][1]
    over = any(is_dated(line) for line in _lines(page, max(parent.text_start, first - 40), first)[-2:])
    under = any(is_dated(line) for line in _lines(page, last, min(parent.text_end, last + 40))[:2])
    starts, ends = [start for start, _ in own], [end for _, end in own]
    if over and not under:
        starts = [max(parent.text_start, first - 40), *ends[:-1]]
    elif not over:
        ends = [*starts[1:], parent.text_end]
    return [_stretch(page, *record) for record in zip(tops, starts, ends, strict=True)]


def _own_line(page: Page, top: Node, parent: Node) -> tuple[int, int]:
    start, end = top.text_start, top.text_end
    while start > max(parent.text_start, top.text_start - MAX_LINE) and "\n" not in page.pieces[start - 1]:
        start -= 1
    while end < min(parent.text_end, top.text_end + MAX_LINE) and "\n" not in page.pieces[end]:
        end += 1
    return start, end


def _stretch(page: Page, top: Node, start: int, end: int) -> Span:
    """Return a record that begins and ends at these pieces and has at least `top`."""
    above = top.parent.index + 1 if top.parent else 0
    first = min(top.index, bisect_left(page.nodes, start, lo=above, hi=top.index, key=_text_start))
    last = bisect_right(page.nodes, end - 1, lo=top.last, key=_text_start) - 1
    return (first, max(top.last, last), min(start, top.text_start), max(end, top.text_end))


def _text_start(node: Node) -> int:
    return node.text_start


def _lines(page: Page, start: int, end: int) -> list[str]:
    return _split("".join(page.pieces[start:end]))


def _lead(page: Page, children: Sequence[Node], heads: list[int], is_dated: Dated) -> int:
    """Return how many siblings before its head belong to a record: a date or picture that comes first."""
    room = min([heads[0], *(after - before - 1 for before, after in pairwise(heads)), MAX_SIBLINGS])
    lead = 0
    while lead < room and len({signature(children[head - lead - 1], 1) for head in heads}) == 1:
        lead += 1
    if not lead:
        return 0
    before = any(is_dated(page.line(children[heads[0] - step])) for step in range(1, lead + 1))
    after = any(is_dated(page.line(node)) for node in children[heads[-1] + 1 : heads[-1] + 1 + lead])
    if before != after:
        return lead if before else 0
    usual = signature(children[heads[0] - 1], 1)
    follows = heads[-1] + 1 < len(children) and signature(children[heads[-1] + 1], 1) == usual
    return 0 if follows else lead


def _tail(children: Sequence[Node], heads: list[int], lead: int, zones: Zones) -> int:
    """Return how many siblings after the last head still belong to its record: as in the records before it."""
    gaps = [after - before - 1 - lead for before, after in pairwise(heads)]
    longest = min(max(gaps), MAX_SIBLINGS)
    known = {
        signature(node, 1)
        for head, gap in zip(heads[:100], gaps, strict=False)
        for node in children[head + 1 : head + 1 + min(gap, longest)]
    }
    tail = 0
    for node in children[heads[-1] + 1 : heads[-1] + 1 + longest]:
        if zones.chrome[node.index] or signature(node, 1) not in known:
            break
        tail += 1
    return tail
