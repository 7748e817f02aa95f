"""How the work of a whole night or week went, and until when polling was seen to keep up."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "duty",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tried_at", BIG, nullable=False),
        sa.Column("done_at", BIG, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_duty"),
    )
