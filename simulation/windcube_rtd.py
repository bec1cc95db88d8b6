"""WindCube .rtd: what each beam of the lidar saw, about one a second, under the header of its .sta files."""

from __future__ import annotations

from itertools import cycle

import numpy as np

from simulation import windcube
from simulation.masts import Mast
from simulation.profiles import profile
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, fixed, joined, stamped

SHOTS = 600
STEP_MS = 1010  # the beam also takes its time to turn
HALF_ANGLE_DEG = 28.0
POSITIONS = ("0", "90", "180", "270", "V")
HOUSEKEEPING = ("Position", "Temperature (°C)", "Wiper Count")
PER_ALTITUDE = ("CNR (dB)", "Radial Wind Speed (m/s)")
END = windcube.END


def header(mast: Mast) -> str:
    """The facts of its statistics, and the names of raw data."""
    *facts, _ = windcube.header(mast).splitlines()
    names = ["Timestamp", *HOUSEKEEPING]
    for height in windcube.heights(mast):
        names += [*(f"{height}m {name}" for name in PER_ALTITUDE), ""]
    return "".join(line + END for line in (*facts, "\t".join(names)))


def rows(recording: Recording) -> Texts:
    """All shots of the first averaging period, in a wind that stays as it is."""
    times = recording.begins[0].astype("datetime64[ms]") + np.arange(SHOTS) * STEP_MS
    parts = (times - times.astype("datetime64[s]")).astype(np.int64) // 10
    seconds = stamped(times.astype("datetime64[s]"), "%Y/%m/%d %H:%M:%S")
    stamps = np.array([f"{second}.{part:02}" for second, part in zip(seconds, parts, strict=True)], dtype=object)
    positions = np.array([position for position, _ in zip(cycle(POSITIONS), times, strict=False)], dtype=object)
    cells = [stamps, positions, constant("24.60", SHOTS), constant("Off", SHOTS)]
    for level in profile(recording):
        seen = dict(zip(POSITIONS, _along_beams(level.speed[0], level.direction[0]), strict=True))
        radial = np.array([seen[position] for position in positions])
        cells += [constant("-10.20", SHOTS), fixed(radial, 2, "NaN"), constant("", SHOTS)]
    return joined(cells, "\t", END)


def _along_beams(speed: float, direction: float) -> list[float]:
    """What each beam sees of a wind without vertical part, positive towards the lidar."""
    slant = speed * np.sin(np.radians(HALF_ANGLE_DEG))
    return [float(slant * np.cos(np.radians(direction - azimuth))) for azimuth in (0, 90, 180, 270)] + [0.0]
