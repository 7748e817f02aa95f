"""Trained models of themes, and the sample of automatic decisions that people look at."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTERS = ("model", "knowledge", "rules")


def upgrade() -> None:
    """Make the tables, and the counters at zero."""
    op.create_table(
        "model",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("training", sa.JSON(), nullable=False),
        sa.Column("adopted_at", BIG, nullable=True),
        sa.Column("retired_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
    )
    op.create_table(
        "sample",
        sa.Column("story_id", BIG, autoincrement=False, nullable=False),
        sa.Column("drawn_at", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("decided_at", BIG, nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_sample")),
    )
    op.create_index(op.f("ix_sample_decided_at"), "sample", ["decided_at"])
    op.create_index(op.f("ix_sample_drawn_at"), "sample", ["drawn_at"])
    counters = sa.table("counter", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in COUNTERS])
