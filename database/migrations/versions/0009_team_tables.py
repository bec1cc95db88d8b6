"""A team's own tables: overrides of quality rules, choices of certificates, magnetic declinations."""

from database.migrating import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the change."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take it back."""
    run_sql(__file__, "down")
