"""The inbox: what hubs pushed, until the line reads it. Small and bounded: who floods it is visited instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from aggregator.store.database import Transaction
from aggregator.store.tables import push, source

WAITING_OF_SOURCE = 5
WAITING, WAITING_BYTES = 500, 64_000_000
REMEMBERED = timedelta(days=30)  # for so long, and so many of a source, the same bytes are known again
REMEMBERED_OF_SOURCE = 100
EXPIRES = timedelta(days=1)  # what waited so long is of a source that is polled no more
TRIES = 3  # a push at which the process died so often is not read again
VISIT = b""  # the digest that asks for a visit


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """What waits of one source; without a `digest` only that it wants to be visited."""

    source_id: str
    digest: bytes
    at: datetime
    content_type: str = ""
    body: bytes = b""
    tries: int = 0


def is_known(transaction: Transaction, source_id: str, body: bytes) -> bool:
    """Whether these bytes wait or were read lately; of an empty body, whether a visit is asked for already."""
    query = select(push.c.digest).where(push.c.source_id == source_id, push.c.digest == digest_of(body))
    return transaction.execute(query).one_or_none() is not None


def keep(transaction: Transaction, source_id: str, body: bytes, content_type: str, now: datetime) -> None:
    """Keep a push. Where there is no room for it, or nothing in it, the source is to be visited."""
    if body and not _has_room(transaction, source_id, len(body)):
        body = VISIT
    row = {"source_id": source_id, "digest": digest_of(body), "at": now, "tries": 0}
    row |= {"content_type": content_type[:200] if body else "", "body": body}
    insert = postgresql.insert if transaction.dialect.name == "postgresql" else sqlite.insert
    transaction.execute(insert(push).values(**row).on_conflict_do_nothing())


def waiting(transaction: Transaction, limit: int = 50) -> list[Push]:
    """What is to be read, oldest first; visits last, so that nothing read after them puts them off again."""
    query = (
        select(push.c.source_id, push.c.digest, push.c.at, push.c.content_type, push.c.body, push.c.tries)
        .join(source, source.c.id == push.c.source_id)
        .where(push.c.done_at.is_(None), source.c.removed_at.is_(None))
        .order_by(push.c.digest == VISIT, push.c.at, push.c.digest)
        .limit(limit)
    )
    return [Push(**row._mapping) for row in transaction.execute(query)]


def begin(transaction: Transaction, pushes: Iterable[Push]) -> None:
    """Count a try of each before it is made: one that nobody survives must not come back for ever."""
    transaction.execute(update(push).where(_are(pushes)).values(tries=push.c.tries + 1))


def finish(transaction: Transaction, pushes: Iterable[Push], now: datetime) -> None:
    """These were read. Their digests stay, and nothing else; what was long enough here is forgotten."""
    read = list(pushes)
    transaction.execute(update(push).where(_are(read), push.c.digest != VISIT).values(done_at=now, body=b""))
    transaction.execute(delete(push).where(_are(read), push.c.digest == VISIT))
    transaction.execute(delete(push).where(push.c.done_at < now - REMEMBERED))
    transaction.execute(delete(push).where(push.c.done_at.is_(None), push.c.at < now - EXPIRES))
    for source_id in {each.source_id for each in read}:
        of_source = (push.c.source_id == source_id) & push.c.done_at.is_not(None)
        spare = select(push.c.digest).where(of_source).order_by(push.c.at.desc()).offset(REMEMBERED_OF_SOURCE)
        old = list(transaction.execute(spare).scalars())
        transaction.execute(delete(push).where(push.c.source_id == source_id, push.c.digest.in_(old)))


def digest_of(body: bytes) -> bytes:
    """What bytes are known again by."""
    return blake2b(body, digest_size=16).digest() if body else VISIT


def has_room(size: int, *, of_source: int, waiting: int, waiting_bytes: int) -> bool:
    """Whether a body of this size may be kept beside what waits: of its own source, and of all together."""
    return of_source < WAITING_OF_SOURCE and waiting < WAITING and waiting_bytes + size <= WAITING_BYTES


def _has_room(transaction: Transaction, source_id: str, size: int) -> bool:
    open_ = push.c.done_at.is_(None)
    of_source = select(func.count()).select_from(push).where(open_, push.c.source_id == source_id)
    sizes = select(func.count(), func.coalesce(func.sum(func.length(push.c.body)), 0)).where(open_)
    waiting, waiting_bytes = transaction.execute(sizes).one()
    return has_room(
        size,
        of_source=transaction.execute(of_source).scalar_one(),
        waiting=waiting,
        waiting_bytes=waiting_bytes,
    )


def _are(pushes: Iterable[Push]) -> ColumnElement[bool]:
    return tuple_(push.c.source_id, push.c.digest).in_([(each.source_id, each.digest) for each in pushes])
