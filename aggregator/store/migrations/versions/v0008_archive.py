"""Archived feeds: what readers were told and have to be told, which stories left the feeds, what was refused."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; the next release fills the archive with what is public by then."""
    op.create_table(
        "archive",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("story_id", BIG, nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("updated", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive")),
    )
    op.create_index(op.f("ix_archive_channel_page"), "archive", ["channel", "page"], unique=False)
    op.create_index(op.f("ix_archive_story_id"), "archive", ["story_id"], unique=False)
    op.create_table(
        "departure",
        sa.Column("story_id", BIG, autoincrement=False, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("returned_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_departure")),
    )
    op.create_table(
        "refusal",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("complaints", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_refusal")),
    )
    counters = sa.table("counter", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": "archive", "value": 0}])
