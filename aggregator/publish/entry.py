"""A story as an entry: what every format says of it, in the words of RFC 4287.

Three times are kept apart (DESIGN.md, "Three times"): `published` is the partner's, `released` orders the feeds,
`updated` says what a reader would notice. Of the text a reader gets a teaser and the way to the partner.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote

from aggregator.model import Evidence, Image, Item, Picture, Precision, Site, Source, Story, Theme
from aggregator.publish.characters import language_tag, legal, line, web_address
from aggregator.text.dates.amsterdam import AMSTERDAM
from aggregator.text.html import cut, plain_text

TEASER_LENGTH = 300
TITLE_LENGTH = 100

_PICTURE = re.compile(r'<img[^<>"]*(?:"[^"]*"[^<>"]*)*>')
_ALSO = {"nl": "Ook bij: {}", "en": "Also at: {}"}


class Category(NamedTuple):
    """One theme of a story; `scheme` + `term` is the address of the theme's page."""

    term: str
    scheme: str
    label: str


class Also(NamedTuple):
    """Another organisation that brings the same news, and where."""

    source: Source
    link: str


def partner(item: Item, sources: Mapping[str, Source]) -> Source:
    """Return the source of `item`; of one that is no longer known, what its id tells."""
    return sources.get(item.source_id) or Source(id=item.source_id, organisation=item.source_id, url="")


def source_address(source: Source, site: Site) -> str:
    """Return what identifies a source in the world: the address that was configured, never where it moved to."""
    return web_address(source.url) or f"{site.base_url}/sources/{quote(source.id)}"


def author(source: Source) -> str:
    """Return the name of the organisation that produced the news; never empty."""
    return line(source.organisation) or line(source.id) or "?"


def title(story: Story) -> str:
    """Return the title, the editors' or the partner's; the start of the text if it has none; never empty."""
    entry = story.origin.entry
    return line(story.edits.title or entry.title) or cut(line(entry.summary), TITLE_LENGTH) or story.slug


def address(story: Story, site: Site) -> str:
    """Return where the article stands at the partner's; without a link of its own, the story's page here."""
    link = web_address(story.origin.entry.link or "")
    return link or f"{site.base_url}/stories/{story.slug}"


def teaser(story: Story) -> str:
    """Return the first words, the editors' or the partner's, plain, cut between two words; "" if there is no text."""
    if story.edits.teaser is not None:
        return cut(line(story.edits.teaser), TEASER_LENGTH)
    entry = story.origin.entry
    return cut(line(entry.summary) or plain_text(entry.content), TEASER_LENGTH)


def content(story: Story, source: Source) -> str:
    """Return the whole text as HTML if the partner allows it, else ""; with pictures only if those are allowed."""
    if source.licence != "full":
        return ""
    html = legal(story.origin.entry.content)
    return (html if source.images else _PICTURE.sub("", html)).strip()


def image(story: Story, source: Source) -> Image | None:
    """Return the picture of the story, if the partner allows pictures and it has a usable address."""
    picture = story.edits.image or story.origin.entry.image
    if picture is None or not source.images or web_address(picture.url) is None:
        return None
    return picture


def picture(story: Story, source: Source) -> Picture | None:
    """Return the story's picture as we made it anew, if it is that of `image`: what a page shows."""
    allowed = image(story, source)
    return story.picture if story.picture and allowed and story.picture.url == allowed.url else None


def published(story: Story) -> datetime | None:
    """Return the date, the editors' or the partner's own, as a calendar in Amsterdam shows it; None if unknown."""
    when = story.edits.published or story.origin.entry.published
    return local(when) if when else None


def precision(story: Story) -> Precision | None:
    """Return how exact the date is; None when there is none that anybody stated."""
    if story.edits.published:
        return story.edits.precision or Precision.MINUTE
    said = story.origin.entry
    if said.published is None or said.date_evidence is Evidence.FIRST_SEEN:
        return None
    return said.date_precision or Precision.MINUTE


def last_change(story: Story) -> datetime:
    """Return when a reader could last notice a change, in Amsterdam's offset."""
    return local(story.updated or released(story))


def released(story: Story) -> datetime:
    """Return when the story first entered our feeds; of one that has not, when it was first seen."""
    return local(story.released or story.origin.first_seen)


def local(when: datetime) -> datetime:
    """Return `when` with Amsterdam's offset, in whole seconds; UTC where that offset cannot be written."""
    when = when.replace(microsecond=0)
    # Before 1937 the offset held odd seconds, which RFC 3339 cannot say; at the ends of time there is no other zone.
    return when.astimezone(AMSTERDAM if 1970 <= when.year < 9999 else UTC)


def said(story: Story) -> datetime:
    """Return when the partner last said something about it, as far as is known."""
    item = story.origin
    return local(item.entry.updated or item.entry.published or item.first_seen)


def language(story: Story, source: Source, site: Site) -> str:
    """Return the language of the text: what the entry says, else its source, else the site."""
    return language_tag(story.origin.entry.language, source.language, site.language)


def categories(story: Story, site: Site, language: str) -> list[Category]:
    """Return the primary theme, then the secondary; none is possible."""
    return themes(dict.fromkeys((story.tags.theme or "", story.tags.second_theme or "")), site, language)


def themes(slugs: Iterable[str], site: Site, language: str) -> list[Category]:
    """Return the categories of `slugs`, empty ones left out, labelled in the reader's language."""
    known = {theme.slug: theme for theme in site.themes}
    scheme = f"{site.base_url}/themes/"
    return [Category(slug, scheme, _label(known.get(slug), slug, language)) for slug in map(line, slugs) if slug]


def also_at(story: Story, sources: Mapping[str, Source]) -> Iterator[Also]:
    """Yield the other organisations that bring this news, each once, in the story's order."""
    named = {author(partner(story.origin, sources))}
    for item in story.items[1:]:
        source = partner(item, sources)
        link = web_address(item.entry.link or "")
        if link and author(source) not in named:
            named.add(author(source))
            yield Also(source, link)


def also_line(source: Source, language: str) -> str:
    """Return "Ook bij: <organisation>" in the reader's language."""
    return _ALSO.get(language, _ALSO["nl"]).format(author(source))


def _label(theme: Theme | None, slug: str, language: str) -> str:
    labels = theme.label if theme else {}
    return line(labels.get(language) or labels.get("nl") or "") or slug
