"""The public pages as bytes: server-made HTML that needs no script, no cookie and nobody else's server."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from aggregator.model import Site, Source, Story, Theme
from aggregator.publish.channel import MEDIA_TYPES, Channel
from aggregator.publish.characters import legal, web_address
from aggregator.publish.site.following import reader_links
from aggregator.publish.site.front import Front, PartnerStatus, Phase, phase_of
from aggregator.publish.site.rows import PartnerRow, Rows, StoryRow, ThemeRow, by_month, feeds
from aggregator.publish.site.style import finding_sheet, following_script, following_sheet, stylesheet
from aggregator.publish.site.words import Words

# A page stays under 50 kB however much there is to tell: long texts leave room for fewer of the oldest stories, and
# the list of partners is not what a page is for.
PAGE_BYTES = 50_000
LISTED_PARTNERS = 40
LISTED_FEEDS = 150

ICON_PATH = "/icon.png"
FORMAT_NAMES = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}

# What a partner's page says of the last visit; every other code is told as "failed".
VISITS = frozenset({"gone", "refused", "throttled"})


def front_page(front: Front, site: Site, language: str) -> bytes:
    """Return the news page in the state that `front` is in."""
    rows = Rows(site, front.sources, language)
    return _render_news(
        "front.html",
        site,
        language,
        path="/",
        title=site.title,
        phase=phase_of(front),
        Phase=Phase,
        front=front,
        pinned=[rows.story(story) for story in front.pinned],
        newest=rows.newest([each for each in front.stories if each not in front.pinned], front.today),
        looked_on=rows.date(front.looked_on),
        themes=[rows.theme(theme, front.counts.get(theme.slug, 0)) for theme in site.themes],
        partners=_partners(front.statuses, rows),
        partner_count=len(front.statuses),
    )


def theme_page(theme: Theme, stories: Sequence[Story], front: Front, site: Site, language: str) -> bytes:
    """Return the page of one theme: what it is about and its news."""
    rows = Rows(site, front.sources, language)
    row = rows.theme(theme, front.counts.get(theme.slug, 0))
    return _render_news(
        "theme.html",
        site,
        language,
        path=row.path,
        title=row.label,
        theme=row,
        newest=rows.newest(stories, front.today),
        channel=f"themes/{theme.slug}",
    )


def source_page(
    status: PartnerStatus,
    stories: Sequence[Story],
    sources: Mapping[str, Source],
    site: Site,
    language: str,
    today: date,
) -> bytes:
    """Return the page of one partner: its news, and how its site is read."""
    rows = Rows(site, sources, language)
    row = rows.partner(status.source)
    return _render_news(
        "source.html",
        site,
        language,
        path=row.path,
        title=row.name,
        partner=row,
        status=status,
        visit="healthy" if status.healthy else status.code if status.code in VISITS else "failed",
        polled_on=rows.date(status.polled_on),
        newest=rows.newest(stories, today),
        channel=f"sources/{status.source.id}",
    )


def story_article(story: Story, sources: Mapping[str, Source], site: Site, language: str, *, heading: int) -> str:
    """Return what `story_page` says of the story alone, under a heading of this level."""
    words = Words(language)
    row = Rows(site, sources, language).story(story, whole=True)
    return _template("article.html").render(
        t=words, language=words.language, link=lambda path: f"{path}?lang={words.language}", story=row, heading=heading
    )


def feeds_page(channels: Iterable[Channel], site: Site, language: str) -> bytes:
    """Return the page that tells people how to follow: every feed and its address."""
    kinds: dict[str, list[tuple[str, str, str]]] = {"all": [], "themes": [], "sources": [], "labels": []}
    themes = {theme.slug: Rows(site, {}, language).theme(theme) for theme in site.themes}
    for channel in channels:
        kind, _, slug = channel.name.partition("/")
        anchor = channel.name.replace("/", "-")  # where web/documents.py sends people who open the feed
        kinds[kind].append((anchor, _feed_label(channel, slug, themes, site), feeds(site, channel.name)["atom"]))
    return _render(
        "feeds.html",
        site,
        language,
        path="/feeds",
        title=Words(language)("follow"),
        kinds={kind: listed[:LISTED_FEEDS] for kind, listed in kinds.items()},
    )


def feed_page(channel: Channel, site: Site, language: str) -> bytes:
    """Return the page of one feed of a partner or a label: its addresses, for whoever opens one in a browser."""
    kind, _, slug = channel.name.partition("/")
    label = _feed_label(channel, slug, {}, site)
    home = channel.alternate.removeprefix(site.base_url)
    return _render(
        "feed.html",
        site,
        language,
        path=f"/feeds/{quote(channel.name)}",
        title=label,
        home=home if kind == "sources" else "",
        channel=channel.name,
    )


def icon() -> bytes:
    """Return the site's icon as a picture that every feed reader can show (PNG)."""
    return (Path(__file__).parent / "icon.png").read_bytes()


