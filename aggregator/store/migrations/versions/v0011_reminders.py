"""Who is reminded by mail of the weekly round, and when that was last."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the two columns; everyone is reminded until they say otherwise."""
    op.add_column("account", sa.Column("wants_reminders", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("account", sa.Column("reminded", BIG, nullable=True))
