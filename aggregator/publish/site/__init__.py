"""The public side for people: news, themes, partners, stories, how to follow, and plain messages."""

from aggregator.publish.site.front import Front, PartnerStatus
from aggregator.publish.site.pages import (
    api_page,
    feeds_page,
    front_page,
    message_page,
    source_page,
    story_article,
    story_page,
    theme_page,
)
from aggregator.publish.site.style import stylesheet
from aggregator.publish.site.words import Words

__all__ = [
    "Front",
    "PartnerStatus",
    "Words",
    "api_page",
    "feeds_page",
    "front_page",
    "message_page",
    "source_page",
    "story_article",
    "story_page",
    "stylesheet",
    "theme_page",
]
