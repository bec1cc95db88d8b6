"""Which logger a file belongs to, and what its clock means: the metadata say both, through `metadata.loggers`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from database.connection import Connection
from database.errors import MetadataError

Stamps = npt.NDArray[np.datetime64]
EARLIEST = np.datetime64("0001-01-01", "us")

LOGGERS = """
select
    loggers.station,
    coalesce(channel.logger, loggers.serial) as serial,
    -- infinity has no numpy value
    nullif(loggers.date_from, '-infinity') as date_from,
    loggers.utc_offset,
    loggers.timestamp_is_end_of_period,
    loggers.averaging_period,
    array_append(loggers.claims, loggers.serial) as names
from metadata.loggers
-- a serial that the metadata spell otherwise now is still the logger that its channels belong to
left join (select distinct logger from raw.channel) as channel
    on metadata.same_serial(loggers.serial) = metadata.same_serial(channel.logger)
order by loggers.date_from
"""


@dataclass(frozen=True, slots=True)
class Period:
    """A logger's settings from a time of its own clock on."""

    station: str
    date_from: np.datetime64
    utc_offset: np.timedelta64 | None
    timestamp_is_end_of_period: bool | None
    averaging_period: np.timedelta64 | None


@dataclass(frozen=True, slots=True)
class Logger:
    """A logger that the metadata know, with its settings in order of time."""

    serial: str
    periods: tuple[Period, ...]

    def period_indices(self, stamps: Stamps) -> npt.NDArray[np.intp]:
        """For each stamp the period that has begun last; what was logged before the first counts to the first."""
        starts = np.array([period.date_from for period in self.periods])
        return np.maximum(np.searchsorted(starts, stamps, side="right") - 1, 0)

    @property
    def averaging_period(self) -> np.timedelta64 | None:
        """The period that the logger averages over now."""
        return self.periods[-1].averaging_period

    def station_at(self, stamp: np.datetime64) -> str:
        """The station that it served at a time of its clock."""
        return self.periods[int(self.period_indices(np.array([stamp]))[0])].station


class Loggers:
    """All loggers that the metadata know, by every name that they go by in file headers."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        periods: dict[str, list[Period]] = {}
        self._serials: dict[str, set[str]] = {}
        self._by_serial: dict[str, str] = {}
        for station, serial, date_from, utc_offset, is_end, averaging_period, names in rows:
            start = EARLIEST if date_from is None else np.datetime64(date_from, "us")
            period = Period(station, start, _timedelta(utc_offset), is_end, _timedelta(averaging_period))
            known_as = self._by_serial.setdefault(_canonical(serial), serial)
            periods.setdefault(known_as, []).append(period)
            for name in names:
                self._serials.setdefault(_canonical(name), set()).add(known_as)
        self._loggers = {serial: Logger(serial, tuple(found)) for serial, found in periods.items()}

    def knows(self, name: str | None) -> bool:
        """Whether any logger goes by that name."""
        return name is not None and (_canonical(name) in self._by_serial or _canonical(name) in self._serials)

    def find(self, name: str | None) -> Logger | None:
        """The logger of that serial, else the one that goes by that name; None where there is none.

        Raises MetadataError where two loggers go by that name.
        """
        if name and (serial := self._by_serial.get(_canonical(name))):
            return self._loggers[serial]
        serials = self._serials.get(_canonical(name), set()) if name else set()
        if len(serials) > 1:
            raise MetadataError(
                f"the loggers {', '.join(sorted(serials))} all go by the name {name}",
                "metadata",
                "say which one with --logger SERIAL",
            )
        return next((self._loggers[serial] for serial in serials), None)


def read_loggers(connection: Connection) -> Loggers:
    """All loggers of the metadata; none where dbt has not made its view yet."""
    if connection.execute("select to_regclass('metadata.loggers')").fetchone() == (None,):
        return Loggers([])
    return Loggers(connection.execute(LOGGERS).fetchall())


def to_utc_begin(
    stamps: Stamps,
    logger: Logger,
    averaging_period: np.timedelta64,
    *,
    utc_offset: np.timedelta64 | None,
    timestamp_is_end_of_period: bool | None,
) -> tuple[Stamps, np.timedelta64, bool]:
    """Turn stamps of a logger's clock into the UTC beginning of their averaging period.

    What the file states of its stamps holds for it; else the metadata's period at each stamp.

    Returns the stamps, and the offset and label that applied to the last of them, for the ledger.
    Raises MetadataError where neither says; unknown is never guessed.
    """
    indices = logger.period_indices(stamps)
    used = {int(index) for index in np.unique(indices)}
    offsets, ends = {}, {}
    for index in used:
        period = logger.periods[index]
        offset = period.utc_offset if utc_offset is None else utc_offset
        is_end = period.timestamp_is_end_of_period if timestamp_is_end_of_period is None else timestamp_is_end_of_period
        if offset is None or is_end is None:
            raise _unknown(logger, period, no_offset=offset is None, no_label=is_end is None)
        offsets[index], ends[index] = offset, is_end
    shifts = np.zeros(len(logger.periods), dtype="timedelta64[us]")
    for index in used:
        shifts[index] = -offsets[index] - (averaging_period if ends[index] else np.timedelta64(0, "us"))
    last = max(used, default=len(logger.periods) - 1)
    return stamps + shifts[indices], offsets[last], ends[last]


def _unknown(logger: Logger, period: Period, *, no_offset: bool, no_label: bool) -> MetadataError:
    missing = ["its offset from UTC"] * no_offset + ["whether its stamps mark the beginning or the end"] * no_label
    options = ["--utc-offset HOURS"] * no_offset + ["--timestamps begin|end"] * no_label
    return MetadataError(
        f"the metadata of logger {logger.serial} do not say {' and '.join(missing)}",
        f"station {period.station}, logger_main_config",
        f"stationmanager metadata import FILE {' '.join(options)} (the file waits and loads by itself then)",
    )


def _canonical(name: str) -> str:
    """Serials are written with and without leading zeros, in either case."""
    return name.strip().lstrip("0").casefold()


def _timedelta(value: Any) -> np.timedelta64 | None:
    return None if value is None else np.timedelta64(value, "us")
