"""Many values in one statement: on PostgreSQL as arrays, so that its text is the same however many they are.

A text that changes with their number is parsed and planned anew each time, and a statement for each row costs several
times what the row itself does. SQLite does both in this process, where they cost little: there it stays plain.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, any_, bindparam, column, func, literal, update
from sqlalchemy.dialects.postgresql import ARRAY

from aggregator.store.database import Transaction

New = Mapping[str, ColumnElement[Any]]  # what a row is to become, by the name of its column


def among(transaction: Transaction, of: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column is one of these values."""
    if transaction.dialect.name == "sqlite":
        return of.in_(list(values))
    return of == any_(literal(list(values), ARRAY(of.type)))


def update_rows(
    transaction: Transaction,
    key: Column[Any],
    rows: Sequence[Mapping[str, Any]],
    become: Callable[[New], Mapping[str, ColumnElement[Any]]],
) -> None:
    """Let each row that `key` finds have the values that `become` says, given the new ones; all rows name the same."""
    if not rows:
        return
    table, names = key.table, list(rows[0])
    if transaction.dialect.name == "sqlite":
        new: New = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
        each = update(table).where(key == new[key.name]).values(become(new))
        transaction.execute(each, [{f"new_{name}": row[name] for name in names} for row in rows])
        return
    arrays = [literal([row[name] for row in rows], ARRAY(table.c[name].type)) for name in names]
    unnested = func.unnest(*arrays).table_valued(*(column(name, table.c[name].type) for name in names))
    given = unnested.render_derived(name="given")
    transaction.execute(update(table).where(key == given.c[key.name]).values(become(dict(given.c))))
