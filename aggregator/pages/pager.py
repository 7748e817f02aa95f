"""The next page of a list: rel=next (HTML, link types), else what a pager calls it."""

import re
from collections.abc import Iterator

from aggregator.errors import ReadError
from aggregator.pages.head import read_head, rels
from aggregator.pages.links import absolute, base_of
from aggregator.pages.tree import Page, parse
from aggregator.text.encoding import decode

# "Volgende" also closes steps of a form; a pager's link differs from the page by a number in its address.
_NEXT = re.compile(
    r"^\W*(?:volgende|ouder|oudere? berichten|next|older)(?: (?:pagina|page|posts|berichten|entries))?\W*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+")


def next_page(body: bytes, *, url: str, charset: str = "") -> str:
    """Return the address of the page that continues the list of `body`, on the same host; "" when there is none.

    >>> next_page(b'<a rel="next" href="?page=2">2</a>', url="https://fme.nl/nieuws")
    'https://fme.nl/nieuws?page=2'
    """
    markup = decode(body, charset)
    try:
        page = parse(markup)
    except ReadError:
        return ""
    base = base_of(page, url)
    found = (absolute(base, reference) for reference in [*_stated(markup), *_pointers(page)])
    return next((address for address in found if _continues(address, url)), "")


def _stated(markup: str) -> Iterator[str]:
    return (link.get("href", "") for link in read_head(markup).links if "next" in rels(link))


def _pointers(page: Page) -> Iterator[str]:
    links = [node for node in page.nodes if node.tag == "a" and node.get("href")]
    yield from (node.get("href") for node in links if "next" in node.get("rel").lower().split())
    yield from (node.get("href") for node in links if _NEXT.match(page.line(node)[:60]))


def _continues(address: str, url: str) -> bool:
    on_this_host = address.split("/")[2:3] == url.split("/")[2:3]
    numbered = _NUMBER.findall(address) != _NUMBER.findall(url)
    return bool(address) and on_this_host and numbered
