"""What the tests of NetCDF share: a file that the NetCDF library writes, and its reading."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import netCDF4
import numpy as np

from loaders.formats import netcdf
from loaders.formats.frame import LoggerFile

Kind = Literal["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA", "NETCDF4", "NETCDF4_CLASSIC"]
KINDS: tuple[Kind, ...] = (
    "NETCDF3_CLASSIC",
    "NETCDF3_64BIT_OFFSET",
    "NETCDF3_64BIT_DATA",
    "NETCDF4",
    "NETCDF4_CLASSIC",
)
HEIGHTS = (40.0, 60.0, 80.5)

Fill = Callable[[Any], None]
Make = Callable[..., Path]


def write(
    path: Path,
    fill: Fill | None = None,
    kind: Kind = "NETCDF4",
    units: str = "minutes since 2020-01-01",
    records: int | None = None,
) -> Path:
    """Three heights' speeds over five records, and what `fill` adds or changes."""
    with netCDF4.Dataset(path, "w", format=kind) as made:
        made.createDimension("time", records)
        made.createDimension("height", len(HEIGHTS))
        time = made.createVariable("time", "f8", ("time",))
        time.units = units
        height = made.createVariable("height", "f4", ("height",))
        height.units = "m"
        height[:] = HEIGHTS
        speed = made.createVariable("ws", "f8", ("time", "height"))
        speed.units = "m/s"
        time[:] = np.arange(5) * 10
        speed[:] = np.arange(15).reshape(5, 3)
        if fill:
            fill(made)
    return path


def parse(path: Path) -> LoggerFile:
    """What is read of it."""
    return netcdf.parse(path.read_bytes())
