"""Open ends of periods: PostgreSQL has infinite times and Python hasn't, so they are read as their words."""

from __future__ import annotations

from datetime import datetime

from psycopg.abc import Buffer
from psycopg.types.datetime import TimestampLoader, TimestamptzLoader

from database.connection import Connection

INFINITE = {b"infinity", b"-infinity"}


class _OpenTimestamp(TimestampLoader):
    def load(self, data: Buffer) -> datetime:
        return bytes(data).decode() if bytes(data) in INFINITE else super().load(data)  # type: ignore[return-value]  # a word stands for what datetime has no value for


class _OpenTimestamptz(TimestamptzLoader):
    def load(self, data: Buffer) -> datetime:
        return bytes(data).decode() if bytes(data) in INFINITE else super().load(data)  # type: ignore[return-value]  # a word stands for what datetime has no value for


def read_infinity_as_text(connection: Connection) -> None:
    """Let this connection give `infinity` and `-infinity` as text instead of failing on them."""
    connection.adapters.register_loader("timestamp", _OpenTimestamp)
    connection.adapters.register_loader("timestamptz", _OpenTimestamptz)
