"""Channels: which column of a logger's table a reading belongs to. A new column is a new row, never a new schema."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from database.connection import Connection
from database.errors import MetadataError
from loaders.clock import Logger
from loaders.formats.frame import Column, Table
from loaders.periods import told_by

Key = tuple[str, np.timedelta64]  # a table's name and averaging period

KNOWN = """
select table_name, averaging_period, averaging_period_is_assumed, column_name, channel_id
from raw.channel
where logger = %s
"""
ADD = """
insert into raw.channel (
    logger, table_name, averaging_period, averaging_period_is_assumed, column_name, unit, statistic
)
values (%s, %s, %s, %s, %s, %s, %s)
on conflict do nothing
"""
# They are few: a period is only assumed for tables of which no file has had rows enough
TAKE_BACK = """
update raw.file
set state = 'landed', readings_new = 0, readings_same = 0, readings_changed = 0, readings_kept = 0
where file_id in (
    select file_id from raw.reading where channel_id = any(%(wrong)s)
    union
    select file_id from raw.superseded_reading where channel_id = any(%(wrong)s)
    union
    select file_id from raw.confirmed_span where channel_id = any(%(wrong)s)
);
insert into ops.changed_span (channel_id, date_from, date_to, cause)
select channel_id, min(timestamp), max(timestamp) + averaging_period, 'load'
from raw.reading
inner join raw.channel using (channel_id)
where channel_id = any(%(wrong)s)
group by channel_id, averaging_period;
delete from raw.superseded_reading where channel_id = any(%(wrong)s);
delete from raw.confirmed_span where channel_id = any(%(wrong)s);
delete from raw.reading where channel_id = any(%(wrong)s);
delete from raw.channel where channel_id = any(%(wrong)s)
"""


class Channels:
    """The channels of one logger, which must be locked as long as this is used."""

    def __init__(self, connection: Connection, logger: Logger) -> None:
        self._connection = connection
        self._logger = logger
        self._confirmed: set[Key] = set()
        self.version = 0  # goes up with each channel that was wrong
        self._read()

    def _read(self) -> None:
        self._ids: dict[Key, dict[str, int]] = {}
        self._assumed: dict[Key, set[int]] = {}
        for table, period, is_assumed, column, channel in self._connection.execute(
            KNOWN, [self._logger.serial]
        ).fetchall():
            key = (table, np.timedelta64(period, "us"))
            self._ids.setdefault(key, {})[column] = channel
            if is_assumed:
                self._assumed.setdefault(key, set()).add(channel)

    def confirm(self, table: Table) -> None:
        """Where rows tell a table's period, files for which another one was assumed are to be read again."""
        told = _told(table)
        if told is None or (table.name, told) in self._confirmed:
            return
        self._confirmed.add((table.name, told))
        assumed = {key: channels for key, channels in self._assumed.items() if key[0] == table.name}
        if not assumed:
            return
        right = assumed.pop((table.name, told), set())
        self._connection.execute(
            "update raw.channel set averaging_period_is_assumed = false where channel_id = any(%s)", [sorted(right)]
        )
        if wrong := sorted(set().union(*assumed.values())):
            for statement in TAKE_BACK.split(";"):
                self._connection.execute(statement.encode(), {"wrong": wrong})
            self.version += 1
        self._read()

    def averaging_period(self, table: Table) -> tuple[np.timedelta64, bool]:
        """How long the rows of a table average, and whether that is only assumed.

        What the file states or its stamps tell; where the rows are too few, what earlier files told of the same table;
        else the logger's own period, until more rows tell. So the order of arrival doesn't matter.

        Raises MetadataError where nothing tells.
        """
        told = _told(table)
        if told is not None:
            return told, False
        known = [key for key in self._ids if key[0] == table.name]
        if len(known) == 1:
            return known[0][1], known[0] in self._assumed
        own = self._logger.averaging_period
        if own is None:
            raise MetadataError(
                f"{len(table.timestamps)} rows are too few to tell how long they average, and the metadata of logger "
                f"{self._logger.serial} don't say",
                "logger_main_config, averaging_period_minutes",
                "state averaging_period_minutes in the metadata and import them again",
            )
        key = (table.name, own)
        return own, key in self._assumed or key not in self._ids

    def ids(self, table: str, columns: Sequence[Column], period: np.timedelta64, *, is_assumed: bool) -> dict[str, int]:
        """The channel of each column, made where the logger has not sent it before."""
        key = (table, period)
        missing = [column for column in columns if column.name not in self._ids.get(key, {})]
        if missing:
            with self._connection.cursor() as cursor:
                cursor.executemany(
                    ADD,
                    [
                        (
                            self._logger.serial,
                            table,
                            period.item(),
                            is_assumed,
                            column.name,
                            column.unit,
                            column.statistic,
                        )
                        for column in missing
                    ],
                )
            self._read()
        return self._ids[key]


def _told(table: Table) -> np.timedelta64 | None:
    if table.averaging_period is not None:
        return np.timedelta64(table.averaging_period, "us")
    return told_by(table.timestamps)
