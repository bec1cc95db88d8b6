"""What explaining a value needs."""

from database.migrating import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the change."""
    run_sql(__file__, "up")


def downgrade() -> None:
    """Take it back."""
    run_sql(__file__, "down")
