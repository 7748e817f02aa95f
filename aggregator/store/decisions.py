"""What people decided. A decision and its event are written together; undoing one marks it, nothing is lost."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from aggregator.model import Edits
from aggregator.store.codec import from_json
from aggregator.store.database import Transaction, take_numbers
from aggregator.store.items import parts
from aggregator.store.tables import EPOCH, MICROSECOND, decision

STORY, PAIR, SOURCE, TERM = "story", "pair", "source", "term"  # what a decision is about
JOIN, APART = "join", "apart"  # of a pair: one story, never one story
ALWAYS = "always"  # of a source or a term: what it is always about
EDIT = "edit"  # of a story: one of its words; the value holds it, so that it can be erased
PIN = "pin"  # of a story: first on the news page until a date
SCHEDULE = "schedule"  # of a story: published at a time
ASK = "ask"  # of a source: its items are never joined without an editor


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One decision about a story. `group` is shared by what was decided at one stroke; None: it stands alone."""

    id: int
    story_id: int
    kind: str
    value: dict[str, Any]
    actor: str
    at: datetime
    event_seq: int | None
    group: str | None


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


def record_pairs(
    transaction: Transaction,
    pairs: Iterable[tuple[int, int]],
    kind: str,
    *,
    actor: str,
    at: datetime,
    event_seq: int | None = None,
) -> None:
    """Write down what holds of pairs of items (JOIN or APART); it ends what was said of them before."""
    for pair in sorted({(min(pair), max(pair)) for pair in pairs}):
        subject = f"{pair[0]}:{pair[1]}"
        end_of(transaction, PAIR, subject, at)
        _write(transaction, PAIR, subject, kind, value={}, actor=actor, at=at, event_seq=event_seq)


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
    """What this person decided at the last stroke about stories, in order, as far as it holds; of these kinds only."""
    query = _of_stories(kinds).where(decision.c.actor == actor).order_by(decision.c.id.desc()).limit(1)
    last = transaction.execute(query).one_or_none()
    if last is None or last.group_id is None:
        return [] if last is None else [_decision(last)]
    return of_group(transaction, last.group_id, actor)


def of_group(transaction: Transaction, group: str, actor: str) -> list[Decision]:
    """What this person decided at one stroke about stories, in order, as far as it holds."""
    query = _of_stories().where(decision.c.group_id == group, decision.c.actor == actor).order_by(decision.c.id)
    return [_decision(row) for row in transaction.execute(query)]


def later_than(transaction: Transaction, of: Iterable[Decision], kinds: Collection[str]) -> list[Decision]:
    """What was decided (of these kinds) about the same stories after `of`, the latest first."""
    last = {each.story_id: each.id for each in of}
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
    return Decision(
        id=row.id,
        story_id=int(row.subject),
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
        select(decision.c.subject)
        .where(decision.c.subject_kind == PAIR, decision.c.kind == kind, decision.c.undone_at.is_(None))
        .order_by(decision.c.id)
    )
    return [_pair(subject) for subject in transaction.execute(query).scalars()]


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
    """The decisions of this kind about stories that hold now, the latest of each story, by story."""
    query = (
        select(decision)
        .where(decision.c.subject_kind == STORY, decision.c.kind == kind, decision.c.undone_at.is_(None))
        .order_by(decision.c.id)
    )
    return {int(row.subject): dict(row._mapping) for row in transaction.execute(query)}


def pinned(transaction: Transaction) -> dict[int, datetime]:
    """Until when stories stand first on the news page, by story."""
    return _times(transaction, PIN, "until")


def scheduled(transaction: Transaction) -> dict[int, datetime]:
    """When stories will be published, by story."""
    return _times(transaction, SCHEDULE, "at")


def _times(transaction: Transaction, kind: str, name: str) -> dict[int, datetime]:
    held = in_force(transaction, kind)
    return {number: EPOCH + each["value"][name] * MICROSECOND for number, each in held.items()}


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
    transaction.execute(update(decision).where(decision.c.id == number).values(undone_at=now))
