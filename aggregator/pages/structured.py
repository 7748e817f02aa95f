"""News that a site offers as data though it has no feed: WordPress' REST API, JSON-LD lists, news sitemaps.

Sources: developer.wordpress.org/rest-api/reference/posts, schema.org/ItemList and schema.org/Blog, Google's
sitemap-news 0.9. Microformats are in microformats.py. A list counts when it names articles with their titles; lists of
addresses are for machines that read on.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lxml import etree

from aggregator.errors import ReadError
from aggregator.model import Entry, Evidence, Happening, Image, Reading
from aggregator.pages.fields import without_read_more
from aggregator.pages.happenings import stated_events
from aggregator.pages.head import head_only, read_head
from aggregator.pages.jsonld import Node, addresses_of, is_article, nodes_in
from aggregator.pages.links import absolute
from aggregator.pages.microformats import read_h_feed
from aggregator.pages.stated import LEAST, make_image, stated_date, stated_entry, stated_image, stated_text, unique
from aggregator.text.encoding import decode
from aggregator.text.html import clean_html, cut, embedded

__all__ = ["read_h_feed", "read_json_ld", "read_news_sitemap", "read_wordpress"]

MAX_BYTES = 5_000_000
MAX_ENTRIES = 1_000  # as many as a news sitemap may hold
MAX_TITLE = 500
MAX_CONTENT = 500_000
_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
_IMAGE = "{http://www.google.com/schemas/sitemap-image/1.1}"


# --- WordPress ----------------------------------------------------------------------------------------------------


def read_wordpress(body: bytes, *, url: str, now: datetime) -> Reading:
    """Return the posts of /wp-json/wp/v2/posts, in their order. `url` is where they came from.

    Raises ReadError "not-a-feed" for anything else, "too-large", "too-deep".
    """
    posts = _json(body)
    if not isinstance(posts, list) or not all(isinstance(post, dict) for post in posts):
        raise ReadError("not-a-feed", "JSON, but no list of posts")
    entries = (_post(post, url, now) for post in posts[:MAX_ENTRIES])
    return Reading(kind="feed", format="wordpress", link=absolute(url, "/"), entries=unique(entries))


def _json(body: bytes) -> Any:
    if len(body) > MAX_BYTES:
        raise ReadError("too-large", f"{len(body)} bytes")
    try:
        return json.loads(decode(body).lstrip("\ufeff \r\n\t"), strict=False)
    except RecursionError as error:
        raise ReadError("too-deep") from error
    except ValueError as error:
        raise ReadError("not-a-feed", str(error)[:200]) from error


def _post(post: Mapping[str, Any], url: str, now: datetime) -> Entry | None:
    link = absolute(url, _string(post.get("link")))
    content = clean_html(_rendered(post, "content")[:MAX_CONTENT], link)
    summary = _teaser(_rendered(post, "excerpt")) or _teaser(content)
    image = _featured(post, link)
    dated = stated_date(_in_utc(post.get("date_gmt")), now) or stated_date(post.get("date"), now)
    changed = stated_date(_in_utc(post.get("modified_gmt")), now)
    entry = stated_entry(link, stated_text(_rendered(post, "title"), MAX_TITLE), summary, dated, Evidence.FEED, image)
    if entry is None:
        return None
    id_ = stated_text(_rendered(post, "guid"), 1_000) or link
    shown = embedded(_rendered(post, "content")[:MAX_CONTENT])
    return replace(entry, id=id_, content=content, updated=changed.at if changed else None, copied_from=shown)


def _rendered(post: Mapping[str, Any], name: str) -> str:
    value = post.get(name)
    is_open = isinstance(value, Mapping) and not value.get("protected")
    return _string(value.get("rendered")) if isinstance(value, Mapping) and is_open else ""


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _in_utc(value: object) -> str:
    """WordPress writes its UTC times without saying so."""
    text = _string(value)
    return text if not text or text.endswith("Z") else f"{text}Z"


def _teaser(html: str) -> str:
    text = stated_text(html, 2_000)
    shown = without_read_more(text)
    is_whole = shown == text or not shown or shown.endswith((".", "!", "?", "…"))
    return cut(shown if is_whole else f"{shown}…")


def _featured(post: Mapping[str, Any], base: str) -> Image | None:
    embedded = post.get("_embedded")
    media = embedded.get("wp:featuredmedia") if isinstance(embedded, Mapping) else None
    first = media[0] if isinstance(media, list) and media and isinstance(media[0], Mapping) else {}
    caption = _rendered(first, "caption")
    return make_image(first.get("source_url"), base, alt=first.get("alt_text"), caption=caption)


# --- JSON-LD ------------------------------------------------------------------------------------------------------


def read_json_ld(body: bytes, *, url: str, now: datetime) -> Reading:
    """Return the articles that a page lists in JSON-LD; without entries if it lists fewer than three."""
    head = read_head(decode(body))
    base = absolute(url, head.base) or url
    nodes = nodes_in(head.scripts)
    entries = unique(_listed(node, base, now) for node in nodes if is_article(node))
    if len(entries) < LEAST:
        entries = ()
    return Reading(
        kind="page",
        format="json-ld",
        language=head.language,
        link=url,
        entries=entries,
        events=stated_events(nodes, base),
    )


def events_stated_in(markup: str, url: str) -> tuple[Happening, ...]:
    """Return the events that a page states in JSON-LD; most state none, which costs no parsing."""
    if "ld+json" not in markup or 'Event"' not in markup:
        return ()
    head = read_head(head_only(markup))
    return stated_events(nodes_in(head.scripts), absolute(url, head.base) or url)


def _listed(node: Node, base: str, now: datetime) -> Entry | None:
    link = next(iter(addresses_of(node, base)), "")
    title = stated_text(node.get("headline") or node.get("name"), MAX_TITLE)
    dated = stated_date(node.get("datePublished"), now)
    image = stated_image(node.get("image"), base)
    return stated_entry(link, title, _teaser(_string(node.get("description"))), dated, Evidence.JSON_LD, image)


# --- News sitemaps ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sitemap:
    """The target of the parser: per `<url>` the text of its elements by their full names."""

    root: str = ""
    urls: list[dict[str, str]] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self.root = self.root or etree.QName(tag).localname
        self._text = []
        if etree.QName(tag).localname == "url" and len(self.urls) < MAX_ENTRIES:
            self.urls.append({})

    def data(self, text: str) -> None:
        if len(self._text) < 100:
            self._text.append(text[:MAX_TITLE])

    def end(self, tag: str) -> None:
        if self.urls:
            name = tag if tag.startswith((_NEWS, _IMAGE)) else etree.QName(tag).localname
            self.urls[-1].setdefault(name, "".join(self._text).strip())
        self._text = []

    def close(self) -> "_Sitemap":
        return self


def read_news_sitemap(body: bytes, *, url: str, now: datetime) -> Reading:
    """Return the articles of a news sitemap, in document order; an empty one is one of a site without fresh news.

    Raises ReadError "not-a-feed" for what is no sitemap or an index of sitemaps, "no-list" for one without titles,
    "too-large".
    """
    sitemap = _sitemap(body)
    if sitemap.root != "urlset":
        raise ReadError("not-a-feed", "no sitemap")
    titled = [fields for fields in sitemap.urls if fields.get(f"{_NEWS}title")]
    if sitemap.urls and not titled:
        raise ReadError("no-list", "a sitemap without titles")
    entries = unique(_in_sitemap(fields, url, now) for fields in titled)
    return Reading(kind="feed", format="news-sitemap", link=absolute(url, "/"), entries=entries)


def _sitemap(body: bytes) -> _Sitemap:
    if len(body) > MAX_BYTES:
        raise ReadError("too-large", f"{len(body)} bytes")
    target = _Sitemap()
    parser = etree.XMLParser(target=target, resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    with suppress(etree.LxmlError):  # what came before the mistake is as good as the rest
        etree.fromstring(body.strip(), parser)
    return target


def _in_sitemap(fields: Mapping[str, str], url: str, now: datetime) -> Entry | None:
    dated = stated_date(fields.get(f"{_NEWS}publication_date"), now)
    image = make_image(fields.get(f"{_IMAGE}loc"), url)
    title = stated_text(fields[f"{_NEWS}title"], MAX_TITLE)
    entry = stated_entry(absolute(url, fields.get("loc", "")), title, "", dated, Evidence.FEED, image)
    return replace(entry, language=stated_text(fields.get(f"{_NEWS}language"), 20)) if entry else None
