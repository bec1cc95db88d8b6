"""Replaces what a quality rule had found, where it judged anew, and keeps what it had found elsewhere."""

from database.migrating import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the change."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take it back."""
    run_sql(__file__, "down")
