"""Settings of the property tests: no deadline an example, since the first one pays for Arrow's imports."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from tests.loaders.formats import netcdf_files

settings.register_profile("formats", deadline=None)
settings.load_profile("formats")


@pytest.fixture
def make(tmp_path: Path) -> netcdf_files.Make:
    """Writes a file by the NetCDF library."""
    return partial(netcdf_files.write, tmp_path / "made.nc")
