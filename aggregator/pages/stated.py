"""Values as machines state them (JSON-LD, `<meta>`, `<time datetime>`, APIs), believed as far as they can be right.

What states a date is a template: midnight means that it knew the day only, this very minute that it wrote down when
the page was made, and the day after tomorrow that it is about something else.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from aggregator.model import Entry, Evidence, Image, Precision
from aggregator.pages.links import absolute
from aggregator.pages.pictures import CREDIT
from aggregator.text.dates import Dated, feed_date, in_amsterdam
from aggregator.text.encoding import repair
from aggregator.text.html import clean_text, cut, is_pixel, plain_text

AHEAD = timedelta(days=2)  # a server's clock and zone may be that much ahead
JUST_NOW = timedelta(minutes=2)
LEAST = 3  # articles that make a list; fewer are the page itself and what it mentions
MAX_TEXT = 20_000
MAX_CREDIT = 100

_MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0+)?)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?$")
_ORNAMENT = re.compile(
    r"logo|favicon|placeholder|fallback|default|dummy|avatar|(?:^|[-_/])icon|social-?share|og-?image\.", re.IGNORECASE
)


def stated_date(value: object, now: datetime) -> Dated | None:
    """Return the date that a machine's value says, None if it says none or one that cannot be of publication."""
    text = clean_text(value[:100]) if isinstance(value, str) else ""
    midnight = _MIDNIGHT.match(text)
    dated = feed_date(midnight[1] if midnight else text)
    if dated is None or dated.at > now + AHEAD:
        return None
    if dated.precision is Precision.MINUTE and in_amsterdam(dated.at).time() == time():
        return replace(dated, precision=Precision.DAY)  # midnight here, written in UTC
    return dated


def is_of_the_visit(dated: Dated, now: datetime) -> bool:
    """Tell whether a date is the minute of our own visit: when the page was made, not when its news came out."""
    return dated.precision is Precision.MINUTE and abs(dated.at - now) <= JUST_NOW


def stated_text(value: object, length: int = 300) -> str:
    """Return a title or description as plain text, at most `length` characters; "" for what is no text."""
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, str)), "")
    if isinstance(value, Mapping):  # a JSON-LD value with its language: {"@value": "Nieuws", "@language": "nl"}
        value = value.get("@value")
    return cut(repair(plain_text(value[:MAX_TEXT])), length) if isinstance(value, str) else ""


def stated_image(value: object, base: str) -> Image | None:
    """Return the first picture of a JSON-LD image (an address, an ImageObject, a list of these)."""
    for each in value[:5] if isinstance(value, list) else [value]:
        fields: Mapping[str, Any] = each if isinstance(each, Mapping) else {"url": each}
        addresses = (fields.get(name) for name in ("contentUrl", "url"))
        for address in addresses:
            credit = fields.get("creditText") or _name(fields.get("author")) or _name(fields.get("copyrightHolder"))
            if image := make_image(address, base, caption=fields.get("caption"), credit=credit):
                return image
    return None


def make_image(
    address: object, base: str, *, alt: object = "", caption: object = "", credit: object = ""
) -> Image | None:
    """Return a picture with its texts; None for what is no picture of something: a logo, a placeholder, a pixel."""
    url = absolute(base, address) if isinstance(address, str) else ""
    if not url or is_pixel(url) or _ORNAMENT.search(url.rsplit("/", 1)[-1]):
        return None
    told, name = split_credit(stated_text(caption))
    return Image(url=url, alt=stated_text(alt), caption=told, credit=stated_text(credit, MAX_CREDIT) or name)


def split_credit(caption: str) -> tuple[str, str]:
    """Return a caption without the credit at its end, and the credit: "De hal. Foto: Jan" has both."""
    match = CREDIT.match(caption)
    return (match["caption"].strip(), match["credit"].strip()) if match else (caption, "")


def stated_entry(
    link: str, title: str, summary: str, dated: Dated | None, evidence: Evidence, image: Image | None
) -> Entry | None:
    """Return the entry of a list; None without link or title."""
    if not link or not title:
        return None
    return Entry(
        id=link,
        link=link,
        title=title,
        summary=summary,
        published=dated.at if dated else None,
        date_evidence=evidence if dated else None,
        date_precision=dated.precision if dated else None,
        image=image,
    )


def unique(entries: Iterable[Entry | None]) -> tuple[Entry, ...]:
    """Return each entry once, by its link; None is left out."""
    known: dict[str | None, Entry] = {}
    for entry in entries:
        if entry:
            known.setdefault(entry.link, entry)
    return tuple(known.values())


def _name(value: object) -> object:
    if isinstance(value, list):
        value = next(iter(value), None)
    return value.get("name") if isinstance(value, Mapping) else value
