"""Keeps the table that settings are of, and the programs of loggers, beside each file."""

from database.migrating import run_sql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the change."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take it back."""
    run_sql(__file__, "down")
