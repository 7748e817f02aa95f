"""What the API says, field by field. Fields are added, never renamed; no number of a row ever leaves the house."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from aggregator.publish.channel import Format

Feeds = dict[Format, str]  # the address of each form


class Model(BaseModel):
    """What all of them share."""

    model_config = ConfigDict(frozen=True)


class Named(Model):
    """A word in both our languages."""

    nl: str
    en: str


class ThemeFacts(Model):
    """A theme. Its slug stays, its names may change."""

    slug: str
    name: Named
    definition: Named
    page: str
    feeds: Feeds


class SourceFacts(Model):
    """A partner whose news we follow."""

    id: str
    name: str
    address: str = Field(description="The feed or page that we read.")
    language: str
    labels: list[str]
    page: str
    feeds: Feeds


class LabelFacts(Model):
    """A region, level or sector, and the partners that carry it."""

    label: str
    sources: list[str]
    feeds: Feeds


class Origin(Model):
    """An organisation that brings a story, and where."""

    id: str
    name: str
    link: str


class Picture(Model):
    """A picture that the partner allows to be shown. Texts may be empty."""

    url: str
    alt: str
    caption: str
    credit: str


class StoryFacts(Model):
    """One story, as the feeds tell it."""

    id: str = Field(description="A tag: URI that never changes; the same in all feeds.")
    slug: str = Field(description="The last part of the id.")
    page: str = Field(description="The story's page here.")
    link: str = Field(description="The article at the partner's.")
    title: str
    teaser: str = Field(description="Plain text, 300 characters at most; may be empty.")
    content_html: str | None = Field(description="The whole text, when the partner allows it.")
    language: str
    published: datetime | None = Field(description="The partner's date; null when unknown.")
    precision: Literal["minute", "day", "month"] | None = Field(description="How exact that date is.")
    released: datetime | None = Field(description="When it first entered our feeds; null for news of before.")
    updated: datetime | None = Field(description="The last change that a reader would notice.")
    themes: list[str] = Field(description="Slugs; the main theme first.")
    source: Origin = Field(description="The producer.")
    also: list[Origin] = Field(description="Others that bring the same news.")
    image: Picture | None


class StoryList(Model):
    """A page of stories."""

    stories: list[StoryFacts]
    next_cursor: str | None = Field(
        description="Ask the same with cursor set to this for what follows; null at the end."
    )


class Deletion(Model):
    """A story that was public and is no longer: take it away at your side too."""

    id: str
    slug: str
    deleted: datetime
    merged_into: str | None = Field(description="The id of the story that it is now part of.")


class DeletionList(Model):
    """A page of deletions, in order of time."""

    deletions: list[Deletion]
    next_cursor: str | None


class ThemeList(Model):
    """All themes."""

    themes: list[ThemeFacts]


class SourceList(Model):
    """All partners."""

    sources: list[SourceFacts]


class LabelList(Model):
    """All labels."""

    labels: list[LabelFacts]


class Merged(Model):
    """A story that is part of another one now, which the Location header leads to."""

    id: str
    merged_into: str


class Problem(Model):
    """What went wrong (RFC 9457): title and detail for people, `type` for programs."""

    type: str
    title: str
    status: int
    detail: str
