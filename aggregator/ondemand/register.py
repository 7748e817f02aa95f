"""The register of addresses: one line each, with who makes it and which of them there are."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from aggregator.ondemand import months, partners, service, sitemaps, stories
from aggregator.ondemand.moment import Moment

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
XML = "application/xml; charset=utf-8"

Made = Callable[[str], bytes]  # in a language


class Missing(Enum):
    """Why there is no page."""

    UNKNOWN = 404
    WITHDRAWN = 410


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """One page in all its languages, or a file in none; bytes are made when they are asked for."""

    media_type: str
    body: Made

    @property
    def is_page(self) -> bool:
        """Whether it is for people, and so comes in several languages."""
        return self.media_type == HTML


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """Addresses of one form. In `path` each {} is one part of an address; `names` fills those of all there are."""

    path: str
    make: Callable[..., Made | None]
    names: Callable[[Moment], Iterable[tuple[str, ...]]] = lambda _: [()]
    media_type: str = HTML

    def parts(self, path: str) -> tuple[str, ...] | None:
        """What stands in the places of {}; None for an address of another form."""
        form, said = self.path.split("/"), path.split("/")
        if len(form) != len(said):
            return None
        if any(part not in ("{}", word) or not word for part, word in zip(form[1:], said[1:], strict=True)):
            return None
        return tuple(word for part, word in zip(form, said, strict=True) if part == "{}")


KINDS = (
    Kind(path="/stories/{}", make=stories.story, names=stories.slugs),
    Kind(path="/sources/{}", make=partners.partner, names=partners.ids),
    Kind(path="/feeds/labels/{}", make=partners.label_feed, names=partners.labels),
    Kind(path="/feeds/sources/{}", make=partners.source_feed, names=lambda _: ()),  # it is on the partner's page
    Kind(path="/archief", make=months.archive),
    Kind(path="/archief/{}", make=months.month, names=months.names),
    Kind(path="/archief/{}/{}", make=months.further, names=months.further_names),
    Kind(path="/agenda", make=service.coming),
    Kind(path="/verantwoording", make=service.account),
    Kind(path="/toegankelijkheid", make=service.text("accessibility")),
    Kind(path="/privacy", make=service.text("privacy")),
    Kind(path="/robots.txt", make=service.robots, media_type=TEXT),
    Kind(path="/.well-known/security.txt", make=service.security, names=service.contacts, media_type=TEXT),
    Kind(path="/sitemap.xml", make=sitemaps.whole, media_type=XML),
    Kind(path="/sitemap/{}", make=sitemaps.part, names=sitemaps.parts, media_type=XML),
)
# Pages that answer a question, which only the service can: in files there is a sentence instead.
ANSWERS = (
    Kind(path="/search", make=service.only_static("search")),
    Kind(path="/feeds/samenstellen", make=service.only_static("compose")),
)


def forms() -> list[str]:
    """The forms of all addresses, as a web framework writes them: "/stories/{part0}"."""
    return [kind.path.replace("{}", "{part0}", 1).replace("{}", "{part1}") for kind in KINDS]


def find(moment: Moment, path: str) -> Leaf | Missing:
    """What lies at `path`, an address without query and without escapes."""
    if "\x00" in path:  # no name has it, and PostgreSQL refuses to look for it
        return Missing.UNKNOWN
    for kind in KINDS:
        parts = kind.parts(path)
        if parts is not None and (made := kind.make(moment, *parts)) is not None:
            return Leaf(media_type=kind.media_type, body=made)
    return Missing.WITHDRAWN if stories.was_withdrawn(moment, path) else Missing.UNKNOWN


def every(moment: Moment) -> Iterator[tuple[str, Leaf]]:
    """All there is, by its path without escapes."""
    for kind in (*KINDS, *ANSWERS):
        for parts in kind.names(moment):
            made = kind.make(moment, *parts)
            if made is not None:
                yield kind.path.format(*parts), Leaf(media_type=kind.media_type, body=made)
