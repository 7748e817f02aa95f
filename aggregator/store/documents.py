"""The published files: made once, kept in the database so that every web process serves the same bytes."""

import gzip
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from aggregator.model import Document
from aggregator.store.database import Transaction, take_numbers
from aggregator.store.items import parts
from aggregator.store.tables import EPOCH, MICROSECOND, counter, document, refusal

RELEASED = "released_seq"
NOTHING = ("", "", None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A document as it is served: its bytes, the same bytes gzipped, and the generation of its last change."""

    document: Document
    gzip: bytes
    generation: int


def generation(transaction: Transaction) -> int:
    """Grows at every change of any document."""
    return transaction.execute(select(counter.c.value).where(counter.c.name == "generation")).scalar_one()


def changed_since(transaction: Transaction, seen: int) -> list[str]:
    """The paths whose bytes changed after generation `seen`."""
    return list(transaction.execute(select(document.c.path).where(document.c.generation > seen)).scalars())


def generations(transaction: Transaction, wanted: Iterable[str]) -> dict[str, int]:
    """The generation of the last change of each of these documents that is there."""
    found: dict[str, int] = {}
    for part in parts(wanted):
        query = select(document.c.path, document.c.generation).where(document.c.path.in_(part))
        found |= {row.path: row.generation for row in transaction.execute(query)}
    return found


def get(transaction: Transaction, path: str) -> Kept | None:
    """One document."""
    row = transaction.execute(select(document).where(document.c.path == path)).one_or_none()
    if row is None:
        return None
    kept = Document(path=row.path, media_type=row.media_type, body=bytes(row.body), changed=row.changed, etag=row.etag)
    return Kept(document=kept, gzip=bytes(row.gzip), generation=row.generation)


def paths(transaction: Transaction) -> list[str]:
    """Every published path, in order."""
    return list(transaction.execute(select(document.c.path).order_by(document.c.path)).scalars())


def swap(transaction: Transaction, made: Iterable[Document], gone: Sequence[str] = ()) -> list[str]:
    """Keep what differs from what is kept, all at one new generation; returns the changed paths, `gone` ones too."""
    made = list(made)
    known = _known(transaction, [*(each.path for each in made), *gone])
    changed = [each for each in made if known.get(each.path, NOTHING)[:2] != (etag_of(each.body), each.media_type)]
    dropped = [path for path in gone if path in known]
    if not changed and not dropped:
        return []
    number = take_numbers(transaction, "generation", 1)
    for part in parts([*(each.path for each in changed), *dropped]):
        transaction.execute(delete(document).where(document.c.path.in_(part)))
    if changed:
        transaction.execute(insert(document), [_row(each, known, number) for each in changed])
    return [each.path for each in changed] + dropped


def created(transaction: Transaction) -> datetime:
    """When this database was made: the date of what has no other."""
    micros = transaction.execute(select(counter.c.value).where(counter.c.name == "created")).scalar_one()
    return EPOCH + micros * MICROSECOND


def released_seq(transaction: Transaction, *, hold: bool = False) -> int:
    """How far the documents follow the log; `hold` keeps other releases waiting until this transaction ends."""
    query = select(counter.c.value).where(counter.c.name == RELEASED)
    return transaction.execute(query.with_for_update() if hold else query).scalar_one()


def set_released_seq(transaction: Transaction, seq: int) -> None:
    """Say that the documents follow the log up to `seq`."""
    transaction.execute(update(counter).where(counter.c.name == RELEASED).values(value=seq))


def refuse(transaction: Transaction, refused: Mapping[str, Sequence[str]], made: Iterable[str], now: datetime) -> None:
    """Remember which documents our own rules refused, with the complaints, and forget it of those that were `made`."""
    for part in parts([*refused, *made]):
        transaction.execute(delete(refusal).where(refusal.c.path.in_(part)))
    if refused:
        rows = [{"path": path, "at": now, "complaints": list(wrong)} for path, wrong in refused.items()]
        transaction.execute(insert(refusal), rows)


def refusals(transaction: Transaction) -> list[tuple[str, datetime, list[str]]]:
    """What was refused and is not well yet: path, when, complaints."""
    query = select(refusal).order_by(refusal.c.path)
    return [(row.path, row.at, row.complaints) for row in transaction.execute(query)]


def etag_of(body: bytes) -> str:
    """A strong entity tag, without the quotes."""
    return hashlib.blake2b(body, digest_size=12).hexdigest()


def _known(transaction: Transaction, wanted: Iterable[str]) -> dict[str, tuple[str, str, datetime]]:
    found: dict[str, tuple[str, str, datetime]] = {}
    for part in parts(wanted):
        query = select(document.c.path, document.c.etag, document.c.media_type, document.c.changed).where(
            document.c.path.in_(part)
        )
        found |= {row.path: (row.etag, row.media_type, row.changed) for row in transaction.execute(query)}
    return found


def _row(made: Document, known: dict[str, tuple[str, str, datetime]], number: int) -> dict[str, object]:
    changed = made.changed.replace(microsecond=0)
    if made.path in known:  # HTTP dates count in seconds: two changes within one must not look like none
        changed = max(changed, known[made.path][2] + timedelta(seconds=1))
    return {
        "path": made.path,
        "media_type": made.media_type,
        "etag": etag_of(made.body),
        "body": made.body,
        "gzip": gzip.compress(made.body, 6, mtime=0),
        "changed": changed,
        "generation": number,
    }
