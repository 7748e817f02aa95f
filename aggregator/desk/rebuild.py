"""Rebuilding: joining all history anew with today's code, as a trial. See the differences, then apply or discard them.

The items go through the very code that joins new ones, in the order in which they came, into a scratch store. What
editors said of pairs of items holds. Stories keep their ids: each group of items stays the story that most of it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from aggregator.dedup.profile import profile
from aggregator.dedup.stories import Said as Pairs
from aggregator.desk.regroup import Said, absorb, part, slug_of
from aggregator.joining import Joining, Newcomer, placed
from aggregator.model import Source, State, Tags
from aggregator.store import Store, Transaction, decisions, events, items, migrate, open_store, sources, stories, trials
from aggregator.store.stories import StoryRow
from aggregator.store.trials import Trial

BATCH = 400
SHOWN = 500  # differences that are kept word for word, for people to read


# Items, the story they leave, the story they go to. 0: one of their own; -n: the one that item n went to before them.
Move = tuple[tuple[int, ...], int, int]


def propose(store: Store, joining: Joining, now: datetime) -> Trial:
    """Join everything anew beside what is, and write down how it would differ; nothing else changes."""
    with store.read() as transaction:
        known = sources.by_id(transaction)
        current = items.story_of_all(transaction)
        pairs = Pairs(
            together=_by_item(decisions.pairs(transaction, decisions.JOIN)),
            apart=_by_item(decisions.pairs(transaction, decisions.APART)),
        )
        asked = decisions.sources_to_ask(transaction)
        grouped = _regrouped(store, list(current), known, joining, pairs, asked, now)
        moves = moved(current, grouped)
        told = [_told(transaction, *each) for each in moves[:SHOWN]]
    with store.write() as transaction:
        number = trials.record(
            transaction,
            kind=trials.REBUILD,
            subject="stories",
            before={"stories": len(set(current.values()))},
            after={"moves": [[list(numbers), origin, target] for numbers, origin, target in moves]},
            differences={"moves": told, "count": len(moves)},
            at=now,
            state=trials.PROPOSED,
        )
        found = trials.by_number(transaction, number)
    assert found is not None
    return found


def moved(current: Mapping[int, int], grouped: Mapping[int, int]) -> list[Move]:
    """Return what moves (pure).

    `current` and `grouped` say the group of each item, today and after; each new group stays the story that most of
    its items are now, and each story goes to one group at most.
    """
    groups: dict[int, list[int]] = defaultdict(list)
    for item, group in grouped.items():
        groups[group].append(item)
    taken: set[int] = set()
    found: list[Move] = []
    for members in sorted(groups.values(), key=lambda each: (-len(each), each[0])):
        counted = Counter(current[item] for item in members if current[item] not in taken)
        target = min(counted, key=lambda story: (-counted[story], story)) if counted else 0
        taken.add(target)
        leaving: dict[int, list[int]] = defaultdict(list)
        for item in members:
            if current[item] != target:
                leaving[current[item]].append(item)
        moves = [(tuple(sorted(numbers)), story) for story, numbers in sorted(leaving.items())]
        # Where each comes from a story of its own, the first of them found the new one.
        found += [
            (numbers, story, target if target or not n else -moves[0][0][0]) for n, (numbers, story) in enumerate(moves)
        ]
    return found


def apply(store: Store, number: int, actor: str, now: datetime, tag_authority: str) -> Trial | None:
    """Carry out a proposed rebuild; None when there is none of that number, or it was settled before."""
    with store.append() as transaction:
        found = trials.by_number(transaction, number)
        if found is None or found.kind != trials.REBUILD or found.state != trials.PROPOSED:
            return None
        said = Said(actor=actor, at=now, group=uuid4().hex, reason=f"rebuild {number}")
        decided = decisions.items_paired_since(transaction, found.at)
        for numbers, origin, target in found.after["moves"]:
            if not decided & set(numbers):
                _move(transaction, set(numbers), origin, target, said, tag_authority)
        trials.settle(transaction, number, trials.APPLIED)
    return found


def _move(
    transaction: Transaction, numbers: set[int], origin: int, target: int, said: Said, tag_authority: str
) -> None:
    """Carry one move out, as far as an editor was not there meanwhile."""
    if target < 0:
        target = events.stories_of_item(transaction, -target)[-1]
    members = set(items.of_stories(transaction, [origin]).get(origin, {}))
    going = members & numbers
    rows = stories.rows(transaction, [origin, target])
    if not going or origin == target or (target and (target not in rows or rows[target].merged_into is not None)):
        return
    own = rows[origin] if going == members else part(transaction, rows[origin], going, said, tag_authority)
    if target and own.id != target:
        absorb(transaction, rows[target], [own], said)


def discard(store: Store, number: int) -> bool:
    """Leave everything as it is; False when there is no such proposed rebuild."""
    with store.write() as transaction:
        found = trials.by_number(transaction, number)
        if found is None or found.kind != trials.REBUILD or found.state != trials.PROPOSED:
            return False
        trials.settle(transaction, number, trials.DISCARDED)
    return True


def _by_item(pairs: Sequence[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        found[one].add(other)
        found[other].add(one)
    return found


def _regrouped(
    store: Store,
    numbers: Sequence[int],
    known: Mapping[str, Source],
    joining: Joining,
    pairs: Pairs,
    asked: frozenset[str],
    now: datetime,
) -> dict[int, int]:
    """The group of each item when all are joined anew, in the order in which they came."""
    with TemporaryDirectory() as folder:
        scratch = open_store(f"sqlite+pysqlite:///{Path(folder) / 'rebuild.sqlite3'}")
        try:
            migrate.prepare(scratch)
            with scratch.write() as transaction:
                sources.add(transaction, list(known.values()), now)
            return dict(_joined_anew(store, scratch, numbers, known, joining, pairs, asked))
        finally:
            scratch.close()


def _joined_anew(
    store: Store,
    scratch: Store,
    numbers: Sequence[int],
    known: Mapping[str, Source],
    joining: Joining,
    pairs: Pairs,
    asked: frozenset[str],
) -> Iterator[tuple[int, int]]:
    for start in range(0, len(numbers), BATCH):
        with store.read() as transaction:
            held = sorted(items.load_items(transaction, numbers[start : start + BATCH]).items())
        newcomers = [
            Newcomer(
                id=number,
                story=number,
                item=item,
                source=known.get(item.source_id) or Source(id=item.source_id, organisation=item.source_id, url=""),
                profile=profile(item.entry),
            )
            for number, item in held
        ]
        with scratch.append() as transaction:
            now = max(each.item.first_seen for each in newcomers)
            where = placed(transaction, joining, newcomers, asked, now, pairs)
            opened = [each for each, place in zip(newcomers, where, strict=True) if place.story == each.story]
            if opened:
                stories.create(transaction, [_scratch_row(each) for each in opened])
            rows = [(each.id, place.story, each.item, b"") for each, place in zip(newcomers, where, strict=True)]
            items.insert_items(transaction, rows)
        yield from ((each.id, place.story) for each, place in zip(newcomers, where, strict=True))


def _scratch_row(newcomer: Newcomer) -> StoryRow:
    return StoryRow(
        id=newcomer.story,
        uri=f"scratch:{newcomer.story}",
        origin_id=newcomer.id,
        state=State.HELD,
        reason="",
        tags=Tags(),
        dated=newcomer.at,
    )


def _told(transaction: Transaction, numbers: Sequence[int], origin: int, target: int) -> dict[str, Any]:
    """A move in words: the titles that move, and the stories that they leave and go to."""
    found = items.load_items(transaction, numbers)
    rows = stories.rows(transaction, [origin, target])
    return {
        "titles": [found[number].entry.title for number in numbers if number in found],
        "sources": [found[number].source_id for number in numbers if number in found],
        "from": slug_of(rows[origin]),
        "to": slug_of(rows[target]) if target in rows else "",
    }
