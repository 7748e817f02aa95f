"""The archive for people: all months that have news, and the pages of one month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from aggregator.model import Site, Source, Story
from aggregator.publish.site.pages import page
from aggregator.publish.site.rows import Rows
from aggregator.publish.site.words import Words
from aggregator.text.dates import amsterdam_day, dutch_date

MONTH_STORIES = 30  # a page of a month; it stays under 50 kB with the longest titles and teasers


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A calendar month in Amsterdam by its first day, and how many stories are dated in it."""

    first: date
    count: int

    @property
    def path(self) -> str:
        """Where its first page lies."""
        return f"/archief/{self.first:%Y-%m}"

    @property
    def pages(self) -> int:
        """How many pages its stories fill."""
        return -(-self.count // MONTH_STORIES)

    def name(self, language: str) -> str:
        """ "November 2026"."""
        text = dutch_date(amsterdam_day(self.first), language).partition(" ")[2]
        return text[:1].upper() + text[1:]


def archive_page(months: Sequence[Month], site: Site, language: str) -> bytes:
    """Return the list of months, newest first, by year."""
    years = [
        (year, [(month.path, month.name(language).removesuffix(f" {year}"), month.count) for month in found])
        for year, found in groupby(months, key=lambda month: month.first.year)
    ]
    return page("archive.html", site, language, path="/archief", title=Words(language)("archive"), years=years)


def month_page(
    month: Month, number: int, stories: Sequence[Story], sources: Mapping[str, Source], site: Site, language: str
) -> bytes:
    """Return one page, counted from 1, of a month: its stories in the order in which they come."""
    rows = Rows(site, sources, language)
    path = page_of(month, number)
    return page(
        "month.html",
        site,
        language,
        path=path,
        title=month.name(language) if number == 1 else f"{month.name(language)} ({number})",
        heading=month.name(language),
        count=month.count,
        rows=[rows.story(story) for story in stories],
        number=number,
        pages=month.pages,
        newer=page_of(month, number - 1) if number > 1 else "",
        older=page_of(month, number + 1) if number < month.pages else "",
    )


def page_of(month: Month, number: int) -> str:
    """Return where a page of a month lies."""
    return month.path if number == 1 else f"{month.path}/{number}"
