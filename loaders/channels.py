"""Channels: which column of a logger's table a reading belongs to. A new column is a new row, never a new schema."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from database.connection import Connection
from database.errors import MetadataError
from loaders.clock import Logger
from loaders.formats.frame import Column, Table
from loaders.periods import told_by


def averaging_period(connection: Connection, logger: Logger, table: Table) -> tuple[np.timedelta64, bool]:
    """How long the rows of a table average, and whether that is only assumed.

    What the file states or its stamps tell; where the rows are too few, what earlier files told of the same table;
    else the logger's own period, until more rows tell. So the order of arrival doesn't matter.

    Raises MetadataError where nothing tells.
    """
    told = table.averaging_period if table.averaging_period is not None else told_by(table.timestamps)
    if told is not None:
        _confirm(connection, logger, table, told)
        return told, False
    known = [
        np.timedelta64(period, "us")
        for (period,) in connection.execute(
            "select distinct averaging_period from raw.channel where logger = %s and table_name = %s",
            [logger.serial, table.name],
        ).fetchall()
    ]
    own = logger.averaging_period
    if len(known) == 1:
        return known[0], False
    if own is None:
        raise MetadataError(
            f"{len(table.timestamps)} rows are too few to tell how long they average, and the metadata of logger "
            f"{logger.serial} don't say",
            f"station {logger.station}, logger_main_config, averaging_period_minutes",
            "state averaging_period_minutes in the metadata and import them again",
        )
    return own, own not in known


def ensure(
    connection: Connection,
    logger: Logger,
    table_name: str,
    columns: Sequence[Column],
    period: np.timedelta64,
    *,
    is_assumed: bool,
) -> dict[str, int]:
    """The channel of each column, made where the logger has not sent it before."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into raw.channel"
            " (logger, table_name, averaging_period, averaging_period_is_assumed, column_name, unit, statistic)"
            " values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
            [
                (logger.serial, table_name, period.item(), is_assumed, column.name, column.unit, column.statistic)
                for column in columns
            ],
        )
    rows = connection.execute(
        "select column_name, channel_id from raw.channel"
        " where logger = %s and table_name = %s and averaging_period = %s",
        [logger.serial, table_name, period.item()],
    ).fetchall()
    return dict(rows)


def _confirm(connection: Connection, logger: Logger, table: Table, told: np.timedelta64) -> None:
    """Give channels whose period was only assumed the one that the rows tell now.

    Readings whose stamps marked the end were moved by the assumed period; they are moved again.
    """
    where = "logger = %(logger)s and table_name = %(table)s and averaging_period_is_assumed"
    given = {"logger": logger.serial, "table": table.name, "told": told.item()}
    wrong = connection.execute(
        f"select channel_id, averaging_period - %(told)s from raw.channel"  # noqa: S608  # no data in it
        f" where {where} and averaging_period <> %(told)s".encode(),
        given,
    ).fetchall()
    if wrong and any(period.timestamp_is_end_of_period for period in logger.periods):
        ids = [channel_id for channel_id, _ in wrong]
        connection.execute(
            "with moved as (delete from raw.reading where channel_id = any(%(ids)s) returning *)"
            " insert into raw.reading (timestamp, channel_id, file_id, value)"
            " select timestamp + %(shift)s, channel_id, file_id, value from moved",
            {"ids": ids, "shift": wrong[0][1]},
        )
    connection.execute(
        "update raw.channel set averaging_period = %(told)s, averaging_period_is_assumed = false"  # noqa: S608  # no data in it
        f" where {where}".encode(),
        given,
    )
