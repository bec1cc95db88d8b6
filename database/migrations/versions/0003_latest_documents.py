"""Of each station the latest document: what dbt's staging reads."""

from database.migrating import run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the view and the slug of a name."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take them away."""
    run_sql(__file__, "down")
