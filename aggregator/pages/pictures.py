"""The picture of a record, with what is said of it: alt text, caption, credit.

A list may show its pictures apart from its items (portraits in a row above them). Such a picture goes to the one item
that names it: by its file name, its alt text or the name in its caption; when in doubt to none.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from aggregator.model import Image
from aggregator.pages.blocks import Block, nodes_of
from aggregator.pages.links import absolute
from aggregator.pages.tree import Node, Page, named
from aggregator.pages.zones import Zones, words_of
from aggregator.text.html import clean_text, is_pixel

MAX_PORTRAITS = 20
SOURCES = ("src", "data-src", "data-lazy-src", "data-original", "data-lazy", "data-srcset", "srcset")
ORNAMENT_WORDS = named(
    "icon icons icoon avatar gravatar logo emoji smiley spinner arrow flag badge sprite spacer pixel"
)
CAPTION_WORDS = named("caption bijschrift onderschrift fotobijschrift")
CREDIT_WORDS = named("credit credits copyright fotograaf photographer bron")
BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;]*?url\(\s*['\"]?([^'\")]+)", re.IGNORECASE)
CREDIT = re.compile(
    r"^(?P<caption>.*?)[\s|(,;·–-]*(?P<credit>(?:©|\(c\)|(?:foto(?:grafie|graaf|credits?)?|beeld|"
    r"photo(?:graphy?)?|credits?)"
    r"(?:\s*:|\s+by\b|\s+door\b))\s*.{1,80}?)\)?$",
    re.IGNORECASE,
)


def picture_of(page: Page, block: Block, base: str) -> Image | None:
    """Return the picture of a record, None if it shows none."""
    for node in nodes_of(page, block)[:300]:
        if node.tag == "img" and (image := _image(page, node, base, block.first)):
            return image
    for node in nodes_of(page, block)[:60]:
        match = BACKGROUND.search(node.get("style"))
        url = absolute(base, match[1]) if match else ""
        if url and not is_pixel(url):
            return Image(url=url, alt=clean_text(node.get("aria-label")))
    return None


def portraits(page: Page, blocks: list[Block], zones: Zones, base: str) -> list[Image]:
    """Return the captioned pictures of the page's matter that stand in no record."""
    starts = [block.first for block in blocks]
    found: list[Image] = []
    for node in page.nodes:
        if len(found) == MAX_PORTRAITS:
            break
        if node.tag != "img" or zones.chrome[node.index] or zones.aside[node.index]:
            continue
        place = bisect_right(starts, node.index) - 1
        if place < 0 or node.index > blocks[place].last:
            image = _image(page, node, base, 0)
            if image and (image.caption or image.credit):
                found.append(image)
    return found


def named_by(image: Image, texts: Iterable[tuple[str, str]]) -> int | None:
    """Return the place of the only one of `texts` (an item's words and its address) that names `image`, else None."""
    places = [place for place, (words, url) in enumerate(texts) if _names(image, words, url)]
    return places[0] if len(places) == 1 else None


def _names(image: Image, text: str, url: str) -> bool:
    if image.caption and image.caption.casefold() in text.casefold():
        return True
    said = _words(text) | _words(_slug(url))
    for clue in (image.alt, image.caption, _slug(image.url)):
        words = _words(clue)
        if len(words) >= 2 and len(words & said) * 3 >= len(words) * 2:
            return True
    return False


def _slug(url: str) -> str:
    return unquote(urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1]).partition(".")[0]


def _words(text: str) -> set[str]:
    return {
        word for word in re.findall(r"\w+", text.casefold().replace("_", " ")) if len(word) > 3 and not word.isdigit()
    }


def _image(page: Page, node: Node, base: str, first: int) -> Image | None:
    url = next((found for name in SOURCES if (found := _source(node, name, base))), "")
    if not url or is_pixel(url, node.get("width"), node.get("height")) or _is_ornament(node, url):
        return None
    caption, credit = _caption(page, node, first)
    return Image(url=url, alt=clean_text(node.get("alt"))[:300], caption=caption, credit=credit)


def _source(node: Node, name: str, base: str) -> str:
    value = node.get(name).strip()
    if value.startswith("data:"):
        return ""
    if name.endswith("srcset"):
        value = value.split(",")[0].strip().split(" ")[0]
    return absolute(base, value)


def _is_ornament(node: Node, url: str) -> bool:
    if words_of(f"{node.get('class')} {_slug(url)}") & ORNAMENT_WORDS:
        return True
    sizes = [node.get(name).removesuffix("px") for name in ("width", "height")]
    return any(size.isdigit() and int(size) <= 40 for size in sizes)


def _caption(page: Page, node: Node, first: int) -> tuple[str, str]:
    """Return caption and credit that stand with a picture: in its figure, or in the elements right behind it."""
    figure = next((step for step in node.up() if step.tag == "figure" and step.index >= first), None)
    if figure is not None:
        near = page.inside(figure)
    else:
        near = [part for part in (node.parent.children if node.parent else []) if part.index > node.index][:2]
    caption, credit = "", ""
    for part in near:
        words = words_of(part.get("class"))
        text = clean_text(page.line(part)) if page.size(part) < 300 else ""
        if words & CREDIT_WORDS and text:
            credit = credit or text
        elif part.tag == "figcaption" or words & CAPTION_WORDS or (figure is None and CREDIT.match(text)):
            caption = caption or text
    match = CREDIT.match(caption)
    if match and not credit:
        return match["caption"].strip(), match["credit"].strip()
    return caption.removesuffix(credit).strip(" |(,;·–-") if credit else caption, credit
