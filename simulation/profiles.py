"""What a lidar or sodar beside a simulated mast would tell: speed and direction at the heights of its anemometers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.recording import Recording
from simulation.weather import Floats
from simulation.zephir import levels


@dataclass(frozen=True, slots=True)
class Level:
    """A height, and what is known of it at each time; NaN where nothing came back."""

    height_m: float
    speed: Floats
    deviation: Floats
    lowest: Floats
    highest: Floats
    direction: Floats


def profile(recording: Recording) -> list[Level]:
    """The levels from the ground up; directions are those of the vane nearest in height."""
    vanes = [point for point in recording.mast.points if point.measurement_type == "wind_direction"]
    made = []
    for point in reversed(levels(recording.mast)):
        speed, deviation, lowest, highest = (
            recording.values[point.column(statistic)] for statistic in ("avg", "sd", "min", "max")
        )
        vane = min(vanes, key=lambda vane: abs(vane.height_m - point.height_m), default=None)
        direction = recording.values[vane.column("avg")] if vane else np.full(len(speed), np.nan)
        made.append(Level(point.height_m, speed, deviation, lowest, highest, direction))
    return made
