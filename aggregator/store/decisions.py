"""What people decided. A decision and its event are written together; undoing one marks it, nothing is lost."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, insert, or_, select, update

from aggregator.model import Edits, State
from aggregator.store.codec import from_json
from aggregator.store.database import Transaction, take_numbers
from aggregator.store.items import parts
from aggregator.store.tables import EPOCH, MICROSECOND, decision, story

STORY, PAIR, SOURCE, TERM = "story", "pair", "source", "term"  # what a decision is about
JOIN, APART = "join", "apart"  # of a pair: one story, never one story
ALWAYS = "always"  # of a source or a term: what it is always about
EDIT = "edit"  # of a story: one of its words; the value holds it, so that it can be erased
PIN = "pin"  # of a story: first on the news page until a date
SCHEDULE = "schedule"  # of a story: published at a time
FLOOD = "flood"  # of a story: let in or kept as known with all that its source brought at once
ASK = "ask"  # of a source: its items are never joined without an editor


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One decision about a story, or about a `pair` of items (then `story_id` is 0).

    `group` is shared by what was decided at one stroke; None: it stands alone.
    """

    id: int
    story_id: int
    kind: str
    value: dict[str, Any]
    actor: str
    at: datetime
    event_seq: int | None
    group: str | None
    pair: tuple[int, int] | None = None


def record(
    transaction: Transaction,
    *,
    story_id: int,
    kind: str,
    value: dict[str, Any],
    actor: str,
    at: datetime,
    event_seq: int | None,
    group: str | None = None,
) -> int:
    """Write down a decision about a story; returns its number. Those with one `group` are undone at one stroke."""
    return _write(
        transaction, STORY, str(story_id), kind, value=value, actor=actor, at=at, event_seq=event_seq, group=group
    )


def record_many(
    transaction: Transaction,
    of: Sequence[tuple[int, int | None]],
    kind: str,
    value: dict[str, Any],
    *,
    actor: str,
    at: datetime,
    group: str,
) -> None:
    """Write down one decision about many stories: (story, the seq of its event, None when nothing changed)."""
    if of:
        first = take_numbers(transaction, "decision", len(of))
        common = {"subject_kind": STORY, "kind": kind, "value": value, "actor": actor, "at": at, "group_id": group}
        rows = [
            common | {"id": first + n, "subject": str(number), "event_seq": seq} for n, (number, seq) in enumerate(of)
        ]
        transaction.execute(insert(decision), rows)


def record_pairs(
    transaction: Transaction,
    pairs: Iterable[tuple[int, int]],
    kind: str,
    *,
    actor: str,
    at: datetime,
    group: str | None = None,
    log: tuple[int, int] | None = None,
) -> None:
    """Write down what holds of pairs of items (JOIN or APART); the last word about a pair holds.

    `log`: the seqs of the first and the last event of the stroke, when it moved anything.
    """
    first, last = log or (None, None)
    value = {} if last is None else {"last_event": last}
    for pair in sorted({(min(pair), max(pair)) for pair in pairs}):
        subject = f"{pair[0]}:{pair[1]}"
        _write(transaction, PAIR, subject, kind, value=value, actor=actor, at=at, event_seq=first, group=group)


def record_source(
    transaction: Transaction, source_id: str, kind: str, *, actor: str, at: datetime, holds: bool = True
) -> None:
    """Write down what holds of a source (ASK), or that it holds no longer."""
    end_of(transaction, SOURCE, source_id, at, kind)
    if holds:
        _write(transaction, SOURCE, source_id, kind, value={}, actor=actor, at=at, event_seq=None)


def record_always(
    transaction: Transaction, subject_kind: str, subject: str, outcome: str, *, actor: str, at: datetime
) -> int:
    """Write down what a source (SOURCE) or a term (TERM) is always about, in the place of what was said before."""
    end_of(transaction, subject_kind, subject, at, ALWAYS)
    value = {"outcome": outcome}
    return _write(transaction, subject_kind, subject, ALWAYS, value=value, actor=actor, at=at, event_seq=None)


def always(transaction: Transaction) -> list[dict[str, Any]]:
    """What editors said that is always so, in the order in which they said it."""
    query = select(decision).where(decision.c.kind == ALWAYS, decision.c.undone_at.is_(None)).order_by(decision.c.id)
    return [dict(row._mapping) for row in transaction.execute(query)]


