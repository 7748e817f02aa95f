"""PostgreSQL's search index knows when a story was, so that it can be asked block by block, newest first.

Made from what the table holds: nothing is indexed anew by us, and a program of the version before finds what it found.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

# The words of aggregator/store/search_blocks.py: order, size, "x", number. Minutes are 36 bits up in a place.
BLOCKS = " || ".join(
    f"coalesce(' {order[0]}{size}x' || (({order}_place >> {36 + size}) + {1 << 26 - size})::text, '')"
    for order in ("dated", "released")
    for size in (14, 16, 18, 20)
)
# One ALTER rewrites the table once, and takes the old index along. What is asked of thousands of rows (place and facts)
# stands in the row itself, what is asked of some (the words) beside it.
POSTGRESQL = f"""
ALTER TABLE search SET (toast_tuple_target = 128);
ALTER TABLE search DROP COLUMN vector,
  ADD COLUMN facts tsvector GENERATED ALWAYS AS (to_tsvector('simple', split_part(words, ' z ', 1))) STORED,
  ADD COLUMN vector tsvector GENERATED ALWAYS AS (
    to_tsvector('simple', headline || ' ' || words || CASE WHEN gone_at IS NULL THEN {BLOCKS} ELSE '' END)
  ) STORED,
  ALTER COLUMN vector SET STORAGE EXTERNAL;
CREATE INDEX ix_search_vector ON search USING gin (vector) WITH (fastupdate = off);
"""


def upgrade() -> None:
    """Make the column anew; SQLite's index walks in order of date by itself."""
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(POSTGRESQL)
