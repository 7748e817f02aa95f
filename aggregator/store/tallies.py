"""What happened since the service began, counted: figures that only rise, whichever process adds to them."""

from sqlalchemy import select

from aggregator.store.database import Transaction
from aggregator.store.tables import counter
from aggregator.store.ticks import INSERT

PREFIX = "tally/"
LEASES_LOST = "leases-lost"
DELIVERED = "delivered/"  # and the kind of the delivery


def add(transaction: Transaction, name: str, count: int = 1) -> None:
    """So many more."""
    statement = INSERT[transaction.dialect.name](counter).values(name=PREFIX + name, value=count)
    transaction.execute(
        statement.on_conflict_do_update(index_elements=[counter.c.name], set_={"value": counter.c.value + count})
    )


def all_counted(transaction: Transaction) -> dict[str, int]:
    """Each figure that was ever added to."""
    rows = transaction.execute(select(counter).where(counter.c.name.like(PREFIX + "%")))
    return {row.name.removeprefix(PREFIX): row.value for row in rows}
