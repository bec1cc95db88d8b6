"""What a short station of the demo is: a logger or a profiler whose files come in another format than TOA5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from simulation.demo import START
from simulation.masts import Mast, Point, Program, Sensor
from simulation.metadata import Instrument
from simulation.recording import Recording
from simulation.weather import Climate

HEIGHTS_M = (100, 75, 50)
OF_A_BEAM = ("avg", "sd", "min", "max")
Files = dict[str, bytes]
Writer = Callable[[Recording], Files]
Column = Callable[[Mast, Point, str], str | None]


@dataclass(frozen=True, slots=True)
class Station:
    """A station whose logger writes files of one format, or of two.

    Attributes:
        formats: as the ledger calls them.
        mast: what is there.
        instrument: how its columns are called.
        files: what its logger sends, by name.
        states_logger: whether the files say which logger they are of.
    """

    formats: tuple[str, ...]
    mast: Mast
    instrument: Instrument
    files: Writer
    states_logger: bool = True


def _speed(height_m: int) -> Point:
    serial, slope, offset = f"S-{height_m}", 0.765, 0.35
    sensor, program = (
        Sensor(serial, START, None, slope, offset, "2021-11-05"),
        Program(serial, START, None, slope, offset),
    )
    return Point(
        f"Spd{height_m}m", "wind_speed", "anemometer", "m/s", height_m, ("avg", "sd", "max", "min"), (sensor,),
        (program,), boom_deg=270,
    )  # fmt: skip


def _vane(height_m: int) -> Point:
    serial = f"V-{height_m}"
    return Point(
        f"Dir{height_m}m", "wind_direction", "wind_vane", "deg", height_m, ("avg", "sd"), (Sensor(serial, START),),
        (Program(serial, START, offset=0.0),), boom_deg=90, dead_band_deg=0,
    )  # fmt: skip


def _plain(name: str, statistic: str, height_m: float, *, kind: tuple[str, str, str]) -> Point:
    return Point(name, *kind, height_m, (statistic,), (Sensor(f"{name}-1", START),), (Program(f"{name}-1", START),))


def _beam(kind: str, height_m: int) -> Point:
    """What a lidar or sodar tells of a height."""
    name, unit, statistics = ("Spd", "m/s", OF_A_BEAM) if kind == "wind_speed" else ("Dir", "deg", ("avg",))
    device = (Sensor("device", START),), (Program("device", START),)
    return Point(f"{name}{height_m}m", kind, "lidar", unit, height_m, statistics, *device)


MAST = Mast(
    name="", slug="", serial="", table="TenMin", latitude=51.9012, longitude=9.8045, utc_offset_hours=1,
    stamps_end=False, date_from=START,
    climate=Climate(scale_m_s=6.9, prevailing_deg=230, temperature_deg_c=9.0, summer_month=7.5, elevation_m=210),
    points=(
        *(_speed(height) for height in HEIGHTS_M),
        _vane(98),
        _plain("T2m", "avg", 2, kind=("air_temperature", "thermometer", "deg_C")),
        _plain("RH2m", "avg", 2, kind=("relative_humidity", "hygrometer", "%")),
        _plain("P2m", "avg", 2, kind=("air_pressure", "barometer", "hPa")),
        _plain("Batt", "min", 1, kind=("voltage", "voltmeter", "V")),
    ),
)  # fmt: skip
PROFILER = replace(
    MAST, points=tuple(_beam(kind, height) for kind in ("wind_speed", "wind_direction") for height in HEIGHTS_M)
)


def by_height(directions: str, *speeds: str) -> Column:
    """Columns that are called by height, for which `{}` stands: directions, then statistics as in OF_A_BEAM."""
    of_speeds = dict(zip(OF_A_BEAM, speeds, strict=False))

    def column(_: Mast, point: Point, statistic: str) -> str | None:
        name = directions if point.measurement_type == "wind_direction" else of_speeds.get(statistic)
        return name.format(f"{point.height_m:g}") if name else None

    return column


def at_each_height(*patterns: str) -> tuple[str, ...]:
    """Names of columns that each height has."""
    return tuple(pattern.format(height) for height in HEIGHTS_M for pattern in patterns)
