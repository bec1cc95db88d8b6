"""SymphoniePRO text as NRG's cloud exports it: tabs, LF, six decimals, blank where nothing was measured."""

from __future__ import annotations

from collections.abc import Sequence

from simulation.masts import Mast, Point, Sensor
from simulation.recording import Recording
from simulation.rows_of_text import Texts, fixed, joined, stamped

UNITS = {"m/s": "m/s", "deg": "Deg", "deg_C": "C", "%": "%RH", "hPa": "hPa", "V": "V"}
KINDS = {"wind_speed": ("Anemometer", "Anem"), "wind_direction": ("Vane", "Vane")}
ANALOG = ("Analog", "Analog")
WORDS = {"avg": "Avg", "sd": "SD", "min": "Min", "max": "Max"}
COMPASS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")
DECIMALS = 6


def header(mast: Mast, generated: str) -> str:
    """The header's sections, the line Data and the names."""
    blocks = [block(mast, point, sensor) for point in mast.points for sensor in point.sensors]
    return "\n".join((*_about(mast, generated), "Sensor History", *blocks, "Data", "\t".join(_names(mast)))) + "\n"


def rows(recording: Recording) -> Texts:
    """All rows of a recording as text, each with its line end."""
    cells = [
        fixed(recording.values[point.column(statistic)], DECIMALS, "")
        for point in recording.mast.points
        for statistic in statistics(point)
    ]
    return joined([stamped(recording.stamps, "%Y-%m-%d %H:%M:%S"), *cells], "\t", "\n")


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines)).encode("latin-1")


def column(mast: Mast, point: Point, statistic: str) -> str:
    """The name that the export gives a column."""
    bearing = "" if point.boom_deg is None else COMPASS[round(point.boom_deg / 22.5) % 16]
    kind = KINDS.get(point.measurement_type, ANALOG)[1]
    slots = (f"Ch{channel(mast, point)}", kind, f"{point.height_m:.2f}m", bearing, WORDS[statistic], UNITS[point.unit])
    return "_".join(slots)


def channel(mast: Mast, point: Point) -> int:
    """The channel that a point is wired to."""
    return mast.points.index(point) + 1


def statistics(point: Point) -> list[str]:
    """Those of a point, in the export's order; vanes have no extremes."""
    kept = ("avg", "sd") if point.measurement_type == "wind_direction" else WORDS
    return [statistic for statistic in kept if statistic in point.statistics]


def block(mast: Mast, point: Point, sensor: Sensor) -> str:
    """One sensor at a channel, from the day on which it was mounted."""
    program = next(program for program in reversed(point.programs) if program.date_from <= sensor.date_from)
    told = {
        "Channel": channel(mast, point),
        "Effective Date": sensor.date_from.replace("T", " "),
        "Type": KINDS.get(point.measurement_type, ANALOG)[0],
        "Data Logging Mode": "Statistics",
        "Description": point.name,
        "Serial Number": sensor.serial,
        "Height": f"{point.height_m:.2f}",
        "Bearing": "" if point.boom_deg is None else f"{point.boom_deg:.2f}",
        "Scale Factor": f"{1 if program.slope is None else program.slope:.5f}",
        "Offset": f"{program.offset or 0:.5f}",
        "Units": UNITS[point.unit],
    }
    return "".join(f"{key}:\t{value}\n" for key, value in told.items())


def _about(mast: Mast, generated: str) -> tuple[str, ...]:
    return (
        "NRG Export Service\nSoftware Version:\t1.0.0.1\nExport version:\t3",
        f"Generated:\t{generated}\n",
        f"Export Parameters\nSite Number:\t{mast.serial[-6:]}\nData Type:\tMeasurements\nFilters Applied:\tFalse\n",
        f"Site Properties\nSite Description:\t{mast.name}",
        f"Latitude:\t{mast.latitude:.7f}\nLongitude:\t{mast.longitude:.7f}",
        f"Time Zone:\tUTC{mast.utc_offset_hours:+d}:00\n",
        f"Logger History\nDate:\t{mast.date_from.replace('T', ' ')}\nModel:\tSymphoniePRO Logger (8206)",
        f"Serial Number:\t{mast.serial}\nFirmware:\t3.4.7\n",
    )


def _names(mast: Mast) -> list[str]:
    names = [column(mast, point, statistic) for point in mast.points for statistic in statistics(point)]
    return ["Timestamp", *names]
