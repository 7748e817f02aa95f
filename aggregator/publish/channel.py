"""A channel: one selection of stories that can be followed, whatever the format.

Everything, a theme, a partner or a label: each is one channel and comes out as Atom, RSS and JSON Feed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import distributions
from typing import Literal
from urllib.parse import quote

from aggregator.model import Site, Story, Tombstone
from aggregator.publish.entry import last_change, local

Format = Literal["atom", "rss", "json"]

MEDIA_TYPES: dict[Format, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
GENERATOR = "aggregator"
VERSION = next((found.version for found in distributions(name=GENERATOR)), "0")


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One more link of a channel: its hub, its archive. `type` "" means not said."""

    rel: str
    href: str
    type: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A feed before its format is chosen.

    `name` is "all", "themes/<slug>", "sources/<id>" or "labels/<slug>"; `alternate` the absolute address of the page
    for people; `created` stands in for the last change while there is no entry. `query` is what a search feed asks, in
    its one spelling: part of its address and of its id.
    """

    name: str
    title: str
    alternate: str
    created: datetime
    subtitle: str = ""
    language: str = "nl"
    icon: str = ""  # the address of a square picture
    category: str = ""  # the slug of the theme that all its stories share
    links: tuple[Link, ...] = ()
    page: int = 0  # of its archive; 0 is the feed itself
    deleted: tuple[Tombstone, ...] = ()  # what stood in it and is gone; only Atom has words for it
    query: str = ""

    def id(self, site: Site) -> str:
        """Return the tag: URI (RFC 4151) that names this channel for ever, in every format."""
        return f"tag:{site.tag_authority}:feed/{quote(self.name)}" + (f"?{self.query}" if self.query else "")

    def address(self, format: Format, site: Site) -> str:
        """Return where this channel is served in this format: its rel=self."""
        return site.base_url + feed_path(self.name, format) + (f"?{self.query}" if self.query else "")


def feed_path(name: str, format: Format) -> str:
    """Return where a channel lies on the site.

    >>> feed_path("themes/instroom", "atom")
    '/feeds/themes/instroom.atom'
    """
    return f"/feeds/{quote(name)}.{format}"


def archive_path(name: str, page: int) -> str:
    """Return where a page of a channel's archive lies on the site.

    >>> archive_path("all", 3)
    '/feeds/all/archive/3.atom'
    """
    return f"/feeds/{quote(name)}/archive/{page}.atom"


def is_archive(path: str) -> bool:
    """Tell whether a path is that of an archive's page."""
    return "/archive/" in path


def last_change_of(channel: Channel, stories: Sequence[Story]) -> datetime:
    """Return when a reader could last notice a change: the newest story's, never the clock's."""
    changes = [*map(last_change, stories), *(local(each.when) for each in channel.deleted)]
    return max(changes, default=local(channel.created))