def _write(
    transaction: Transaction,
    subject_kind: str,
    subject: str,
    kind: str,
    *,
    value: dict[str, Any],
    actor: str,
    at: datetime,
    event_seq: int | None,
    group: str | None = None,
) -> int:
    number = take_numbers(transaction, "decision", 1)
    transaction.execute(
        insert(decision).values(
            id=number,
            subject_kind=subject_kind,
            subject=subject,
            kind=kind,
            value=value,
            actor=actor,
            at=at,
            event_seq=event_seq,
            group_id=group,
        )
    )
    return number


def last_group(transaction: Transaction, actor: str, kinds: Collection[str]) -> list[Decision]:
    """What this person decided at the last stroke, in order, as far as it holds: of these kinds, or about pairs."""
    of_story = and_(decision.c.subject_kind == STORY, decision.c.kind.in_(kinds))
    of_pair = and_(decision.c.subject_kind == PAIR, decision.c.group_id.is_not(None))
    query = select(decision).where(
        decision.c.actor == actor, decision.c.undone_at.is_(None), or_(of_story, of_pair)
    )  # fmt: skip
    last = transaction.execute(query.order_by(decision.c.id.desc()).limit(1)).one_or_none()
    if last is None or last.group_id is None:
        return [] if last is None else [_decision(last)]
    return of_group(transaction, last.group_id, actor)


def of_group(transaction: Transaction, group: str, actor: str) -> list[Decision]:
    """What this person decided at one stroke about stories and pairs, in order, as far as it holds."""
    query = select(decision).where(
        decision.c.group_id == group,
        decision.c.actor == actor,
        decision.c.undone_at.is_(None),
        decision.c.subject_kind.in_((STORY, PAIR)),
    )
    return [_decision(row) for row in transaction.execute(query.order_by(decision.c.id))]


def later_than(transaction: Transaction, last: Mapping[int, int], kinds: Collection[str]) -> list[Decision]:
    """What was decided (of these kinds) about stories after the decision named for each, the latest first."""
    found: list[Decision] = []
    for part in parts(str(number) for number in last):
        query = _of_stories(kinds).where(decision.c.subject.in_(part), decision.c.id > min(last.values()))
        found += [_decision(row) for row in transaction.execute(query)]
    return sorted((each for each in found if each.id > last[each.story_id]), key=lambda each: -each.id)


def last_of_kind(transaction: Transaction, story_ids: Iterable[int], kind: str) -> dict[int, Decision]:
    """The last decision of a kind about each of these stories."""
    found: dict[int, Decision] = {}
    for part in parts(str(number) for number in story_ids):
        query = _of_stories((kind,)).where(decision.c.subject.in_(part)).order_by(decision.c.id)
        found |= {each.story_id: each for each in map(_decision, transaction.execute(query))}
    return found


def times_of(transaction: Transaction, actor: str, limit: int) -> list[datetime]:
    """When this person decided about stories, the latest first."""
    query = select(decision.c.at).where(decision.c.actor == actor, decision.c.subject_kind == STORY)
    return list(transaction.execute(query.order_by(decision.c.id.desc()).limit(limit)).scalars())


def last_number(transaction: Transaction) -> int:
    """The number of the latest decision, 0 when there is none."""
    return transaction.execute(select(func.max(decision.c.id))).scalar() or 0


def since(transaction: Transaction, actor: str, number: int) -> list[Decision]:
    """What this person decided about stories after the decision with this number, in order, as far as it holds."""
    query = _of_stories().where(decision.c.actor == actor, decision.c.id > number).order_by(decision.c.id)
    return [_decision(row) for row in transaction.execute(query)]


def _of_stories(kinds: Collection[str] = ()) -> Select[Any]:
    query = select(decision).where(decision.c.subject_kind == STORY, decision.c.undone_at.is_(None))
    return query.where(decision.c.kind.in_(kinds)) if kinds else query


def _decision(row: Any) -> Decision:
    is_pair = row.subject_kind == PAIR
    return Decision(
        id=row.id,
        story_id=0 if is_pair else int(row.subject),
        pair=_pair(row.subject) if is_pair else None,
        kind=row.kind,
        value=row.value,
        actor=row.actor,
        at=row.at,
        event_seq=row.event_seq,
        group=row.group_id,
    )


def pairs(transaction: Transaction, kind: str) -> list[tuple[int, int]]:
    """The pairs of items of which `kind` holds (JOIN or APART), in the order in which people said so."""
    query = (
        select(decision.c.subject, decision.c.kind)
        .where(decision.c.subject_kind == PAIR, decision.c.undone_at.is_(None))
        .order_by(decision.c.id.desc())
    )
    last: dict[str, str] = {}
    for row in transaction.execute(query):
        last.setdefault(row.subject, row.kind)
    return [_pair(subject) for subject in reversed(last) if last[subject] == kind]


