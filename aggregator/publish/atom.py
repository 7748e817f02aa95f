"""Atom 1.0 (RFC 4287): the feed that says most; RSS and JSON Feed say what they have words for."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from lxml import etree

from aggregator.model import Site, Source, Story
from aggregator.publish import entry as words
from aggregator.publish.archive import add_head
from aggregator.publish.channel import Channel
from aggregator.publish.characters import language_tag, line
from aggregator.publish.generator import Element, add_entry, add_picture, feed_generator

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Written:
    """An entry as it was written for another document, where feedgen expects one of its own."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml

    def register_extension(self, *_: object) -> None:
        """Nothing is to be added."""

    def atom_entry(self) -> Element:
        """Return the element."""
        return etree.fromstring(self.xml)


def atom_feed(
    channel: Channel,
    stories: Sequence[Story],
    sources: Mapping[str, Source],
    site: Site,
    written: dict[tuple[str, str], bytes] | None = None,
) -> bytes:
    """Return `stories` as an Atom feed in the order given: equal input, equal bytes.

    `written` holds entries that were written for other documents of the same moment, by id and language; it is added
    to, and spares writing them again.
    """
    held = {} if written is None else written
    feed = feed_generator(channel, stories, site, "atom")
    if subtitle := line(channel.subtitle):
        feed.subtitle(subtitle)
    feed.own.finish = partial(add_head, channel=channel, site=site)
    for story in stories:
        if known := held.get((story.id, channel.language)):
            feed.add_entry(Written(known), order="append")
            continue
        source = words.partner(story.origin, sources)
        entry = add_entry(feed, story, source, channel, site)
        entry.author(name=words.author(source))
        entry.updated(words.last_change(story))
        entry.published(words.published(story))
        related = [
            {"rel": "related", "href": also.link, "title": words.also_line(also.source, channel.language)}
            for also in words.also_at(story, sources)
        ]
        keep = None if written is None else partial(written.__setitem__, (story.id, channel.language))
        entry.own.finish = partial(_finish, story=story, source=source, site=site, related=related, keep=keep)
    document: bytes = feed.atom_str()
    return document


def _finish(
    element: Element,
    story: Story,
    source: Source,
    site: Site,
    related: list[dict[str, str]],
    keep: Callable[[bytes], None] | None,
) -> None:
    """Add what feedgen has no words for; `keep` gets the whole entry."""
    _complete(element, story, source, site, related)
    if keep is not None:
        keep(etree.tostring(element))


def _complete(element: Element, story: Story, source: Source, site: Site, related: list[dict[str, str]]) -> None:
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
