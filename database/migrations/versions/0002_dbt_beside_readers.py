"""Functions by which dbt changes views and tables while analysts read them."""

from database.migrating import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make them."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take them away."""
    run_sql(__file__, "down")
