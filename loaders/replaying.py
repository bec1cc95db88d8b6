"""Reads all files of a logger once more, from the archive: the cure for a wrong offset, label or parser."""

from __future__ import annotations

import os
from collections.abc import Sequence

from database.connection import Connection, connect
from database.errors import StationManagerError, UsageError
from database.home import Home
from loaders import ledger, working
from loaders.clock import Logger
from loaders.ledger import LedgerRow
from loaders.opening import Opener
from loaders.reading import lock
from loaders.results import FileResult, LoadResult
from loaders.unwrapping import Settings
from loaders.working import OnFile

APPLICATION = "stationmanager load --replay"
OF_LOGGER = "state = 'loaded' and format <> 'container' and metadata.same_serial(logger) = metadata.same_serial(%s)"
CHANNELS = "select channel_id from raw.channel where metadata.same_serial(logger) = metadata.same_serial(%s)"
TAKE_AWAY = """
insert into ops.changed_span (station, channel_id, date_from, date_to, cause)
select station, channel_id, min(timestamp), max(timestamp) + averaging_period, 'load'
from raw.reading
inner join raw.channel using (channel_id)
cross join unnest(%(stations)s::text []) as served (station)
where channel_id = any(%(channels)s)
group by station, channel_id, averaging_period;
delete from raw.superseded_reading where channel_id = any(%(channels)s);
delete from raw.confirmed_span where channel_id = any(%(channels)s);
delete from raw.reading where channel_id = any(%(channels)s);
update raw.file
set state = 'landed', readings_new = 0, readings_same = 0, readings_changed = 0, readings_kept = 0
where file_id = any(%(files)s)
"""


class ReplayFailed(StationManagerError):
    """A file that was loaded can't be read any more; nothing was changed."""


def replay(home: Home, name: str, *, on_file: OnFile | None = None, settings: Settings | None = None) -> LoadResult:
    """Take a logger's readings away and bring all its files in again, in one transaction: readers see all or nothing.

    Raises UsageError where there is no such logger, ReplayFailed where a file can't be read as it was before.
    """
    with connect(home, "loader", application=APPLICATION) as connection:
        opener = Opener.of(home, connection, settings or Settings.of(home, os.environ))
        logger = opener.loggers.find(name)
        if logger is None:
            raise UsageError(
                f"no metadata name a logger {name}", "--replay", "see: stationmanager sql 'select * from raw.channel'"
            )
        with connection.transaction():
            lock(connection, logger.serial)
            rows = ledger.find(connection, OF_LOGGER, logger.serial)
            _take_away(connection, logger, rows)
            results = []
            for unit in working.units(rows):
                for found in working.read_unit(opener, unit).values():
                    results += found
                if on_file:
                    on_file(unit[-1].path, len(results), len(rows))
            _see_that_all_were_read(results)
    return LoadResult(results)


def _see_that_all_were_read(results: Sequence[FileResult]) -> None:
    lost = next((result for result in results if result.state != "loaded"), None)
    if lost is None:
        return
    error = lost.error or {
        "what": f"no metadata name its logger any more ({lost.logger})",
        "where": "logger_main_config",
        "remedy": "let logger_id or logger_name say what its header calls the logger, and import them again",
    }
    raise ReplayFailed(f"{error['what']}; nothing was changed", f"{lost.path}, {error['where']}", str(error["remedy"]))


def _take_away(connection: Connection, logger: Logger, rows: Sequence[LedgerRow]) -> None:
    given = {
        "stations": sorted({period.station for period in logger.periods}),
        "channels": [channel for (channel,) in connection.execute(CHANNELS, [logger.serial]).fetchall()],
        "files": [row.file_id for row in rows],
    }
    for statement in TAKE_AWAY.split(";"):
        connection.execute(statement.encode(), given)
