"""Lets analysts compare serials that are spelt differently."""

from database.migrating import run_sql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the change."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take it back."""
    run_sql(__file__, "down")
