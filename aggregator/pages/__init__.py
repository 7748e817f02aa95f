"""Sites without a feed: a page's list of news read as entries."""

from datetime import datetime

from aggregator.errors import ReadError
from aggregator.model import Reading, Selectors
from aggregator.pages.happenings import unique_events
from aggregator.pages.links import base_of
from aggregator.pages.listing import Listing, Rule, find_listing
from aggregator.pages.outcome import is_soft_404, problem, why_empty
from aggregator.pages.selectors import select_entries
from aggregator.pages.structured import events_stated_in
from aggregator.pages.tree import MAX_BYTES, Page, parse
from aggregator.text.encoding import decode
from aggregator.text.html import clean_text

__all__ = ["Listing", "Rule", "find_in", "find_listing", "read_page"]

SURE = 0.65  # below it an editor looks once


def read_page(
    body: bytes,
    *,
    url: str,
    now: datetime,
    charset: str = "",
    language: str = "nl",
    selectors: Selectors | None = None,
) -> Reading:
    """Return the news of a page, in document order; without entries, `problems` says why.

    `charset` is the one that Content-Type declared; `language` is the source's, for dates. `selectors` take the place
    of the search for the list. Codes of problems: see outcome.py.

    Raises ReadError for what cannot be read at all: "empty", "too-large", "too-deep", "unreadable".
    """
    markup = _markup(body, charset)
    page = parse(markup)
    if selectors:
        entries = select_entries(markup, selectors, base=base_of(page, url), now=now, language=language)
        listing = Listing(kind="news" if entries else "none", entries=entries, confidence=1.0)
    else:
        listing = find_listing(page, url=url, now=now, language=language)
    codes = _codes(page, listing)
    fine = listing.kind == "news" and "soft-404" not in codes
    return Reading(
        kind="page",
        format="html",
        title=clean_text(page.title)[:300],
        language=page.language,
        link=url,
        entries=listing.entries if fine else (),
        events=() if "soft-404" in codes else unique_events([*events_stated_in(markup, url), *listing.events]),
        problems=tuple(problem(code) for code in codes),
        rule=listing.rule.path if fine and listing.rule else "",
    )


def find_in(body: bytes, *, url: str, now: datetime, charset: str = "", language: str = "nl") -> Listing:
    """Return the list of a page, agendas included, with how sure it is and the rule that finds it again."""
    return find_listing(parse(_markup(body, charset)), url=url, now=now, language=language)


def _markup(body: bytes, charset: str) -> str:
    if len(body) > MAX_BYTES:
        raise ReadError("too-large", f"more than {MAX_BYTES // 1_000_000} MB")
    return decode(body, charset)


def _codes(page: Page, listing: Listing) -> list[str]:
    if is_soft_404(page):
        return ["soft-404"]
    if listing.kind == "agenda":
        return ["agenda"]
    if listing.kind == "none":
        return [why_empty(page, sum(node.tag == "a" for node in page.nodes))]
    codes = []
    if not any(entry.published for entry in listing.entries):
        codes.append("no-dates")
    if listing.confidence < SURE:
        codes.append("low-confidence")
    return codes
