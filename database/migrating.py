"""Migrations of what dbt does not own. Each is a pair of plain SQL files; Alembic keeps the order and the version."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy
from alembic import command, op
from alembic.config import Config

from database.connection import parameters, unavailable
from database.home import Home

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(home: Home, revision: str = "head") -> None:
    """Bring the database up to a revision. What is there already is left alone."""
    _run(home, lambda config: command.upgrade(config, revision))


def downgrade(home: Home, revision: str) -> None:
    """Go back to a revision; `base` takes everything away."""
    _run(home, lambda config: command.downgrade(config, revision))


def run_sql(migration: str, direction: str) -> None:
    """Run the SQL file that lies beside a migration: many statements, no parameters, one transaction."""
    sql = Path(migration).with_suffix(f".{direction}.sql").read_text()
    driver_connection = op.get_bind().connection.driver_connection
    assert driver_connection is not None
    driver_connection.execute(sql)


def _run(home: Home, action: object) -> None:
    given = parameters(home, "owner")
    engine = sqlalchemy.create_engine("postgresql+psycopg://", connect_args=given, poolclass=sqlalchemy.NullPool)
    config = Config()
    # Alembic interpolates %, which a path may hold
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        opened = engine.connect()
    except sqlalchemy.exc.OperationalError as error:  # it may be shutting down
        raise unavailable(home, error.orig or error, f"database of {home.path}, role owner") from error
    with opened as connection:
        config.attributes["connection"] = connection
        assert callable(action)
        action(config)
