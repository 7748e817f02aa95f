"""RSS, RDF and Atom through feedparser: it knows every dialect; addresses, dates and cleaning are ours.

feedparser gets UTF-8 without prolog that has been looked at (`look.py`), and neither cleans nor resolves: its
sanitizer can be bypassed, and both together take half of its time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import feedparser

from aggregator.errors import ReadError
from aggregator.feeds.entry import Draft, html_of, language_tag, text_of, web_address
from aggregator.feeds.image import make_image
from aggregator.feeds.look import Look
from aggregator.feeds.plain import plain_entries
from aggregator.model import Image

Fields = dict[str, Any]

# feedparser takes media:title and media:description for the entry's own; under other names it keeps them apart.
_MEDIA_TEXT = re.compile(r"<(/?)media:(title|description)\b[^<>]*?(/?)>")
_HTML_TYPES = {"text/html", "application/xhtml+xml"}
# What feedparser raises where a document is not as it expects, an element of a feed inside another's for one.
_STUMBLES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_IMAGE_PATH = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:[?#]|$)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A feed as its parser hands it over: about itself, and one draft an entry."""

    format: str
    title: str = ""
    link: str | None = None
    language: str = ""
    hubs: tuple[str, ...] = ()
    topic: str = ""
    about: Fields
    drafts: list[Draft]


def read_xml(look: Look, url: str, language: str) -> Document:
    """Return what a looked-at feed from `url` says; entries in document order."""
    entries = plain_entries(look)
    parsed = _parsed(look.head if entries is not None else _media_apart(look.text))
    if entries is None:
        entries = [_as_dicts(entry) for entry in parsed["entries"]]
    feed = _as_dicts(parsed["feed"])
    version = str(parsed["version"] or "")
    spoken = language_tag(str(feed.get("language", "")))
    context = _Context(
        url=url,
        language=spoken or language_tag(language),
        is_atom=version.startswith("atom"),
        link=_feed_link(feed, url),
    )
    return Document(
        format="rss091n" if look.netscape and version.startswith("rss09") else version,
        title=_text(feed, "title"),
        link=context.link,
        language=spoken,
        hubs=tuple(_addresses(feed, {"hub"}, url)),
        topic=next(_addresses(feed, {"self"}, url), ""),
        about=feed,
        drafts=[_draft(entry, context) for entry in entries],
    )


