"""TOA5 as LoggerNet writes it: strings in quotes, numbers without needless zeros, CRLF at every line's end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulation.masts import Mast, Point
from simulation.recording import Recording

UNITS = {"m/s": "m/s", "deg": "Deg", "deg_C": "Deg C", "%": "%", "hPa": "hPa", "V": "Volts"}
PROCESSING = {"avg": "Avg", "sd": "Std", "max": "Max", "min": "Min"}
END = "\r\n"


def header(mast: Mast, program: str) -> str:
    """The four header lines."""
    columns = [(point, statistic) for point in mast.points for statistic in point.statistics]
    environment = (
        "TOA5",
        mast.name,
        "CR1000X",
        mast.serial,
        "CR1000X.Std.05.02",
        f"CPU:{program}",
        "24381",
        mast.table,
    )
    lines = (
        environment,
        ("TIMESTAMP", "RECORD", *mast.columns),
        ("TS", "RN", *(UNITS[point.unit] for point, _ in columns)),
        ("", "", *(_processing(point, statistic) for point, statistic in columns)),
    )
    return "".join(_quoted(line) + END for line in lines)


def rows(recording: Recording) -> NDArray[np.object_]:
    """All rows of a recording as text, each with its line end; record numbers count those that exist."""
    numbers = pa.array(np.cumsum(recording.exists) - 1).cast(pa.string())
    stamps = pc.strftime(pa.array(recording.stamps.astype("datetime64[s]")), format="%Y-%m-%d %H:%M:%S")
    cells = [_cells(recording.values[column]) for column in recording.mast.columns]
    quoted_stamps = pc.binary_join_element_wise(pa.scalar('"'), stamps, pa.scalar('"'), "")
    lines = pc.binary_join_element_wise(quoted_stamps, numbers, *cells, ",")
    return np.array(pc.binary_join_element_wise(lines, pa.scalar(END), "").to_pylist(), dtype=object)


def file(header_text: str, lines: Sequence[str] | NDArray[np.object_]) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines)).encode()


def _cells(values: NDArray[np.float64]) -> pa.Array[Any]:
    text = pa.array(values, from_pandas=True).cast(pa.string())
    return text.fill_null('"NAN"')


def _processing(point: Point, statistic: str) -> str:
    return "WVc" if point.measurement_type == "wind_direction" else PROCESSING[statistic]


def _quoted(fields: Sequence[str]) -> str:
    return ",".join(f'"{field}"' for field in fields)
