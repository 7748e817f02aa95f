"""Pictures of stories: which are wanted, those that were made anew, and the sources that allow it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and the counters of how far log and revisions were followed: from now on."""
    op.create_table(
        "picture",
        sa.Column("story_id", BIG, autoincrement=False, nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("story_id", name="pk_picture"),
    )
    op.create_index("ix_picture_due", "picture", ["due"])
    op.create_index("ix_picture_source_id", "picture", ["source_id"])
    op.create_table(
        "picture_file",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("story_id", BIG, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_picture_file"),
    )
    op.create_index("ix_picture_file_story_id", "picture_file", ["story_id"])
    op.create_table(
        "picture_source",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name="pk_picture_source"),
    )
    op.execute("INSERT INTO counter (name, value) SELECT 'pictured_seq', COALESCE(MAX(seq), 0) FROM event")
    op.execute("INSERT INTO counter (name, value) SELECT 'pictured_revision', COALESCE(MAX(id), 0) FROM revision")
