"""Lists that an operator described by hand: CSS selectors in place of the search for the list.

What a selector finds is cleaned as what the search finds; a selector that is left empty is looked up by common sense
(the first link, the heading), within the item.
"""

from datetime import datetime, timedelta

import soupsieve
from bs4 import BeautifulSoup, Tag

from aggregator.errors import ReadError
from aggregator.model import Entry, Evidence, Image, Selectors
from aggregator.pages.fields import opening_kicker, without_read_more
from aggregator.pages.links import READ_MORE, absolute
from aggregator.pages.sightings import Reader, looks_dated
from aggregator.text.dates import Dated, feed_date, url_date
from aggregator.text.html import clean_text, cut, is_pixel

MAX_ITEMS = 500
AHEAD = timedelta(days=2)


def select_entries(
    markup: str, selectors: Selectors, *, base: str, now: datetime, language: str = "nl"
) -> tuple[Entry, ...]:
    """Return the entries that `selectors` find in a page, in document order; items without title or link are skipped.

    Raises ReadError "bad-selector" for what is no CSS selector.
    """
    soup = BeautifulSoup(markup, "lxml")
    reader = Reader(now=now, language=language, month_first=language.lower() == "en-us")
    try:
        items = soupsieve.select(selectors.item, soup, limit=MAX_ITEMS)
        entries = [_entry(item, selectors, base, reader) for item in items]
    except soupsieve.SelectorSyntaxError as error:
        raise ReadError("bad-selector", str(error).splitlines()[0]) from error
    return tuple(entry for entry in entries if entry)


def _entry(item: Tag, selectors: Selectors, base: str, reader: Reader) -> Entry | None:
    linked = _one(item, selectors.link or "a[href]") or (item if item.get("href") else None)
    link = absolute(base, _attribute(linked, "href")).partition("#")[0]
    title = _text(_one(item, selectors.title or "h1, h2, h3, h4, h5, h6") or linked)
    if not link or not title or READ_MORE.match(title):
        return None
    dated, evidence = _date(_one(item, selectors.date or "time"), link, reader)
    teaser = without_read_more(_text(_one(item, selectors.teaser or "p")))
    kicker, summary = opening_kicker(teaser if teaser != title and not looks_dated(teaser[:40]) else "")
    return Entry(
        id=link,
        link=link,
        title=title,
        summary=cut(summary),
        kicker=kicker,
        published=dated.at if dated else None,
        date_evidence=evidence if dated else None,
        date_precision=dated.precision if dated else None,
        image=_image(_one(item, selectors.image or "img"), base),
    )


def _one(item: Tag, selector: str) -> Tag | None:
    return soupsieve.select_one(selector, item)


def _text(tag: Tag | None) -> str:
    return clean_text(tag.get_text(" ")) if tag else ""


def _attribute(tag: Tag | None, name: str) -> str:
    value = tag.get(name) if tag else None
    return value if isinstance(value, str) else ""


def _date(tag: Tag | None, link: str, reader: Reader) -> tuple[Dated | None, Evidence]:
    for dated, evidence in (
        (feed_date(_attribute(tag, "datetime")), Evidence.TIME),
        (reader.read(_text(tag)[:100]), Evidence.TEXT),
        (url_date(link), Evidence.URL),
    ):
        if dated and dated.at <= reader.now + AHEAD:
            return dated, evidence
    return None, Evidence.URL


def _image(tag: Tag | None, base: str) -> Image | None:
    urls = [_attribute(tag, name) for name in ("src", "data-src", "content")]
    url = next((absolute(base, url) for url in urls if url and not url.startswith("data:")), "")
    return Image(url=url, alt=clean_text(_attribute(tag, "alt"))) if url and not is_pixel(url) else None
