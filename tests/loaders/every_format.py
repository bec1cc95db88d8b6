"""A logger of each format that the simulation writes, and the files of any part of its record."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import netCDF4
import numpy as np
from numpy.typing import NDArray

from database.connection import connect
from database.home import Home
from loaders.metadata.importing import import_metadata
from simulation import (
    axys,
    described_csv,
    metadata,
    short_files,
    toa5,
    toaci1,
    triton,
    windcube,
    windcube_rtd,
    windographer,
    zephir,
)
from simulation.field import simulate_days
from simulation.masts import Mast
from simulation.metadata import CAMPBELL
from simulation.recording import Recording
from simulation.short_stations import short_stations
from simulation.stations import MAST, Files, Station, Writer

ROWS = 24
FIRST = 12 * 144 + 132  # the record goes on over midnight, on days that are told from months
FEWEST = 2  # rows of a file: from fewer its writer can't tell the step
FRAME = 6  # rows without which a TOB2 card has no frame
MISSING = ("Spd75m_Avg", "Dir98m_D1_WVT", "Dir75m_D1_WVT")  # columns that lack values here and there


@dataclass(frozen=True, slots=True)
class Kind:
    """A logger whose files are of one format, or of one of its forms.

    Attributes:
        station: what it is.
        write: the files of a part of its record, by name.
        step: rows that only come together.
    """

    station: Station
    write: Writer
    step: int = 1

    @property
    def logger(self) -> str | None:
        """What has to be said of its files, None where they say it."""
        return None if self.station.states_logger else self.station.mast.serial

    def files(self, first: int = 0, end: int = ROWS) -> Files:
        """What it would have sent of these rows."""
        return self.write(part(_record(self.station.mast), first, end))


def kinds() -> dict[str, Kind]:
    """A logger of each format, by the name of the format or form."""
    stations = {station.formats[0]: station for station in short_stations()}
    found = {name: Kind(station, station.files) for name, station in stations.items()}
    found["tob2"] = replace(found["tob2"], step=FRAME)
    mast = replace(MAST, name="Short Toa5", slug="short_toa5", serial="900000")
    forms: dict[str, tuple[Station, Writer]] = {
        "toa5": (Station(("toa5",), mast, CAMPBELL, _toa5), _toa5),
        "toaci1": (stations["toaci1"], _toaci1),
        "meteo32, in one": (stations["meteo32"], _meteo32),
        "axys": (stations["axys"], _axys),
        "netcdf, classic": (stations["netcdf"], _classic_netcdf),
        "windcube": (stations["windcube"], _sta),
        "windcube, first form": (stations["windcube"], _first_sta),
        "windcube-rtd": (stations["windcube"], _rtd),
        "windographer, days first": (stations["windographer"], _windographer),
        "zephir, British": (stations["zephir"], _zephir),
        "triton, American": (stations["triton"], _triton),
    }
    return found | {name: Kind(*form) for name, form in forms.items()}


def claim(home: Home, folder: Path) -> None:
    """Import the metadata of all of them into an instance, and what describes files of no known format."""
    stations = {kind.station.mast.serial: kind.station for kind in kinds().values()}
    documents = [metadata.document(station.mast, station.instrument) for station in stations.values()]
    path = folder / "loggers.json"
    path.write_text(json.dumps(metadata.together(documents)))
    with connect(home, "loader") as connection:
        import_metadata(connection, path, utc_offset_hours=None, timestamps=None, imported_by="a test")
    home.formats.mkdir(exist_ok=True)
    (home.formats / "field_box.yml").write_text(described_csv.description(stations["900015"].mast))


def part(whole: Recording, first: int, end: int) -> Recording:
    """Rows of a recording."""
    rows = slice(first, end)
    values = {name: column[rows] for name, column in whole.values.items()}
    return Recording(whole.mast, whole.begins[rows], values, whole.exists[rows])


@cache
def _record(mast: Mast) -> Recording:
    days = simulate_days(mast, FIRST // 144 + 2, np.random.default_rng(4)).recording
    found = part(days, FIRST, FIRST + ROWS)
    for number, name in enumerate(MISSING):
        if name in found.values:
            found.values[name][number + 3 :: 7] = np.nan
    return found


def _toa5(recording: Recording) -> Files:
    return {"short.dat": toa5.file(toa5.header(recording.mast, short_files.PROGRAM), _numbered(recording))}


def _toaci1(recording: Recording) -> Files:
    return {"short.dat": toa5.file(toaci1.header(recording.mast), _numbered(recording))}


def _numbered(recording: Recording) -> NDArray[np.object_]:
    """Rows with the numbers that the logger gave them, in whatever file they come."""
    whole = _record(recording.mast)
    first = int(np.searchsorted(whole.begins, recording.begins[0]))
    return toa5.rows(whole)[first : first + len(recording.begins)]


def _meteo32(recording: Recording) -> Files:
    """What the rows are above them; by a name and of a version of its own, since the same rows alone may have come."""
    rows, information = short_files.write_meteo32(recording).values()
    return {"in_one.row": information + rows.replace(b" V5.0 ", b" V5.1 ")}


def _sta(recording: Recording) -> Files:
    return {"short.sta": windcube.file(windcube.header(recording.mast), windcube.rows(recording))}


def _first_sta(recording: Recording) -> Files:
    return {"first.sta": windcube.file(windcube.first_header(recording.mast), windcube.first_rows(recording))}


def _rtd(recording: Recording) -> Files:
    """As many shots as there are rows, all of the record's first period."""
    whole = _record(recording.mast)
    first = int(np.searchsorted(whole.begins, recording.begins[0]))
    shots = windcube_rtd.rows(whole)[first : first + len(recording.begins)]
    return {"short.rtd": windcube.file(windcube_rtd.header(recording.mast), shots)}


