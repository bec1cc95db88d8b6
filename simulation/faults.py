"""What goes wrong on masts, written into what the logger recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.recording import Recording, standstill


@dataclass(frozen=True, slots=True)
class Period:
    """Start inclusive, stop exclusive, by the logger's clock; `sensor` is a prefix of column names, or `All`."""

    station: str
    sensor: str
    start: str
    stop: str
    reason: str

    @property
    def prefix(self) -> str:
        """The prefix that `sensor` stands for."""
        return "" if self.sensor == "All" else self.sensor


def be_silent(recording: Recording, period: Period) -> None:
    """The logger has no power: no rows."""
    recording.exists &= ~recording.between(period.start, period.stop)


def be_missing(recording: Recording, period: Period) -> None:
    """A cable is broken: the logger writes NAN."""
    rows = recording.between(period.start, period.stop)
    for column in recording.mast.columns_of(period.prefix):
        recording.values[column][rows] = np.nan


def be_stuck(recording: Recording, period: Period) -> None:
    """A sensor holds its last value; its deviation is 0."""
    rows = np.flatnonzero(recording.between(period.start, period.stop))
    if not len(rows):
        return
    for point in recording.mast.points:
        if point.name.startswith(period.prefix):
            for statistic in point.statistics:
                values = recording.values[point.column(statistic)]
                values[rows] = 0 if statistic == "sd" else values[rows[0]]


def be_dead(recording: Recording, period: Period) -> None:
    """A channel gives nothing but 0, not even its offset."""
    rows = recording.between(period.start, period.stop)
    for column in recording.mast.columns_of(period.prefix):
        recording.values[column][rows] = 0


def be_spiked(recording: Recording, period: Period, by: float) -> None:
    """A disturbance is added to all samples of a sensor, so its deviation stays."""
    rows = recording.between(period.start, period.stop)
    for point in recording.mast.points:
        if point.name.startswith(period.prefix):
            for statistic in point.statistics:
                if statistic != "sd":
                    recording.values[point.column(statistic)][rows] += by


def be_iced(recording: Recording, period: Period) -> None:
    """Ice holds what turns: cups stand, vanes freeze; of the whole mast the thermometer shows it too."""
    rows = recording.between(period.start, period.stop)
    for point in recording.mast.points:
        if not point.name.startswith(period.prefix):
            continue
        if point.measurement_type == "wind_speed":
            _stand(recording, point.name, period)
        elif point.measurement_type == "air_temperature":
            for statistic in point.statistics:
                values = recording.values[point.column(statistic)]
                values[rows] = np.minimum(values[rows] - 4, -0.5)
        elif point.measurement_type == "wind_direction":
            be_stuck(recording, Period(period.station, point.name, period.start, period.stop, period.reason))


def be_installed(recording: Recording, period: Period) -> None:
    """The anemometers are not up yet: they stand."""
    for point in recording.mast.points:
        if point.measurement_type == "wind_speed" and point.name.startswith(period.prefix):
            _stand(recording, point.name, period)


def _stand(recording: Recording, name: str, period: Period) -> None:
    rows = recording.between(period.start, period.stop)
    point = next(point for point in recording.mast.points if point.name == name)
    for statistic in point.statistics:
        offset = standstill(point, recording.begins[rows])
        recording.values[point.column(statistic)][rows] = 0 if statistic == "sd" else offset
