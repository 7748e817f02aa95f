"""What the page of one story shows, gathered from the store at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.desk.edit import Moved, moved_since
from aggregator.model import Item, Source, State, Story
from aggregator.policy.admission import FLOOD
from aggregator.publish import entry as words_of
from aggregator.publish.atom import atom_feed
from aggregator.publish.characters import web_address
from aggregator.publish.site import Words, story_article
from aggregator.publish.site.rows import host_of
from aggregator.release import Press, channels
from aggregator.store import Transaction, accounts, decisions, events, items, neighbours, proposals, sources, stories
from aggregator.store.stories import StoryRow
from aggregator.text.differences import Part, differences
from aggregator.web.editors import why
from aggregator.web.editors.moments import as_fields

MOST_WORDS, MOST_SOUGHT = 8, 10
EDITABLE = ("title", "teaser", "published", "image")


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One item of the story, as its partner brought it."""

    number: int
    item: Item
    partner: str
    link: str
    host: str
    is_origin: bool
    dated: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed:
    """A story that is perhaps the same news."""

    slug: str
    title: str
    partner: str
    because: str
    titles: list[Part]
    teasers: list[Part]


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One story with all that stands beside it."""

    row: StoryRow
    story: Story
    source: Source
    seen: int
    title: str
    article: str
    feed: str
    members: Sequence[Member]
    steps: Sequence[tuple[datetime, str]]
    tagged: str
    proposed: Sequence[Proposed]
    sought: Sequence[Proposed]
    related: Sequence[tuple[str, str]]
    edited: Sequence[str]
    moved: Sequence[tuple[Moved, list[Part]]]
    form: dict[str, str]
    scheduled_at: datetime | None
    pinned_until: datetime | None
    flood: int

    @property
    def is_out(self) -> bool:
        """Whether readers see it, or saw it."""
        return self.row.released is not None or self.row.state is State.PUBLISHED


def view_of(transaction: Transaction, press: Press, row: StoryRow, words: Words, now: datetime, find: str = "") -> View:
    """Gather it all by a fixed number of questions; `find`: words in the title of a story that is the same news."""
    story = stories.by_number(transaction, [row.id])[row.id]
    held = items.of_stories(transaction, [row.id])[row.id]
    partners = sources.by_id(transaction)
    names = {each.actor: each.label for each in accounts.every(transaction)}
    known = why.Known(items=held, sources=partners, names=names, site=press.site)
    source = words_of.partner(story.origin, partners)
    floods = stories.held_by_source(transaction, FLOOD) if row.reason == FLOOD else {}
    until = decisions.pinned(transaction).get(row.id)
    plan = decisions.scheduled(transaction).get(row.id)
    reasons = _reasons(transaction, row)
    return View(
        row=row,
        story=story,
        source=source,
        seen=events.last_seq_of(transaction, row.id),
        title=words_of.title(story),
        article=story_article(story, partners, press.site, words.language, heading=3),
        feed=_atom_entry(story, partners, press),
        members=_members(held, row, partners, words),
        steps=list(why.chain(events.of_story(transaction, row.id), known, words)),
        tagged=why.tagged(row.tags, press.site, words),
        proposed=_proposed(transaction, story, reasons, partners),
        sought=_proposed(transaction, story, _sought(transaction, row, find, reasons), partners),
        related=_related(transaction, row),
        edited=[name for name in EDITABLE if getattr(story.edits, name) is not None],
        moved=[(each, differences(each.then, each.now)) for each in moved_since(transaction, row, held[row.origin_id])],
        form=form_of(story, source),
        scheduled_at=decisions.planned_at(plan) if plan else None,
        pinned_until=until if until and until > now else None,
        flood=floods.get(story.origin.source_id, 0),
    )


def form_of(story: Story, source: Source) -> dict[str, str]:
    """What the form for editing starts with: what readers see now."""
    image = words_of.image(story, source)
    at = story.edits.published or story.origin.entry.published
    day, clock = as_fields(at, words_of.precision(story))
    return {
        "title": words_of.title(story),
        "teaser": words_of.teaser(story),
        "day": day,
        "clock": clock,
        "image": image.url if image else "",
        "alt": image.alt if image else "",
        "credit": image.credit if image else "",
    }


def _atom_entry(story: Story, partners: dict[str, Source], press: Press) -> str:
    """The entry as the feed will have it."""
    channel = channels(press.site, [], press.created)[0][0]
    text = atom_feed(channel, [story], partners, press.site).decode()
    start, end = text.find("<entry"), text.find("</entry>")
    return text[start : end + len("</entry>")]


def _members(held: dict[int, Item], row: StoryRow, partners: dict[str, Source], words: Words) -> list[Member]:
    found = []
    for number, item in sorted(held.items(), key=lambda each: (each[0] != row.origin_id, each[0])):
        link = web_address(item.entry.link or "") or ""
        found.append(
            Member(
                number=number,
                item=item,
                partner=words_of.author(words_of.partner(item, partners)),
                link=link,
                host=host_of(link),
                is_origin=number == row.origin_id,
                dated=why.dated(item, words),
            )
        )
    return found


def _reasons(transaction: Transaction, row: StoryRow) -> dict[int, str]:
    """The stories that are perhaps the same, and why we think so."""
    reasons: dict[int, str] = {}
    for card in proposals.of_stories(transaction, [row.id]):
        other = card.other_story_id if card.story_id == row.id else card.story_id
        reasons.setdefault(other, card.because)
    return reasons


def _sought(transaction: Transaction, row: StoryRow, find: str, proposed: dict[int, str]) -> dict[int, str]:
    """The stories that an editor looks for, besides those that are proposed."""
    found = neighbours.titled(transaction, row.id, find.split()[:MOST_WORDS], MOST_SOUGHT) if find.strip() else []
    return {number: "" for number in found if number not in proposed}


def _proposed(
    transaction: Transaction, story: Story, reasons: dict[int, str], partners: dict[str, Source]
) -> list[Proposed]:
    others = stories.by_number(transaction, reasons)
    return [
        Proposed(
            slug=others[number].slug,
            title=words_of.title(others[number]),
            partner=words_of.author(words_of.partner(others[number].origin, partners)),
            because=because,
            titles=differences(words_of.title(story), words_of.title(others[number])),
            teasers=differences(words_of.teaser(story), words_of.teaser(others[number])),
        )
        for number, because in reasons.items()
        if number in others
    ]


def _related(transaction: Transaction, row: StoryRow) -> list[tuple[str, str]]:
    found = stories.load(transaction, neighbours.dossier(transaction, row.id))
    return [(each.slug, words_of.title(each)) for each in found]
