"""Pages that answer what a reader asks: search, and the composer of feeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aggregator.model import Site, Source, Story
from aggregator.publish import entry
from aggregator.publish.channel import Format
from aggregator.publish.site.pages import page
from aggregator.publish.site.rows import Rows
from aggregator.publish.site.words import Words

Options = Sequence[tuple[str, str]]  # (value, what a reader sees)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What is asked: words as they were typed, slugs of themes, ids of partners, labels."""

    q: str = ""
    themes: Sequence[str] = ()
    sources: Sequence[str] = ()
    labels: Sequence[str] = ()

    @property
    def is_asked(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.q or self.themes or self.sources or self.labels)

    def path(self, base: str, language: str, **more: object) -> str:
        """Return the address of a page about this."""
        pairs: list[tuple[str, object]] = [("q", self.q)] if self.q else []
        for name, values in (("theme", self.themes), ("source", self.sources), ("label", self.labels)):
            pairs += [(name, value) for value in values]
        return f"{base}?{urlencode([*pairs, *more.items(), ('lang', language)], errors='replace')}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One page of results. `count` None: more than `more_than`; `is_hopeless`: no word in what was typed."""

    stories: Sequence[Story] = ()
    count: int | None = 0
    more_than: int = 0
    number: int = 1
    has_more: bool = False
    is_hopeless: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """A feed that was put together: what it is called, where it is, what is in it and how much comes in a week."""

    name: str
    addresses: Mapping[Format, str]
    stories: Sequence[Story]
    per_week: float


def search_page(
    chosen: Chosen,
    found: Found,
    addresses: Mapping[Format, str],
    sources: Mapping[str, Source],
    site: Site,
    language: str,
) -> bytes:
    """Return the form and what was found; `addresses` are those of the feed of this search."""
    rows = Rows(site, sources, language)
    words = Words(language)
    return page(
        "search.html",
        site,
        language,
        path="/search",
        title=f"{words('search')}: {chosen.q}" if chosen.q else words("search"),
        q=chosen.q,
        chosen=chosen,
        asked=chosen.is_asked,
        hopeless=found.is_hopeless,
        themes=theme_options(rows),
        sources=source_options(sources),
        rows=[rows.story(story) for story in found.stories],
        found=found.count or 0,
        more_than=found.more_than if found.count is None else 0,
        newer=chosen.path("/search", language, page=found.number - 1) if found.number > 1 else "",
        older=chosen.path("/search", language, page=found.number + 1) if found.has_more else "",
        addresses=addresses,
        compose=chosen.path("/feeds/samenstellen", language),
    )


def compose_page(
    chosen: Chosen, composed: Composed | None, sources: Mapping[str, Source], site: Site, language: str
) -> bytes:
    """Return the choices, and what came of them once they were made."""
    rows = Rows(site, sources, language)
    words = Words(language)
    return page(
        "compose.html",
        site,
        language,
        path="/feeds/samenstellen",
        title=words("compose"),
        q=chosen.q,
        chosen=chosen,
        themes=theme_options(rows),
        sources=source_options(sources),
        labels=[(label, label) for label in sorted({each for one in sources.values() for each in one.labels})],
        asked=composed is not None,
        name=composed.name if composed else "",
        addresses=composed.addresses if composed else {},
        pace=pace(composed.per_week, words) if composed else "",
        rows=[rows.story(story) for story in composed.stories] if composed else [],
    )


def pace(per_week: float, words: Words) -> str:
    """Return how much comes in a week, in words."""
    return words.count("compose_week", round(per_week)) if per_week >= 1 else words("compose_week_less")


def theme_options(rows: Rows) -> Options:
    """Return the themes to choose from."""
    return [(theme.slug, rows.theme(theme).label) for theme in rows.site.themes]


def source_options(sources: Mapping[str, Source]) -> Options:
    """Return the partners to choose from, by name."""
    return sorted(((id, entry.author(source)) for id, source in sources.items()), key=lambda each: each[1].casefold())
