"""ZX lidar CSV as the maker's converter writes it, in the locale of the converting computer.

The lidar measures at the heights of the mast's anemometers, and takes each direction from the vane nearest in height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.masts import Mast, Point
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, fixed, joined, stamped
from simulation.weather import Floats

EPOCH = np.datetime64("1999-08-08T00:00:00", "s")
NO_DATA = "9999.000"
WINDOW = "1.0"
HOUSEKEEPING = ("Reference", "Time and Date", "Timestamp (s)", "Info. Flags", "Status Flags", "Battery (V)", "GPS")
PER_HEIGHT = {
    "avg": "Horizontal Wind Speed (m/s) at",
    "min": "Horizontal Wind Speed Min (m/s) at",
    "max": "Horizontal Wind Speed Max (m/s) at",
    "sd": "Horizontal Wind Speed Std. Dev. (m/s) at",
}
CHECKSUM = "Checksum:M^[sZkc"
LINE_END = "\n"


@dataclass(frozen=True, slots=True)
class Locale:
    """Of the converting computer."""

    separator: str
    decimal: str
    date: str


GERMAN = Locale(";", ",", "%d.%m.%Y %H:%M:%S")
BRITISH = Locale(",", ".", "%d/%m/%Y %H:%M:%S")


def header(mast: Mast, locale: Locale) -> str:
    """The line of facts and the line of names."""
    side = "end" if mast.stamps_end else "beginning"
    heights = [f"{point.height_m:g}m" for point in levels(mast)]
    facts = (
        f"CSV Converter: v1{locale.decimal}114",
        f"Unit: {mast.serial}",
        f"Time sync: UTC {mast.utc_offset_hours:+.1f} hrs".replace(".", locale.decimal),
        f"Time stamps indicate the {side} of the averaging period",
        f"ZephIR window height above ground: {WINDOW.replace('.', locale.decimal)}m",
        f"Measurement heights: {' '.join(heights)}",
    )
    names = [*HOUSEKEEPING]
    for height in heights:
        names += [f"Packets in Average at {height}", f"Wind Direction (deg) at {height}"]
        names += [f"{name} {height}" for name in PER_HEIGHT.values()] + [f"TI at {height}"]
    return locale.separator.join(facts) + LINE_END + locale.separator.join([*names, CHECKSUM]) + LINE_END


def rows(recording: Recording, locale: Locale) -> Texts:
    """All rows of a recording as text, each with its line end."""
    count = len(recording.stamps)
    seconds = (recording.stamps.astype("datetime64[s]") - EPOCH).astype(np.int64)

    def number(values: Floats, decimals: int = 3) -> Texts:
        texts = fixed(values, decimals, NO_DATA)
        return np.array([text.replace(".", locale.decimal) for text in texts], dtype=object)

    cells = [
        fixed(np.arange(count, dtype=np.float64), 0, ""),
        stamped(recording.stamps, locale.date),
        np.array([str(second) for second in seconds], dtype=object),
        constant("I-net Shutter-Open", count),
        constant("Modem", count),
        number(np.full(count, 12.1)),
        constant("51.31546 9.16535".replace(".", locale.decimal) if locale.separator == ";" else "51.3 9.1", count),
    ]
    for point in levels(recording.mast):
        speed = {statistic: recording.values[point.column(statistic)] for statistic in PER_HEIGHT}
        vane = _nearest_vane(recording.mast, point)
        direction = recording.values[vane.column("avg")] if vane else np.full(count, np.nan)
        turbulence = np.divide(speed["sd"], speed["avg"], out=np.full(count, np.nan), where=speed["avg"] > 0)
        cells += [constant("36", count), number(direction), *map(number, speed.values()), number(turbulence, 7)]
    return joined([*cells, constant("865?:9>85n>5", count)], locale.separator, LINE_END)


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines)).encode()


def levels(mast: Mast) -> list[Point]:
    """A point of the mast for each height, from the top down."""
    full = [point for point in mast.points if set(PER_HEIGHT) <= set(point.statistics)]
    by_height = {point.height_m: point for point in full if point.measurement_type == "wind_speed"}
    return [by_height[height] for height in sorted(by_height, reverse=True)]


def _nearest_vane(mast: Mast, point: Point) -> Point | None:
    vanes = [vane for vane in mast.points if vane.measurement_type == "wind_direction"]
    return min(vanes, key=lambda vane: abs(vane.height_m - point.height_m), default=None)
