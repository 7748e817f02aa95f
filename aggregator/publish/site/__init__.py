"""The public side for people: news, themes, partners, stories, how to follow, and plain messages."""

from aggregator.publish.site.account import (
    FIGURE_DAYS,
    Figures,
    account_page,
    agenda_page,
    robots_txt,
    security_txt,
    static_page,
    text_page,
)
from aggregator.publish.site.finding import Chosen, Composed, Found, compose_page, search_page
from aggregator.publish.site.front import Front, PartnerStatus
from aggregator.publish.site.months import MONTH_STORIES, Month, archive_page, month_page
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
    theme_page,
)
from aggregator.publish.site.story import Reason, story_page
from aggregator.publish.site.style import static_files, stylesheet
from aggregator.publish.site.words import Words

__all__ = [
    "FIGURE_DAYS",
    "ICON_PATH",
    "MONTH_STORIES",
    "Chosen",
    "Composed",
    "Figures",
    "Found",
    "Front",
    "Month",
    "PartnerStatus",
    "Reason",
    "Words",
    "account_page",
    "agenda_page",
    "api_page",
    "archive_page",
    "compose_page",
    "feed_page",
    "feeds_page",
    "front_page",
    "icon",
    "message_page",
    "month_page",
    "robots_txt",
    "search_page",
    "security_txt",
    "source_page",
    "static_files",
    "static_page",
    "story_article",
    "story_page",
    "stylesheet",
    "text_page",
    "theme_page",
]
