"""Which entry is which within one source, and whether it says something else than before.

RFC 4287 section 4.2.6 and RSS 2.0 `guid`: an id identifies an entry for ever. Where a source gives none, its link
does, and where that tells nothing, its text.
"""

import json
import re
from datetime import UTC, date
from hashlib import blake2b
from zoneinfo import ZoneInfo

from aggregator.dedup.likeness import signs
from aggregator.dedup.profile import lead_of
from aggregator.dedup.urls import url_key
from aggregator.dedup.wording import wording
from aggregator.model import Entry

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ENOUGH_TO_TELL = 18.0  # weight of the words of an item; of a shorter one a new headline is no new article
HARDLY_ANY, NEARLY_ALL = 0.25, 0.8  # of the words, by weight
KEY_LENGTH = 300  # longer ones are hashed: a key is an indexed column

_WORD_OR_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+")


def item_key(entry: Entry) -> str:
    """What identifies `entry` within its source, at most KEY_LENGTH characters: "id:…", "link:…" or "text:…".

    >>> item_key(Entry(link="http://www.fme.nl/nieuws/slim/?utm_source=rss"))
    'link:fme.nl/nieuws/slim'
    """
    if entry.id and entry.id.strip() and not _is_link(entry.id.strip(), entry.link):
        return _bounded("id:", entry.id.strip())
    if entry.link and (key := _telling_link(entry.link)):
        return _bounded("link:", key)
    return "text:" + _hash(entry.title, entry.summary or entry.content).hex()


def _is_link(id_: str, link: str | None) -> bool:
    """Whether an id is only the article's address again: then http or https, www or not, must not tell it apart."""
    return bool(link) and id_.startswith("http") and _key_or_itself(id_) == _key_or_itself(link or "")


def _telling_link(link: str) -> str:
    """The key of an address that can be one article's; "" for a home page, which many items may link to."""
    key = _key_or_itself(link)
    # Within one source the anchor is what tells the items of a one-page archive apart.
    anchor = link.partition("#")[2]
    if anchor and "#" not in key:
        key += f"#{anchor}"
    return key if any(sign in key for sign in "/?#") else ""


def _bounded(prefix: str, value: str) -> str:
    if len(prefix) + len(value) <= KEY_LENGTH:
        return prefix + value
    return f"{prefix}#{_hash(value).hex()}"


def fingerprint(entry: Entry) -> bytes:
    """16 bytes that differ when `entry` says anything else than before.

    `updated` alone does not count: many sites stamp it with the time of the request. Nor does how we read a date.
    """
    published = entry.published.astimezone(UTC).isoformat() if entry.published else None
    image = entry.image and (entry.image.url, entry.image.alt, entry.image.caption, entry.image.credit)
    return _hash(
        *(entry.title, entry.summary, entry.content, entry.link, published, entry.kicker, entry.language),
        *(entry.authors, entry.categories, image),
    )


def _hash(*fields: object) -> bytes:
    # JSON keeps fields apart whatever is in them, and takes lone surrogates.
    return blake2b(json.dumps(fields).encode("ascii"), digest_size=16).digest()


def visible_change(old: Entry, new: Entry) -> tuple[str, ...]:
    """The fields among title, summary, published and link that changed so that a reader would notice.

    Spaces, punctuation, the time of day and the spelling of an address go unnoticed.
    """
    changed = {
        "title": _words(old.title) != _words(new.title),
        "summary": _words(old.summary) != _words(new.summary),
        "published": _day(old) != _day(new),
        "link": old.link != new.link and _key_or_itself(old.link or "") != _key_or_itself(new.link or ""),
    }
    return tuple(name for name, differs in changed.items() if differs)


def is_another_article(old: Entry, new: Entry) -> bool:
    """Whether an id was given to another article.

    A headline may be rewritten, a figure corrected and a text replaced. But where hardly a telling word came back, or
    the title tells of another thing and the text is not nearly the same, it is other news.
    """
    before, now = wording(old.title, lead_of(old)), wording(new.title, lead_of(new))
    if min(before.weight, now.weight) < ENOUGH_TO_TELL:
        return False
    found = signs(before, now)
    if found.title_clash or before.genre.excludes(now.genre):
        return found.cover < NEARLY_ALL
    return found.cover < HARDLY_ANY and not found.title_weight > HARDLY_ANY * min(before.weight, now.weight)


def _words(text: str) -> str:
    # A number keeps its signs and its place: "1,5" is not "15" and "5 10" is not "510".
    return "".join(f" {each} " if each[0].isdigit() else each for each in _WORD_OR_NUMBER.findall(text))


def _day(entry: Entry) -> date | None:
    return entry.published.astimezone(AMSTERDAM).date() if entry.published else None


def _key_or_itself(link: str) -> str:
    try:
        return url_key(link)
    except ValueError:
        return link
