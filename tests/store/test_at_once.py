from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import ColumnElement, event, insert, select

from aggregator.store import Store
from aggregator.store.at_once import New, among, update_rows
from aggregator.store.tables import counter

NAMES = [f"n{number}" for number in range(5)]


@pytest.fixture
def counted(store: Store) -> Store:
    """A store with five numbers, all zero."""
    with store.write() as transaction:
        transaction.execute(insert(counter), [{"name": name, "value": 0} for name in NAMES])
    return store


def values(store: Store) -> list[int]:
    with store.read() as transaction:
        found = select(counter.c.value).where(among(transaction, counter.c.name, NAMES)).order_by(counter.c.name)
        return list(transaction.execute(found).scalars())


def raised(new: New) -> Mapping[str, ColumnElement[Any]]:
    return {"value": counter.c.value + new["value"]}


def test_each_row_becomes_what_is_said_of_it_and_the_others_stay(counted: Store) -> None:
    with counted.write() as transaction:
        update_rows(transaction, counter.c.name, [{"name": "n1", "value": 3}, {"name": "n4", "value": 7}], raised)
        update_rows(transaction, counter.c.name, [], raised)
    assert values(counted) == [0, 3, 0, 0, 7]


def test_among_no_values_is_nothing(counted: Store) -> None:
    with counted.read() as transaction:
        assert transaction.execute(select(counter).where(among(transaction, counter.c.name, []))).all() == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_a_statement_has_one_text_however_many_values_it_has(counted: Store) -> None:
    texts: list[str] = []
    event.listen(counted.engine, "before_cursor_execute", lambda *given: texts.append(given[2]))
    with counted.write() as transaction:
        for many in (1, 5):
            rows = [{"name": name, "value": 1} for name in NAMES[:many]]
            update_rows(transaction, counter.c.name, rows, raised)
            transaction.execute(select(counter).where(among(transaction, counter.c.name, NAMES[:many])))
    assert len({text for text in texts if "counter" in text}) == 2
    assert values(counted) == [2, 1, 1, 1, 1]
