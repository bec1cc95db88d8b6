"""Which months the gap ledger has counted, and of what, so that only those that changed are counted anew."""

from database.migrating import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the change."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take it back."""
    run_sql(__file__, "down")
