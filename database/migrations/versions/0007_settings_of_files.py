"""What files say of settings, told apart without reading it: most files of a logger say the same."""

from database.migrating import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take them away."""
    run_sql(__file__, "down")
