"""The sources that files are fetched from: how each went, and what was there already."""

from database.migrating import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take them away."""
    run_sql(__file__, "down")
