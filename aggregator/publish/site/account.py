"""How we work, in figures; and what we say of privacy, accessibility and security."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from aggregator.model import Happening, Site
from aggregator.publish.characters import line, web_address
from aggregator.publish.site.pages import page
from aggregator.publish.site.rows import Rows
from aggregator.publish.site.words import Words
from aggregator.text.dates import day_in_amsterdam

FIGURE_DAYS = 90
SECURITY_DAYS = 180  # RFC 9116 recommends less than a year


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """The service in numbers; those of stories over the last FIGURE_DAYS."""

    sources: int
    by_feed: int
    by_page: int
    unreachable: int
    public: int  # ever, and public now
    placed: int
    by_itself: int
    corrected: int
    withdrawn: int
    delay: timedelta | None = None  # median from the partner's time to ours; None when no partner gave a time
    timed: int = 0  # the stories that `delay` is of


def account_page(figures: Figures, site: Site, language: str) -> bytes:
    """Return how we work: whom we follow, how quickly, how much of it by itself, what was put right."""
    words = Words(language)
    return page(
        "account.html",
        site,
        language,
        path="/verantwoording",
        title=words("account"),
        figures=figures,
        days=FIGURE_DAYS,
        share=f"{100 * figures.by_itself // figures.placed} %" if figures.placed else "",
        delay=duration(figures.delay, words) if figures.delay is not None else "",
    )


def text_page(name: str, site: Site, language: str) -> bytes:
    """Return a page of plain paragraphs, "privacy" or "accessibility": <name>_1_title, <name>_1_text ..."""
    words = Words(language)
    paths = {"privacy": "/privacy", "accessibility": "/toegankelijkheid"}
    numbers = range(1, 20)
    said = [
        (words(f"{name}_{n}_title"), words(f"{name}_{n}_text", title=site.title, days=FIGURE_DAYS))
        for n in numbers
        if words.has(f"{name}_{n}_title")
    ]
    return page("plain.html", site, language, path=paths[name], title=words(name), said=said)


def agenda_page(events: Sequence[tuple[str, Happening]], site: Site, language: str) -> bytes:
    """Return what is coming, the first event first; with each whose it is."""
    rows = Rows(site, {}, language)
    shown = [
        (
            rows.date(day_in_amsterdam(event.starts)),
            line(event.title),
            web_address(event.link or "") or "",
            " · ".join(filter(None, (organiser, line(event.place)))),
        )
        for organiser, event in events
    ]
    return page("agenda.html", site, language, path="/agenda", title=Words(language)("agenda"), events=shown)


def static_page(name: str, site: Site, language: str) -> bytes:
    """Return what stands at the address of a page that only a running service can make, in files for any server."""
    paths = {"search": "/search", "compose": "/feeds/samenstellen"}
    words = Words(language)
    text = words("static_needs_service")
    return page("message.html", site, language, path=paths[name], title=words(name), text=text)


def duration(span: timedelta, words: Words) -> str:
    """Return how long that is in the unit that says most.

    >>> duration(timedelta(minutes=95), Words("nl"))
    '2 uur'
    """
    minutes = round(span.total_seconds() / 60)
    if minutes < 90:
        return words.count("minutes", max(minutes, 0))
    hours = round(minutes / 60)
    return words.count("hours", hours) if hours < 48 else words.count("days", round(hours / 24))


def security_txt(site: Site, now: datetime) -> bytes | None:
    """Return security.txt (RFC 9116), valid for SECURITY_DAYS; None when there is nobody to write to."""
    is_mail = "@" in site.contact and ":" not in site.contact
    contact = f"mailto:{quote(site.contact, safe='@')}" if is_mail else web_address(site.contact) or ""
    if not contact:
        return None
    expires = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=SECURITY_DAYS)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
        f"Canonical: {site.base_url}/.well-known/security.txt",
    ]
    return "".join(f"{each}\n" for each in lines).encode()


def robots_txt(site: Site) -> bytes:
    """Return robots.txt (RFC 9309): machines may read all but the editors' pages and endless searches."""
    return f"User-agent: *\nDisallow: /edit\nDisallow: /search\n\nSitemap: {site.base_url}/sitemap.xml\n".encode()
