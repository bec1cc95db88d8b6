"""Times as people write them: the clock of a station's loggers, unless an offset stands behind them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from database.connection import Connection
from database.errors import MetadataError, UsageError

WRITTEN = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)?( ?Z|[+-][0-9]{2}:?[0-9]{2})?"
)
EXAMPLE = "a time like 2016-01-09 15:30, 2016-01-09T15:30Z or 2016-01-09T15:30+01:00"
WITH_OFFSET = "write the time with its offset, as in 2016-01-09T15:30Z"

# infinity has no value in Python
OFFSETS = """
select
    utc_offset,
    nullif(date_from, '-infinity') as date_from,
    nullif(date_to, 'infinity') as date_to
from metadata.loggers
where station = %(station)s
"""


def parse_time(text: str) -> datetime:
    """A time; without a zone where none was written. Raises UsageError."""
    written = text.strip().upper()
    try:
        return datetime.fromisoformat(written.replace(" Z", "Z") if WRITTEN.fullmatch(written) else "")
    except ValueError:
        raise UsageError(f'found "{text}", expected {EXAMPLE}') from None


@dataclass(frozen=True, slots=True)
class _Logger:
    utc_offset: timedelta | None
    date_from: datetime | None
    date_to: datetime | None

    def serves(self, time: datetime) -> bool:
        return (self.date_from is None or self.date_from <= time) and (self.date_to is None or time < self.date_to)


class StationClock:
    """What UTC is when it is some time at a station. The database is asked only where a time has no offset."""

    def __init__(self, connection: Connection, station: str) -> None:
        self._connection = connection
        self._station = station
        self._loggers: list[_Logger] | None = None

    def utc(self, text: str) -> datetime:
        """UTC of a time as written. Raises UsageError, or MetadataError where the station's offset isn't known."""
        time = parse_time(text)
        try:
            return time.astimezone(UTC) if time.tzinfo else (time - self._offset(time)).replace(tzinfo=UTC)
        except OverflowError:
            raise UsageError(f'found "{text}", expected {EXAMPLE}') from None

    def _offset(self, time: datetime) -> timedelta:
        """The one offset of the loggers that were there then; where none was, of all that ever were."""
        if self._loggers is None:
            self._loggers = self._read()
        serving = [logger for logger in self._loggers if logger.serves(time)] or self._loggers
        offsets = {logger.utc_offset for logger in serving}
        if len(offsets) == 1 and (only := offsets.pop()) is not None:
            return only
        if len(offsets - {None}) > 1:
            raise self._unknown("its loggers have different offsets from UTC", WITH_OFFSET)
        if not self._loggers:
            raise self._unknown("it has no logger, so its clock's offset from UTC is not known", WITH_OFFSET)
        remedy = f"import its metadata with --utc-offset HOURS, or {WITH_OFFSET}"
        raise self._unknown("the offset of its logger from UTC is not stated", remedy)

    def _read(self) -> list[_Logger]:
        try:
            rows: list[Any] = self._connection.execute(OFFSETS, {"station": self._station}).fetchall()
        except psycopg.errors.UndefinedTable:
            remedy = f"stationmanager build, or {WITH_OFFSET}"
            raise self._unknown("its metadata have not been built, so its clock is not known", remedy) from None
        return [_Logger(*row) for row in rows]

    def _unknown(self, what: str, remedy: str) -> MetadataError:
        return MetadataError(what, f"station {self._station}", remedy)
