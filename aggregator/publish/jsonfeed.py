"""JSON Feed 1.1 (jsonfeed.org/version/1.1), for those who build a page in a few lines of script.

What it has no words for stands in `_sources` (who brought the news), `_themes` (slugs, which never change while the
labels in `tags` may), `_story` (what a page shows beside title and date) and, once a feed, `_theme_labels`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aggregator.model import Image, Site, Source, Story, Theme
from aggregator.publish import entry as words
from aggregator.publish.channel import GENERATOR, Channel
from aggregator.publish.characters import language_tag, line, web_address

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(channel: Channel, stories: Sequence[Story], sources: Mapping[str, Source], site: Site) -> bytes:
    """Return `stories` as a JSON Feed in the order given: equal input, equal bytes."""
    hubs = [{"type": "WebSub", "url": link.href} for link in channel.links if link.rel == "hub"]
    feed = {
        "version": VERSION,
        "title": line(channel.title) or GENERATOR,
        "home_page_url": channel.alternate,
        "feed_url": channel.address("json", site),
        "description": line(channel.subtitle),
        "icon": channel.icon,
        "language": language_tag(channel.language, site.language),
        "authors": [{"name": line(site.title) or GENERATOR, "url": site.base_url}],
        "hubs": hubs,
        "_theme_labels": {theme.slug: _labels(theme) for theme in site.themes if theme.label},
    }
    items = [_item(story, channel, sources, site) for story in stories]
    return json.dumps(_told(feed) | {"items": items}, ensure_ascii=False).encode()


def _item(story: Story, channel: Channel, sources: Mapping[str, Source], site: Site) -> dict[str, Any]:
    source = words.partner(story.origin, sources)
    published = words.published(story)
    categories = words.categories(story, site, channel.language)
    item = {
        "id": story.id,
        "url": words.address(story, site),
        "title": words.title(story),
        "content_text": words.teaser(story) or words.title(story),
        "content_html": words.content(story, source),
        "date_published": published.isoformat() if published else "",
        "date_modified": words.last_change(story).isoformat(),
        "authors": [{"name": words.author(source), "url": words.source_address(source, site)}],
        "tags": [category.label for category in categories],
        "language": words.language(story, source, site),
        "_themes": {category.term: category.scheme + category.term for category in categories},
        "_sources": _sources(story, source, sources, site),
        "_story": _shown(story),
    }
    return _told(item | _picture(words.image(story, source)))


def _shown(story: Story) -> dict[str, Any]:
    """Return the kicker, and how exact the date is or, of a story without one, when we found it."""
    precision = words.precision(story)
    return _told(
        {
            "kicker": line(story.origin.entry.kicker),
            "date_precision": precision.value if precision else "",
            "date_found": "" if precision else words.released(story).isoformat(),
        }
    )


def _labels(theme: Theme) -> dict[str, str]:
    return {language: line(label) for language, label in theme.label.items()}


def _sources(story: Story, source: Source, sources: Mapping[str, Source], site: Site) -> dict[str, Any]:
    """Return the producer and, as in "Ook bij", the others; custom objects of JSON Feed are objects."""
    origin = {"id": source.id, "name": words.author(source), "url": words.address(story, site)}
    also = [{"id": other.id, "name": words.author(other), "url": link} for other, link in words.also_at(story, sources)]
    return {"origin": origin, "also": also}


def _picture(picture: Image | None) -> dict[str, Any]:
    if picture is None:
        return {}
    texts = {"alt": line(picture.alt), "caption": line(picture.caption), "credit": line(picture.credit)}
    return {"image": web_address(picture.url), "_image": _told(texts)}


def _told(members: dict[str, Any]) -> dict[str, Any]:
    """Return only the members that say something."""
    return {name: value for name, value in members.items() if value}
