"""BaseStation text as the Data Retriever wrote it: bare CR, mph and feet, American dates; one speed and one vane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.masts import Mast, Point
from simulation.recording import Recording
from simulation.rows_of_text import Texts, fixed, joined

MPH = 0.44704  # m/s
FOOT_M = 0.3048
END = "\r"
NAMES = {"wind_speed": ("Average Speed", "Speed Standard Deviation"), "wind_direction": ("Average Direction",)}
SENSORS = {"wind_speed": ("1", "NRG #40 Maximum Anemometer", "mph"), "wind_direction": ("4", "NRG #200P", "Degrees")}


def header(mast: Mast, read_on: str) -> str:
    """The site, the channels and the names."""
    lines = [
        f"Read by,DR Version 10,{read_on}",
        f"Site,{mast.serial[-4:]},",
        f"Site Description,{mast.name},",
        "Time Zone,0,",
        "Units,English,",
        f"Logger Serial Number,{mast.serial},",
    ]
    for number, point in enumerate(points(mast), 1):
        kind, description, unit = SENSORS[point.measurement_type]
        lines += [f"[Channel{number:02d}],", f"Sensor Type,{kind}", f"Description,{description}", "S/N,None"]
        lines += [f"Height,{round(point.height_m / FOOT_M)}", f"Scale Factor,{_slope(point):.3f}", f"Units,{unit}"]
    names = [name for point in points(mast) for name in NAMES[point.measurement_type]]
    lines += ["", "Raw Header:,,,", "33 09 33 09 FF FF ,,,", ",".join(["Time Stamp", *names])]
    return "".join(line + END for line in lines)


def rows(recording: Recording) -> Texts:
    """All rows of a recording as text, each with its line end."""
    speed, vane = points(recording.mast)
    cells = [
        fixed(recording.values[speed.column("avg")] / MPH, 1, ""),
        fixed(recording.values[speed.column("sd")] / MPH, 2, ""),
        fixed(recording.values[vane.column("avg")], 0, ""),
    ]
    return joined([_american(recording), *cells], ",", END)


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes; the last row has no line end."""
    return (header_text + "".join(lines)).removesuffix(END).encode("ascii")


def points(mast: Mast) -> tuple[Point, Point]:
    """What the logger has room for."""
    speed, vane = (next(point for point in mast.points if point.measurement_type == kind) for kind in NAMES)
    return speed, vane


def _slope(point: Point) -> float:
    slope = point.programs[-1].slope
    return 1.0 if slope is None or point.measurement_type != "wind_speed" else slope / MPH


def _american(recording: Recording) -> Texts:
    """`12/1/05 16:40`: nothing but minutes and the year has leading zeros."""
    times = [stamp.item() for stamp in recording.stamps.astype("datetime64[s]")]
    texts = [f"{time.month}/{time.day}/{time:%y} {time.hour}:{time:%M}" for time in times]
    return np.array(texts, dtype=object)
