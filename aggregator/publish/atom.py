"""Atom 1.0 (RFC 4287): the feed that says most; RSS and JSON Feed say what they have words for."""

from collections.abc import Mapping, Sequence
from functools import partial

from lxml import etree

from aggregator.model import Site, Source, Story
from aggregator.publish import entry as words
from aggregator.publish.archive import add_head
from aggregator.publish.channel import Channel
from aggregator.publish.characters import language_tag, line
from aggregator.publish.generator import Element, add_entry, add_picture, feed_generator

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def atom_feed(channel: Channel, stories: Sequence[Story], sources: Mapping[str, Source], site: Site) -> bytes:
    """Return `stories` as an Atom feed in the order given: equal input, equal bytes."""
    feed = feed_generator(channel, stories, site, "atom")
    if subtitle := line(channel.subtitle):
        feed.subtitle(subtitle)
    feed.own.finish = partial(add_head, channel=channel, site=site)
    for story in stories:
        source = words.partner(story.origin, sources)
        entry = add_entry(feed, story, source, channel, site)
        entry.author(name=words.author(source))
        entry.updated(words.last_change(story))
        entry.published(words.published(story))
        related = [
            {"rel": "related", "href": also.link, "title": words.also_line(also.source, channel.language)}
            for also in words.also_at(story, sources)
        ]
        entry.own.finish = partial(_finish, story=story, source=source, site=site, related=related)
    document: bytes = feed.atom_str()
    return document


def _finish(element: Element, story: Story, source: Source, site: Site, related: list[dict[str, str]]) -> None:
    element.set(XML_LANG, words.language(story, source, site))
    # feedgen writes nothing of an entry's link but its href, so that each would be an alternate.
    next(element.iterchildren("link")).set("rel", "alternate")
    for link in related:
        etree.SubElement(element, "link", link)
    _add_source(element, story, source, site)
    add_picture(element, words.image(story, source))


def _add_source(entry: Element, story: Story, source: Source, site: Site) -> None:
    """Add atom:source: who said this first. Plain names: feedgen puts Atom's own elements in no namespace."""
    address = words.source_address(source, site)
    element = etree.SubElement(entry, "source")
    if (tag := language_tag(source.language)) != entry.get(XML_LANG):
        element.set(XML_LANG, tag)
    etree.SubElement(element, "id").text = address
    etree.SubElement(element, "title").text = words.author(source)
    etree.SubElement(element, "updated").text = words.said(story).isoformat()
    etree.SubElement(element, "link", rel="self" if source.kind == "feed" else "alternate", href=address)
