"""All tables from one database into another, also of the other engine, and the proof that both then say the same.

A copy is read in one transaction, and so is one moment of a service that goes on meanwhile.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData, Row, Table, delete, func, insert, select, update

from aggregator.store.database import Transaction
from aggregator.store.tables import counter, document, host, metadata

ROWS_AT_ONCE = 1000
MODULUS = 1 << 128


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What a table holds: how many rows, and a sum over them that does not depend on their order."""

    rows: int = 0
    sum: int = 0

    def __add__(self, rows: Sequence[Row[Any]]) -> "Content":
        added = sum(int.from_bytes(_digest(row)) for row in rows)
        return Content(rows=self.rows + len(rows), sum=(self.sum + added) % MODULUS)


def copy_all(
    source: Transaction, target: Transaction, tables: Sequence[Table] = metadata.sorted_tables
) -> dict[str, Content]:
    """Make `target`, whose tables are at the same version, hold what `source` holds; returns what was read.

    Whatever was in `target` goes. `tables` may be those of an older version (`tables_of`).
    """
    read: dict[str, Content] = {}
    for table in tables:
        target.execute(delete(table))
        read[table.name] = Content()
        for rows in _portions(source, table):
            target.execute(insert(table), [dict(row._mapping) for row in rows])
            read[table.name] += rows
    return read


def tables_of(transaction: Transaction) -> list[Table]:
    """The tables that a database of an older version has, without the columns that it works out by itself."""
    found, stated = MetaData(), MetaData()
    found.reflect(transaction, only=lambda name, _: name != "alembic_version")
    for table in found.sorted_tables:
        Table(table.name, stated, *(Column(each.name, each.type) for each in table.columns if each.computed is None))
    return stated.sorted_tables


def contents(transaction: Transaction) -> dict[str, Content]:
    """What each table holds now."""
    found: dict[str, Content] = {}
    for table in metadata.sorted_tables:
        found[table.name] = Content()
        for rows in _portions(transaction, table):
            found[table.name] += rows
    return found


def differing(one: Mapping[str, Content], other: Mapping[str, Content]) -> list[str]:
    """The tables in which two databases differ, one sentence each; empty when they say the same."""
    none = Content()
    return [
        f"{name}: {one.get(name, none).rows} rows in one, {other.get(name, none).rows} in the other"
        + (", and they do not say the same" if one.get(name, none).rows == other.get(name, none).rows else "")
        for name in sorted(one.keys() | other.keys())
        if one.get(name, none) != other.get(name, none)
    ]


def is_empty(transaction: Transaction) -> bool:
    """Whether nobody has worked with these tables yet: no source was ever added, and nobody may sign in."""
    return not any(
        transaction.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
        for name in ("source", "item", "event", "account")
    )


def come_alive(transaction: Transaction, generation: int) -> None:
    """Let a copy be worked with: nobody holds a lease, and every web process sees all documents as new.

    `generation` is the highest that any process may have seen of the database that this one stands in for.
    """
    held = transaction.execute(select(counter.c.value).where(counter.c.name == "generation")).scalar_one()
    number = max(held, generation) + 1
    transaction.execute(update(counter).where(counter.c.name == "generation").values(value=number))
    transaction.execute(update(document).values(generation=number))
    transaction.execute(update(host).values(owner=None, lease_until=None, epoch=host.c.epoch + 1))


def _portions(transaction: Transaction, table: Table) -> Iterator[Sequence[Row[Any]]]:
    return transaction.execute(select(table).execution_options(yield_per=ROWS_AT_ONCE)).partitions()


def _digest(row: Row[Any]) -> bytes:
    return hashlib.blake2b(repr(tuple(row)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
