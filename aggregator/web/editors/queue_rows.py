"""A story of the queue as its row shows it: everything decided, nothing left for a template to think of."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.model import Source, Story, Theme
from aggregator.publish.site import Words
from aggregator.text.dates import day_in_amsterdam, dutch_date
from aggregator.text.html import cut

TITLE = 140  # characters; the whole title stands in the story
WORDS = 3  # of those that decided
LONG_AGO = 30  # days, from which a date says more than their number

_BECAUSE = re.compile(r"([+-])(.+) → (\S+?)(?: \([\d.]+\))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A theme that can be given: its key in the list (1 is the first), slug and name."""

    key: int
    slug: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Same:
    """The story that another is most likely the same news as."""

    slug: str
    title: str
    partner: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What a row says besides its story: who starred it, what it is perhaps the same as, an item that can go."""

    starred: Collection[str] = ()
    same: Mapping[str, Same] = field(default_factory=dict)  # by slug, as the next
    other: Mapping[str, int] = field(default_factory=dict)
    is_blind: bool = False  # nothing of what the program made of it


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One story that an editor is asked about. `subject` is what a form sends: its slug and the last event seen."""

    slug: str
    subject: str
    title: str
    link: str
    partner: str
    partners: int
    age: str
    theme: str  # its name, or "" when there is none
    mark: int  # 1..4, the colour and shape of the theme; 0 without
    second: str
    is_off_topic: bool
    percent: int
    words: tuple[str, ...]
    why: str
    is_starred: bool
    state: str
    same: Same | None  # what it is perhaps the same news as
    other: int | None  # of two items, the one that it is not published by


def choices(themes: Sequence[Theme], language: str) -> list[Choice]:
    """The themes with their keys; nine at most have one."""
    return [
        Choice(key=place, slug=theme.slug, label=theme.label[language])
        for place, theme in enumerate(themes[:9], start=1)
    ]


def row(
    story: Story,
    *,
    version: int,
    sources: Mapping[str, Source],
    themes: Sequence[Choice],
    beside: Beside,
    words: Words,
    now: datetime,
) -> Row:
    """The row of a story."""
    origin, tags = story.origin, story.tags
    names = {each.slug: each for each in themes}
    theme = names.get(tags.theme or "")
    second = names.get(tags.second_theme or "")
    source = sources.get(origin.source_id)
    verdict = "off-topic" if tags.off_topic else tags.theme or ""
    told = Row(
        slug=story.slug,
        subject=f"{story.slug}:{version}",
        title=cut(origin.entry.title, TITLE) or words("queue_untitled"),
        link=origin.entry.link or "",
        partner=source.organisation if source else origin.source_id,
        partners=len({each.source_id for each in story.items}),
        age=age(origin.entry.published, origin.first_seen, now, words),
        theme="" if tags.off_topic or theme is None else theme.label,
        mark=0 if tags.off_topic or theme is None else (theme.key - 1) % 4 + 1,
        second=second.label if second else "",
        is_off_topic=tags.off_topic,
        percent=round(100 * tags.score),
        words=telling(tags.because, verdict),
        why=why(story, words),
        is_starred=story.slug in beside.starred,
        state=story.state.value,
        same=beside.same.get(story.slug),
        other=beside.other.get(story.slug),
    )
    return blinded(told, words) if beside.is_blind else told


def blinded(told: Row, words: Words) -> Row:
    """The row of a story that was drawn for people to judge: nothing of what the program made of it."""
    return replace(
        told,
        theme="",
        mark=0,
        second="",
        is_off_topic=False,
        percent=0,
        words=(),
        why=words("why_sample"),
        state="",
        same=None,
        other=None,
    )


def telling(because: Sequence[str], verdict: str) -> tuple[str, ...]:
    """The words that decided for or against the verdict, strongest first: "+vakpaspoort", "−docenten"."""
    found = [match.groups() for each in because if (match := _BECAUSE.fullmatch(each))]
    return tuple(f"{'+' if sign == '+' else '−'}{word}" for sign, word, outcome in found if outcome == verdict)[:WORDS]


def age(published: datetime | None, seen: datetime, now: datetime, words: Words) -> str:
    """How old a story is, by the partner's own date; without one, since when we know it."""
    at = published or seen
    days = (day_in_amsterdam(now) - day_in_amsterdam(at)).days
    if days < 0 or days > LONG_AGO:
        told = dutch_date(at, words.language)
    else:
        told = words("queue_today") if days == 0 else words.count("queue_days", days)
    return told if published else words("queue_found", when=told)


def why(story: Story, words: Words) -> str:
    """Why a story lies where it lies, in words."""
    reason = story.reason
    key = f"why_{reason}" if words.has(f"why_{reason}") else f"why_{story.state.value}"
    return words(key) if words.has(key) else reason
