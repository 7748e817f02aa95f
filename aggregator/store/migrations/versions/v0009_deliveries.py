"""Deliveries: webhooks, subscriptions at our own hub, and an outbox that works off many targets at once."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTERS = ("webhook", "subscription")


def upgrade() -> None:
    """Make the tables, their counters, and the outbox' new columns; letters that wait go one after another."""
    op.create_table(
        "webhook",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("created", BIG, nullable=False),
        sa.Column("told_at", BIG, nullable=True),
        sa.Column("failing_since", BIG, nullable=True),
        sa.Column("off_at", BIG, nullable=True),
        sa.Column("off_because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("created", BIG, nullable=False),
        sa.Column("lease_until", BIG, nullable=False),
        sa.Column("told", BIG, nullable=False),
        sa.Column("failing_since", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("key", name=op.f("uq_subscription_key")),
    )
    op.create_index(op.f("ix_subscription_topic"), "subscription", ["topic"], unique=False)
    op.create_index(op.f("ix_subscription_host"), "subscription", ["host"], unique=False)
    op.add_column("outbox", sa.Column("lane", sa.String(), nullable=False, server_default="mail"))
    op.add_column("outbox", sa.Column("subject", sa.String(), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("taken_at", BIG, nullable=True))
    op.create_index(op.f("ix_outbox_kind_subject"), "outbox", ["kind", "subject"], unique=False)
    counters = sa.table("counter", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in COUNTERS])
