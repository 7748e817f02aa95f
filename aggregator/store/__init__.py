"""The store: the only room that speaks SQL. Rows become model types here and leave as such.

`Store` (database.py) opens transactions; the other modules hold the questions and changes, one subject each,
as plain functions over a transaction.
"""

from aggregator.store.database import Store, Transaction, libpq_address, open_store

__all__ = ["Store", "Transaction", "libpq_address", "open_store"]
