"""JSON Feed 1.0 and 1.1 (jsonfeed.org): every field's type is checked, and a wrong one costs only itself."""

import json
from collections.abc import Iterator
from typing import Any

from aggregator.errors import ReadError
from aggregator.feeds.entry import Draft, html_of, language_tag, text_of, web_address
from aggregator.feeds.image import make_image
from aggregator.feeds.look import ENTRY_LIMIT, SIZE_LIMIT
from aggregator.feeds.xml import Document
from aggregator.model import Image

Fields = dict[str, Any]


def read_json(text: str, url: str, language: str) -> Document:
    """Return what a JSON Feed from `url` says; entries in document order. Raises ReadError if it is none."""
    feed = _parsed(text)
    items = [item for item in _list(feed, "items") if isinstance(item, dict)]
    if len(items) > ENTRY_LIMIT:
        raise ReadError("too-many-entries", f"{len(items)}")
    spoken = language_tag(_string(feed, "language"))
    home = web_address(_string(feed, "home_page_url"), url)
    return Document(
        format="json10" if _string(feed, "version").rstrip("/").endswith("/1") else "json11",
        title=text_of(_string(feed, "title"), is_html=False),
        link=home,
        language=spoken,
        hubs=tuple(_hubs(feed, url)),
        topic=web_address(_string(feed, "feed_url"), url) or "",
        about={},
        drafts=[_draft(item, home or url, url, spoken or language_tag(language)) for item in items],
    )


def _parsed(text: str) -> Fields:
    if len(text) > SIZE_LIMIT:
        raise ReadError("too-large", f"{len(text)} characters")
    try:
        feed = json.loads(text.lstrip("\ufeff"), strict=False)
    except RecursionError as error:
        raise ReadError("too-deep") from error
    except ValueError as error:
        raise ReadError("unreadable" if "jsonfeed.org" in text[:1000] else "not-a-feed", str(error)[:200]) from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ReadError("not-a-feed", "JSON, but no JSON Feed")
    return feed


def _draft(item: Fields, base: str, url: str, language: str) -> Draft:
    addresses = (web_address(_string(item, key), url) for key in ("url", "external_url", "id"))
    link = next(filter(None, addresses if _is_address(item) else list(addresses)[:2]), None)
    content = _string(item, "content_html") or html_of(_string(item, "content_text"), is_html=False)
    return Draft(
        id=_string(item, "id"),
        link=link,
        title=text_of(_string(item, "title"), is_html=False),
        summary=html_of(_string(item, "summary"), is_html=False),
        content=content,
        base=link or base,
        published=_string(item, "date_published"),
        updated=_string(item, "date_modified"),
        authors=tuple(_authors(item)),
        categories=tuple(tag for tag in _list(item, "tags") if isinstance(tag, str)),
        image=_image(item, link or base),
        language=language_tag(_string(item, "language")) or language,
    )


def _is_address(item: Fields) -> bool:
    return _string(item, "id").lower().startswith(("http://", "https://"))


def _string(fields: Fields, key: str) -> str:
    """Return a string; ids are also written as numbers."""
    value = fields.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool) and key == "id":
        return str(value)
    return value if isinstance(value, str) else ""


def _list(fields: Fields, key: str) -> list[Any]:
    value = fields.get(key)
    return value if isinstance(value, list) else []


def _authors(item: Fields) -> Iterator[str]:
    """Return the names of `authors` (1.1) or `author` (1.0)."""
    for author in [*_list(item, "authors"), item.get("author")]:
        if isinstance(author, dict):
            yield _string(author, "name")


def _image(item: Fields, base: str) -> Image | None:
    attached = (
        _string(attachment, "url")
        for attachment in _list(item, "attachments")
        if isinstance(attachment, dict) and _string(attachment, "mime_type").startswith("image/")
    )
    for href in (_string(item, "image"), _string(item, "banner_image"), *attached):
        if address := web_address(href, base):
            return make_image(address)
    return None


def _hubs(feed: Fields, url: str) -> Iterator[str]:
    for hub in _list(feed, "hubs"):
        address = web_address(_string(hub, "url"), url) if isinstance(hub, dict) else None
        if address:
            yield address
