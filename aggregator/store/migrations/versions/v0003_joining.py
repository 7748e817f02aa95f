"""What joining needs: the words of items, the index of likeness, links between articles, proposals, merged stories."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and the column that tells of merged stories."""
    op.create_table(
        "wording",
        sa.Column("item_id", BIG, autoincrement=False, nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_wording")),
    )
    op.create_table(
        "shingle",
        sa.Column("term", BIG, autoincrement=False, nullable=False),
        sa.Column("item_id", BIG, autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", "item_id", name=op.f("pk_shingle")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reference",
        sa.Column("url_key", sa.String(), nullable=False),
        sa.Column("item_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("url_key", "item_id", name=op.f("pk_reference")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_reference_item_id"), "reference", ["item_id"])
    op.create_table(
        "proposal",
        sa.Column("item_id", BIG, autoincrement=False, nullable=False),
        sa.Column("other_id", BIG, autoincrement=False, nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("strength", sa.Float(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "other_id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_other_id"), "proposal", ["other_id"])
    op.add_column("story", sa.Column("merged_into", BIG, nullable=True))
    op.create_index(op.f("ix_story_merged_into"), "story", ["merged_into"])
