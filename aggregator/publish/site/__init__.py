"""The public side for people: news, themes, partners, stories, how to follow, and plain messages."""

from aggregator.publish.site.front import Front, PartnerStatus
from aggregator.publish.site.pages import (
    ICON_PATH,
    api_page,
    feed_page,
    feeds_page,
    front_page,
    icon,
    message_page,
    source_page,
    story_article,
    story_page,
    theme_page,
)
from aggregator.publish.site.style import stylesheet
from aggregator.publish.site.words import Words

__all__ = [
    "ICON_PATH",
    "Front",
    "PartnerStatus",
    "Words",
    "api_page",
    "feed_page",
    "feeds_page",
    "front_page",
    "icon",
    "message_page",
    "source_page",
    "story_article",
    "story_page",
    "stylesheet",
    "theme_page",
]
