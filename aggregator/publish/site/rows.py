"""A story, a partner and a theme as a page shows them: everything decided, nothing left for a template to think of.

The text comes from `entry.py`, so that pages and feeds say the same; only the day is chosen here: pages show and sort
by the partner's date.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from urllib.parse import quote, urlsplit

from aggregator.model import Precision, Site, Source, Story, Theme
from aggregator.publish import entry
from aggregator.publish.channel import Format, feed_path
from aggregator.publish.characters import line, web_address
from aggregator.text.dates import amsterdam_day, day_in_amsterdam, dutch_date
from aggregator.text.html import cut

# A list is for scanning: three lines of teaser are enough to choose by. The story's own page has all of it.
LIST_TEASER = 200
LIST_TITLE = 160
MARKS = 4  # shapes and colours in tokens.css; a fifth theme starts again, its name still tells it apart


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A date for readers and (`machine`) for <time datetime>. `found`: we saw it then, the partner gave no date."""

    text: str
    machine: str
    month: str
    found: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeRow:
    """A theme with its mark; `gist` is the definition up to its first colon or full stop."""

    slug: str
    label: str
    path: str
    mark: int
    definition: str
    gist: str
    count: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PartnerRow:
    """A partner's name, its page here, and where its own site begins ("" if unknown)."""

    name: str
    path: str
    site: str
    host: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureRow:
    """A picture of ours: the smaller file, all of them for `srcset`, the largest with its size, what is said of it."""

    address: str
    addresses: str
    largest: str
    width: int
    height: int
    alt: str
    caption: str
    credit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryRow:
    """A story in a list or on its own page. `address` is the article's, or our own page for one without."""

    title: str
    teaser: str
    kicker: str
    address: str
    path: str
    day: Day
    since: Day
    partner: PartnerRow
    themes: tuple[ThemeRow, ...]
    also: tuple[tuple[PartnerRow, str], ...]
    language: str
    has_article: bool
    picture: PictureRow | None = None
    text: str = ""  # the whole of a piece that stands nowhere else, as harmless HTML
    byline: str = ""

    @property
    def host(self) -> str:
        """The host that a reader goes to, without "www."."""
        return host_of(self.address)


