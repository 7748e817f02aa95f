"""Search: what public stories are found by, and the full-text indexes of each database over it.

Filling them is no part of this: words change with the stemmer too, so `search_index.renew` does it whenever they must.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# A view for each order, because an FTS5 table walks its rows in order of rowid only, and fast.
SQLITE = """
CREATE VIEW search_{order}_view AS SELECT {order}_place AS place, {columns} FROM search
  WHERE gone_at IS NULL AND {order}_place IS NOT NULL;
CREATE VIRTUAL TABLE search_{order} USING fts5({columns}, content='search_{order}_view', content_rowid='place',
  tokenize='ascii', columnsize=0);
CREATE TRIGGER search_{order}_in AFTER INSERT ON search
  WHEN new.gone_at IS NULL AND new.{order}_place IS NOT NULL BEGIN
  INSERT INTO search_{order} (rowid, {columns}) VALUES (new.{order}_place, {new}); END;
CREATE TRIGGER search_{order}_out AFTER DELETE ON search
  WHEN old.gone_at IS NULL AND old.{order}_place IS NOT NULL BEGIN
  INSERT INTO search_{order} (search_{order}, rowid, {columns}) VALUES ('delete', old.{order}_place, {old}); END;
"""
# Feeds have one order and no classes.
COLUMNS = {"dated": ("headline", "words"), "released": ("words",)}
POSTGRESQL = """
ALTER TABLE search ADD COLUMN vector tsvector
  GENERATED ALWAYS AS (to_tsvector('simple', headline || ' ' || words)) STORED;
CREATE INDEX ix_search_vector ON search USING gin (vector) WITH (fastupdate = off);
"""


def upgrade() -> None:
    """Make the table, its indexes in both languages, and the counters of what is indexed."""
    op.create_table(
        "search",
        sa.Column("story_id", BIG, autoincrement=False, nullable=False),
        sa.Column("dated_place", BIG, nullable=False),
        sa.Column("released_place", BIG, nullable=True),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("gone_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_search")),
        sa.UniqueConstraint("dated_place", name=op.f("uq_search_dated_place")),
        sa.UniqueConstraint("released_place", name=op.f("uq_search_released_place")),
    )
    op.create_index(op.f("ix_search_gone_at_story_id"), "search", ["gone_at", "story_id"])
    op.create_index(op.f("ix_story_state_updated_id"), "story", ["state", "updated", "id"])
    if op.get_bind().dialect.name == "sqlite":
        for statement in _sqlite_statements():
            op.get_bind().exec_driver_sql(statement)
    else:
        op.get_bind().exec_driver_sql(POSTGRESQL)
    counters = sa.table("counter", sa.column("name"), sa.column("value"))
    names = ("search_rules", "search_seq", "search_revision")
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in names])


def _sqlite_statements() -> list[str]:
    """Each CREATE alone: SQLite's driver runs one at a time."""
    scripts = [
        SQLITE.format(
            order=order,
            columns=", ".join(names),
            new=", ".join(f"new.{name}" for name in names),
            old=", ".join(f"old.{name}" for name in names),
        )
        for order, names in COLUMNS.items()
    ]
    return [f"CREATE {each}" for script in scripts for each in script.split("CREATE ")[1:]]