def _parsed(body: bytes) -> Any:
    try:
        return feedparser.parse(
            BytesIO(body),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _STUMBLES as error:
        raise ReadError("unreadable", f"feedparser: {type(error).__name__} {error}") from error


def _media_apart(text: str) -> bytes:
    return _MEDIA_TEXT.sub(r"<\1media:our-\2\3>", text).encode()


def _as_dicts(value: Any) -> Any:
    """Return plain dicts for feedparser's, which look for five old names at every question."""
    if isinstance(value, dict):
        return {key: _as_dicts(each) for key, each in dict.items(value)}
    return [_as_dicts(each) for each in value] if isinstance(value, list) else value


@dataclass(frozen=True, kw_only=True, slots=True)
class _Context:
    url: str
    link: str | None
    language: str
    is_atom: bool


def _draft(entry: Fields, context: _Context) -> Draft:
    contents = [content for content in entry.get("content", ()) if content.get("value")]
    summary, content = _markup(entry, "summary"), _fullest(contents)
    link = _entry_link(entry, context.url)
    published, updated = _dates(entry, is_atom=context.is_atom)
    return Draft(
        id=str(entry.get("id", "")),
        link=link,
        title=_text(entry, "title"),
        summary=summary or str(entry.get("media_our-description", "")),
        content=content,
        base=_base(entry, contents, link or context.link or context.url, context.url),
        published=str(entry.get(published, "")),
        updated=str(entry.get(updated, "")),
        published_guess=entry.get(f"{published}_parsed"),
        updated_guess=entry.get(f"{updated}_parsed"),
        authors=tuple(_authors(entry)),
        categories=tuple(str(tag.get("label") or tag.get("term") or "") for tag in entry.get("tags", ())),
        image=_image(entry, link or context.url),
        language=_language(entry, contents) or context.language,
        copied_from=tuple(_copied_from(entry, context.url)),
        starts=str(entry.get("ev_startdate", "")),
        ends=str(entry.get("ev_enddate", "")),
        place=str(entry.get("ev_location", "")),
    )


# --- Texts --------------------------------------------------------------------------------------------------------


def _text(fields: Fields, key: str) -> str:
    detail = fields.get(f"{key}_detail") or {}
    return text_of(str(fields.get(key, "")), is_html=detail.get("type") in _HTML_TYPES)


def _markup(fields: Fields, key: str) -> str:
    detail = fields.get(f"{key}_detail") or {}
    return html_of(str(fields.get(key, "")), is_html=detail.get("type", "text/html") in _HTML_TYPES)


def _fullest(contents: list[Fields]) -> str:
    readable = [content for content in contents if str(content.get("type", "text/html")).startswith("text/")]
    readable += [content for content in contents if content.get("type") == "application/xhtml+xml"]
    if not readable:
        return ""
    longest = max(readable, key=lambda content: len(content["value"]))
    return html_of(str(longest["value"]), is_html=longest.get("type") in _HTML_TYPES)


def _language(entry: Fields, contents: list[Fields]) -> str:
    details = [entry.get("title_detail"), entry.get("summary_detail"), *contents]
    spoken = (language_tag(str(detail.get("language") or "")) for detail in details if detail)
    return next(filter(None, spoken), "")


def _authors(entry: Fields) -> Iterator[str]:
    for author in entry.get("authors", ()):
        yield str(author.get("name") or author.get("email") or "")
    if not any(author.get("name") or author.get("email") for author in entry.get("authors", ())):
        yield str(entry.get("author", ""))


# --- Addresses ----------------------------------------------------------------------------------------------------


def _entry_link(entry: Fields, url: str) -> str | None:
    links = [link for link in entry.get("links", ()) if link.get("href")]
    alternates = [link["href"] for link in links if link.get("rel") == "alternate"]
    others = [link["href"] for link in links if link.get("rel") not in {"alternate", "enclosure", "self", "edit"}]
    candidates = [entry.get("feedburner_origlink"), _own_link(entry), *alternates]
    if len(others) == 1 or not alternates:
        candidates += others[:1]
    candidates += [link["href"] for link in links if link.get("rel") == "self"][:1]
    resolved = (web_address(str(candidate), url) for candidate in candidates if candidate)
    return next((address for address in resolved if address), None)


def _own_link(entry: Fields) -> str:
    """Return entry.link, unless it is only a guid that does not say that it is no address."""
    link = str(entry.get("link", ""))
    is_guid = link == entry.get("id") and entry.get("guidislink")
    return "" if is_guid and not link.strip().lower().startswith(("http://", "https://")) else link


def _feed_link(feed: Fields, url: str) -> str | None:
    return web_address(str(feed.get("link", "")), url)


def _addresses(fields: Fields, relations: set[str], url: str) -> Iterator[str]:
    for link in fields.get("links", ()):
        address = web_address(str(link.get("href", "")), url) if link.get("rel") in relations else None
        if address:
            yield address


def _base(entry: Fields, contents: list[Fields], fallback: str, url: str) -> str:
    details = [*contents, entry.get("summary_detail")]
    based = (str(detail.get("base") or "") for detail in details if detail)
    return web_address(next(filter(None, based), ""), url) or fallback


def _copied_from(entry: Fields, url: str) -> Iterator[str]:
    """Return the id and the addresses of atom:source, which says whose entry this is a copy of."""
    source = entry.get("source") or {}
    if source.get("id"):
        yield str(source["id"]).strip()
    yield from _addresses(source, {"self", "alternate"}, url)


# --- Dates --------------------------------------------------------------------------------------------------------


def _dates(entry: Fields, *, is_atom: bool) -> tuple[str, str]:
    """Return the keys of the publication and of the change; RSS's only other date, dc:date, is a publication."""
    published = next((key for key in ("published", "created") if entry.get(key)), "")
    if published or is_atom:
        return published or "published", "updated"
    return "updated", ""


# --- Pictures -----------------------------------------------------------------------------------------------------


def _image(entry: Fields, base: str) -> Image | None:
    for href in _pictures(entry):
        if address := web_address(href, base):
            return make_image(
                address,
                alt=text_of(str(entry.get("media_our-title", "")), is_html=False),
                caption=text_of(str(entry.get("media_our-description", "")), is_html=True),
                credit=_credit(entry),
            )
    return None


def _pictures(entry: Fields) -> Iterator[str]:
    contents = [content for content in entry.get("media_content", ()) if _is_picture(content)]
    yield from (str(content["url"]) for content in sorted(contents, key=_width, reverse=True))
    yield from (str(thumbnail["url"]) for thumbnail in entry.get("media_thumbnail", ()) if thumbnail.get("url"))
    for link in entry.get("links", ()):
        if link.get("rel") == "enclosure" and _is_picture({**link, "url": link.get("href", "")}):
            yield str(link["href"])
    own = entry.get("image")
    if isinstance(own, dict) and own.get("href"):
        yield str(own["href"])


def _is_picture(media: Fields) -> bool:
    url, kind = str(media.get("url", "")), str(media.get("type", ""))
    return bool(url) and (
        media.get("medium") == "image" or kind.startswith("image/") or (not kind and bool(_IMAGE_PATH.search(url)))
    )


def _width(media: Fields) -> int:
    width = str(media.get("width", ""))
    return int(width) if width.isascii() and width.isdigit() and len(width) < 6 else 0


def _credit(entry: Fields) -> str:
    credits = [text_of(str(credit.get("content", "")), is_html=False) for credit in entry.get("media_credit", ())]
    return next(filter(None, credits), "")
