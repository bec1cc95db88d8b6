"""TOA5 files for the tests, written by hand: no writer stands between that could share the parser's errors."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from loaders.formats.frame import LoggerFile

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "campbell"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real files of ../shared/samples are not here")

ENVIRONMENT = ("TOA5", "Hill", "CR1000X", "4711", "CR1000X.Std.05", "CPU:hill.CR1X", "2438", "Ten")
NAMES = ("TIMESTAMP", "RECORD", "Spd_Avg", "Spd_Std", "Temp_Max", "Temp_TMx", "Note")
UNITS = ("TS", "RN", "m/s", "m/s", "Deg C", "", "")
PROCESSING = ("", "", "Avg", "Std", "Max", "TMx", "Smp")


def quoted(cells: Iterable[str]) -> str:
    return ",".join(f'"{cell}"' for cell in cells)


def header(
    names: Sequence[str] = NAMES,
    units: Sequence[str] = UNITS,
    processing: Sequence[str] = PROCESSING,
    *,
    table: str = "Ten",
    serial: str = "4711",
) -> str:
    environment = (*ENVIRONMENT[:3], serial, *ENVIRONMENT[4:7], table)
    return "".join(quoted(line) + "\n" for line in (environment, names, units, processing))


def row(minute: int, speed: str = "5.5", deviation: str = "0.5", temperature: str = "12", note: str = "ok") -> str:
    stamp = f"2024-03-01 {minute // 60:02d}:{minute % 60:02d}:00"
    return f'"{stamp}",{minute // 10},{speed},{deviation},{temperature},"2024-03-01 00:03:12","{note}"\n'


def values_of(file: LoggerFile, column: str) -> list[float | None]:
    """A column of the file's only table, None where it was recorded as missing."""
    (table,) = file.tables
    position = [known.name for known in table.columns].index(column)
    return [None if np.isnan(value) else float(value) for value in table.values[position]]


def readings_in(file: LoggerFile) -> int:
    """All readings that the file holds, by the frame's own account."""
    cells = sum(len(table.timestamps) * len(table.columns) for table in file.tables)
    unreadable = sum(int(mask.sum()) for table in file.tables for mask in table.rejected_cells)
    return cells - unreadable + sum(line.readings for line in file.rejected)
