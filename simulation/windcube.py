"""WindCube .sta files of both generations, as the lidar writes one a day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.masts import Mast
from simulation.profiles import profile
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, fixed, joined, stamped
from simulation.weather import Floats, Times
from simulation.zephir import levels

END = "\n"
HOUSEKEEPING = ("Int Temp (°C)", "Ext Temp (°C)", "Pressure (hPa)", "Rel Humidity (%)", "Wiper count", "Vbatt (V)")
PER_ALTITUDE = (
    "Wind Speed (m/s)",
    "Wind Speed Dispersion (m/s)",
    "Wind Speed min (m/s)",
    "Wind Speed max (m/s)",
    "Wind Direction (°)",
    "Data Availability (%)",
)
FIRST_HOUSEKEEPING = ("WiperCount", "Tm")
FIRST_PER_ALTITUDE = ("Vhm{}", "dVh{}", "VhMin{}", "VhMax{}", "Azim{}", "CNRm", "Avail.{}")


def header(mast: Mast) -> str:
    """The facts and the names of the second generation."""
    altitudes = heights(mast)
    facts = (
        "Version=2.1.9",
        f"ID System={mast.serial}",
        f"Location={mast.name}",
        f"GPS Location=Lat:{mast.latitude:.6f}N, Long:{mast.longitude:.6f}E",
        "FCR Option=OFF",
        f"timezone=UTC{mast.utc_offset_hours:+d}",
        "DirectionOffset (°)=0.000",
        "Altitudes (m)=\t" + "\t".join(altitudes),
        "*" * 20,
    )
    names = ["Timestamp (end of interval)", *HOUSEKEEPING]
    for height in altitudes:
        names += [*(f"{height}m {name}" for name in PER_ALTITUDE), ""]
    return "".join(line + END for line in (f"HeaderSize={len(facts)}", *facts, "\t".join(names)))


def rows(recording: Recording) -> Texts:
    """All rows of the second generation; the sensor for air is not there, and recorded as 0."""
    count = len(recording.stamps)
    cells = [stamped(_ends(recording), "%Y/%m/%d %H:%M"), constant("24.60", count)]
    cells += [constant(text, count) for text in ("0.00", "0.00", "0.00", "0", "NaN")]
    for level in profile(recording):
        measured = (level.speed, level.deviation, level.lowest, level.highest, level.direction)
        cells += [fixed(values, 2, "NaN") for values in measured]
        cells += [_availability(level.speed), constant("", count)]
    return joined(cells, "\t", END)


def first_header(mast: Mast) -> str:
    """The facts and the names of the first generation: some have no number, and come once for each altitude."""
    altitudes = heights(mast)
    facts = (
        "Version=3.1.66",
        f"ID System={mast.serial}",
        f"Localisation={mast.name}",
        "Altitudes(m)=\t" + "\t".join(altitudes),
        "VrThreshold (m/s)=)1.700",
    )
    names = ["Date", *FIRST_HOUSEKEEPING]
    for number in range(1, len(altitudes) + 1):
        names += [*(name.format(number) for name in FIRST_PER_ALTITUDE), ""]
    return "".join(line + END for line in (f"HeaderLength={len(facts)}", *facts, "\t".join(names)))


def first_rows(recording: Recording) -> Texts:
    """All rows of the first generation."""
    count = len(recording.stamps)
    cells = [stamped(_ends(recording), "%d/%m/%Y %H:%M:%S"), constant("0", count), constant("1.54", count)]
    for level in profile(recording):
        measured = (level.speed, level.deviation, level.lowest, level.highest, level.direction)
        cells += [fixed(values, 2, "NaN") for values in measured]
        cells += [constant("-11.00", count), _availability(level.speed), constant("", count)]
    return joined(cells, "\t", END)


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines)).encode("cp1252")


def heights(mast: Mast) -> list[str]:
    """The altitudes, from the ground up."""
    return [f"{point.height_m:g}" for point in reversed(levels(mast))]


def _ends(recording: Recording) -> Times:
    step = recording.begins[1] - recording.begins[0]
    return np.asarray(recording.begins + step)


def _availability(speed: Floats) -> Texts:
    return np.where(np.isnan(speed), "0", "100").astype(object)
