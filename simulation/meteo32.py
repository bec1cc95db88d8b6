"""Ammonit Meteo-32: a .rowinfo and a .row file. The logger writes counts; for others than anemometers whole units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.masts import Mast, Point
from simulation.recording import Recording
from simulation.rows_of_text import Texts, fixed, joined
from simulation.weather import Floats

LETTERS = {"wind_speed": "s", "wind_direction": "d", "air_temperature": "t", "relative_humidity": "h"}
ENDINGS = {"avg": "a", "max": "x", "min": "i", "sd": "s"}
PERIOD_S = 600
END = "\r\n"


def rowinfo(mast: Mast) -> bytes:
    """The codes of the channels, then slopes and offsets of the anemometers in four digits."""
    codes = [code(mast, point, statistic) for point, statistic in channels(mast)]
    numbers = []
    for point in mast.points:
        if point.measurement_type == "wind_speed":
            slope, offset = _program(point)
            sensor = _sensor(mast, point)
            numbers += [f"{sensor}_slope={round(slope * 1e4):04}", f"{sensor}_offset={round(offset * 1e2):04}"]
    return (" ".join(codes) + END + " ".join(numbers) + END).encode()


def header(mast: Mast, first: np.datetime64) -> str:
    """The first line of a .row file, whose rows begin at this time."""
    start = first.astype("datetime64[s]").item()
    return f"T {start:%m/%d/%y %H:%M:%S} 1*{PERIOD_S} V5.0 {mast.serial}{END}"


def rows(recording: Recording) -> Texts:
    """All rows of a recording as text, each with its line end; nothing is said of what was not measured."""
    cells = [_integers(recording, point, statistic) for point, statistic in channels(recording.mast)]
    return joined(cells, " ", END)


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """The bytes of a .row file."""
    return (header_text + "".join(lines)).encode()


def channels(mast: Mast) -> list[tuple[Point, str]]:
    """What the logger can measure, in its order; it has nine inputs of a kind."""
    known = [point for point in mast.points if point.measurement_type in LETTERS]
    return [(point, statistic) for point in known for statistic in ENDINGS if statistic in point.statistics]


def code(mast: Mast, point: Point, statistic: str) -> str:
    """The three letters and digits of a column."""
    return _sensor(mast, point) + ENDINGS[statistic]


def _sensor(mast: Mast, point: Point) -> str:
    of_kind = [other for other in mast.points if other.measurement_type == point.measurement_type]
    return f"{LETTERS[point.measurement_type]}{of_kind.index(point) + 1}"


def _program(point: Point) -> tuple[float, float]:
    program = point.programs[-1]
    return (0.05 if program.slope is None else program.slope), (program.offset or 0.0)


def _integers(recording: Recording, point: Point, statistic: str) -> Texts:
    values: Floats = np.nan_to_num(recording.values[point.column(statistic)])
    if point.measurement_type != "wind_speed":
        return fixed(np.round(values), 0, "0")
    slope, offset = _program(point)
    return fixed(np.round((values - (0 if statistic == "sd" else offset)) / slope).clip(0), 0, "0")