def api_page(description: Mapping[str, Any], site: Site, language: str) -> bytes:
    """Return the page that tells programmers what the API answers, from its OpenAPI `description`."""
    operations = [
        {
            "id": operation["operationId"],
            "path": path,
            "summary": operation.get("description", ""),
            "parameters": [
                {"name": each["name"], "text": each.get("description", "")} for each in operation.get("parameters", ())
            ],
            "answers": ", ".join(operation["responses"]),
        }
        for path, methods in description["paths"].items()
        for operation in methods.values()
    ]
    title = Words(language)("api_title")
    return _render("api.html", site, language, path="/api/docs", title=title, operations=operations)


def message_page(status: int, site: Site, language: str) -> bytes:
    """Return a short page for an HTTP `status`: what happened, and the way on."""
    words = Words(language)
    key = f"message_{status}" if words.has(f"message_{status}_title") else "message_other"
    return _render(
        "message.html",
        site,
        language,
        path="/",
        title=words(f"{key}_title"),
        text=words(f"{key}_text"),
    )


def page(template: str, site: Site, language: str, *, path: str, title: str, **values: Any) -> bytes:
    """Return a page of another part of the public side in our layout; `template` extends base.html."""
    return _render(template, site, language, path=path, title=title, **values)


def bare_page(template: str, site: Site, language: str, **values: object) -> bytes:
    """Return a page that has a layout of its own."""
    words = Words(language)
    text = _template(template).render(
        site=site, t=words, language=words.language, link=lambda path: f"{path}?lang={words.language}", **values
    )
    return legal(text).encode()


def _partners(statuses: Sequence[PartnerStatus], rows: Rows) -> list[PartnerRow]:
    """Those that bring news first, then by name, as many as fit; shown by name."""
    busiest = sorted(statuses, key=lambda status: (-status.items, status.source.id))[:LISTED_PARTNERS]
    return sorted((rows.partner(status.source) for status in busiest), key=lambda row: row.name.casefold())


def _feed_label(channel: Channel, slug: str, themes: Mapping[str, ThemeRow], site: Site) -> str:
    if channel.name.startswith("themes/") and slug in themes:
        return themes[slug].label
    return channel.title.removeprefix(f"{site.title}: ")


def _render_news(template: str, site: Site, language: str, *, newest: Sequence[StoryRow], **values: Any) -> bytes:
    """As many of the `newest` as a page has room for; one at least."""
    page = _render(template, site, language, months=by_month(newest), **values)
    while len(newest) > 1 and len(page) > PAGE_BYTES:
        newest = newest[: min(len(newest) - 1, len(newest) * PAGE_BYTES // len(page))]
        page = _render(template, site, language, months=by_month(newest), **values)
    return page


def _render(
    template: str, site: Site, language: str, *, path: str, title: str, channel: str = "all", **values: object
) -> bytes:
    """`channel` is the feed that a reader of this page may want to follow."""
    words = Words(language)
    text = _template(template).render(
        site=site,
        path=path,
        title=title,
        feed=feeds(site, channel),
        feed_title=site.title if channel == "all" else f"{site.title}: {title}",
        t=words,
        language=words.language,
        other_language="nl" if words.language == "en" else "en",
        # Without cookies a chosen language lasts only if every link carries it.
        link=lambda path: f"{path}?lang={words.language}",
        style=stylesheet()[0],
        finding_style=finding_sheet()[0],
        following_style=following_sheet()[0],
        following_script=following_script()[0],
        reader_links=reader_links,
        icon=_icon(),
        contact=_contact(site.contact),
        media_types=MEDIA_TYPES,
        format_names=FORMAT_NAMES,
        **values,
    )
    return legal(text).encode()


def _contact(contact: str) -> str:
    """A page or a mail address as a link; "" for neither."""
    is_mail = "@" in contact and ":" not in contact
    return f"mailto:{quote(contact, safe='@')}" if is_mail else web_address(contact) or ""


@lru_cache(maxsize=1)
def _icon() -> str:
    svg = (Path(__file__).parent / "icon.svg").read_text(encoding="utf-8").strip()
    return f"data:image/svg+xml,{quote(svg)}"


@lru_cache(maxsize=16)
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template(name)
