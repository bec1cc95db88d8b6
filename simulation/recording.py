"""From the weather to what the logger writes: the truth through the mounted sensor and the logger's program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.masts import Mast, Point, numbers_at
from simulation.weather import Floats, Statistics, Times, Weather

DECIMALS = 3  # of the logger's output


@dataclass(slots=True)
class Recording:
    """A logger's memory: rows at their beginning, values by column (NaN: recorded as missing), and which rows exist."""

    mast: Mast
    begins: Times
    values: dict[str, Floats]
    exists: NDArray[np.bool_]

    @property
    def stamps(self) -> Times:
        """The rows' times as this logger labels them."""
        if not self.mast.stamps_end:
            return self.begins
        return np.asarray(self.begins + (self.begins[1] - self.begins[0]))

    def between(self, start: str, stop: str) -> NDArray[np.bool_]:
        """Rows that begin within the period."""
        begin, end = np.datetime64(start, "s"), np.datetime64(stop, "s")
        return np.asarray((self.begins >= begin) & (self.begins < end))


def truth(mast: Mast, weather: Weather, rng: np.random.Generator) -> dict[str, Floats]:
    """What perfect sensors would have told, by column."""
    columns = {}
    for point in mast.points:
        statistics = _measure(point, weather, rng)
        for statistic in point.statistics:
            columns[point.column(statistic)] = getattr(statistics, statistic)
    return columns


def record(mast: Mast, begins: Times, true: dict[str, Floats]) -> Recording:
    """What the logger wrote: each value as its sensor sees it, scaled as the logger was programmed, and rounded."""
    values = {}
    for point in mast.points:
        for statistic in point.statistics:
            column = point.column(statistic)
            values[column] = np.round(_as_programmed(point, statistic, begins, true[column]), DECIMALS)
    return Recording(mast, begins, values, np.ones(len(begins), dtype=bool))


def standstill(point: Point, begins: Times) -> Floats:
    """What the logger writes for an anemometer that doesn't turn: the offset it was programmed with."""
    return numbers_at(begins, point.programs)[1]


def _as_programmed(point: Point, statistic: str, begins: Times, true: Floats) -> Floats:
    """The inverse of the re-calibration."""
    sensor_slope, sensor_offset = numbers_at(begins, point.sensors)
    slope, offset = numbers_at(begins, point.programs)
    if point.measurement_type == "wind_direction":
        return true if statistic == "sd" else (true - (point.dead_band_deg or 0) + offset) % 360
    if statistic == "sd":
        return true / sensor_slope * slope
    signal = (true - sensor_offset) / sensor_slope
    if point.measurement_type == "wind_speed":
        signal = np.maximum(signal, 0)  # cups turn or stand, but give no negative frequency
    return signal * slope + offset


def _measure(point: Point, weather: Weather, rng: np.random.Generator) -> Statistics:
    match point.measurement_type:
        case "wind_speed":
            return weather.speed(point.height_m, point.boom_deg or 0, rng)
        case "wind_direction":
            return weather.vane(rng)
        case "air_temperature":
            return _steady(weather.temperature - 0.0065 * point.height_m, rng, 0.15)
        case "relative_humidity":
            return _steady(weather.humidity, rng, 0)
        case "air_pressure":
            return _steady(weather.pressure, rng, 0)
        case "voltage":
            return _steady(13 + 0.02 * weather.temperature, rng, 0.05)
        case unknown:
            raise ValueError(f"{point.name}: no weather for {unknown}")


def _steady(value: Floats, rng: np.random.Generator, noise: float) -> Statistics:
    sd = noise * np.exp(0.3 * rng.standard_normal(len(value)))
    return Statistics(value, sd, value + 2 * sd, value - 2 * sd)
