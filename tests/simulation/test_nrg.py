"""NRG's files of the simulated field are read back as what their loggers recorded. This verifies no format."""

from collections.abc import Callable

import numpy as np
import pytest

from loaders.formats.detect import detect
from loaders.formats.frame import LoggerFile
from simulation import basestation, demo, logr, symphonie_sdr, symphoniepro
from simulation.field import simulate_mast
from simulation.masts import Mast, Point
from simulation.recording import Recording

ROWS = 300


@pytest.fixture(scope="module", params=[demo.RIDGE, demo.PLAIN], ids=lambda mast: str(mast.slug))
def recording(request: pytest.FixtureRequest) -> Recording:
    whole = simulate_mast(request.param, 1, np.random.default_rng(1)).recording
    values = {name: column[:ROWS] for name, column in whole.values.items()}
    for column in values.values():
        column[7] = np.nan
    return Recording(whole.mast, whole.begins[:ROWS], values, whole.exists[:ROWS])


def read(content: bytes) -> LoggerFile:
    module = detect(content)
    assert module is not None
    return module.parse(content)


def column_of(file: LoggerFile, name: str) -> np.ndarray:
    (table,) = file.tables
    return table.values[[column.name for column in table.columns].index(name)]


def equal(file: LoggerFile, recording: Recording, name: Callable[[Mast, Point, str], str]) -> bool:
    """Whether all that the format has room for is there."""
    return all(
        np.allclose(
            column_of(file, name(recording.mast, point, statistic)),
            recording.values[point.column(statistic)],
            atol=1e-9,
            equal_nan=True,
        )
        for point in recording.mast.points
        for statistic in point.statistics
    )


def test_symphoniepro(recording: Recording) -> None:
    mast = recording.mast
    file = read(symphoniepro.file(symphoniepro.header(mast, "2022-03-01 00:00:00"), symphoniepro.rows(recording)))
    assert (file.logger, file.utc_offset) == (mast.serial, np.timedelta64(mast.utc_offset_hours, "h"))
    assert np.array_equal(file.tables[0].timestamps, recording.stamps)
    assert equal(file, recording, symphoniepro.column)
    assert len(file.header["settings"]) == sum(len(point.sensors) for point in mast.points)  # type: ignore[arg-type]


def test_logr(recording: Recording) -> None:
    mast = recording.mast
    file = read(logr.file(logr.header(mast, "2022-01-01T00:00:01Z"), logr.rows(recording)))
    assert (file.logger, file.timestamp_is_end_of_period) == (mast.serial, mast.stamps_end)
    utc = recording.stamps - np.timedelta64(mast.utc_offset_hours, "h")
    assert np.array_equal(file.tables[0].timestamps, utc)
    assert equal(file, recording, logr.column)


def test_symphonie_sdr(recording: Recording) -> None:
    file = read(symphonie_sdr.file(symphonie_sdr.header(recording.mast), symphonie_sdr.rows(recording)))
    assert file.logger == recording.mast.serial
    assert np.array_equal(file.tables[0].timestamps, recording.stamps)
    assert equal(file, recording, symphonie_sdr.column)


def test_basestation(recording: Recording) -> None:
    mast = recording.mast
    file = read(basestation.file(basestation.header(mast, "2/1/22 10:07"), basestation.rows(recording)))
    speed = basestation.points(mast)[0]
    assert np.array_equal(file.tables[0].timestamps, recording.stamps)
    metres = column_of(file, "Average Speed") * basestation.MPH
    assert np.allclose(metres, recording.values[speed.column("avg")], atol=0.03, equal_nan=True)
    assert file.rejected == ()
