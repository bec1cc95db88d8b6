"""AXYS buoy CSVs: one file for each instrument, told apart by their names alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.profiles import profile
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, fixed, joined, stamped

END = "\r\n"
NO_CURRENT = ("46340.0", "225.0")
CURRENT_BINS = 3
STAMP = "DataTimeStamp"


def wind_header() -> str:
    """The names of an anemometer's file."""
    return f"{STAMP},Horizontal Speed (m/s),Horizontal Direction (deg)" + END


def wind_rows(recording: Recording) -> Texts:
    """All rows of the lowest anemometer."""
    level = profile(recording)[0]
    stamps = stamped(recording.begins, "%Y-%m-%d %H:%M:%S")
    return joined([stamps, fixed(level.speed, 3, ""), fixed(level.direction, 3, "")], ",", END)


def currents_header() -> str:
    """The names of a current profiler's file."""
    bins = [f"Vel{number} (mm/s),Dir{number} (deg)" for number in range(1, CURRENT_BINS + 1)]
    return ",".join([STAMP, "NumberOfBins", "BinSpacing", *bins]) + END


def currents_rows(recording: Recording) -> Texts:
    """All rows of a profiler that never sees the lowest bin."""
    count = len(recording.begins)
    place = np.arange(count, dtype=np.float64)
    speed, direction = place % 400 + 10, place % 360 + 0.5
    cells = [stamped(recording.begins, "%Y-%m-%d %H:%M:%S"), constant("3.0", count), constant("4.0", count)]
    cells += [fixed(speed, 1, ""), fixed(direction, 1, ""), fixed(speed / 2, 1, ""), fixed(direction, 1, "")]
    return joined([*cells, *(constant(text, count) for text in NO_CURRENT)], ",", END)


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines)).encode()
