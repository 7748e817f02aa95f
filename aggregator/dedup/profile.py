"""What joining needs to know of an entry: its plain words, the terms it is found by, where its text leads (pure)."""

import re
from dataclasses import dataclass
from html import unescape

from aggregator.dedup.shingles import terms
from aggregator.dedup.urls import url_key
from aggregator.dedup.wording import LEAD_WORDS, Wording, wording
from aggregator.model import Entry
from aggregator.text.html import text_of_clean

LEAD_CHARACTERS = 8 * LEAD_WORDS
ENDING_CHARACTERS = 1_500
FILLING, FILLING_WITHIN = "lorem ipsum", 200
REFERENCES = 20  # links of one text that are looked at
BEGINNING = 60  # characters by which a teaser is recognised as the beginning of the text

_LINK = re.compile(r'<a [^<>]*?href="(https?://[^"<>]{1,2000})"')
# "Nieuws - 5 januari 2022" above the text is the date of the page, and no figure of the news.
_DATE_LINE = re.compile(
    r"\A\W*(?:[A-Z]\w+\W+){0,2}\d{1,2}[ -](?:jan|feb|ma|mrt|apr|me|jun|jul|au|sep|okt|nov|dec|\d)\w*\.?[ -]\d{4}"
    r"(?:\s*\n|\s*[|:·–-]\s*|\s+(?=[A-Z‘'“\"]))"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """An entry as joining sees it."""

    lead: str
    wording: Wording
    terms: tuple[int, ...]
    references: frozenset[str]


def profile(entry: Entry) -> Profile:
    """Return what joining needs to know of an entry."""
    lead = lead_of(entry)
    words = wording(entry.title, lead)
    return Profile(lead=lead, wording=words, terms=terms(words), references=references(entry))


def lead_of(entry: Entry) -> str:
    """Return the plain words that an entry begins with: its teaser, and its text unless that begins so too.

    A designer's filling is no text: it would be the same on many sites.
    """
    # Three characters of HTML give at least one of text.
    text = text_of_clean(entry.content[: 3 * LEAD_CHARACTERS]) if entry.content else ""
    text, summary = _news(text), _news(entry.summary)
    if not text.startswith(summary.rstrip(" .…")[:BEGINNING]):
        text = f"{summary}\n{text}".strip()
    return (text or summary)[:LEAD_CHARACTERS]


def _news(text: str) -> str:
    """A text without the date line above it; "" where it is a designer's filling."""
    # Where a tag was stands a space.
    return "" if FILLING in text[:FILLING_WITHIN].lower() else _DATE_LINE.sub("", text, count=1).lstrip()


def ending_of(entry: Entry) -> str:
    """Return the plain words that the text of an entry ends with: there stands whom it is from."""
    return text_of_clean(entry.content[-ENDING_CHARACTERS:].partition(">")[2]) if entry.content else ""


def references(entry: Entry) -> frozenset[str]:
    """Return the URL keys of the articles and reports that the text of an entry links to; not of itself."""
    if "<a " not in entry.content:
        return frozenset()
    found = []
    for link in _LINK.findall(entry.content)[:REFERENCES]:
        try:
            found.append(url_key(unescape(link)))
        except ValueError:
            continue
    own = _key(entry.link)
    return frozenset(key for key in found if key != own and _is_document(key))


def _key(link: str | None) -> str:
    try:
        return url_key(link) if link else ""
    except ValueError:
        return ""


def _is_document(key: str) -> bool:
    """Whether an address can be one document's: a home page is everybody's."""
    return "/" in key or "?" in key
