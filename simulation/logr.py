"""LOGR statistics as the logger sends them: tabs, LF, four decimals, UTC, five columns a channel, some never used."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.masts import Mast, Point
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, fixed, joined, stamped

FIRMWARE = {True: "1.02.10", False: "1.09.14"}  # by whether the stamps mark the end
UNITS = {"m/s": "m/s", "deg": "Deg", "deg_C": "deg_C", "%": "%", "hPa": "hPa", "V": "V"}
WORDS = {"avg": "Avg", "min": "Min", "max": "Max", "sd": "SD"}
FIFTH = {"wind_speed": "Gust", "wind_direction": "Gust_Dir"}
DECIMALS = 4


def header(mast: Mast, created_on: str) -> str:
    """The header's sections, the line Data and the names."""
    blocks = [block(mast, point) for point in mast.points]
    columns = [name for point in mast.points for name in names(mast, point)]
    return "\n".join((_about(mast, created_on), *blocks, "Data", "\t".join(["Timestamp", *columns]))) + "\n"


def rows(recording: Recording) -> Texts:
    """All rows of a recording as text, each with its line end."""
    utc = recording.stamps - np.timedelta64(recording.mast.utc_offset_hours, "h")
    cells = [cell for point in recording.mast.points for cell in _cells(recording, point)]
    return joined([stamped(np.asarray(utc), "%Y-%m-%dT%H:%M:%SZ"), *cells], "\t", "\n")


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines)).encode()


def column(mast: Mast, point: Point, statistic: str) -> str:
    """The name that the logger gives a column."""
    return f"Ch{mast.points.index(point) + 1}_{WORDS[statistic]}_{UNITS[point.unit]}"


def block(mast: Mast, point: Point) -> str:
    """What the logger says of a channel."""
    program = point.programs[-1]
    told = {
        "Channel": mast.points.index(point) + 1,
        "Description": point.name,
        "Units": UNITS[point.unit],
        "Serial Number": point.sensors[-1].serial,
        "Scale Factor": f"{1 if program.slope is None else program.slope:.6f}",
        "Offset": f"{program.offset or 0:.6f}",
        "Height": f"{point.height_m:.2f}",
    }
    return "".join(f"{key}:\t{value}\n" for key, value in told.items())


def _about(mast: Mast, created_on: str) -> str:
    key = "FW Version" if mast.stamps_end else "Created FW Version"
    return (
        f"NRG Systems Data Logger\nFile Created On (UTC):\t{created_on}\nModel Number:\t9432\n"
        f"Serial Number:\t{mast.serial}\n{key}:\t{FIRMWARE[mast.stamps_end]}\n\n"
        f"Site Properties\nSite:\t{mast.name}\nLatitude:\t{mast.latitude:.5f}\nLongitude:\t{mast.longitude:.5f}\n"
        f"Time Zone:\t{mast.utc_offset_hours}\n\nFile Properties\nFile Schema Version:\t1\n"
        "File Content:\tStatistics\n\n"
        "Configuration Version:\t1\nStatistical Interval (min):\t10\n\nSensor History"
    )


def names(mast: Mast, point: Point) -> list[str]:
    """The five columns of a channel."""
    fifth = FIFTH.get(point.measurement_type)
    last = f"{fifth}_{UNITS[point.unit]}" if fifth else "NotUsed"
    return [*(column(mast, point, statistic) for statistic in WORDS), f"Ch{mast.points.index(point) + 1}_{last}"]


def _cells(recording: Recording, point: Point) -> list[Texts]:
    """Five columns: the firmware knows no extremes of vanes, and calls the greatest speed the gust."""
    zeros = constant(f"{0:.{DECIMALS}f}", len(recording.begins))
    cells = {
        statistic: fixed(recording.values[point.column(statistic)], DECIMALS, "nan") for statistic in point.statistics
    }
    nothing = zeros if point.measurement_type == "wind_direction" else constant("nan", len(recording.begins))
    gust = cells.get("max", zeros) if point.measurement_type == "wind_speed" else zeros
    return [*(cells.get(statistic, nothing) for statistic in WORDS), gust]
