"""What a simulated mast is: its points, the sensors that hung there, and what its logger was programmed with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from simulation.weather import Climate, Floats, Times

ENDINGS = {"avg": "Avg", "sd": "Std", "max": "Max", "min": "Min"}
VANE_ENDINGS = {"avg": "D1_WVT", "sd": "SD1_WVT"}  # as CRBasic's WindVector names its results


class Dated(Protocol):
    """Something that holds from one time to another, half-open, by the logger's clock; None: still."""

    @property
    def date_from(self) -> str:
        """ISO 8601."""

    @property
    def date_to(self) -> str | None:
        """ISO 8601."""

    @property
    def slope(self) -> float | None:
        """Of the transfer function."""

    @property
    def offset(self) -> float | None:
        """Of the transfer function."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """An instrument while it was mounted, with its certificate; without one, slope and offset are None."""

    serial: str
    date_from: str
    date_to: str | None = None
    slope: float | None = None
    offset: float | None = None
    calibrated_on: str | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """What the logger multiplied with and added."""

    serial: str
    date_from: str
    date_to: str | None = None
    slope: float | None = None
    offset: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One quantity at one height, with its histories in the order of time."""

    name: str
    measurement_type: str
    sensor_type: str
    unit: str
    height_m: float
    statistics: tuple[str, ...]
    sensors: tuple[Sensor, ...]
    programs: tuple[Program, ...]
    boom_deg: float | None = None
    dead_band_deg: float | None = None

    def column(self, statistic: str) -> str:
        """The column that the logger writes the statistic to."""
        endings = VANE_ENDINGS if self.measurement_type == "wind_direction" else ENDINGS
        return f"{self.name}_{endings[statistic]}"


@dataclass(frozen=True, slots=True)
class Mast:
    """A station and its logger; times are the logger's clock."""

    name: str
    slug: str
    serial: str
    table: str
    latitude: float
    longitude: float
    utc_offset_hours: int
    stamps_end: bool
    date_from: str
    climate: Climate
    points: tuple[Point, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the logger's table that hold readings."""
        return tuple(point.column(statistic) for point in self.points for statistic in point.statistics)

    def columns_of(self, prefix: str) -> tuple[str, ...]:
        """Those whose name begins so; all for an empty prefix."""
        return tuple(column for column in self.columns if column.startswith(prefix))


def numbers_at(begins: Times, history: Sequence[Dated]) -> tuple[Floats, Floats]:
    """Slope and offset that hold at each time, 1 and 0 where the history has none."""
    starts = np.array([period.date_from for period in history], dtype="datetime64[s]")
    which = np.maximum(np.searchsorted(starts, begins, side="right") - 1, 0)
    slopes = np.array([1.0 if period.slope is None else period.slope for period in history])
    offsets = np.array([0.0 if period.offset is None else period.offset for period in history])
    return slopes[which], offsets[which]


def unbroken(name: str, history: Iterable[Dated]) -> None:
    """Raise ValueError where the periods of a history don't touch: the schema asks for it."""
    for earlier, later in pairwise(history):
        if earlier.date_to != later.date_from:
            raise ValueError(f"{name}: a period ends {earlier.date_to}, the next begins {later.date_from}")
