"""The archive's log: what the readers of each channel have to be told, in order.

A record names a story; what is said of it is how it stands when its page is sealed. So a channel has at most one open
record of a story, however often the story changes meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, select, update

from aggregator.model import State
from aggregator.store.database import Transaction, take_numbers
from aggregator.store.items import parts
from aggregator.store.tables import archive, counter, departure, item, story

COUNTER = "archive"


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One thing to tell. `page` None: not sealed yet. `id` 0: not stored yet.

    `updated` is what the sealed page says of the entry; None when it says that it is gone.
    """

    channel: str
    story_id: int
    page: int | None = None
    updated: datetime | None = None
    id: int = 0


def version(transaction: Transaction) -> int:
    """Grows with every new record."""
    return transaction.execute(select(counter.c.value).where(counter.c.name == COUNTER)).scalar_one()


def latest(transaction: Transaction, story_ids: Iterable[int]) -> dict[int, dict[str, Record]]:
    """The last record of each story in each channel: by story, by channel."""
    found: dict[int, dict[str, Record]] = {}
    for part in parts(story_ids):
        query = select(archive).where(archive.c.story_id.in_(part)).order_by(archive.c.id)
        for row in transaction.execute(query):
            found.setdefault(row.story_id, {})[row.channel] = Record(**row._mapping)
    return found


def open_records(transaction: Transaction, channels: Iterable[str]) -> dict[str, list[Record]]:
    """The records that are in no sealed page yet, in order, by channel."""
    found: dict[str, list[Record]] = {}
    for part in parts(channels):
        query = select(archive).where(archive.c.channel.in_(part), archive.c.page.is_(None)).order_by(archive.c.id)
        for row in transaction.execute(query):
            found.setdefault(row.channel, []).append(Record(**row._mapping))
    return found


def last_pages(transaction: Transaction, channels: Iterable[str]) -> dict[str, int]:
    """The number of the newest sealed page of each channel that has one."""
    found: dict[str, int] = {}
    for part in parts(channels):
        query = select(archive.c.channel, func.max(archive.c.page)).where(
            archive.c.channel.in_(part), archive.c.page.is_not(None)
        )
        found |= {name: page for name, page in transaction.execute(query.group_by(archive.c.channel)) if page}
    return found


def departed(transaction: Transaction, channels: Iterable[str]) -> dict[str, set[int]]:
    """The stories that stood in each channel and are in no feed now."""
    found: dict[str, set[int]] = {}
    for part in parts(channels):
        query = (
            select(archive.c.channel, archive.c.story_id)
            .join(departure, departure.c.story_id == archive.c.story_id)
            .where(departure.c.returned_at.is_(None), archive.c.channel.in_(part))
            .distinct()
        )
        for name, number in transaction.execute(query):
            found.setdefault(name, set()).add(number)
    return found


def unrecorded(transaction: Transaction, carriers: Mapping[str, Sequence[str]]) -> set[int]:
    """The public stories that some channel of theirs has no record of; `carriers` are the sources of each label."""
    public = (story.c.state == State.PUBLISHED.value, story.c.released.is_not(None))
    of_story = archive.c.story_id == story.c.id

    def known(name: Any) -> Any:
        return select(archive.c.id).where(of_story, archive.c.channel == name).exists()

    by_theme = select(story.c.id).where(*public, story.c.theme.is_not(None), ~known(literal("themes/") + story.c.theme))
    by_source = (
        select(story.c.id)
        .join(item, item.c.story_id == story.c.id)
        .where(*public, ~known(literal("sources/") + item.c.source_id))
    )
    queries = [select(story.c.id).where(*public, ~known("all")), by_theme, by_source]
    for label, sources in carriers.items():
        of_sources = select(story.c.id).join(item, item.c.story_id == story.c.id)
        queries.append(of_sources.where(*public, item.c.source_id.in_(sources), ~known(f"labels/{label}")))
    return {number for query in queries for number in transaction.execute(query).scalars()}


def pages_with(transaction: Transaction, story_ids: Iterable[int]) -> list[tuple[str, int]]:
    """The sealed pages that say something of these stories: (channel, number)."""
    found: set[tuple[str, int]] = set()
    for part in parts(story_ids):
        query = select(archive.c.channel, archive.c.page).where(archive.c.story_id.in_(part))
        found |= {(name, page) for name, page in transaction.execute(query) if page is not None}
    return sorted(found)


def save(transaction: Transaction, records: Sequence[Record]) -> None:
    """Add what is new, in order, and seal what was open."""
    new = [each for each in records if not each.id]
    if new:
        first = take_numbers(transaction, COUNTER, len(new))
        rows = [
            {"id": first + n, "channel": each.channel, "story_id": each.story_id}
            | {"page": each.page, "updated": each.updated}
            for n, each in enumerate(new)
        ]
        transaction.execute(insert(archive), rows)
    known = [each for each in records if each.id]
    if known:
        statement = update(archive).where(archive.c.id == bindparam("of_record"))
        statement = statement.values(page=bindparam("new_page"), updated=bindparam("new_updated"))
        sealed = [{"of_record": each.id, "new_page": each.page, "new_updated": each.updated} for each in known]
        transaction.execute(statement, sealed)


def tell_gone(transaction: Transaction, story_ids: Iterable[int]) -> None:
    """The sealed pages say now that these stories are gone."""
    for part in parts(story_ids):
        transaction.execute(update(archive).where(archive.c.story_id.in_(part)).values(updated=None))
