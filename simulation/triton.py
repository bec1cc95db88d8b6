"""Triton CSV as its maker's service exports it, in the locale of the exporting computer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.masts import Mast
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, joined, stamped
from simulation.weather import Floats
from simulation.zephir import levels

NO_UNIT = "<no units specified>"
END = "\r\n"


@dataclass(frozen=True, slots=True)
class Locale:
    """Of the exporting computer."""

    separator: str
    decimal: str
    date: str


EUROPEAN = Locale(";", ",", "%d.%m.%Y %H:%M")
AMERICAN = Locale(",", ".", "%m/%d/%Y %H:%M")


def header(mast: Mast, locale: Locale) -> str:
    """Title, serial number, names and units; the first two are padded to the width of the others."""
    heights = [f"{point.height_m:g}m" for point in reversed(levels(mast))]
    names = ["Date and Time"]
    units = ["<Intentionally blank>"]
    for height in heights:
        names += [f"{height} Wind Speed", f"Quality (Station Height {height})"]
        units += ["m/s", "%"]
    names += [f"{height} Wind Turbulence" for height in heights]
    units += [NO_UNIT for _ in heights]
    padding = [""] * (len(names) - 1)
    lines = (["Triton Wind Speed Data", *padding], [f"Logger Serial Number: {mast.serial}", *padding], names, units)
    return "".join(locale.separator.join(line) + END for line in lines)


def rows(recording: Recording, locale: Locale) -> Texts:
    """All rows of a recording as text, each with its line end."""
    count = len(recording.stamps)

    def number(values: Floats) -> Texts:
        texts = ["" if np.isnan(value) else f"{value:.2f}" for value in values]
        return np.array([text.rstrip("0").rstrip(".").replace(".", locale.decimal) for text in texts], dtype=object)

    cells: list[Texts] = []
    turbulences: list[Texts] = []
    for point in reversed(levels(recording.mast)):
        speed, deviation = (recording.values[point.column(statistic)] for statistic in ("avg", "sd"))
        cells += [number(speed), constant("95", count)]
        turbulences.append(number(np.divide(deviation, speed, out=np.full(count, np.nan), where=speed > 0)))
    return joined([stamped(recording.stamps, locale.date), *cells, *turbulences], locale.separator, END)


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines)).encode()
