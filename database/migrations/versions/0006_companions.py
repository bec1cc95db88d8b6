"""Files that are read together: which one says what the other holds."""

from database.migrating import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take it away."""
    run_sql(__file__, "down")
