"""Our news on other websites: a frame, an element, and the page that makes the codes for them."""

from aggregator.publish.site.embed.assets import integrity, is_pinned, scripts, styles, versions
from aggregator.publish.site.embed.choice import KINDS, Choice, known, read
from aggregator.publish.site.embed.pages import (
    PREVIEWS,
    Offer,
    Selection,
    builder_page,
    frame_page,
    host_page,
)

__all__ = [
    "KINDS",
    "PREVIEWS",
    "Choice",
    "Offer",
    "Selection",
    "builder_page",
    "frame_page",
    "host_page",
    "integrity",
    "is_pinned",
    "known",
    "read",
    "scripts",
    "styles",
    "versions",
]
