"""Kintech Atlas .wnd: facts with the channels as JSON, two lines of names, rows with separators between thousands."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from simulation.masts import Mast, Point
from simulation.recording import Recording
from simulation.rows_of_text import Texts, joined, stamped
from simulation.weather import Floats

SIGNATURE = "0123456789ABCDEF" * 8
UNITS = {"m/s": "m/s", "deg": "°", "deg_C": "C", "%": "%", "hPa": "mBar", "V": "V"}
ENDINGS = {"avg": "", "sd": "-STDev", "min": "-Min", "max": "-Max"}
END = "\r\n"


def header(mast: Mast) -> str:
    """The signature, the line of facts and the lines of names."""
    hours = mast.utc_offset_hours
    zone = f"UTC{'-' if hours < 0 else '+'}{abs(hours):02}:00:00"
    facts = ("Kintech Engineering Atlas Output Data File", "2.0.0.342", zone, "yyyy/MM/dd", ",", ".", " ", mast.name)
    channels = json.dumps([_channel(mast, point) for point in mast.points], separators=(",", ":"), ensure_ascii=False)
    line = "#".join((*facts, "150001", mast.serial, "00000000-0000-0000-0000-000000000001", channels, ""))
    named = [(point, statistic) for point in mast.points for statistic in statistics(point)]
    short = " ".join(("DateTime", *(f"{_prefix(mast, point)}{ENDINGS[statistic]}" for point, statistic in named), ""))
    names = " ".join(("DateTime", *(column(mast, point, statistic) for point, statistic in named), ""))
    return END.join((SIGNATURE, line, short, names, ""))


def rows(recording: Recording) -> Texts:
    """All rows of a recording as text, each with its line end; the logger has no word for what it didn't measure."""
    cells = [
        _numbers(recording.values[point.column(statistic)])
        for point in recording.mast.points
        for statistic in statistics(point)
    ]
    return joined([stamped(recording.stamps, "%Y-%m-%d,%H:%M"), *cells], " ", END)


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines)).encode()


def column(mast: Mast, point: Point, statistic: str) -> str:
    """The name that the logger gives a column."""
    return f"{_long(mast, point)}{ENDINGS[statistic]}".replace(" ", "_")


def statistics(point: Point) -> list[str]:
    """Those of a point, in the logger's order."""
    return [statistic for statistic in ENDINGS if statistic in point.statistics]


def _prefix(mast: Mast, point: Point) -> str:
    kind = "FRQ" if point.measurement_type == "wind_speed" else "ANL"
    return f"{kind}({mast.points.index(point) + 1})"


def _long(mast: Mast, point: Point) -> str:
    return f"{_prefix(mast, point)[0]}{mast.points.index(point) + 1}_{point.name}_{point.height_m:g}"


def _channel(mast: Mast, point: Point) -> dict[str, object]:
    program = point.programs[-1]
    return {
        "ColumnPrefix": _prefix(mast, point),
        "ChannelNumber": mast.points.index(point),
        "Name": _long(mast, point),
        "Units": UNITS[point.unit],
        "Height": float(point.height_m),
        "Orientation": float(point.boom_deg or 0),
        "Magnitude": 1,
        "Slope": 1.0 if program.slope is None else program.slope,
        "Offset": program.offset or 0.0,
    }


def _numbers(values: Floats) -> Texts:
    return np.array([f"{value:,.3f}" for value in np.nan_to_num(values)], dtype=object)
