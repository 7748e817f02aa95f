"""Stories: the items that are the same news, and where they stand.

A story's row is what the log folds to; every change of it goes through `apply`, which writes both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from aggregator.model import Edits, Item, Picture, State, Story, Tags
from aggregator.store import pictures
from aggregator.store.database import Transaction
from aggregator.store.decisions import FLOOD, edits_of
from aggregator.store.departures import returns
from aggregator.store.events import Event, append
from aggregator.store.items import item_from, parts
from aggregator.store.tables import EPOCH, MICROSECOND, decision, item, story
from aggregator.store.trays import rank_of, tray_of

ERASED = "erased for good"  # why a story is withdrawn of which nothing is left


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryRow:
    """A story without its items: what the log says of it."""

    id: int
    uri: str
    origin_id: int
    state: State
    reason: str
    tags: Tags
    dated: datetime
    released: datetime | None = None
    updated: datetime | None = None
    merged_into: int | None = None  # the story whose part it is now

    def fields(self) -> dict[str, Any]:
        """The fields that events speak of, as JSON values."""
        tags = self.tags
        return {
            "uri": self.uri,
            "origin_id": self.origin_id,
            "state": self.state.value,
            "reason": self.reason,
            "theme": tags.theme,
            "second_theme": tags.second_theme,
            "off_topic": int(tags.off_topic),
            "score": tags.score,
            "verdict": tags.decision,
            "because": list(tags.because),
            "dated": _micros(self.dated),
            "released": _micros(self.released),
            "updated": _micros(self.updated),
            "merged_into": self.merged_into,
        }


def with_fields(row: StoryRow, fields: Mapping[str, Any]) -> StoryRow:
    """A story with some of its fields as an event has them."""
    held = row.fields() | dict(fields)
    tags = Tags(
        theme=held["theme"],
        second_theme=held["second_theme"],
        off_topic=bool(held["off_topic"]),
        score=held["score"],
        decision=held["verdict"],
        because=tuple(held["because"]),
    )
    return StoryRow(
        id=row.id,
        uri=held["uri"],
        origin_id=held["origin_id"],
        state=State(held["state"]),
        reason=held["reason"],
        tags=tags,
        dated=_time(held["dated"]) or row.dated,
        released=_time(held["released"]),
        updated=_time(held["updated"]),
        merged_into=held["merged_into"],
    )


def slug_of(row: StoryRow) -> str:
    """The last part of a story's id."""
    return Story(id=row.uri, items=()).slug


def create(transaction: Transaction, rows: Sequence[StoryRow]) -> None:
    """Insert stories; the caller appends their "taken-in" events."""
    transaction.execute(
        insert(story),
        [_columns(row) | {"id": row.id, "slug": slug_of(row)} for row in rows],
    )


