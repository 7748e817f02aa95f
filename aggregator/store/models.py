"""Trained models of themes: kept, adopted, rolled back; and the one number that says that something changed.

`knowledge` counts every change of what the tagger rests on (model, editors' rules, sampled verdicts). A process asks
for it once a round and reads the rest only when it differs.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert, select, update

from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import counter, model

KNOWLEDGE, TAGGED_BY = "knowledge", "rules"
CANDIDATES = 5  # that were not adopted and are kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A model without its bytes."""

    id: int
    made_at: datetime
    checksum: str
    training: dict[str, Any]
    adopted_at: datetime | None
    retired_at: datetime | None


def knowledge(transaction: Transaction) -> int:
    """How often what the tagger rests on has changed."""
    return transaction.execute(select(counter.c.value).where(counter.c.name == KNOWLEDGE)).scalar_one()


def renew(transaction: Transaction) -> None:
    """Have every process read again, at its next round, what the tagger rests on."""
    take_numbers(transaction, KNOWLEDGE, 1)


def tagged_by(transaction: Transaction) -> int:
    """The number of the rules that the stored stories were tagged with; 0 while unknown."""
    return transaction.execute(select(counter.c.value).where(counter.c.name == TAGGED_BY)).scalar_one()


def set_tagged_by(transaction: Transaction, number: int) -> None:
    """Say by which rules the stored stories are tagged from now on."""
    transaction.execute(update(counter).where(counter.c.name == TAGGED_BY).values(value=number))


def keep(transaction: Transaction, data: bytes, training: dict[str, Any], now: datetime) -> int:
    """Keep a trained model as a candidate, in the place of the oldest ones that nobody adopted; returns its number."""
    number = take_numbers(transaction, "model", 1)
    transaction.execute(
        insert(model).values(id=number, made_at=now, bytes=data, checksum=sha256(data).hexdigest(), training=training)
    )
    spare = select(model.c.id).where(model.c.adopted_at.is_(None)).order_by(model.c.id.desc()).offset(CANDIDATES)
    old = list(transaction.execute(spare).scalars())
    transaction.execute(delete(model).where(model.c.id.in_(old)))
    return number


def adopted(transaction: Transaction) -> Kept | None:
    """The model that works; None: the starter of the package."""
    query = _kept().where(model.c.adopted_at.is_not(None), model.c.retired_at.is_(None))
    row = transaction.execute(query.order_by(model.c.adopted_at.desc(), model.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Kept(**row._mapping)


def every(transaction: Transaction) -> list[Kept]:
    """All that are kept, latest first."""
    return [Kept(**row._mapping) for row in transaction.execute(_kept().order_by(model.c.id.desc()))]


def by_number(transaction: Transaction, number: int) -> Kept | None:
    """One model."""
    row = transaction.execute(_kept().where(model.c.id == number)).one_or_none()
    return None if row is None else Kept(**row._mapping)


def data_of(transaction: Transaction, number: int) -> bytes:
    """The bytes of a model that is there."""
    return transaction.execute(select(model.c.bytes).where(model.c.id == number)).scalar_one()


def adopt(transaction: Transaction, number: int, now: datetime) -> None:
    """Let a model work from now on; the one before stays, for a roll back."""
    transaction.execute(update(model).where(model.c.id == number).values(adopted_at=now, retired_at=None))
    renew(transaction)


def roll_back(transaction: Transaction, now: datetime) -> bool:
    """Let the model before work again, or the starter when there was none before; False when the starter works."""
    current = adopted(transaction)
    if current is None:
        return False
    transaction.execute(update(model).where(model.c.id == current.id).values(retired_at=now))
    renew(transaction)
    return True


def _kept() -> Any:
    return select(
        model.c.id, model.c.made_at, model.c.checksum, model.c.training, model.c.adopted_at, model.c.retired_at
    )
