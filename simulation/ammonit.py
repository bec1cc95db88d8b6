"""Ammonit Meteo-40 statistics, as far as they are known: a part of CSV, then the configuration as INI."""

from __future__ import annotations

from collections.abc import Sequence

from simulation.masts import Mast, Point
from simulation.recording import Recording
from simulation.rows_of_text import Texts, fixed, joined, stamped

UNITS = {"m/s": "m/s", "deg": "°", "deg_C": "°C", "%": "%", "hPa": "hPa", "V": "V"}
WORDS = {"avg": "Avg", "max": "Max", "min": "Min", "sd": "StdDev"}
END = "\r\n"


def header(mast: Mast) -> str:
    """The line of names."""
    names = [column(point, statistic) for point in mast.points for statistic in statistics(point)]
    return ",".join(["Date/time", *names]) + END


def rows(recording: Recording) -> Texts:
    """All rows of a recording as text, each with its line end."""
    cells = [
        fixed(recording.values[point.column(statistic)], 3, "")
        for point in recording.mast.points
        for statistic in statistics(point)
    ]
    return joined([stamped(recording.stamps, "%Y-%m-%d %H:%M:%S"), *cells], ",", END)


def information(mast: Mast) -> str:
    """The part that the file ends with."""
    hours = mast.utc_offset_hours
    lines = [
        "",
        "# Ammonit Data Logger - System Information",
        "# Data Logger Type                Meteo-40L",
        f"# Serial Number                   {mast.serial}",
        "",
        "[System]",
        f"name={mast.name}",
        f"timezone=UTC{'-' if hours < 0 else '+'}{abs(hours):02}:00",
        "",
        "[Evaluation]",
        "stat_interval=10 min",
        "stat_bis_active=false",
    ]
    for number, point in enumerate(mast.points, 1):
        lines += ["", *_sensor(number, point)]
    return "".join(line + END for line in lines)


def file(header_text: str, lines: Sequence[str] | Texts, information_text: str) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines) + information_text).encode()


def column(point: Point, statistic: str) -> str:
    """The name of a column."""
    return f"{point.name};{point.measurement_type};{WORDS[statistic]} ({UNITS[point.unit]})"


def statistics(point: Point) -> list[str]:
    """Those of a point, in the logger's order."""
    return [statistic for statistic in WORDS if statistic in point.statistics]


def _sensor(number: int, point: Point) -> list[str]:
    program = point.programs[-1]
    return [
        f"[Sensor_{number}]",
        f"serial_number={point.sensors[-1].serial}",
        f"height={point.height_m:g}",
        f"label={point.name}",
        f"[Eval_{number}]",
        f"unit={UNITS[point.unit]}",
        f"type={point.measurement_type}",
        f"var_slope={1 if program.slope is None else program.slope:g}",
        f"var_offset={program.offset or 0:g}",
        f"sensors={number}",
        f"label={point.name}",
        f"statistics={','.join(WORDS[statistic].lower() for statistic in statistics(point))}",
    ]