def said_of_pairs(transaction: Transaction, of: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """What holds (JOIN or APART) of these pairs; one of which nothing was said is not there."""
    found: dict[tuple[int, int], str] = {}
    for part in parts(f"{one}:{other}" for one, other in of):
        query = select(decision.c.subject, decision.c.kind).where(
            decision.c.subject_kind == PAIR, decision.c.subject.in_(part), decision.c.undone_at.is_(None)
        )
        found |= {_pair(row.subject): row.kind for row in transaction.execute(query.order_by(decision.c.id))}
    return found


def items_paired_since(transaction: Transaction, at: datetime) -> set[int]:
    """The items of pairs of which a person said something after `at`."""
    query = select(decision.c.subject).where(decision.c.subject_kind == PAIR, decision.c.at > at)
    return {number for subject in transaction.execute(query).scalars() for number in _pair(subject)}


def _pair(subject: str) -> tuple[int, int]:
    one, _, other = subject.partition(":")
    return int(one), int(other)


def sources_to_ask(transaction: Transaction) -> frozenset[str]:
    """The sources whose items only editors join."""
    query = select(decision.c.subject).where(
        decision.c.subject_kind == SOURCE, decision.c.kind == ASK, decision.c.undone_at.is_(None)
    )
    return frozenset(transaction.execute(query).scalars())


def of_story(transaction: Transaction, story_id: int) -> list[dict[str, Any]]:
    """The decisions in force about a story, in order."""
    query = (
        select(decision)
        .where(
            decision.c.subject_kind == STORY,
            decision.c.subject == str(story_id),
            decision.c.undone_at.is_(None),
        )
        .order_by(decision.c.id)
    )
    return [dict(row._mapping) for row in transaction.execute(query)]


def edits_of(transaction: Transaction, story_ids: Iterable[int]) -> dict[int, Edits]:
    """What editors made of the words of stories; those without edits are not there."""
    said: dict[int, dict[str, Any]] = {}
    for part in parts(str(each) for each in story_ids):
        query = (
            select(decision.c.subject, decision.c.value)
            .where(
                decision.c.subject_kind == STORY,
                decision.c.subject.in_(part),
                decision.c.kind == EDIT,
                decision.c.undone_at.is_(None),
            )
            .order_by(decision.c.id)
        )
        for row in transaction.execute(query):
            said.setdefault(int(row.subject), {}).update(row.value)
    return {number: from_json(Edits, value) for number, value in said.items()}


def in_force(transaction: Transaction, kind: str) -> dict[int, dict[str, Any]]:
    """The last decision of this kind about each story of which one holds, by story."""
    query = (
        select(decision)
        .where(decision.c.subject_kind == STORY, decision.c.kind == kind, decision.c.undone_at.is_(None))
        .order_by(decision.c.id)
    )
    return {int(row.subject): dict(row._mapping) for row in transaction.execute(query)}


def pinned(transaction: Transaction) -> dict[int, datetime]:
    """Until when stories stand first on the news page, by story."""
    said = in_force(transaction, PIN)
    return {
        number: EPOCH + each["value"]["until"] * MICROSECOND
        for number, each in said.items()
        if each["value"]["until"] is not None  # somebody ended it
    }


def scheduled(transaction: Transaction) -> dict[int, Decision]:
    """The plans for the stories that wait for their time, by story."""
    waiting = select(story.c.id).where(story.c.state == State.SCHEDULED.value)
    return last_of_kind(transaction, transaction.execute(waiting).scalars(), SCHEDULE)


def planned_at(plan: Decision) -> datetime:
    """When a scheduled story will be published."""
    return EPOCH + int(plan.value["at"]) * MICROSECOND


def end_of(transaction: Transaction, subject_kind: str, subject: str, now: datetime, kind: str | None = None) -> None:
    """What was decided about a subject (only of this `kind`, when given) no longer holds."""
    held = (
        decision.c.subject_kind == subject_kind,
        decision.c.subject == subject,
        decision.c.undone_at.is_(None),
        *((decision.c.kind == kind,) if kind else ()),
    )
    transaction.execute(update(decision).where(*held).values(undone_at=now))


def end(transaction: Transaction, number: int, now: datetime) -> None:
    """A decision no longer holds."""
    end_all(transaction, [number], now)


def end_all(transaction: Transaction, numbers: Iterable[int], now: datetime) -> None:
    """These decisions no longer hold."""
    for part in parts(numbers):
        transaction.execute(update(decision).where(decision.c.id.in_(part)).values(undone_at=now))
