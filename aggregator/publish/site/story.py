"""The page of one story: what the partner gave, the way to the article, and why it stands here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aggregator.model import Site, Source, Story
from aggregator.publish import entry
from aggregator.publish.characters import line
from aggregator.publish.site.pages import page
from aggregator.publish.site.rows import Rows, StoryRow
from aggregator.publish.site.words import Words
from aggregator.text.dates import dutch_date

WORDS_TOLD = 3  # of those that spoke for a theme: a line, not a report


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why a story stands here, as far as that is anybody's business: no editor has a name in it."""

    is_from_feed: bool = False
    is_added_by_hand: bool = False
    is_placed_by_hand: bool = False
    words: tuple[str, ...] = ()  # that spoke for its theme, strongest first


def story_page(
    story: Story, sources: Mapping[str, Source], site: Site, language: str, reason: Reason | None = None
) -> bytes:
    """Return the page of one story: the lasting address of its id, with the way to the article."""
    row = Rows(site, sources, language).story(story, whole=True)
    source = entry.partner(story.origin, sources)
    return page(
        "story.html",
        site,
        language,
        path=row.path,
        title=row.title,
        story=row,
        heading=1,
        why=why(story, row, reason, Words(language)) if reason else "",
        stated="" if row.day.found else row.day.machine,
        linked_data=_inert(linked_data(story, row, source, site)),
    )


def why(story: Story, row: StoryRow, reason: Reason, words: Words) -> str:
    """Return one line: where and when it was found, what made its theme, who placed it.

    "Gevonden in de feed van FME op 27 november 2026. Thema Instroom, onder meer om “techniek”. Automatisch geplaatst."
    """
    how = "hand" if reason.is_added_by_hand else "feed" if reason.is_from_feed else "page"
    day = dutch_date(story.origin.first_seen, words.language)
    told = [words(f"why_found_{how}", partner=row.partner.name, day=day)]
    if row.themes:
        said = [f"“{line(word)}”" for word in reason.words[:WORDS_TOLD]]
        key = "why_theme_words" if said else "why_theme"
        told.append(words(key, theme=row.themes[0].label, words=_listed(said, words("why_and"))))
    told.append(words("why_placed_hand" if reason.is_placed_by_hand else "why_placed_itself"))
    return " ".join(told)


def linked_data(story: Story, row: StoryRow, source: Source, site: Site) -> dict[str, Any]:
    """Return the article as schema.org NewsArticle: what the partner stated and nothing else.

    A date is as exact as the partner was: "2026-11", "2026-11-27" or with its time; without one there is none.
    """
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": story.id,
        "headline": row.title,
        "url": row.address if row.has_article else site.base_url + row.path,
        "mainEntityOfPage": site.base_url + row.path,
        "publisher": {"@type": "Organization", "name": row.partner.name, "url": row.partner.site},
        "author": [{"@type": "Person", "name": line(name)} for name in story.origin.entry.authors if line(name)],
        "datePublished": "" if row.day.found else row.day.machine,
        "abstract": row.teaser,
        "image": site.base_url + row.picture.largest if row.picture else "",
        "inLanguage": entry.language(story, source, site),
        "about": [theme.label for theme in row.themes],
        "sdPublisher": {"@type": "Organization", "name": site.title, "url": f"{site.base_url}/"},
    }
    return _stated(article)


def _stated(said: Mapping[str, Any]) -> dict[str, Any]:
    """Without what nobody said."""
    kept = {name: _stated(value) if isinstance(value, Mapping) else value for name, value in said.items()}
    return {name: value for name, value in kept.items() if value}


def _inert(data: Mapping[str, Any]) -> str:
    """JSON that cannot end the element it stands in, whatever a title says."""
    text = json.dumps(data, ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _listed(said: list[str], last: str) -> str:
    return f" {last} ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))
