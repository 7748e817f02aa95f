"""alembic's entrance: it runs within the transaction that migrate.py hands over."""

from alembic import context

from aggregator.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