class Rows:
    """Makes rows for one site, its partners and one language."""

    def __init__(self, site: Site, sources: Mapping[str, Source], language: str) -> None:
        self.site = site
        self.sources = sources
        self.language = language
        self._themes = {theme.slug: number for number, theme in enumerate(site.themes)}

    def newest(self, stories: Iterable[Story], today: date, *, whole: bool = False) -> list[StoryRow]:
        """Return the stories newest first.

        One that is dated in the future by mistake counts as today's, so that it does not stay on top for a year;
        equals stay in the order in which they came.
        """
        ordered = sorted(stories, key=lambda each: _newest(each, today), reverse=True)
        return [self.story(story, whole=whole) for story in ordered]

    def story(self, story: Story, *, whole: bool = False) -> StoryRow:
        """Return one story; `whole` for its own page, with all of the title and teaser."""
        source = entry.partner(story.origin, self.sources)
        path = f"/stories/{quote(story.slug, safe='')}"
        article = web_address(story.origin.entry.link or "")
        title, teaser = entry.title(story), entry.teaser(story)
        return StoryRow(
            title=title if whole else cut(title, LIST_TITLE),
            teaser=teaser if whole else cut(teaser, LIST_TEASER),
            kicker=cut(line(story.origin.entry.kicker), 40),
            address=article or path,
            path=path,
            day=self.day(story),
            since=self._day(entry.released(story), Precision.DAY),
            partner=self.partner(source),
            themes=self.themes(story),
            also=tuple((self.partner(also.source), also.link) for also in entry.also_at(story, self.sources)),
            language=entry.language(story, source, self.site),
            has_article=bool(article),
            picture=self._picture(story, source),
            text="" if article or not whole else entry.content(story, source),
            byline="" if article or not whole else ", ".join(map(line, story.origin.entry.authors)),
        )

    def day(self, story: Story) -> Day:
        """Return the partner's date; of a story without one, the day on which we found it."""
        when, precision = entry.published(story), entry.precision(story)
        if when is None or precision is None:
            return self._day(entry.released(story), Precision.DAY, found=True)
        return self._day(when, precision)

    def date(self, day: date | None) -> Day | None:
        """Return a calendar day for readers."""
        return self._day(amsterdam_day(day), Precision.DAY) if day else None

    def themes(self, story: Story) -> tuple[ThemeRow, ...]:
        """Return the primary theme, then the secondary, as far as the site has them."""
        slugs = dict.fromkeys((story.tags.theme, story.tags.second_theme))
        return tuple(self.theme(self.site.themes[self._themes[slug]]) for slug in slugs if slug in self._themes)

    def theme(self, theme: Theme, count: int = 0) -> ThemeRow:
        """Return a theme with the mark of its place in the site's list."""
        definition = _in(theme.definition, self.language)
        return ThemeRow(
            slug=theme.slug,
            # A hyphen that hangs on its word ("Lerarentekort en -professionalisering") must not end a line.
            label=(_in(theme.label, self.language) or theme.slug).replace(" -", " \N{NON-BREAKING HYPHEN}"),
            path=f"/themes/{quote(theme.slug, safe='')}",
            mark=self._themes.get(theme.slug, 0) % MARKS + 1,
            definition=definition,
            gist=_gist(definition),
            count=count,
        )

    def partner(self, source: Source) -> PartnerRow:
        """Return a partner's name and addresses."""
        address = web_address(source.url) or ""
        return PartnerRow(
            name=entry.author(source),
            path=f"/sources/{quote(source.id, safe='')}",
            site=_home(address),
            host=host_of(address),
        )

    def _picture(self, story: Story, source: Source) -> PictureRow | None:
        made, said = entry.picture(story, source), entry.image(story, source)
        if made is None or said is None:
            return None
        addresses = [f"/pictures/{each.name}" for each in made.files]
        return PictureRow(
            address=addresses[0],
            addresses=", ".join(f"{to} {each.width}w" for to, each in zip(addresses, made.files, strict=True)),
            largest=addresses[-1],
            width=made.files[-1].width,
            height=made.files[-1].height,
            alt=line(said.alt),
            caption=line(said.caption),
            credit=line(said.credit),
        )

    def _day(self, at: datetime, precision: Precision, *, found: bool = False) -> Day:
        at = entry.local(at)
        text = dutch_date(at, self.language)
        month = text.partition(" ")[2]
        machine = at.isoformat(timespec="minutes")
        if precision is Precision.MONTH:
            return Day(text=month, machine=machine[:7], month=month, found=found)
        return Day(
            text=text, machine=machine if precision is Precision.MINUTE else machine[:10], month=month, found=found
        )


def by_month(rows: Iterable[StoryRow]) -> list[tuple[str, list[StoryRow]]]:
    """Return the rows under the name of their month, in the order in which they come."""
    return [(month, list(group)) for month, group in groupby(rows, key=lambda row: row.day.month)]


def feeds(site: Site, name: str) -> dict[Format, str]:
    """Return the absolute address of a channel in each format, Atom first."""
    formats: Sequence[Format] = ("atom", "rss", "json")
    return {format: site.base_url + feed_path(name, format) for format in formats}


def host_of(address: str) -> str:
    """Return the host that a reader would name: "fme.nl"."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _home(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/" if address else ""


def _newest(story: Story, today: date) -> tuple[date, datetime, datetime]:
    released = entry.released(story)
    shown = entry.published(story) or released
    day = day_in_amsterdam(shown)
    return (today, released, released) if day > today else (day, shown, released)


def _in(texts: Mapping[str, str], language: str) -> str:
    return line(texts.get(language) or texts.get("nl") or next(iter(texts.values()), ""))


def _gist(definition: str) -> str:
    ends = [at for mark in (": ", ". ") if (at := definition.find(mark)) > 0]
    head = definition[: min(ends)] if ends else definition.removesuffix(".")
    return f"{head}." if head else ""