def apply(
    transaction: Transaction,
    changes: Sequence[tuple[StoryRow, StoryRow]],
    event: Event,
    kinds: Sequence[str] = (),
) -> int | None:
    """Change stories from (before) to (after) and log it: one event a story, like `event` but for its own fields.

    `kinds` gives each event its own kind. Returns the seq of the first event; None when nothing differs.
    """
    differing = [
        (old, new, kind)
        for (old, new), kind in zip(changes, kinds or [event.kind] * len(changes), strict=True)
        if old != new
    ]
    if not differing:
        return None
    names = [name for name in _columns(differing[0][0]) if name != "uri"]
    statement = (
        update(story)
        .where(story.c.id == bindparam("of_story"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    transaction.execute(
        statement,
        [
            {"of_story": new.id} | {f"new_{k}": v for k, v in _columns(new).items() if k != "uri"}
            for _, new, _ in differing
        ],
    )
    return append(transaction, [_event(event, kind, old, new) for old, new, kind in differing])


def rows(transaction: Transaction, ids: Iterable[int]) -> dict[int, StoryRow]:
    """Stories by number."""
    found = {}
    for part in parts(ids):
        for row in transaction.execute(select(story).where(story.c.id.in_(part))):
            found[row.id] = _row(row)
    return found


def origins(transaction: Transaction, ids: Iterable[int]) -> dict[int, int]:
    """The item that each story is published by."""
    found: dict[int, int] = {}
    for part in parts(ids):
        query = select(story.c.id, story.c.origin_id).where(story.c.id.in_(part))
        found.update({row.id: row.origin_id for row in transaction.execute(query)})
    return found


def standing(transaction: Transaction, ids: Iterable[int]) -> dict[int, tuple[State, str | None]]:
    """The state and the theme of stories by number."""
    found = {}
    for part in parts(ids):
        for row in transaction.execute(select(story.c.id, story.c.state, story.c.theme).where(story.c.id.in_(part))):
            found[row.id] = (State(row.state), row.theme)
    return found


def standing_of_items(transaction: Transaction, ids: Iterable[int]) -> dict[int, State]:
    """The state of the story of each item that is stored."""
    found = {}
    for part in parts(ids):
        query = select(item.c.id, story.c.state).join(story, story.c.id == item.c.story_id).where(item.c.id.in_(part))
        for row in transaction.execute(query):
            found[row.id] = State(row.state)
    return found


def row_by_slug(transaction: Transaction, slug: str) -> StoryRow | None:
    """One story by the last part of its id; of one that became part of another, that other."""
    found = transaction.execute(select(story).where(story.c.slug == slug)).one_or_none()
    while found is not None and found.merged_into is not None:
        found = transaction.execute(select(story).where(story.c.id == found.merged_into)).one_or_none()
    return None if found is None else _row(found)


def exact_row(transaction: Transaction, slug: str) -> StoryRow | None:
    """One story by the last part of its id, also when it became part of another."""
    row = transaction.execute(select(story).where(story.c.slug == slug)).one_or_none()
    return None if row is None else _row(row)


def absorbed_by(transaction: Transaction, story_id: int) -> list[StoryRow]:
    """The stories that became part of this one, the latest first."""
    query = select(story).where(story.c.merged_into == story_id).order_by(story.c.id.desc())
    return [_row(row) for row in transaction.execute(query)]


def held_by_source(transaction: Transaction, reason: str) -> dict[str, int]:
    """How many stories of each source are held for `reason`, by the source of their origin."""
    query = (
        select(item.c.source_id, func.count())
        .join(story, story.c.origin_id == item.c.id)
        .where(story.c.state == State.HELD.value, story.c.reason == reason)
        .group_by(item.c.source_id)
    )
    return dict(transaction.execute(query).all())


def held_of_source(transaction: Transaction, source_id: str, reason: str) -> list[StoryRow]:
    """The stories of a source that are held for `reason`, in the order in which they came."""
    query = (
        select(story)
        .join(item, story.c.origin_id == item.c.id)
        .where(story.c.state == State.HELD.value, story.c.reason == reason, item.c.source_id == source_id)
        .order_by(story.c.id)
    )
    return [_row(row) for row in transaction.execute(query)]


def stated_dates(transaction: Transaction, ids: Iterable[int]) -> dict[int, datetime]:
    """The partner's own date of each story that has one."""
    found = {}
    for part in parts(ids):
        query = (
            select(story.c.id, item.c.published)
            .join(item, story.c.origin_id == item.c.id)
            .where(story.c.id.in_(part), item.c.published.is_not(None))
        )
        found.update({row.id: row.published for row in transaction.execute(query)})
    return found


def decided(transaction: Transaction, ids: Iterable[int]) -> set[int]:
    """Those of `ids` about which a person decided something: polls leave them as they are.

    Letting in what came with a flood is no word about the one story.
    """
    found: set[int] = set()
    for part in parts(str(each) for each in ids):
        query = select(decision.c.subject).where(
            decision.c.subject_kind == "story",
            decision.c.subject.in_(part),
            decision.c.undone_at.is_(None),
            decision.c.kind != FLOOD,
        )
        found.update(int(subject) for subject in transaction.execute(query).scalars())
    return found


def undecided(transaction: Transaction, states: Iterable[State], *, limit: int | None = None) -> list[int]:
    """The numbers of the stories in these states about which nobody decided anything, latest first."""
    query = (
        select(story.c.id)
        .where(story.c.state.in_([each.value for each in states]), story.c.merged_into.is_(None))
        .order_by(story.c.id.desc())
        .limit(limit)
    )
    numbers = list(transaction.execute(query).scalars())
    said = decided(transaction, numbers)
    return [number for number in numbers if number not in said]


def verdicts(transaction: Transaction, since: datetime) -> list[tuple[datetime, str, str, float]]:
    """When first seen, source, verdict of the tagger, its certainty: of every story since then."""
    query = (
        select(item.c.first_seen, item.c.source_id, story.c.verdict, story.c.score)
        .join(item, item.c.id == story.c.origin_id)
        .where(item.c.first_seen >= since)
    )
    return [(row.first_seen, row.source_id, row.verdict, row.score) for row in transaction.execute(query)]


def load(transaction: Transaction, ids: Sequence[int]) -> list[Story]:
    """Whole stories, origin first, in the order of `ids`."""
    found = by_number(transaction, ids)
    return [found[number] for number in ids if number in found]


def by_number(transaction: Transaction, ids: Iterable[int]) -> dict[int, Story]:
    """Whole stories, origin first, by number. That it returned is a change of a story that a reader notices."""
    found = rows(transaction, ids)
    returned = returns(transaction, found)
    members: dict[int, list[tuple[int, Item]]] = {number: [] for number in found}
    for part in parts(found):
        query = select(item).where(item.c.story_id.in_(part)).order_by(item.c.id)
        for row in transaction.execute(query):
            members[row.story_id].append((row.id, item_from(row)))
    edited = edits_of(transaction, found)
    pictured = pictures.of_stories(transaction, found)
    return {
        number: _story(
            as_told(row, returned.get(number)), members[number], edited.get(number, Edits()), pictured.get(number)
        )
        for number, row in found.items()
    }


def as_told(row: StoryRow, returned: datetime | None) -> StoryRow:
    """The story as readers are told of it, when it left the feeds and returned at this moment."""
    return replace(row, updated=max(row.updated, returned)) if row.updated and returned else row


def in_feed(
    transaction: Transaction, *, limit: int, theme: str = "", sources: Sequence[str] | None = None
) -> list[int]:
    """The numbers of the stories in a feed's window, latest released first."""
    query = (
        select(story.c.id)
        .where(story.c.state == State.PUBLISHED.value, story.c.released.is_not(None))
        .order_by(story.c.released.desc(), story.c.id.desc())
        .limit(limit)
    )
    return list(transaction.execute(_narrowed(query, theme, sources)).scalars())


def windows(transaction: Transaction, sources: Sequence[str], *, limit: int) -> dict[str, list[int]]:
    """For each of `sources` what `in_feed` gives for it alone, by one question; one without stories is not there."""
    public = (
        select(item.c.source_id, story.c.id, story.c.released)
        .join(story, story.c.id == item.c.story_id)
        .where(story.c.state == State.PUBLISHED.value, story.c.released.is_not(None), item.c.source_id.in_(sources))
        .distinct()  # a story may hold two items of one source
        .subquery()
    )
    order = (public.c.released.desc(), public.c.id.desc())
    place = func.row_number().over(partition_by=public.c.source_id, order_by=order).label("place")
    ranked = select(public.c.source_id, public.c.id, place).subquery()
    query = select(ranked.c.source_id, ranked.c.id).where(ranked.c.place <= limit)
    found: dict[str, list[int]] = {}
    for source_id, number in transaction.execute(query.order_by(ranked.c.source_id, ranked.c.place)):
        found.setdefault(source_id, []).append(number)
    return found


def latest(transaction: Transaction, *, limit: int, theme: str = "", sources: Sequence[str] | None = None) -> list[int]:
    """The numbers of the published stories by the partners' own dates, newest first; never announced ones too."""
    query = (
        select(story.c.id)
        .where(story.c.state == State.PUBLISHED.value)
        .order_by(story.c.dated.desc(), story.c.id.desc())
        .limit(limit)
    )
    return list(transaction.execute(_narrowed(query, theme, sources)).scalars())


def by_state(transaction: Transaction, state: State | None, *, limit: int) -> list[int]:
    """The numbers of the stories in one state (None: in all), latest first."""
    query = select(story.c.id).order_by(story.c.id.desc()).limit(limit)
    return list(transaction.execute(query if state is None else query.where(story.c.state == state.value)).scalars())


def counts_by_theme(transaction: Transaction) -> dict[str, int]:
    """How many published stories each theme has."""
    query = (
        select(story.c.theme, func.count())
        .where(story.c.state == State.PUBLISHED.value, story.c.theme.is_not(None))
        .group_by(story.c.theme)
    )
    return {theme: count for theme, count in transaction.execute(query) if theme is not None}


def counts_by_state(transaction: Transaction) -> dict[str, int]:
    """How many stories stand where."""
    return dict(transaction.execute(select(story.c.state, func.count()).group_by(story.c.state)).all())


def count_released(transaction: Transaction, since: datetime) -> int:
    """How many public stories came out since."""
    query = select(func.count()).where(story.c.state == State.PUBLISHED.value, story.c.released >= since)
    return transaction.execute(query).scalar_one()


def counts_by_source(transaction: Transaction) -> dict[str, int]:
    """How many items each source brought."""
    return dict(transaction.execute(select(item.c.source_id, func.count()).group_by(item.c.source_id)).all())


def sources_of(transaction: Transaction, ids: Iterable[int]) -> dict[int, set[str]]:
    """The sources whose items each story holds."""
    found: dict[int, set[str]] = {}
    for part in parts(ids):
        query = select(item.c.story_id, item.c.source_id).where(item.c.story_id.in_(part))
        for row in transaction.execute(query):
            found.setdefault(row.story_id, set()).add(row.source_id)
    return found


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs between two sets of fields: (as it was, as it is)."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def _narrowed(query: Any, theme: str, sources: Sequence[str] | None) -> Any:
    if theme:
        query = query.where(story.c.theme == theme)
    if sources is not None:
        query = query.where(
            select(item.c.id).where(item.c.story_id == story.c.id, item.c.source_id.in_(sources)).exists()
        )
    return query


def _story(row: StoryRow, members: list[tuple[int, Item]], edits: Edits, picture: Picture | None) -> Story:
    ordered = sorted(members, key=lambda member: (member[0] != row.origin_id, member[0]))
    return Story(
        id=row.uri,
        items=tuple(each for _, each in ordered),
        tags=row.tags,
        state=row.state,
        reason=row.reason,
        released=row.released,
        updated=row.updated,
        edits=edits,
        picture=picture,
    )


def _row(row: Any) -> StoryRow:
    tags = Tags(
        theme=row.theme,
        second_theme=row.second_theme,
        off_topic=bool(row.off_topic),
        score=row.score,
        decision=row.verdict,
        because=tuple(row.because),
    )
    return StoryRow(
        id=row.id,
        uri=row.uri,
        origin_id=row.origin_id,
        state=State(row.state),
        reason=row.reason,
        tags=tags,
        dated=row.dated,
        released=row.released,
        updated=row.updated,
        merged_into=row.merged_into,
    )


def _event(like: Event, kind: str, old: StoryRow, new: StoryRow) -> Event:
    before, after = changed_fields(old.fields(), new.fields())
    return replace(like, kind=kind, story_id=new.id, before=before, after=after)


def _columns(row: StoryRow) -> dict[str, Any]:
    """The columns of a story but its number and slug: its fields, and where it lies in the editors' queue."""
    rank = rank_of(row.state, row.reason, row.tags.score, is_off_topic=row.tags.off_topic)
    times = {"dated": row.dated, "released": row.released, "updated": row.updated}
    return row.fields() | times | {"tray": tray_of(row.state, row.reason).value, "rank": rank}


def _time(micros: int | None) -> datetime | None:
    return None if micros is None else EPOCH + micros * MICROSECOND


def _micros(at: datetime | None) -> int | None:
    return None if at is None else (at - EPOCH) // MICROSECOND
