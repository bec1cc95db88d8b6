"""What takes much memory as NetCDF is read in little, here and in HDF5's process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest

from tests.loaders.formats.netcdf_files import Kind
from tests.loaders.test_pieces_of_netcdf import noise

LARGE_RECORDS = 40_000
MAY_GROW_BY, MAY_TAKE_BESIDE = 80 << 10, 200 << 10  # KiB, as the system counts them, here and in HDF5's process
WORKER = """
import resource, sys
from pathlib import Path
from loaders import pieces
from loaders.archive import ArchivedFile
from loaders.formats import netcdf
from tests.loaders.memory import peak

path = Path(sys.argv[1])
before = peak()
parts = pieces.read(netcdf, ArchivedFile(path, path.stat().st_size))
rows = sum(len(table.timestamps) for part in parts for table in part.file.tables)
print(rows, peak() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.parametrize(
    ("kind", "digits", "megabytes"),
    [("NETCDF3_64BIT_OFFSET", 15, (75, 110)), ("NETCDF4", 15, (75, 110)), ("NETCDF4", 0, (1, 16))],
)
def test_what_takes_much_memory_is_read_in_little(
    tmp_path: Path, kind: Kind, digits: int, megabytes: tuple[int, int]
) -> None:
    path = tmp_path / "made.nc"
    with netCDF4.Dataset(path, "w", format=kind) as made:
        made.createDimension("time", None)
        made.createDimension("height", 100)
        alone: dict[str, Any] = {"chunksizes": (1,)} if kind == "NETCDF4" else {}
        many: dict[str, Any] = {"chunksizes": (8000, 100), "zlib": True} if kind == "NETCDF4" else {}
        made.createVariable("time", "f8", ("time",), **alone).units = "minutes since 2020-01-01"
        made.createVariable("height", "f8", ("height",)).units = "m"
        made["height"][:] = np.arange(100)
        made["time"][:] = np.arange(LARGE_RECORDS)
        for name in ("ws", "wd", "ti"):
            values = noise(LARGE_RECORDS, 100).round(digits)
            made.createVariable(name, "f8", ("time", "height"), **many)[:] = values
    assert megabytes[0] < path.stat().st_size >> 20 < megabytes[1]
    done = subprocess.run([sys.executable, "-c", WORKER, str(path)], capture_output=True, text=True, check=True)
    rows, grown, beside = map(int, done.stdout.split())
    assert rows == LARGE_RECORDS
    assert grown < MAY_GROW_BY
    assert beside < MAY_TAKE_BESIDE
