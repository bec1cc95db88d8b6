"""Channels: which column of a logger's table a reading belongs to. A new column is a new row, never a new schema."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from database.connection import Connection
from database.errors import MetadataError
from loaders.clock import Logger
from loaders.formats.frame import Column, Table
from loaders.periods import told_by

# They are few: a period is only assumed for tables of which no file has had rows enough
TAKE_BACK = """
update raw.file
set state = 'landed', readings_new = 0, readings_same = 0, readings_changed = 0, readings_kept = 0
where file_id in (
    select file_id from raw.reading where channel_id = any(%(wrong)s)
    union
    select file_id from raw.superseded_reading where channel_id = any(%(wrong)s)
);
insert into ops.changed_span (channel_id, date_from, date_to, cause)
select channel_id, min(timestamp), max(timestamp) + interval '1 microsecond', 'load'
from raw.reading
where channel_id = any(%(wrong)s)
group by channel_id;
delete from raw.superseded_reading where channel_id = any(%(wrong)s);
delete from raw.reading where channel_id = any(%(wrong)s);
delete from raw.channel where channel_id = any(%(wrong)s)
"""


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
        (np.timedelta64(period, "us"), bool(is_assumed))
        for period, is_assumed in connection.execute(
            "select averaging_period, bool_or(averaging_period_is_assumed) from raw.channel"
            " where logger = %s and table_name = %s group by averaging_period",
            [logger.serial, table.name],
        ).fetchall()
    ]
    own = logger.averaging_period
    if len(known) == 1:
        return known[0]
    if own is None:
        raise MetadataError(
            f"{len(table.timestamps)} rows are too few to tell how long they average, and the metadata of logger "
            f"{logger.serial} don't say",
            "logger_main_config, averaging_period_minutes",
            "state averaging_period_minutes in the metadata and import them again",
        )
    return next(((period, is_assumed) for period, is_assumed in known if period == own), (own, True))


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
    known = _known(connection, logger, table_name, period)
    missing = [column for column in columns if column.name not in known]
    if not missing:
        return known
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into raw.channel"
            " (logger, table_name, averaging_period, averaging_period_is_assumed, column_name, unit, statistic)"
            " values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
            [
                (logger.serial, table_name, period.item(), is_assumed, column.name, column.unit, column.statistic)
                for column in missing
            ],
        )
    return _known(connection, logger, table_name, period)


def _known(connection: Connection, logger: Logger, table_name: str, period: np.timedelta64) -> dict[str, int]:
    rows = connection.execute(
        "select column_name, channel_id from raw.channel"
        " where logger = %s and table_name = %s and averaging_period = %s",
        [logger.serial, table_name, period.item()],
    ).fetchall()
    return dict(rows)


def _confirm(connection: Connection, logger: Logger, table: Table, told: np.timedelta64) -> None:
    """Rows tell a table's period now: files for which another one was assumed are read again."""
    given = {"logger": logger.serial, "table": table.name, "told": told.item()}
    connection.execute(
        "update raw.channel set averaging_period_is_assumed = false"
        " where logger = %(logger)s and table_name = %(table)s and averaging_period = %(told)s"
        " and averaging_period_is_assumed",
        given,
    )
    wrong = [
        channel_id
        for (channel_id,) in connection.execute(
            "select channel_id from raw.channel where logger = %(logger)s and table_name = %(table)s"
            " and averaging_period_is_assumed",
            given,
        ).fetchall()
    ]
    if wrong:
        for statement in TAKE_BACK.split(";"):
            connection.execute(statement.encode(), {"wrong": wrong})
