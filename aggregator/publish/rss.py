"""RSS 2.0 (rssboard.org/rss-specification), for the many programs that read nothing else.

Dates are written here: feedgen changes the locale of the whole process for each, and forgets the zeros of a year.
WordPress (SimplePie) stops sorting a feed in which one item has no date, so every item gets one: the partner's, or
the day on which we brought it.
"""

from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from functools import partial

from lxml import etree

from aggregator.model import Site, Source, Story
from aggregator.publish import entry as words
from aggregator.publish.channel import Channel, last_change_of
from aggregator.publish.characters import line
from aggregator.publish.generator import ATOM, DC, PREFIXES, Element, add_entry, add_picture, feed_generator

TTL_MINUTES = 60


def rss_feed(channel: Channel, stories: Sequence[Story], sources: Mapping[str, Source], site: Site) -> bytes:
    """Return `stories` as an RSS feed in the order given: equal input, equal bytes."""
    feed = feed_generator(channel, stories, site, "rss")
    feed.description(line(channel.subtitle) or feed.title())
    feed.ttl(TTL_MINUTES)
    if channel.icon:
        feed.image(url=channel.icon, title=feed.title(), link=channel.alternate)
    feed.own.finish = partial(_finish_channel, channel=channel, stories=stories)
    for story in stories:
        source = words.partner(story.origin, sources)
        entry = add_entry(feed, story, source, channel, site)
        # Never only content:encoded: feedgen would make the description of it, and readers expect plain text there.
        entry.description(words.teaser(story) or words.title(story), isSummary=True)
        entry.source(url=words.source_address(source, site), title=words.author(source))
        entry.own.finish = partial(_finish, story=story, source=source)
    document: bytes = feed.rss_str()
    return document


def _finish_channel(rss: Element, channel: Channel, stories: Sequence[Story]) -> None:
    """Add the hub and the archive; feedgen puts only the address of the feed itself into RSS."""
    [channel_element] = rss
    next(channel_element.iterchildren("lastBuildDate")).text = format_datetime(last_change_of(channel, stories))
    for link in channel.links:
        named = {"rel": link.rel, "href": link.href} | ({"type": link.type} if link.type else {})
        etree.SubElement(channel_element, f"{{{ATOM}}}link", named)


def _finish(item: Element, story: Story, source: Source) -> None:
    etree.SubElement(item, f"{{{DC}}}creator", nsmap=PREFIXES).text = words.author(source)
    when = words.published(story) or words.released(story)
    etree.SubElement(item, "pubDate").text = format_datetime(when)
    add_picture(item, words.image(story, source))
