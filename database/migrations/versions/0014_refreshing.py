"""Keeps the query of each table that dbt makes, so that flags and certificates take effect without a run of dbt."""

from database.migrating import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the change."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take it back."""
    run_sql(__file__, "down")
