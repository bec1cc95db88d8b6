"""Symphonie Classic text as Symphonie Data Retriever is said to write it on an American PC; no real file was seen."""

from __future__ import annotations

from collections.abc import Sequence

from simulation.masts import Mast, Point
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, fixed, joined, stamped

CHANNELS = 12
UNITS = {"m/s": "m/s", "deg": "deg", "deg_C": "C", "%": "%RH", "hPa": "mb", "V": "v"}
TYPES = {"wind_speed": 1, "wind_direction": 3}
ANALOG = 4
WORDS = {"avg": "Avg", "sd": "SD", "max": "Max", "min": "Min"}
DECIMALS = 3
END = "\r\n"


def header(mast: Mast) -> str:
    """The header's sections and the names; the last channels have no sensor."""
    blocks = [block(number, mast.points[number - 1 : number]) for number in range(1, CHANNELS + 1)]
    names = [f"CH{number}{word}" for number in range(1, CHANNELS + 1) for word in WORDS.values()]
    lines = (
        "SDR\t6.01.02",
        "",
        "-----Logger Information-----",
        "Model #\t4280",
        f"Serial #\t{mast.serial}",
        "Hardware Rev.\t022-022-000",
        "",
        "-----Site Information-----",
        f"Site #\t{mast.serial[-4:]}",
        f"Site Desc\t{mast.name}",
        "Time offset (hrs)\t0",
        "",
        "-----Sensor Information-----",
        "",
        *blocks,
        "\t".join(["Date & Time Stamp", *names]),
    )
    return "".join(line + END for line in lines)


def rows(recording: Recording) -> Texts:
    """All rows of a recording as text, each with its line end."""
    zeros = constant("0", len(recording.begins))
    cells = [
        fixed(recording.values[point.column(statistic)], DECIMALS, "") if statistic in point.statistics else zeros
        for point in recording.mast.points
        for statistic in WORDS
    ]
    free = CHANNELS * len(WORDS) - len(cells)
    return joined([stamped(recording.stamps, "%m/%d/%Y %H:%M:%S"), *cells, *[zeros] * free], "\t", END)


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines)).encode("latin-1")


def column(mast: Mast, point: Point, statistic: str) -> str:
    """The name that SDR gives a column."""
    return f"CH{mast.points.index(point) + 1}{WORDS[statistic]}"


def block(number: int, points: Sequence[Point]) -> str:
    """A channel with its point, if it has one."""
    told: dict[str, object] = {"Channel #": number, "Type": 0, "Description": "No SCM Installed", "Details": ""}
    told |= {"Serial Number": "SN:", "Height": "------", "Scale Factor": 0, "Offset": 0, "Units": "-----"}
    for point in points:
        program = point.programs[-1]
        told |= {"Type": TYPES.get(point.measurement_type, ANALOG), "Description": point.name}
        told |= {"Serial Number": f"SN:{point.sensors[-1].serial}", "Height": f"{point.height_m:g}   m"}
        told |= {"Scale Factor": 1 if program.slope is None else program.slope, "Offset": program.offset or 0}
        told |= {"Units": UNITS[point.unit]}
    return "".join(f"{key}\t{value}{END}" for key, value in told.items())
