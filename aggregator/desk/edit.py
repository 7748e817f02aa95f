"""Editing: other words than the source's for one story. The item stays what the partner said.

Each word is a decision of its own; the last about a word holds, and going back to the source is one too. The log says
that a story was edited and in what, never how: texts may have to be erased.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from aggregator.model import Edits, Entry, Image, Item, Source, Story
from aggregator.publish import entry as words
from aggregator.store import Store, Transaction, decisions, events, items, sources, stories
from aggregator.store.codec import from_json, to_json
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow

FIELDS = ("title", "teaser", "published", "image")
VISIBLE = frozenset({"title", "teaser", "published"})  # a reader would notice; pictures never count as an update
EDITED = "edited"
NO_IMAGE = Image(url="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Edited:
    """What came of it: the fields that differ now, and whether the address named a story.

    With `conflicts` nothing was written: other people did this since the editor looked.
    """

    fields: tuple[str, ...] = ()
    is_known: bool = True
    conflicts: tuple[Event, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A field of which the partner says something else since it was edited: what it said then, and what it says now."""

    field: str
    then: str
    now: str


def edit(store: Store, slug: str, said: Edits, actor: str, now: datetime, seen: int | None = None) -> Edited:
    """Let a story say `said` where that differs from what it says now. The source's own words go back to the source."""

    def act(transaction: Transaction, row: StoryRow) -> Iterable[str]:
        story = stories.by_number(transaction, [row.id])[row.id]
        source = _source(transaction, story)
        own = replace(story, edits=Edits())
        changed = [name for name in FIELDS if _is_other(name, said, story, source)]
        values = {name: _value(name, said if _is_other(name, said, own, source) else Edits()) for name in changed}
        return _change(transaction, row, values, actor, now)

    return _acted(store, slug, actor, seen, act)


def restore(
    store: Store, slug: str, fields: Iterable[str], actor: str, now: datetime, seen: int | None = None
) -> Edited:
    """Go back to what the source says in these fields."""

    def act(transaction: Transaction, row: StoryRow) -> Iterable[str]:
        edited = _decisions(transaction, row.id)
        return _change(transaction, row, {name: _value(name, Edits()) for name in fields if name in edited}, actor, now)

    return _acted(store, slug, actor, seen, act)


def keep(store: Store, slug: str, fields: Iterable[str], actor: str, now: datetime, seen: int | None = None) -> Edited:
    """Stand by these edits, now that the partner says something else."""

    def act(transaction: Transaction, row: StoryRow) -> Iterable[str]:
        edited = _decisions(transaction, row.id)
        kept = {name: edited[name]["value"] for name in fields if name in edited}
        return _put(transaction, row.id, kept, actor, now, None)

    return _acted(store, slug, actor, seen, act)


def redated(transaction: Transaction, row: StoryRow) -> StoryRow:
    """A story with the date that its editors say, else its source, else when we saw it first."""
    edits = decisions.edits_of(transaction, [row.id]).get(row.id, Edits())
    origin = items.load_items(transaction, [row.origin_id])[row.origin_id]
    return replace(row, dated=edits.published or origin.entry.published or origin.first_seen)


def moved_since(transaction: Transaction, row: StoryRow, origin: Item) -> list[Moved]:
    """The edited fields in which the source of a story says something else than when they were edited."""
    found = []
    for name, held in _decisions(transaction, row.id).items():
        before = items.said_at(transaction, row.origin_id, held["at"])
        if before is not None and (then := _said(name, before)) != (now := _said(name, origin.entry)):
            found.append(Moved(field=name, then=then, now=now))
    return found


def _acted(
    store: Store, slug: str, actor: str, seen: int | None, act: Callable[[Transaction, StoryRow], Iterable[str]]
) -> Edited:
    """Act on the story of this address, unless other people did something to it since event `seen`."""
    with store.append() as transaction:
        row = stories.row_by_slug(transaction, slug)
        if row is None:
            return Edited(is_known=False)
        if ahead := events.by_others(transaction, row.id, seen, actor):
            return Edited(conflicts=tuple(ahead))
        return Edited(fields=tuple(act(transaction, row)))


def _decisions(transaction: Transaction, story_id: int) -> dict[str, dict[str, Any]]:
    """The edits in force, by field: of each the last, unless it says that the source's own word holds."""
    held = [each for each in decisions.of_story(transaction, story_id) if each["kind"] == decisions.EDIT]
    last = {next(name for name in FIELDS if name in each["value"]): each for each in held}
    return {name: each for name, each in last.items() if each["value"][name] is not None}


def _change(
    transaction: Transaction, row: StoryRow, values: Mapping[str, dict[str, Any]], actor: str, now: datetime
) -> Iterable[str]:
    """Let fields have these values (None in them: the source's own), at one stroke, and log it."""
    if not values:
        return ()
    return _put(transaction, row.id, values, actor, now, _tell(transaction, row, values, actor, now))


def _put(
    transaction: Transaction,
    story_id: int,
    values: Mapping[str, dict[str, Any]],
    actor: str,
    now: datetime,
    seq: int | None,
) -> Iterable[str]:
    """Write the words down over the former ones, which hold again when these are undone."""
    group = uuid4().hex
    for value in values.values():
        decisions.record(
            transaction,
            story_id=story_id,
            kind=decisions.EDIT,
            value=value,
            actor=actor,
            at=now,
            event_seq=seq,
            group=group,
        )
    return values.keys()


def _tell(
    transaction: Transaction, row: StoryRow, values: Mapping[str, dict[str, Any]], actor: str, now: datetime
) -> int:
    """Log that these fields differ now; what a reader notices counts as an update of what is out."""
    new = row
    if "published" in values:
        edits = from_json(Edits, values["published"])
        origin = items.load_items(transaction, [row.origin_id])[row.origin_id]
        new = replace(new, dated=edits.published or origin.entry.published or origin.first_seen)
    if row.updated is not None and VISIBLE.intersection(values):
        new = replace(new, updated=now)
    event = Event(at=now, kind=EDITED, story_id=row.id, actor=actor, reason=", ".join(values))
    return stories.apply(transaction, [(row, new)], event) or events.append(transaction, [event])


def _is_other(name: str, said: Edits, story: Story, source: Source) -> bool:
    """Whether `said` holds something for this field that a reader does not see yet."""
    match name:
        case "title":
            return bool(said.title) and said.title != words.title(story)
        case "teaser":
            return said.teaser is not None and said.teaser != words.teaser(story)
        case "published":
            wanted = said.published and words.local(said.published)
            shown = (words.published(story), words.precision(story))
            return wanted is not None and (wanted, said.precision) != shown
        case _:
            shown_image = words.image(story, source) or NO_IMAGE
            return source.images and said.image is not None and said.image != shown_image


def _value(name: str, said: Edits) -> dict[str, Any]:
    names = (name, "precision") if name == "published" else (name,)
    return dict.fromkeys(names) | {each: value for each, value in to_json(said).items() if each in names}


def _said(name: str, entry: Entry) -> str:
    match name:
        case "title":
            return entry.title
        case "teaser":
            return entry.summary
        case "published":
            return words.local(entry.published).isoformat(timespec="minutes") if entry.published else ""
        case _:
            return entry.image.url if entry.image else ""


def _source(transaction: Transaction, story: Story) -> Source:
    return words.partner(story.origin, sources.by_id(transaction, [story.origin.source_id]))
