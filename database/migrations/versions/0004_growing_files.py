"""Files that grow, and which files else hold the reading that stands."""

from database.migrating import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables and columns."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take them away."""
    run_sql(__file__, "down")
