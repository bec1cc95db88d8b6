"""What the tests of Kintech, ZX, Triton, Windographer and Ammonit files share: a simulated mast, and the real files."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from loaders.formats.frame import LoggerFile
from simulation import ammonit, demo, kintech, meteo32, triton, windographer, zephir
from simulation.field import simulate_mast
from simulation.recording import Recording

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real files of ../shared/samples are not here")


@cache
def ridge(rows: int = 200) -> Recording:
    """The beginning of a simulated mast's record, values missing here and there."""
    whole = simulate_mast(demo.RIDGE, 1, np.random.default_rng(1)).recording
    values = {name: column[:rows].copy() for name, column in whole.values.items()}
    for number, column in enumerate(values.values()):
        column[number::37] = np.nan
    return Recording(whole.mast, whole.begins[:rows], values, whole.exists[:rows])


def written(rows: int = 200) -> dict[str, bytes]:
    """A file of each format, by the name of its module."""
    recording = ridge(rows)
    mast = recording.mast
    return {
        "kintech": kintech.file(kintech.header(mast), kintech.rows(recording)),
        "zephir": zephir.file(zephir.header(mast, zephir.GERMAN), zephir.rows(recording, zephir.GERMAN)),
        "triton": triton.file(triton.header(mast, triton.EUROPEAN), triton.rows(recording, triton.EUROPEAN)),
        "windographer": windographer.file(
            windographer.header(mast, "10-05-2019 14:36"),
            windographer.rows(recording, windographer.EUROPEAN, "9999"),
        ),
        "ammonit": ammonit.file(ammonit.header(mast), ammonit.rows(recording), ammonit.information(mast)),
        "meteo32": meteo32.rowinfo(mast)
        + meteo32.file(meteo32.header(mast, recording.begins[0]), meteo32.rows(recording)),
    }


def column_of(file: LoggerFile, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The values of a column of the file's only table."""
    (table,) = file.tables
    return table.values[[column.name for column in table.columns].index(name)]


def edited(content: bytes, edit: Callable[[list[str]], None]) -> bytes:
    """The file after a change of its lines."""
    lines = content.decode().split("\r\n" if b"\r\n" in content else "\n")
    edit(lines)
    return "\n".join(lines).encode()
