"""Our nouns as the API tells them: the same words that the feeds use."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from aggregator.model import Image, Site, Source, Story, Theme
from aggregator.publish import entry as words
from aggregator.publish.channel import MEDIA_TYPES, feed_path
from aggregator.publish.characters import line, web_address
from aggregator.web.api.models import Feeds, LabelFacts, Named, Origin, Picture, SourceFacts, StoryFacts, ThemeFacts


def story_facts(story: Story, sources: Mapping[str, Source], site: Site) -> StoryFacts:
    """One story."""
    source = words.partner(story.origin, sources)
    picture = words.image(story, source)
    precision = words.precision(story)
    return StoryFacts(
        id=story.id,
        slug=story.slug,
        page=f"{site.base_url}/stories/{story.slug}",
        link=words.address(story, site),
        title=words.title(story),
        teaser=words.teaser(story),
        content_html=words.content(story, source) or None,
        language=words.language(story, source, site),
        published=words.published(story),
        precision=precision.value if precision else None,
        released=words.local(story.released) if story.released else None,
        updated=words.local(story.updated) if story.updated else None,
        themes=[category.term for category in words.categories(story, site, site.language)],
        source=Origin(id=source.id, name=words.author(source), link=words.address(story, site)),
        also=[
            Origin(id=each.source.id, name=words.author(each.source), link=each.link)
            for each in words.also_at(story, sources)
        ],
        image=_picture(picture) if picture else None,
    )


def theme_facts(theme: Theme, site: Site) -> ThemeFacts:
    """One theme."""
    return ThemeFacts(
        slug=theme.slug,
        name=_named(theme.label, theme.slug),
        definition=_named(theme.definition, ""),
        page=f"{site.base_url}/themes/{quote(theme.slug)}",
        feeds=_feeds(f"themes/{theme.slug}", site),
    )


def source_facts(source: Source, site: Site) -> SourceFacts:
    """One partner: what its page and our feeds tell as well."""
    return SourceFacts(
        id=source.id,
        name=words.author(source),
        address=words.source_address(source, site),
        language=source.language,
        labels=sorted(source.labels),
        page=f"{site.base_url}/sources/{quote(source.id)}",
        feeds=_feeds(f"sources/{source.id}", site),
    )


def label_facts(sources: Iterable[Source], site: Site) -> list[LabelFacts]:
    """All labels, in order."""
    carriers: dict[str, list[str]] = {}
    for source in sorted(sources, key=lambda each: each.id):
        for label in sorted(set(source.labels)):
            carriers.setdefault(label, []).append(source.id)
    return [
        LabelFacts(label=label, sources=carriers[label], feeds=_feeds(f"labels/{label}", site))
        for label in sorted(carriers)
    ]


def _feeds(name: str, site: Site) -> Feeds:
    return {format: site.base_url + feed_path(name, format) for format in MEDIA_TYPES}


def _picture(picture: Image) -> Picture:
    return Picture(
        url=web_address(picture.url) or "",
        alt=line(picture.alt),
        caption=line(picture.caption),
        credit=line(picture.credit),
    )


def _named(texts: Mapping[str, str], other: str) -> Named:
    dutch = line(texts.get("nl", "")) or line(texts.get("en", "")) or other
    return Named(nl=dutch, en=line(texts.get("en", "")) or dutch)
