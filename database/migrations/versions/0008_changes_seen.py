"""Which changes a model has seen, told by transactions, so that it is brought up to date span by span."""

from database.migrating import run_sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the change."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take it back."""
    run_sql(__file__, "down")
