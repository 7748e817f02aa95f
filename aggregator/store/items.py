"""Items: one row per entry as we hold it, its revisions, and the bodies they were read from."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from aggregator.model import Entry, Evidence, Fetched, Image, Item, Precision
from aggregator.store.codec import from_json, to_json
from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import body, item, revision

ERASED_PRINT = b"erased"  # instead of a fingerprint: whatever the source says, this item says nothing more
IN_LIST = 500  # values in one IN (...): well under every engine's limit


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownItem:
    """What is enough to tell whether an entry is new, changed or the same."""

    id: int
    story_id: int
    fingerprint: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Carrier:
    """An item that carries a URL key: whose it is and to which story it belongs."""

    id: int
    story_id: int
    source_id: str


def known_items(transaction: Transaction, source_id: str, keys: Iterable[str]) -> dict[str, KnownItem]:
    """The items of this source among `keys`."""
    found: dict[str, KnownItem] = {}
    for part in parts(keys):
        query = select(item.c.key, item.c.id, item.c.story_id, item.c.fingerprint).where(
            item.c.source_id == source_id, item.c.key.in_(part)
        )
        for row in transaction.execute(query):
            found[row.key] = KnownItem(id=row.id, story_id=row.story_id, fingerprint=bytes(row.fingerprint))
    return found


def latest_of(transaction: Transaction, source_id: str, limit: int) -> list[tuple[str, KnownItem, Item]]:
    """The latest items of a source: (key, what is known of it, the item)."""
    query = select(item).where(item.c.source_id == source_id).order_by(item.c.first_seen.desc(), item.c.id).limit(limit)
    return [
        (row.key, KnownItem(id=row.id, story_id=row.story_id, fingerprint=bytes(row.fingerprint)), item_from(row))
        for row in transaction.execute(query)
    ]


def carriers(transaction: Transaction, url_keys: Iterable[str]) -> dict[str, list[Carrier]]:
    """Who already carries these URL keys, oldest first."""
    found: dict[str, list[Carrier]] = {}
    for part in parts(url_keys):
        query = (
            select(item.c.id, item.c.url_key, item.c.story_id, item.c.source_id)
            .where(item.c.url_key.in_(part))
            .order_by(item.c.id)
        )
        for row in transaction.execute(query):
            found.setdefault(row.url_key, []).append(Carrier(id=row.id, story_id=row.story_id, source_id=row.source_id))
    return found


def insert_items(transaction: Transaction, rows: Sequence[tuple[int, int, Item, bytes]]) -> None:
    """Add items: (id, story id, item, fingerprint)."""
    transaction.execute(
        insert(item),
        [
            {
                "id": number,
                "story_id": story_id,
                "source_id": each.source_id,
                "key": each.key,
                "url_key": each.url_key,
                "fingerprint": fingerprint,
                "first_seen": each.first_seen,
            }
            | _entry_columns(each.entry)
            for number, story_id, each, fingerprint in rows
        ],
    )


def revise_items(
    transaction: Transaction, rows: Sequence[tuple[int, Item, bytes]], before: Sequence[Item], now: datetime
) -> None:
    """Let items say what their sources say now, (id, item, fingerprint), and keep what they said `before`."""
    first = take_numbers(transaction, "revision", len(rows))
    transaction.execute(
        insert(revision),
        [
            {"id": first + n, "item_id": number, "at": now, "before": to_json(old.entry)}
            for n, ((number, _, _), old) in enumerate(zip(rows, before, strict=True))
        ],
    )
    columns = [*_entry_columns(Entry()), "key", "url_key", "fingerprint"]
    statement = (
        update(item)
        .where(item.c.id == bindparam("of_item"))
        .values({name: bindparam(f"new_{name}") for name in columns})
    )
    transaction.execute(
        statement,
        [
            {"of_item": number, "new_key": each.key, "new_url_key": each.url_key, "new_fingerprint": fingerprint}
            | {f"new_{name}": value for name, value in _entry_columns(each.entry).items()}
            for number, each, fingerprint in rows
        ],
    )


def said_at(transaction: Transaction, item_id: int, at: datetime) -> Entry | None:
    """What an item said at a moment, if it says something else since."""
    query = (
        select(revision.c.before)
        .where(revision.c.item_id == item_id, revision.c.at > at)
        .order_by(revision.c.at, revision.c.id)
        .limit(1)
    )
    found = transaction.execute(query).scalar()
    return None if found is None else from_json(Entry, found)


def load_items(transaction: Transaction, ids: Iterable[int]) -> dict[int, Item]:
    """Items by id."""
    found: dict[int, Item] = {}
    for part in parts(ids):
        for row in transaction.execute(select(item).where(item.c.id.in_(part))):
            found[row.id] = item_from(row)
    return found


def of_stories(transaction: Transaction, story_ids: Iterable[int]) -> dict[int, dict[int, Item]]:
    """The items of stories: by story, by id."""
    found: dict[int, dict[int, Item]] = {}
    for part in parts(story_ids):
        for row in transaction.execute(select(item).where(item.c.story_id.in_(part)).order_by(item.c.id)):
            found.setdefault(row.story_id, {})[row.id] = item_from(row)
    return found


def story_numbers(transaction: Transaction, ids: Iterable[int]) -> dict[int, int]:
    """The stories that items belong to, by item."""
    found: dict[int, int] = {}
    for part in parts(ids):
        found |= dict(transaction.execute(select(item.c.id, item.c.story_id).where(item.c.id.in_(part))).all())
    return found


def last_number(transaction: Transaction) -> int:
    """The highest number of an item; 0 when there is none."""
    return transaction.execute(select(func.max(item.c.id))).scalar() or 0


def seen_since(transaction: Transaction, since: datetime, *, limit: int) -> list[int]:
    """The numbers of the items first seen since then, latest first."""
    query = select(item.c.id).where(item.c.first_seen >= since).order_by(item.c.id.desc()).limit(limit)
    return list(transaction.execute(query).scalars())


def story_of_all(transaction: Transaction) -> dict[int, int]:
    """The story of every item, in the order in which the items came."""
    return dict(transaction.execute(select(item.c.id, item.c.story_id).order_by(item.c.id)).all())


def move(transaction: Transaction, ids: Iterable[int], story_id: int) -> None:
    """Make items part of another story."""
    for part in parts(ids):
        transaction.execute(update(item).where(item.c.id.in_(part)).values(story_id=story_id))


def rekey(transaction: Transaction, keys: Sequence[tuple[int, str]]) -> None:
    """Give items another key: (id, key)."""
    statement = update(item).where(item.c.id == bindparam("of_item")).values(key=bindparam("new_key"))
    transaction.execute(statement, [{"of_item": number, "new_key": key} for number, key in keys])


def keep_bodies(transaction: Transaction, answers: Sequence[tuple[str, str, Fetched]], now: datetime) -> None:
    """Keep the bodies that were read ("good") or could not be ("bad"), (source, verdict, answer), for those before."""
    rows = [
        {
            "source_id": source_id,
            "verdict": verdict,
            "at": now,
            "url": answer.wire.url,
            "media_type": answer.media_type,
            "charset": answer.charset,
            "body": zlib.compress(answer.body, 1),
        }
        for source_id, verdict, answer in answers
    ]
    if rows:
        old = (body.c.source_id == bindparam("of_source"), body.c.verdict == bindparam("of_verdict"))
        keys = [{"of_source": row["source_id"], "of_verdict": row["verdict"]} for row in rows]
        transaction.execute(delete(body).where(*old), keys)
        transaction.execute(insert(body), rows)


def item_from(row: Row[Any]) -> Item:
    """The Item of a row of the item table."""
    return Item(
        key=row.key,
        source_id=row.source_id,
        url_key=row.url_key,
        first_seen=row.first_seen,
        entry=Entry(
            id=row.entry_id,
            link=row.link,
            title=row.title,
            summary=row.summary,
            content=row.content,
            published=row.published,
            updated=row.updated,
            date_evidence=None if row.date_evidence is None else Evidence(row.date_evidence),
            date_precision=None if row.date_precision is None else Precision(row.date_precision),
            authors=tuple(row.authors),
            categories=tuple(row.categories),
            image=None if row.image is None else from_json(Image, row.image),
            kicker=row.kicker,
            language=row.language,
        ),
    )


def _entry_columns(entry: Entry) -> dict[str, Any]:
    return {
        "entry_id": entry.id,
        "link": entry.link,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "published": entry.published,
        "updated": entry.updated,
        "date_evidence": entry.date_evidence and entry.date_evidence.value,
        "date_precision": entry.date_precision and entry.date_precision.value,
        "authors": list(entry.authors),
        "categories": list(entry.categories),
        "image": entry.image and to_json(entry.image),
        "kicker": entry.kicker,
        "language": entry.language,
    }


def parts(values: Iterable[Any]) -> Iterable[list[Any]]:
    """The different values, in portions that fit in one IN (...)."""
    every = list(dict.fromkeys(values))
    return (every[n : n + IN_LIST] for n in range(0, len(every), IN_LIST))
