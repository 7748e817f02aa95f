"""Articles that are gone, events apart from news, and what tdmrep.json says."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "absence",
        sa.Column("item_id", BIG, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("first_missing_at", BIG, nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("last_checked_at", BIG, nullable=True),
        sa.Column("gone_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_status"), "absence", ["status"], unique=False)
    op.create_table(
        "agenda",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("starts", BIG, nullable=False),
        sa.Column("ends", BIG, nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("first_seen", BIG, nullable=False),
        sa.Column("last_seen", BIG, nullable=False),
        sa.PrimaryKeyConstraint("source_id", "key", name=op.f("pk_agenda")),
    )
    op.create_index(op.f("ix_agenda_starts"), "agenda", ["starts"], unique=False)
    op.create_table(
        "reservation",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("fetched_at", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_reservation")),
    )
