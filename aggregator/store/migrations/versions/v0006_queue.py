"""The editors' queue: in which list a story lies and in which order, strokes of decisions, and rounds."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# As store/trays.py has it on the day of this migration.
TRAY = """
UPDATE story SET tray = CASE
  WHEN state IN ('held', 'withdrawn') AND reason IN ('archive', 'merged') THEN ''
  WHEN state = 'held' AND reason IN ('unsure', 'flood') THEN reason
  WHEN state = 'held' THEN 'new'
  WHEN state = 'off-topic' AND reason = 'off-topic' THEN 'dropped'
  WHEN state IN ('later', 'scheduled') THEN 'later'
  WHEN state = 'published' THEN 'published'
  ELSE 'rejected' END
"""
RANK = """
UPDATE story SET rank = CASE
  WHEN state <> 'held' OR reason IN ('possible duplicate', 'odd date', 'asked again') THEN 0
  WHEN off_topic = 1 OR score < 0.5 THEN 3
  WHEN score >= 0.8 THEN 1
  ELSE 2 END
"""


def upgrade() -> None:
    """Add the columns, fill them, and make the indexes that the lists are read by."""
    op.add_column("story", sa.Column("tray", sa.String(), nullable=False, server_default=""))
    op.add_column("story", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    op.execute(TRAY)
    op.execute(RANK)
    op.create_index(op.f("ix_story_tray_rank_dated_id"), "story", ["tray", "rank", "dated", "id"], unique=False)
    op.add_column("decision", sa.Column("group_id", sa.String(), nullable=True))
    op.create_index(op.f("ix_decision_actor_id"), "decision", ["actor", "id"], unique=False)
    op.create_index(op.f("ix_decision_group_id"), "decision", ["group_id"], unique=False)
    op.create_table(
        "round",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("started", BIG, nullable=False),
        sa.Column("closed", BIG, nullable=True),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("first_decision", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
    )
    op.create_index(op.f("ix_round_account_id_id"), "round", ["account_id", "id"], unique=False)
    counters = sa.table("counter", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": "round", "value": 0}])
