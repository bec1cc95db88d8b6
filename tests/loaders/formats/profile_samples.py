"""What the tests of lidar, sodar and buoy files share: a file of each, and the real ones."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from loaders.formats.frame import LoggerFile, Table
from simulation import aq500, axys, molas, netcdf, windcube, wls70
from tests.loaders.formats.locale_samples import ridge

RTD = (
    "HeaderSize=3\nID System=WLS7-1\ntimezone=UTC+0\n********\n"
    "Timestamp\tPosition\tTemperature (°C)\tWiper Count\t40m CNR (dB)\t40m Radial Wind Speed (m/s)\t\t"
    "60m CNR (dB)\t60m Radial Wind Speed (m/s)\t\n"
    "2016/11/24 00:00:00.55\t0\t24.6\tOff\t-10.2\t0.55\t\t-11.2\t0.75\t\n"
    "2016/11/24 00:00:01.62\tV\t24.6\tOff\t-10.1\tNaN\t\t-11.1\t0.74\t\n"
)


@cache
def written(rows: int = 60) -> dict[str, bytes]:
    """A file of each format, by the name of its module."""
    recording = ridge(rows)
    mast = recording.mast
    return {
        "windcube": windcube.file(windcube.header(mast), windcube.rows(recording)),
        "windcube-rtd": RTD.encode("cp1252"),
        "aq500": aq500.file(aq500.header(mast), aq500.rows(recording)),
        "axys": axys.file(axys.currents_header(), axys.currents_rows(recording)),
        "wls70": wls70.file(wls70.header(recording), wls70.subsets(recording)),
        "molas": molas.file(molas.header(mast), molas.names(mast), molas.rows(recording)),
        "netcdf": netcdf.file(recording),
    }


def the_table(file: LoggerFile) -> Table:
    """The file's only table."""
    (table,) = file.tables
    return table


def listed(file: LoggerFile, what: str) -> list[dict[str, Any]]:
    """A list in what the file says of itself: its headers, or the settings of its sensors."""
    return cast("list[dict[str, Any]]", file.header[what])
