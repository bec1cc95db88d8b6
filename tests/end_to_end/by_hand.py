"""What stands in the real files, read with the csv module and their makers' words for missing, by none of our parsers.

Stamps stay as the file has them, naive and by the logger's clock.
"""

from __future__ import annotations

import csv
import io
import lzma
import zipfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Rows = list[list[str]]
NOTHING = ("", "NAN", "NaN", "nan")


@dataclass(frozen=True)
class Table:
    """Stamps (rows,) datetime64[us], and the readings (rows,) of each column, NaN where the logger wrote missing."""

    stamps: np.ndarray[Any, np.dtype[np.datetime64]]
    values: dict[str, Numbers]

    @property
    def cells(self) -> int:
        """How many readings it holds."""
        return len(self.stamps) * len(self.values)


def table(
    names: Sequence[str],
    rows: Rows,
    stamp: Callable[[list[str]], datetime],
    *,
    ignored: Collection[str] = (),
    missing: Collection[str] = NOTHING,
    plain: Callable[[str], str] = str,
) -> Table:
    """A table of text whose first column is part of the stamp; `plain` turns a cell into what Python reads."""

    def number(cell: str) -> float:
        return np.nan if cell in missing else float(plain(cell))

    kept = [place for place, name in enumerate(names) if place and name and name not in ignored]
    values = {names[place]: np.array([number(row[place].strip()) for row in rows]) for place in kept}
    return Table(np.array([stamp(row) for row in rows], dtype="datetime64[us]"), values)


def by_iso(row: list[str]) -> datetime:
    """The first cell as ISO 8601, without its zone."""
    return datetime.fromisoformat(row[0]).replace(tzinfo=None)


def by(pattern: str, cells: int = 1) -> Callable[[list[str]], datetime]:
    """The first cells by a pattern of strptime."""
    return lambda row: datetime.strptime(" ".join(row[:cells]), pattern)


def split(text: str, separator: str) -> Rows:
    """All lines that are not blank, by cells."""
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]


def toa5(path: Path, ignored: Collection[str] = ()) -> Table:
    """TOA5: names in the second line, rows from the fifth; when a maximum was is no reading."""
    rows = split(path.read_text("utf-8-sig"), ",")
    times = {name for name, process in zip(rows[1], rows[3], strict=True) if process in ("TMx", "TMn")}
    return table(rows[1], rows[4:], by_iso, ignored={"RECORD", *times, *ignored})


def arrays(path: Path, array: str) -> Table:
    """One array of a CR23X's file: its number, year, day of the year, hour and minute, then values without names."""
    rows = [row for row in split(path.read_text(), ",") if row[0] == array]
    names = [f"{array}_{place}" for place in range(1, 1 + len(rows[0]))]

    def stamp(row: list[str]) -> datetime:
        hour, minute = divmod(int(row[3]), 100)
        return datetime(int(row[1]), 1, 1) + timedelta(days=int(row[2]) - 1, hours=hour, minutes=minute)

    return table(names, rows, stamp, ignored=names[:4])


def nrg(path: Path, filled: Collection[str] = ()) -> Table:
    """SymphoniePRO and LOGR: names below the line `Data`. What a firmware fills with zeros is no reading.

    Args:
        path: the file.
        filled: channels, with their units, that have neither minimum nor maximum by what they measure.
    """
    _, data = path.read_text("utf-8-sig").replace("\r", "").split("\nData\n")
    names, *rows = split(data, "\t")
    none = {name.replace("_", f"_{word}_", 1) for name in filled for word in ("Min", "Max")}
    found = table(names, rows, by_iso, ignored={name for name in names if name.endswith("_NotUsed")})
    assert not any(found.values[name].any() for name in none)
    return Table(found.stamps, {name: values for name, values in found.values.items() if name not in none})


def basestation(path: Path) -> Table:
    """BaseStation: bare CR, names in the line that begins with `Time Stamp`."""
    lines = path.read_bytes().decode("ascii").split("\r")
    (start,) = (place for place, line in enumerate(lines) if line.startswith("Time Stamp"))
    names, *rows = (line.split(",") for line in lines[start:] if line)
    return table(names, rows, by("%m/%d/%y %H:%M"))


def kintech(path: Path) -> Table:
    """Atlas: names in the fourth line, rows below, separated by blanks; commas between thousands."""
    rows = [line.split() for line in path.read_text().splitlines()]
    return table(rows[3], rows[4:], by("%Y-%m-%d,%H:%M"), plain=lambda cell: cell.replace(",", ""))


