"""Lists of articles in microformats2: h-entry, within h-feed where the page has one (microformats.org/wiki/h-feed)."""

from collections.abc import Callable, Iterator
from datetime import datetime

from aggregator.errors import ReadError
from aggregator.model import Entry, Evidence, Image, Reading
from aggregator.pages.links import absolute, base_of
from aggregator.pages.stated import LEAST, make_image, stated_date, stated_entry, unique
from aggregator.pages.tree import MAX_BYTES, Node, Page, parse
from aggregator.text.dates import Dated
from aggregator.text.encoding import decode
from aggregator.text.html import clean_text, cut

MAX_ENTRIES = 200
MAX_TEXT = 5_000


def read_h_feed(body: bytes, *, url: str, now: datetime) -> Reading:
    """Return the entries that a page marks as such; without entries if it marks fewer than three.

    Raises ReadError as pages.read_page does: "empty", "too-large", "too-deep", "unreadable".
    """
    if len(body) > MAX_BYTES:
        raise ReadError("too-large", f"more than {MAX_BYTES // 1_000_000} MB")
    page = parse(decode(body))
    base = base_of(page, url)
    feed = next((node for node in page.nodes if _is(node, "h-feed")), page.nodes[0])
    entries = unique(_entry(page, node, base, now) for node in _outermost(page, feed))
    if len(entries) < LEAST:
        entries = ()
    return Reading(kind="page", format="h-feed", language=page.language, link=url, entries=entries)


def _is(node: Node, name: str) -> bool:
    return name in node.get("class").split()


def _outermost(page: Page, feed: Node) -> list[Node]:
    """The entries of a feed, without those inside another: a reply, a quotation."""
    found: list[Node] = []
    for node in page.inside(feed):
        if len(found) < MAX_ENTRIES and _is(node, "h-entry") and not (found and found[-1].holds(node)):
            found.append(node)
    return found


def _entry(page: Page, entry: Node, base: str, now: datetime) -> Entry | None:
    parts = list(_own(page, entry))

    def first(name: str, read: Callable[[Node], str]) -> str:
        return next((value for node in parts if _is(node, name) and (value := read(node))), "")

    def text(node: Node) -> str:
        return clean_text(page.line(node)[:MAX_TEXT])

    link = first("u-url", lambda node: absolute(base, node.get("href")))
    teaser = first("p-summary", text) or first("e-content", text)
    dated = next((date for node in parts if _is(node, "dt-published") and (date := _date(page, node, now))), None)
    return stated_entry(link, cut(first("p-name", text), 500), cut(teaser), dated, Evidence.TIME, _image(parts, base))


def _own(page: Page, entry: Node) -> Iterator[Node]:
    """The parts of an entry that are not of a microformat inside it: the author's name is not the title."""
    inner: Node | None = None
    for node in page.inside(entry)[1:]:
        if inner and inner.holds(node):
            continue
        inner = node if any(name.startswith("h-") for name in node.get("class").split()) else None
        if inner is None:
            yield node


def _date(page: Page, node: Node, now: datetime) -> Dated | None:
    values = (node.get("datetime"), node.get("title"), page.line(node))
    return next((dated for value in values if (dated := stated_date(value, now))), None)


def _image(parts: list[Node], base: str) -> Image | None:
    pictures = (node for node in parts if _is(node, "u-photo") or _is(node, "u-featured"))
    images = (make_image(node.get("src"), base, alt=node.get("alt")) for node in pictures)
    return next(filter(None, images), None)
