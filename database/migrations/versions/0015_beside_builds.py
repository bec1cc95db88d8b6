"""Lets flags and certificates take effect while a build runs."""

from database.migrating import run_sql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the change."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take it back."""
    run_sql(__file__, "down")
