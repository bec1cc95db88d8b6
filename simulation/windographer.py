"""Windographer's text export of a mast."""

from __future__ import annotations

from collections.abc import Sequence

from simulation.masts import Mast, Point
from simulation.recording import Recording
from simulation.rows_of_text import Texts, fixed, joined, stamped

UNITS = {"m/s": "m/s", "deg": "°", "deg_C": "°C", "%": "%", "hPa": "mbar", "V": "V"}
WORDS = {"avg": "", "sd": " SD", "max": " Max", "min": " Min"}
ISO, EUROPEAN = "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M"
END = "\r\n"


def header(mast: Mast, created: str) -> str:
    """The facts and the line of names."""
    lines = (
        f"Created {created} by Windographer 4.1.14",
        "",
        f"Latitude = {'N' if mast.latitude >= 0 else 'S'} {abs(mast.latitude):.6f}",
        f"Longitude = {'E' if mast.longitude >= 0 else 'W'} {abs(mast.longitude):.6f}",
        f"Elevation = {mast.climate.elevation_m:g} m",
        "Calm threshold = 0 m/s",
        "",
        "Included flags: <Unflagged data>",
        "Excluded flags: Icing",
        "",
        f"Time stamps indicate the {'end' if mast.stamps_end else 'beginning'} of the time step.",
        "",
        "\t".join(
            ("Date/Time", *(column(point, statistic) for point in mast.points for statistic in point.statistics))
        ),
    )
    return "".join(line + END for line in lines)


def rows(recording: Recording, date: str, replaced: str) -> Texts:
    """All rows of a recording as text, each with its line end; `replaced` stands for what is missing or excluded."""
    cells = [
        fixed(recording.values[point.column(statistic)], 3, replaced)
        for point in recording.mast.points
        for statistic in point.statistics
    ]
    return joined([stamped(recording.stamps, date), *cells], "\t", END)


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines)).encode("cp1252")


def column(point: Point, statistic: str) -> str:
    """The name that a column has."""
    return f"{point.name}{WORDS[statistic]} [{UNITS[point.unit]}]"