def windcube(text: str) -> Table:
    """Both generations: a header of as many lines as the first one says; a name that comes again is numbered."""
    lines = text.splitlines()
    size = int(lines[0].split("=")[1])
    names: list[str] = []
    for name in lines[size + 1].split("\t"):
        again = sum(other.split(" (")[0] == name for other in names) if "(" not in name else 0
        names.append(f"{name} ({again + 1})" if name and again else name)
    second = names[0].startswith("Timestamp")
    rows = [line.split("\t") for line in lines[size + 2 :] if line]
    return table(names, rows, by("%Y/%m/%d %H:%M" if second else "%d/%m/%Y %H:%M:%S"))


def windcube_file(path: Path) -> Table:
    """A .sta file in Latin-1, plain or under LZMA."""
    content = path.read_bytes()
    if path.suffix == ".7z":
        content = lzma.decompress(content, format=lzma.FORMAT_ALONE)
    return windcube(content.decode("latin-1"))


def netcdf(path: Path) -> Table:
    """Variables over time, and over time and height, those for quality included."""
    with netCDF4.Dataset(str(path)) as file:
        assert file["time"].units == "Seconds since 1970-01-01"
        stamps = (np.asarray(file["time"][:]) * 1_000_000).astype("datetime64[us]")
        values: dict[str, Numbers] = {}
        for name, variable in file.variables.items():
            if name in ("time", "height"):
                continue
            found: Numbers = np.ma.filled(np.ma.asarray(variable[:], dtype=float), np.nan)
            if variable.dimensions == ("time",):
                values[name] = found
            else:
                values |= {f"{name}_{height}m": found[:, place] for place, height in enumerate(file["height"][:])}
        return Table(stamps, values)


def zephir(path: Path) -> Table:
    """Wind10 of a German computer: names in the second line; 9999 stands for what was not measured."""
    _, names, *rows = split(path.read_text(), ";")
    texts = {"Timestamp (s)", "Info. Flags", "Status Flags", "GPS", names[-1]}
    rows = [[row[1], *row[1:]] for row in rows]
    return table(
        names, rows, by("%d.%m.%Y %H:%M:%S"), ignored={"Time and Date", *texts},
        missing=("9999,000", "9999", "9998,000"), plain=lambda cell: cell.replace(",", "."),
    )  # fmt: skip


def triton(path: Path) -> Table:
    """A European export: names in the third line, units in the fourth."""
    rows = split(path.read_text("utf-8-sig"), ";")
    return table(rows[2], rows[4:], by("%d.%m.%Y %H:%M"), plain=lambda cell: cell.replace(",", "."))


def sodar(path: Path) -> Table:
    """AQ500: 31 levels from 50 m up by six fields each, behind the battery and the sensors for air."""
    per_level = ("Speed", "Dir", "Std-Speed", "Vertical velocity(w)", "Std-w", "Quality")
    names = ["", "Battery voltage", "Temperature sensor", "Humidity sensor", "Pressure sensor"]
    names += [f"{height}m {name}" for height in range(50, 201, 5) for name in per_level]
    lines = path.read_text().splitlines()
    body = lines[lines.index("[BOD]") + 1 : lines.index("[EOD]")]
    rows = [line.split(",") for line in body]
    found = table(names, rows, by("%Y%m%d %H:%M"), ignored={"Pressure sensor"}, missing=("9999", ""))
    factors = {"Battery": 100, "Temperature": 10, "Quality": 10}

    def factor(name: str) -> int:
        return next((factor for word, factor in factors.items() if word in name), 1)

    return Table(found.stamps, {name: values / factor(name) for name, values in found.values.items()})


def buoy(path: Path) -> dict[str, Table]:
    """The CSVs of a buoy, by the last part of their names; 46340 stands for a current that was not measured."""
    tables = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            names, *rows = split(archive.read(name).decode(), ",")
            tables[name.split(".")[-2]] = table(names, rows, by_iso)
    for name, speed in tables["currents"].values.items():
        if name.startswith("Vel"):
            gone = speed == 46340
            for column in (name, name.replace("Vel", "Dir").replace("mm/s", "deg")):
                tables["currents"].values[column][gone] = np.nan
    return tables


def windographer(path: Path) -> Table:
    """Names are in the line that begins with `Date/Time`; units behind them in brackets, if there are any."""
    lines = path.read_text("latin-1").splitlines()
    (start,) = (place for place, line in enumerate(lines) if line.startswith("Date/Time"))
    names, *rows = (line.split("\t") for line in lines[start:] if line)
    return table(names, rows, by("%d/%m/%Y %H:%M:%S+00:00"))
