"""When a rejected row or cell was stamped, so that a gap can be told from a row that came and could not be read."""

from database.migrating import run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the change."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take it back."""
    run_sql(__file__, "down")
