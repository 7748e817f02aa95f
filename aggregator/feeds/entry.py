"""From what a feed says to an `Entry`: links absolute, texts clean, dates believable, summary and content told apart.

Shared by the XML and the JSON reader, which hand over a `Draft`: the strings as they stood in the document.
"""

import hashlib
import re
from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from time import struct_time
from urllib.parse import quote, unquote, urljoin, urlsplit

from aggregator.feeds import image, noise
from aggregator.model import Entry, Evidence, Happening, Image, Precision, Problem
from aggregator.text.dates import Dated, feed_date
from aggregator.text.encoding import repair
from aggregator.text.html import clean_html, clean_text, cut, embedded, plain_text

MOST_DATE = 200  # characters
TITLE_LIMIT = 500
SUMMARY_LIMIT = 2_000
TEASER_LIMIT = 300
MADE_TITLE_LIMIT = 80
ID_LIMIT = 1_000
LINK_LIMIT = 4_000
NAME_LIMIT = 200
NAMES_LIMIT = 50

FIRST_YEAR = 1990
FUTURE = timedelta(days=2 * 366)

_ELEMENTS = (
    "a|abbr|article|b|big|blockquote|br|center|cite|code|dd|del|div|dl|dt|em|embed|figcaption|figure|font|footer|form|"
    "h[1-6]|header|hr|i|iframe|img|input|ins|kbd|li|link|mark|meta|object|ol|p|pre|q|s|script|section|small|span|"
    "strike|strong|style|sub|sup|svg|table|tbody|td|th|thead|time|tr|tt|u|ul|video"
)
_MARKUP = re.compile(rf"</?(?:{_ELEMENTS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_IN_URL = re.compile("[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\ufeff]+")
_BETWEEN_WORDS = re.compile(r"[-_+\s]+")
_PLAIN_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[1-5]?\d{1,4})?/[A-Za-z0-9/_.,~%?&=+:;@!-]*"
)
_YEAR_ONE = re.compile(r"\b0001\b")  # "no date" in the programs of one maker
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


@dataclass(kw_only=True, slots=True)
class Draft:
    """One entry as its document has it. `summary` and `content` are HTML, unsafe; dates are unread."""

    id: str = ""
    link: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    base: str = ""
    published: str = ""
    updated: str = ""
    published_guess: struct_time | None = None
    updated_guess: struct_time | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    image: Image | None = None
    language: str = ""
    copied_from: tuple[str, ...] = ()
    starts: str = ""  # of an event (RSS 1.0 event module)
    ends: str = ""
    place: str = ""


def make_event(draft: Draft) -> Happening | None:
    """Return the event that an entry states itself to be: then it is no news, and its dates are not the news'."""
    starts = feed_date(draft.starts.strip()) if 0 < len(draft.starts) < MOST_DATE else None
    title = cut(draft.title, TITLE_LIMIT)
    if starts is None or not title:
        return None
    ends = feed_date(draft.ends.strip()) if 0 < len(draft.ends) < MOST_DATE else None
    return Happening(
        key=identifier(draft.id) or draft.link or f"{draft.starts} {title}",
        title=title,
        link=draft.link,
        starts=starts.at,
        ends=ends.at if ends and ends.at > starts.at else None,
        place=cut(text_of(draft.place, is_html=False), TITLE_LIMIT),
    )


def make_entry(draft: Draft, now: datetime) -> tuple[Entry | None, list[Problem]]:
    """Return the entry, or None when it says nothing, and what was wrong with it."""
    problems: list[Problem] = []
    content = noise.without_tail_paragraph(clean_html(repair(draft.content), draft.base)) if draft.content else ""
    if not content and "<" in draft.summary:
        content = noise.without_tail_paragraph(clean_html(repair(draft.summary), draft.base))
    picture = draft.image or image.first_in(content)
    summary, content = _told_apart(draft, content)
    kicker, title = noise.kicker(cut(draft.title, TITLE_LIMIT))
    title = title or cut(summary or plain_text(content), MADE_TITLE_LIMIT) or _words_of(draft.link or "")
    if not title:
        return None, [Problem(code="entry-skipped", message="An entry without title and text.")]
    published = _date(draft.published, draft.published_guess, now, problems)
    is_same = draft.updated == draft.published
    updated = published if is_same else _date(draft.updated, draft.updated_guess, now, problems)
    dated = published or updated
    entry = Entry(
        id=identifier(draft.id),
        link=draft.link,
        title=title,
        summary=image.without_caption(summary, picture),
        content=content,
        published=dated.at if dated else None,
        updated=updated.at if updated else None,
        date_evidence=Evidence.FEED if dated else None,
        date_precision=dated.precision if dated else None,
        authors=names(draft.authors),
        categories=names(draft.categories),
        image=picture,
        kicker=kicker,
        language=draft.language,
        copied_from=(*draft.copied_from, *embedded(draft.content), *embedded(draft.summary)),
    )
    return entry, problems


