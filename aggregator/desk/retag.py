"""What if: another model, other themes or another threshold over the stories that are there, to apply or to discard.

Only stories that nobody decided about are tagged anew. What readers see changes only where its theme does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from aggregator.batch import Intake
from aggregator.model import Item, Source, State, Tags
from aggregator.policy.admission import UP_TO_AN_EDITOR, admit
from aggregator.receipts import UNSURE_LIST, Tagger
from aggregator.store import Store, Transaction, items, models, sources, stories, trials
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow
from aggregator.store.trials import Trial

BATCH = 400
SHOWN = 500  # differences that are kept word for word, for people to read
LOOKED_AT = 5_000  # latest stories that `count` looks at
OPEN = (State.HELD, State.OFF_TOPIC, State.PUBLISHED)
WAITS = (State.HELD, State.OFF_TOPIC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A story that would be tagged otherwise."""

    row: StoryRow
    item: Item
    source: Source
    tags: Tags


def differences(store: Store, tag: Tagger, limit: int | None = None) -> Iterator[Difference]:
    """The undecided stories that `tag` would tag otherwise than they are, hidden ones too, latest first."""
    with store.read() as transaction:
        numbers = stories.undecided(transaction, OPEN, limit=limit)
        known = sources.by_id(transaction)
    for start in range(0, len(numbers), BATCH):
        with store.read() as transaction:
            rows = stories.rows(transaction, numbers[start : start + BATCH])
            origins = items.load_items(transaction, [row.origin_id for row in rows.values()])
        for row in sorted(rows.values(), key=lambda each: -each.id):
            item = origins[row.origin_id]
            source = known.get(item.source_id) or Source(id=item.source_id, organisation=item.source_id, url="")
            tags = retagged(row, tag(item.entry, source))
            if told(tags) != told(row.tags):
                yield Difference(row=row, item=item, source=source, tags=tags)


def retagged(row: StoryRow, tags: Tags) -> Tags:
    """What a story would carry (pure). Of what is out, a doubt changes no theme; a doubtful list stays doubtful."""
    if row.state is State.PUBLISHED and (tags.off_topic or tags.theme is None):
        tags = replace(tags, theme=row.tags.theme, second_theme=row.tags.second_theme)
    if UNSURE_LIST in row.tags.because:
        tags = replace(tags, decision="review", because=(*tags.because, UNSURE_LIST))
    return tags


def told(tags: Tags) -> dict[str, Any]:
    """What of a verdict makes a difference to people."""
    return {
        "theme": tags.theme,
        "second_theme": tags.second_theme,
        "off_topic": tags.off_topic,
        "decision": tags.decision,
    }


def count(store: Store, tag: Tagger) -> int:
    """How many of the latest stories `tag` would tag otherwise."""
    return sum(1 for _ in differences(store, tag, LOOKED_AT))


def propose(store: Store, tag: Tagger, what: dict[str, Any], now: datetime) -> Trial:
    """Write down how stories would be tagged by `tag`; nothing else changes. `what` names the change."""
    found = list(differences(store, tag))
    with store.write() as transaction:
        number = trials.record(
            transaction,
            kind=trials.TAGS,
            subject="stories",
            before={},
            after={"what": what, "changes": [[each.row.id, _kept(each.row.tags), _kept(each.tags)] for each in found]},
            differences={"stories": [_shown(each) for each in found[:SHOWN]], "count": len(found)},
            at=now,
            state=trials.PROPOSED,
        )
        recorded = trials.by_number(transaction, number)
    assert recorded is not None
    return recorded


def apply(store: Store, number: int, intake: Intake, actor: str, now: datetime) -> tuple[Trial, int] | None:
    """Tag as a trial proposed; returns it and how many stories changed. None: no such trial waits."""
    with store.append() as transaction:
        found = _waiting(transaction, number)
        if found is None:
            return None
        event = Event(at=now, kind="retagged", actor=actor, group_id=uuid4().hex, reason=f"trial {number}")
        changes = found.after["changes"]
        done = 0
        for start in range(0, len(changes), BATCH):
            pairs = _changed(transaction, changes[start : start + BATCH], intake, now)
            stories.apply(transaction, pairs, event)
            done += len(pairs)
        what = found.after["what"]
        if "model" in what and models.by_number(transaction, what["model"]) is not None:
            models.adopt(transaction, what["model"], now)
        _settle(transaction, found, trials.APPLIED)
    return found, done


def discard(store: Store, number: int) -> bool:
    """Leave everything as it is; False when no such trial waits."""
    with store.write() as transaction:
        found = _waiting(transaction, number)
        if found is None:
            return False
        _settle(transaction, found, trials.DISCARDED)
    return True


def after(row: StoryRow, tags: Tags, item: Item, source: Source, intake: Intake, now: datetime) -> StoryRow:
    """A story with other tags (pure): let in or put aside by the usual rules, unless it is up to an editor."""
    new = replace(row, tags=tags)
    if row.state is State.PUBLISHED:
        is_seen = (tags.theme, tags.second_theme) != (row.tags.theme, row.tags.second_theme)
        return replace(new, updated=now) if is_seen and row.updated else new
    if row.state not in WAITS or row.reason in UP_TO_AN_EDITOR:
        return new
    state, reason = admit(item, tags, source, mode=intake.mode, now=now)
    is_news = row.dated >= now - timedelta(days=intake.announce_days)  # what is old comes in, but is not announced
    at = now if state is State.PUBLISHED and is_news else None
    return replace(new, state=state, reason=reason, released=at, updated=at)


def _changed(
    transaction: Transaction, changes: list[Any], intake: Intake, now: datetime
) -> list[tuple[StoryRow, StoryRow]]:
    """The stories before and after; those that changed since, or that an editor decided about, stay as they are."""
    rows = stories.rows(transaction, [number for number, _, _ in changes])
    decided = stories.decided(transaction, rows)
    origins = items.load_items(transaction, [row.origin_id for row in rows.values()])
    known = sources.by_id(transaction, {item.source_id for item in origins.values()})
    found = []
    for number, before, fields in changes:
        row = rows.get(number)
        if row is None or number in decided or row.state not in OPEN or _kept(row.tags) != before or row.merged_into:
            continue
        item = origins[row.origin_id]
        source = known.get(item.source_id) or Source(id=item.source_id, organisation=item.source_id, url="")
        found.append((row, after(row, _tags(fields), item, source, intake, now)))
    return found


def _waiting(transaction: Transaction, number: int) -> Trial | None:
    found = trials.by_number(transaction, number)
    return found if found and found.kind == trials.TAGS and found.state == trials.PROPOSED else None


def _settle(transaction: Transaction, found: Trial, state: str) -> None:
    trials.settle(transaction, found.id, state)
    if "rules" in found.after["what"]:
        models.set_tagged_by(transaction, found.after["what"]["rules"])


def _kept(tags: Tags) -> dict[str, Any]:
    return told(tags) | {"score": tags.score, "because": list(tags.because)}


def _tags(kept: dict[str, Any]) -> Tags:
    return Tags(**(kept | {"because": tuple(kept["because"])}))


def _shown(each: Difference) -> dict[str, Any]:
    return {
        "id": each.row.uri.rsplit("/", 1)[-1],
        "title": each.item.entry.title,
        "state": each.row.state.value,
        "from": told(each.row.tags),
        "to": told(each.tags),
        "because": list(each.tags.because[:3]),
    }
