"""What is wrong with a JSON Feed, after jsonfeed.org/version/1.1."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aggregator.publish.valid.syntax import is_iri, is_language, is_media_type, is_rfc3339

VERSION = "https://jsonfeed.org/version/1.1"

Check = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and is_iri(value)


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and is_rfc3339(value)


def _is_tag(value: Any) -> bool:
    return isinstance(value, str) and is_language(value)


def _is_list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _is_author(value: Any) -> bool:
    if not isinstance(value, dict) or not {"name", "url", "avatar"} & value.keys():
        return False
    addresses = (value[name] for name in ("url", "avatar") if name in value)
    return _is_text(value.get("name", "-")) and all(map(_is_address, addresses))


def _is_attachment(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and _is_address(value.get("url"))
        and isinstance(value.get("mime_type"), str)
        and is_media_type(value["mime_type"])
    )


def _is_hub(value: Any) -> bool:
    return isinstance(value, dict) and _is_text(value.get("type")) and _is_address(value.get("url"))


FEED: Mapping[str, Check] = {
    "version": lambda value: bool(value == VERSION),
    "title": _is_text,
    "home_page_url": _is_address,
    "feed_url": _is_address,
    "description": _is_text,
    "user_comment": _is_text,
    "next_url": _is_address,
    "icon": _is_address,
    "favicon": _is_address,
    "authors": _is_list_of(_is_author),
    "language": _is_tag,
    "expired": lambda value: isinstance(value, bool),
    "hubs": _is_list_of(_is_hub),
    "items": lambda value: isinstance(value, list),
}
ITEM: Mapping[str, Check] = {
    "id": _is_text,
    "url": _is_address,
    "external_url": _is_address,
    "title": _is_text,
    "content_html": _is_text,
    "content_text": _is_text,
    "summary": _is_text,
    "image": _is_address,
    "banner_image": _is_address,
    "date_published": _is_date,
    "date_modified": _is_date,
    "authors": _is_list_of(_is_author),
    "tags": _is_list_of(_is_text),
    "language": _is_tag,
    "attachments": _is_list_of(_is_attachment),
}


def json_complaints(feed: Any) -> Iterator[str]:
    """Yield what is wrong with a parsed document."""
    if not isinstance(feed, dict):
        yield "the document is no object"
        return
    yield from _members(feed, "feed", FEED, required=("version", "title", "feed_url", "items"))
    items = feed.get("items")
    for number, item in enumerate(items if isinstance(items, list) else [], 1):
        yield from _item(item, f"item {number}")
    ids = Counter(str(item.get("id")) for item in items or () if isinstance(item, dict))
    yield from (f"id {id!r} occurs {count} times" for id, count in ids.items() if count > 1)


def _item(item: Any, where: str) -> Iterator[str]:
    if not isinstance(item, dict):
        yield f"{where} is no object"
        return
    yield from _members(item, where, ITEM, required=("id",))
    if not {"content_html", "content_text"} & item.keys():
        yield f"{where}: neither content_html nor content_text"


def _members(
    value: dict[str, Any], where: str, checks: Mapping[str, Check], required: tuple[str, ...]
) -> Iterator[str]:
    yield from (f"{where}: no {name}" for name in required if name not in value)
    for name, member in value.items():
        if name.startswith("_"):
            if not isinstance(member, dict):
                yield f"{where}: {name} is a custom object but no object"
        elif name not in checks:
            yield f"{where}: {name!r} is no member of JSON Feed 1.1"
        elif not checks[name](member):
            yield f"{where}: {name} is {str(member)[:80]!r}"
