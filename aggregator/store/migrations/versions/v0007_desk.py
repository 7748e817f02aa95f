"""The desk: pins and planned publications are found by their kind, however many decisions there are."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the index."""
    op.create_index(op.f("ix_decision_kind_undone_at"), "decision", ["kind", "undone_at"], unique=False)