def _axys(recording: Recording) -> Files:
    """The currents are made up by row, not by time."""
    whole = _record(recording.mast)
    first = int(np.searchsorted(whole.begins, recording.begins[0]))
    currents = axys.currents_rows(whole)[first : first + len(recording.begins)]
    wind = axys.file(axys.wind_header(), axys.wind_rows(recording))
    return {
        "buoy.short.wind_port.csv": wind,
        "buoy.short.currents.csv": axys.file(axys.currents_header(), currents),
    }


def _classic_netcdf(recording: Recording) -> Files:
    """The first generation of NetCDF, as its library writes it."""
    (content,) = short_files.write_netcdf(recording).values()
    with netCDF4.Dataset("lidar", memory=content) as newer:
        older = netCDF4.Dataset("lidar", "w", format="NETCDF3_64BIT_DATA", memory=len(content))
        older.setncatts({name: newer.getncattr(name) for name in newer.ncattrs()})
        for name, dimension in newer.dimensions.items():
            older.createDimension(name, None if name == "time" else len(dimension))
        for name, variable in newer.variables.items():
            attributes = {name: variable.getncattr(name) for name in variable.ncattrs()}
            fill = attributes.pop("_FillValue", None)
            made = older.createVariable(name, variable.dtype, variable.dimensions, fill_value=fill)
            made.setncatts(attributes)
            made[:] = variable[:]
        return {"lidar.nc": bytes(older.close())}


def _windographer(recording: Recording) -> Files:
    rows = windographer.rows(recording, windographer.EUROPEAN, "9999")
    return {"export.txt": windographer.file(windographer.header(recording.mast, "08-01-2022 06:00"), rows)}


def _zephir(recording: Recording) -> Files:
    rows = zephir.rows(recording, zephir.BRITISH)
    return {"Wind10.csv": zephir.file(zephir.header(recording.mast, zephir.BRITISH), rows)}


def _triton(recording: Recording) -> Files:
    rows = triton.rows(recording, triton.AMERICAN)
    return {"TritonExport.csv": triton.file(triton.header(recording.mast, triton.AMERICAN), rows)}
