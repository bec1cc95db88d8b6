"""Masts of several shapes, exported without a build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from database.home import Home
from exporters.exporting import export
from exporters.selection import Request
from exporters.writing import ExportedFile
from tests.exporters.stand_ins import STATION, Mast, Sensor

# More speeds than a block holds, and another type of sensor between them.
SENSORS = [
    Sensor("Spd80", slope=2.0, offset=1.0),
    Sensor("Spd80", statistic="sd", slope=2.0),
    Sensor("Dir78", group="direction", offset=350.0, is_circular=True, unit="deg"),
    *(Sensor(f"Spd{height}") for height in range(70, 60, -1)),
    Sensor("T2", group="temperature", unit="deg_C"),
]

Export = Callable[..., ExportedFile]


@pytest.fixture
def empty_mast(home: Home) -> Mast:
    """A mast whose metadata say nothing of its place, and that has not recorded anything."""
    mast = Mast(home)
    mast.describe(days=0, sensors=[Sensor("Spd80")], place=(None, None, None))
    return mast


@pytest.fixture
def recorded_mast(home: Home) -> Mast:
    """A mast that recorded for two days."""
    mast = Mast(home)
    mast.describe(days=2, sensors=[Sensor(**vars(sensor)) for sensor in SENSORS])
    return mast


@pytest.fixture
def winter_mast(home: Home) -> Mast:
    """A mast with two sensors that recorded for a hundred days, over the ends of three months."""
    mast = Mast(home)
    mast.describe(days=100, sensors=[Sensor("Spd80"), Sensor("T2", group="temperature")])
    return mast


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where exported files go; the first export makes it."""
    return tmp_path / "exports"


@pytest.fixture
def exported(folder: Path) -> Export:
    """Exports the mast."""

    def run(mast: Mast, file_format: str = "windographer", station: str = STATION, **period: object) -> ExportedFile:
        return export(mast.connect, file_format, Request(station, folder, **period), lambda _done, _all: None)  # type: ignore[arg-type]  # the period varies

    return run
