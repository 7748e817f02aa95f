"""What feedgen is told for Atom and RSS alike, and how its habits are kept from our readers.

Left alone it says that a feed changed now, turns the order of the entries round, and has no words for atom:source or
xml:lang. Times are always given, entries appended, and what it has no words for is added by `Finish`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from feedgen.feed import FeedGenerator
from lxml import etree

from aggregator.model import Image, Site, Source, Story
from aggregator.publish import entry as words
from aggregator.publish.channel import GENERATOR, MEDIA_TYPES, VERSION, Channel, Format, last_change_of
from aggregator.publish.characters import language_tag, line, web_address

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
PREFIXES = {"dc": DC, "media": MEDIA}

Element = Any  # neither lxml nor feedgen is typed


class Finish:
    """A feedgen extension: hands each finished element to a function of ours."""

    def __init__(self) -> None:
        self.finish: Callable[[Element], object] = id  # nothing to add

    def extend_ns(self) -> dict[str, str]:
        """Return the prefixes of the document; without them lxml invents ns0, ns1."""
        return PREFIXES

    def extend_atom(self, element: Element) -> Element:
        """Finish a feed or an entry."""
        self.finish(element)
        return element

    extend_rss = extend_atom


def feed_generator(channel: Channel, stories: Sequence[Story], site: Site, format: Format) -> FeedGenerator:
    """Return a generator that knows all of the feed but its entries."""
    feed = FeedGenerator()
    feed.register_extension("own", Finish, Finish)
    feed.id(channel.id(site))
    feed.title(line(channel.title) or GENERATOR)
    feed.language(language_tag(channel.language, site.language))
    feed.author(name=line(site.title) or GENERATOR, uri=site.base_url)
    feed.generator(GENERATOR, version=VERSION, uri=site.base_url)
    feed.rights(line(site.rights))
    address = f"{channel.page}.atom" if channel.page else channel.address(format, site)
    feed.link(rel="self", type=MEDIA_TYPES[format], href=address)
    if channel.icon:
        feed.icon(channel.icon)  # of RSS the image: rss.py
    for link in channel.links:
        feed.link(rel=link.rel, type=link.type, href=link.href)
    # feedgen takes the last link for RSS: the page for people.
    feed.link(rel="alternate", type="text/html", href=channel.alternate)
    for category in words.themes([channel.category], site, channel.language):
        feed.category(category._asdict())
    feed.updated(last_change_of(channel, stories))
    return feed


def add_entry(feed: FeedGenerator, story: Story, source: Source, channel: Channel, site: Site) -> Any:
    """Append one story, as far as Atom and RSS say the same of it, and return feedgen's entry."""
    entry = feed.add_entry(order="append")
    entry.id(story.id)
    entry.title(words.title(story))
    entry.link(rel="alternate", href=words.address(story, site))
    if teaser := words.teaser(story):
        entry.summary(teaser, type="text")
    if content := words.content(story, source):
        entry.content(content, type="html")
    for category in words.categories(story, site, channel.language):
        entry.category(category._asdict())
    return entry


def add_picture(element: Element, picture: Image | None) -> None:
    """Add media:content (Media RSS); an enclosure would need a length in bytes, which nobody told us."""
    if picture is None:
        return
    named = {"url": web_address(picture.url), "medium": "image"}
    content = etree.SubElement(element, f"{{{MEDIA}}}content", named, PREFIXES)
    for name, text in (("title", picture.caption), ("description", picture.alt), ("credit", picture.credit)):
        if said := line(text):
            etree.SubElement(content, f"{{{MEDIA}}}{name}").text = said