def _told_apart(draft: Draft, cleaned: str) -> tuple[str, str]:
    """Return the teaser as text, and the full text as HTML, or "" where the feed has the teaser only."""
    summary = noise.without_tail(plain_text(image.without_figures(repair(draft.summary))))
    if draft.content:
        if not summary or draft.summary == draft.content:
            return _teaser(cleaned), cleaned
        return cut(summary, SUMMARY_LIMIT), cleaned
    if len(summary) <= TEASER_LIMIT:
        return summary, ""
    return (_teaser(cleaned) if cleaned else cut(summary, SUMMARY_LIMIT)), cleaned


def _teaser(content: str) -> str:
    # Half a page is enough for a teaser; a whole book need not be turned into text for it.
    start = image.without_figures(content[:20_000])
    return cut(noise.without_tail(plain_text(start)), TEASER_LIMIT)


def _words_of(link: str) -> str:
    """Return the words of an address's last part: the title of an entry that says nothing else."""
    parts = urlsplit(link)
    last = unquote(parts.path).rstrip("/").rpartition("/")[2].partition(".")[0]
    return cut(clean_text(_BETWEEN_WORDS.sub(" ", last)), MADE_TITLE_LIMIT).capitalize() or (parts.hostname or "")


# --- Texts --------------------------------------------------------------------------------------------------------


def text_of(value: str, *, is_html: bool) -> str:
    """Return a title or name as text: what is said to be text may be markup all the same, and be escaped twice."""
    value = value[:LINK_LIMIT] if len(value) > 50 * LINK_LIMIT else value
    text = plain_text(value) if is_html else clean_text(value)
    for _ in range(2):
        if _MARKUP.search(text):
            text = plain_text(text)
        elif _REFERENCE.search(text):
            text = clean_text(unescape(text))
        else:
            break
    return repair(text)


def html_of(value: str, *, is_html: bool) -> str:
    """Return `value` as HTML; what is said to be text is escaped, unless it is markup all the same."""
    if is_html or _MARKUP.search(value) or _REFERENCE.search(value):
        return value
    return escape(value, quote=False).replace("\n\n", "<br><br>")


def identifier(raw: str) -> str | None:
    """Return an id as given, trimmed; a hash in the place of an endless one; None for none."""
    raw = clean_text(raw)
    if len(raw) > ID_LIMIT:
        return "sha256:" + hashlib.sha256(raw.encode()).hexdigest()
    return raw or None


def names(raw: tuple[str, ...]) -> tuple[str, ...]:
    """Return names or terms as text: each once, none empty, none endless."""
    texts = (cut(text_of(name, is_html=False), NAME_LIMIT) for name in raw[:NAMES_LIMIT])
    return tuple(dict.fromkeys(text for text in texts if text))


def language_tag(raw: str) -> str:
    """Return a language tag (RFC 5646) in its usual spelling, or "".

    >>> language_tag("NL_nl"), language_tag("nederlands, vooral")
    ('nl-NL', '')
    """
    raw = raw.strip()
    if not _LANGUAGE.fullmatch(raw):
        return ""
    language, *rest = raw.replace("_", "-").split("-")
    return "-".join([language.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def web_address(href: str, base: str) -> str | None:
    """Return `href` as an absolute http(s) address, or None.

    >>> web_address(" /nieuws/één dag\\n", "https://fme.nl/feed")
    'https://fme.nl/nieuws/één%20dag'
    """
    href = _IN_URL.sub(" ", href).strip()
    if _PLAIN_ADDRESS.fullmatch(href) and len(href) <= LINK_LIMIT:
        return href  # what nearly all are: nothing to resolve, nothing to quote
    if not href or len(href) > LINK_LIMIT:
        return None
    try:
        parts = urlsplit(urljoin(base, href.replace(" ", "%20")))
        is_usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or 1)
    except ValueError:
        return None
    return quote(parts.geturl(), safe=_URL_SAFE) if is_usable else None


# Leaves letters of every language as they are, and quotes what ends an address in a text.
_URL_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>\\^`{|}')


# --- Dates --------------------------------------------------------------------------------------------------------


def _date(raw: str, guess: struct_time | None, now: datetime, problems: list[Problem]) -> Dated | None:
    if not raw.strip():
        return None
    dated = feed_date(raw.strip()) if len(raw) < MOST_DATE else None
    if dated is None and guess is not None and not raw.strip().startswith("0000"):
        dated = _guessed(raw, guess)
    if dated is None and not _YEAR_ONE.search(raw):
        problems.append(
            Problem(code="date-unreadable", message=f"A date that cannot be read: {cut(clean_text(raw), 60)}")
        )
        return None
    if dated is None or dated.at.year < FIRST_YEAR or dated.at > now + FUTURE:
        problems.append(Problem(code="date-odd", message=f"A date that cannot be right: {cut(clean_text(raw), 60)}"))
        return None
    return dated


def _guessed(raw: str, guess: struct_time) -> Dated | None:
    try:
        at = datetime.fromtimestamp(timegm(guess), UTC)
    except (ValueError, OverflowError):
        return None
    return Dated(at=at, precision=Precision.MINUTE if ":" in raw else Precision.DAY)
