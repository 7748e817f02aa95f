"""The parts of one record: title, kicker, teaser.

A title is cleaned of nothing but what stands apart from it (a kicker in its own element, a read-more text); words are
never cut out of it.
"""

import re
from collections import Counter
from collections.abc import Callable

from aggregator.pages.blocks import Block, Dated, lines_without, nodes_of
from aggregator.pages.links import READ_MORE, READ_MORE_START
from aggregator.pages.sightings import looks_dated
from aggregator.pages.tree import HEADINGS, INLINE, Node, Page, named
from aggregator.pages.zones import words_of
from aggregator.text.html import clean_text, cut

KICKERS = named(
    "nieuws nieuwsbericht nieuwsberichten column columns interview interviews verslag blog blogs actualiteit "
    "actueel algemeen "
    "persbericht opinie achtergrond reportage video podcast portret update kamerbrief kamerstuk publicatie "
    "aankondiging "
    "praktijkverhaal news press opinion feature"
)
PLAIN_KICKERS = frozenset({"nieuws", "news", "nieuwsbericht", "nieuwsberichten", "actueel", "blog", "algemeen"})
KICKER_WORDS = named(
    "kicker category categories categorie label type eyebrow overline soort rubriek cat flag chip topic thema"
)
TITLE_WORDS = named("title titel headline kop heading name naam")
META_WORDS = named(
    "date datum meta author auteur byline tags tag time tijd readtime reading comments views credit credits "
    "caption share footer "
    "kicker category categorie label type eyebrow overline badge button btn cta"
)
_META_LINE = re.compile(
    r"^\W*(?:door|by|von|por|par|auteur|author|geplaatst|gepubliceerd|posted|published|written|bron|source|foto|"
    r"photo|tags?|"
    r"categor(?:y|ie|ies|ieën)|in|onder|thema|filed under|leestijd|reading time|\d+ ?(?:min|views|reacties|"
    r"comments|responses?|keer))\b.{0,80}$",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"(?P<before>^|.*?[\s(|,;–-])(?P<credit>(?:©|\(c\)|foto(?:graaf|grafie)?\s*:|beeld\s*:|"
    r"photo(?:graph)?(?:\s+by|\s*:)|fotocredit\s*:?)\s*.{1,80})$",
    re.IGNORECASE,
)
READ_MORE_END = re.compile(
    r"[\s\[(]*(?:(?:lees|bekijk) (?:meer|verder)|meer lezen|read more|continue reading|weiterlesen|lire la suite|"
    r"leer más)"
    r"(?: (?:over|about)\b.{0,150})?[\s\])»›>→….]*$|\s*\[(?:…|\.\.\.)\]\s*$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"^(?:[^\s:]+\s+){5,}\S*[.!?…]$")
_MAY_OPEN_A_SENTENCE = re.compile(r"^(?:door|by|in|onder|bron|foto|von|por|par|thema)\s", re.IGNORECASE)
OPENING_KICKER = re.compile(
    r"^(Column|Interview|Opinie|Blog|Verslag|Reportage|Video|Podcast|Persbericht|Portret)(?:\s*[|"
    r":–-])?\s+(?=[A-ZÀ-Þ‘“'\"])"
)


MOST_SMALL = 0.6
MAX_NODES = 300  # of one record that are looked at: some lists hold whole articles


def titles_of(page: Page, blocks: list[Block], is_date: Dated) -> list[tuple[str, Node | None]]:
    """Return the title of each record and the node that holds it; ("", None) where there is none.

    What many records say alike ("Wat gaan we doen?") is part of the template, not a title, if a record has another.
    """
    choices = [_title_nodes(page, block, is_date) for block in blocks]
    counts = Counter(text for nodes in choices for text in {page.line(node) for node in nodes})
    often = max(3, len(blocks) // 4)
    found: list[tuple[str, Node | None]] = []
    for block, nodes in zip(blocks, choices, strict=True):
        own = [node for node in nodes if counts[page.line(node)] < often]
        node = next(iter([*own, *nodes]), None)
        found.append((_title_text(page, node, is_date), node) if node else (_said_title(page, block), None))
    return found


def is_meta_line(line: str) -> bool:
    """Tell whether a line says who, where or how ("Door Jan", "In Nieuws"); a sentence may begin like that too."""
    return bool(_META_LINE.match(line)) and not (_SENTENCE.match(line) or _is_prose(line))


def _is_prose(line: str) -> bool:
    """Tell whether a line that begins like a meta line goes on in small letters, which names and rubrics do not."""
    words = line.split()
    small = sum(word[0].islower() for word in words)
    return len(words) >= 6 and bool(_MAY_OPEN_A_SENTENCE.match(line)) and small >= MOST_SMALL * len(words)


def _said_title(page: Page, block: Block) -> str:
    """Return a title that no text shows: of the link's attributes, else of the picture."""
    for link in block.links:
        said = READ_MORE_START.sub("", link.node.get("title") or link.node.get("aria-label"))
        if len(said) > 3 and not READ_MORE.match(said):
            return clean_text(said)
    images = [part.get("alt") for part in nodes_of(page, block) if part.tag == "img"]
    return clean_text(max(images, key=len, default=""))


def _title_text(page: Page, node: Node, is_date: Dated) -> str:
    """Return the title in `node`, without a date in an element of its own that punctuation sets apart."""
    text = page.line(node)
    for part in page.inside(node)[1:]:
        piece = page.line(part)
        before, found, _ = text.partition(piece) if piece and is_date(piece) else (text, "", "")
        if found and len(before) > 3 and before.rstrip()[-1] in "-–—|(,:·":
            text = before.rstrip(" -–—|(,:·")
    return clean_text(READ_MORE_START.sub("", text) or text)


def _title_nodes(page: Page, block: Block, is_date: Dated) -> list[Node]:
    """Return what may be the title of a record, the best first."""

    def is_title(node: Node) -> bool:
        text = page.line(node)
        return len(text) > 1 and any(map(str.isalpha, text)) and not READ_MORE.match(text) and not is_date(text)

    nodes = nodes_of(page, block)[:MAX_NODES]
    links = [link.node for link in block.links]
    titled = [link for link in links if is_title(link)]
    headings = [node for node in nodes if node.tag in HEADINGS and is_title(node)]
    in_heading = [link for link in titled if any(step.tag in HEADINGS for step in list(link.up())[1:4])]
    linked_headings = [node for node in headings if any(link.holds(node) for link in links)]
    named = [node for node in nodes if is_title(node) and _is_named_title(page, node)]
    linked_named = [node for node in named if any(link.holds(node) or node.holds(link) for link in links)]
    plain = sorted((link for link in titled if len(page.lines(link)) == 1), key=page.size, reverse=True)
    cards = [_title_within(page, link, is_title) for link in sorted(titled, key=page.size, reverse=True)]
    return [*in_heading, *linked_headings, *linked_named, *plain, *headings, *named, *cards]


def _is_named_title(page: Page, node: Node) -> bool:
    words = words_of(node.get("class")) | words_of(node.get("itemprop"))
    return bool(words & TITLE_WORDS) and 3 < page.size(node) < 400 and len(page.lines(node)) == 1


def _title_within(page: Page, card: Node, is_title: Callable[[Node], bool]) -> Node:
    """Return the part of a whole-card link that is its title: emphasised, else its first line of some words."""
    parts = [node for node in page.inside(card)[1:] if len(page.lines(node)) == 1 and is_title(node)]
    strong = [node for node in parts if node.tag in ("strong", "b")]
    wordy = [node for node in parts if _is_wordy(page.line(node)) and not words_of(node.get("class")) & META_WORDS]
    return next(iter([*strong, *wordy, *parts]), card)


def _is_wordy(text: str) -> bool:
    return len(text.split()) >= 3 and not looks_dated(text)


def teaser_of(page: Page, block: Block, title: str, title_node: Node | None, dated: list[Node]) -> str:
    """Return the teaser of a record: its first line of running text, at most 300 characters; "" if it has none."""
    hidden = [(node.text_start, node.text_end) for node in [title_node, *dated] if node]
    hidden += [
        (node.text_start, node.text_end)
        for node in nodes_of(page, block)[:MAX_NODES]
        if _is_beside(page, node, title_node)
    ]
    lines = [clean_text(without_read_more(line)) for line in lines_without(page, block, hidden)]
    lines = [_without_title(line, title) for line in lines if not is_meta_line(line) and not CREDIT.match(line)]
    running = [line for line in lines if len(line) >= 40 or len(line.split()) >= 6]
    return cut(next(iter(running), ""), 300)


def _without_title(line: str, title: str) -> str:
    rest = line.removeprefix(title).lstrip(" -–—|:.") if title else line
    return rest if len(rest) >= 20 else "" if line.startswith(title) and title else line


def _is_beside(page: Page, node: Node, title_node: Node | None) -> bool:
    """Tell whether a node of a record is neither title nor text: heading, caption, meta line, "Lees meer".

    What holds the title is the record itself, whatever its classes say (WordPress: "type-post").
    """
    if node.tag in HEADINGS or node.tag in ("figcaption", "time", "button", "address"):
        return True
    if node.tag == "a" or node.tag in INLINE:
        text = page.line(node) if page.size(node) < 120 else ""
        if READ_MORE.match(text) or "tag" in node.get("rel") or READ_MORE_START.match(text):
            return True
    is_record = title_node is not None and node.holds(title_node)
    return page.size(node) < 160 and not is_record and bool(words_of(node.get("class")) & META_WORDS)


def kicker_of(page: Page, block: Block, title: str, taken: list[Node], said: list[str]) -> str:
    """Return what kind of item a record says it is ("Column"); `said` are words that stood with its date or teaser.

    The nodes `taken` are its title and dates.
    """
    found = [*said]
    for node in nodes_of(page, block)[:60]:
        if node in taken or node.tag in HEADINGS or not 2 < page.size(node) < 45 or node.children[1:]:
            continue
        text = page.line(node)
        if text.casefold() in KICKERS or (words_of(node.get("class")) & KICKER_WORDS and len(text.split()) <= 4):
            found.append(text)
    clean = [clean_text(text).strip(" |:–-•·,/") for text in found]
    kickers = [text for text in clean if text and text != title and not READ_MORE.match(text) and not text[0].isdigit()]
    special = [text for text in kickers if text.casefold() not in PLAIN_KICKERS]
    return next(iter([*special, *kickers]), "")


def without_read_more(text: str) -> str:
    """Return a teaser without the "Lees meer" at its end; the dots of a cut teaser stay."""
    return READ_MORE_END.sub("", text).strip()


def opening_kicker(teaser: str) -> tuple[str, str]:
    """Return the kicker that opens a teaser and the teaser without it: "Column Recente cijfers ..."."""
    match = OPENING_KICKER.match(teaser)
    return (match[1].capitalize(), teaser[match.end() :]) if match else ("", teaser)
