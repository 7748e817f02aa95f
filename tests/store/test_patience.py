"""A question that takes too long is cut short and says so; what comes after it has all the time there is."""

from time import monotonic

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from aggregator.errors import StoreError, TooBroadError
from aggregator.store import Store
from aggregator.store.patience import bounded

ENDLESS = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number) SELECT count(*) FROM number"
SHORT = ENDLESS.replace("FROM number)", "FROM number WHERE n < 300000)")


def test_what_takes_too_long_is_cut_short_and_the_next_one_is_answered(store: Store) -> None:
    began = monotonic()
    with pytest.raises(TooBroadError, match="add a word"), store.read() as transaction, bounded(transaction, 0.2):
        transaction.execute(text(ENDLESS))
    assert monotonic() - began < 60  # it would take for ever
    with store.read() as transaction:
        assert transaction.execute(text("SELECT 1")).scalar_one() == 1


def test_the_bound_ends_with_its_question(store: Store) -> None:
    with store.read() as transaction:
        with bounded(transaction, 0.001):
            pass
        assert transaction.execute(text(SHORT)).scalar_one() == 300_000


def test_another_failure_stays_what_it_is(store: Store) -> None:
    with pytest.raises(StoreError), store.read() as transaction, bounded(transaction, 5):
        raise OperationalError("SELECT 1", {}, Exception("gone"))
