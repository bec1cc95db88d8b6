"""The demo's short stations: one for each format beside TOA5, whose record of a week comes as such files.

What they measured is made up, and their writers are ours as the parsers are: that such files can be read back verifies
nothing of a format. `headerless` and `nomad` have no station, since their files are always refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from simulation import (
    ammonit,
    axys,
    basestation,
    kintech,
    logr,
    meteo32,
    mixed_array,
    molas,
    short_files,
    symphonie_sdr,
    symphoniepro,
    windcube,
    windographer,
)
from simulation.masts import Mast, Point
from simulation.metadata import Instrument
from simulation.stations import MAST, PROFILER, Column, Station, Writer, at_each_height, by_height

DAYS = 7
CAMPBELL = "Campbell Scientific"
NRG = "NRG Systems"


def short_stations() -> list[Station]:
    """All of them, with names and serial numbers of their own."""
    return [*_loggers(), *_profilers()]


def _loggers() -> Iterator[Station]:
    yield _campbell(1, "toaci1", "CR1000", short_files.write_toaci1, states_logger=False)
    yield _campbell(2, "tob1", "CR1000X", short_files.write_tob1)
    yield _campbell(3, "tob2", "CR5000", short_files.write_tob2)
    yield _campbell(4, "tob3", "CR1000X", short_files.write_tob3)
    yield _campbell(5, "csixml", "CR1000X", short_files.write_csixml)
    yield _logger(
        6, "mixed_array", (CAMPBELL, "CR23X"), short_files.write_mixed_array, _array_column, states_logger=False
    )
    yield _logger(7, "logr", (NRG, "LOGR|S"), short_files.write_logr, logr.column, hours=0, unused=_unused_of_logr())
    yield _logger(8, "symphoniepro", (NRG, "SymphoniePRO"), short_files.write_symphoniepro, symphoniepro.column)
    yield _logger(
        9,
        "nrg_basestation",
        (NRG, "9200"),
        short_files.write_basestation,
        _basestation_column,
        hours=0,
        speed_unit=("mph", basestation.MPH),
    )
    yield _logger(
        10,
        "symphonie_sdr",
        (NRG, "Symphonie Classic"),
        short_files.write_symphonie_sdr,
        symphonie_sdr.column,
        hours=0,
        unused=_unused_of_sdr(),
    )
    yield _logger(11, "kintech", ("Kintech", "Atlas"), short_files.write_kintech, kintech.column)
    yield _logger(12, "ammonit", ("Ammonit", "Meteo-40L"), short_files.write_ammonit, _ammonit_column)
    counting = _recording_counts(MAST)
    yield _logger(
        13, "meteo32", ("Ammonit", "Meteo-32"), short_files.write_meteo32, _meteo32_column, what_is_there=counting
    )
    yield _logger(
        14, "windographer", ("Other", "?"), short_files.write_windographer, _windographer_column, states_logger=False
    )
    yield _logger(15, "csv:field_box", ("Other", "Field box"), short_files.write_field_box, _campbell_column)


def _profilers() -> Iterator[Station]:
    yield _profiler(
        16,
        ("zephir",),
        ("ZX Lidars", "ZX 300"),
        short_files.write_zephir,
        by_height(
            "Wind Direction (deg) at {}m",
            "Horizontal Wind Speed (m/s) at {}m",
            "Horizontal Wind Speed Std. Dev. (m/s) at {}m",
            "Horizontal Wind Speed Min (m/s) at {}m",
            "Horizontal Wind Speed Max (m/s) at {}m",
        ),
        unused=("Battery (V)", *at_each_height("Packets in Average at {}m", "TI at {}m")),
    )
    yield _profiler(
        17,
        ("triton",),
        ("Vaisala", "Triton"),
        short_files.write_triton,
        by_height("", "{}m Wind Speed"),
        kind="sodar",
        unused=at_each_height("Quality (Station Height {}m)", "{}m Wind Turbulence"),
    )
    yield _profiler(
        18,
        ("windcube", "windcube-rtd"),
        ("Leosphere", "WindCube v2"),
        short_files.write_windcube,
        by_height(
            "{}m Wind Direction (°)",
            "{}m Wind Speed (m/s)",
            "{}m Wind Speed Dispersion (m/s)",
            "{}m Wind Speed min (m/s)",
            "{}m Wind Speed max (m/s)",
        ),
        unused=(
            *windcube.HOUSEKEEPING,
            "Temperature (°C)",
            *at_each_height("{}m Data Availability (%)", "{}m CNR (dB)", "{}m Radial Wind Speed (m/s)"),
        ),
        stamps_end=True,
    )
    yield _profiler(
        19,
        ("molas",),
        ("Other", "Molas B300"),
        short_files.write_molas,
        by_height(
            "{}m水平风向(°)", "{}m水平风速(m/s)", "{}m水平风速偏差(m/s)", "{}m水平风速最小(m/s)", "{}m水平风速最大(m/s)"
        ),
        unused=(*molas.HOUSEKEEPING[4:], *at_each_height(*(f"{{}}m{name}" for name in molas.PER_ALTITUDE[5:]))),
    )
    yield _profiler(
        20,
        ("wls70",),
        ("Leosphere", "WLS70"),
        short_files.write_wls70,
        by_height("{}m Wind direction", "{}m Wind speed"),
        hours=0,
        unused=("Temperature", *at_each_height("{}m Signal to noise ratio")),
        states_logger=False,
    )
    yield _profiler(
        21,
        ("aq500",),
        ("AQSystem", "AQ500"),
        short_files.write_aq500,
        by_height("{}m Dir", "{}m Speed", "{}m Std-Speed"),
        kind="sodar",
        unused=(
            "Battery voltage",
            "Temperature sensor",
            "Humidity sensor",
            *at_each_height("{}m Vertical velocity(w)", "{}m Std-w", "{}m Quality"),
        ),
    )
    yield _profiler(
        22,
        ("netcdf",),
        ("Other", "as published"),
        short_files.write_netcdf,
        by_height("wind_direction_{}m", "wind_speed_{}m", "wind_speed_sd_{}m"),
    )
    yield _profiler(
        23, ("axys",), ("AXYS Technologies", "WindSentinel"), short_files.write_axys, _axys_column, kind="wave_buoy",
        states_logger=False,
        unused=("NumberOfBins", "BinSpacing", *(f"{name}{place} {unit}" for place in range(1, axys.CURRENT_BINS + 1)
                                                for name, unit in (("Vel", "(mm/s)"), ("Dir", "(deg)")))),
    )  # fmt: skip


def _campbell(number: int, name: str, model: str, files: Writer, *, states_logger: bool = True) -> Station:
    return _logger(number, name, (CAMPBELL, model), files, _campbell_column, states_logger=states_logger)


def _logger(
    number: int,
    name: str,
    maker: tuple[str, str],
    files: Writer,
    column: Column,
    *,
    unused: tuple[str, ...] = (),
    hours: int = 1,
    states_logger: bool = True,
    speed_unit: tuple[str, float] = ("m/s", 1.0),
    what_is_there: Mast = MAST,
) -> Station:
    """A mast."""
    mast = replace(_named(what_is_there, number, name), utc_offset_hours=hours)
    station = _station((name,), mast, maker, files, column, unused=unused, states_logger=states_logger)
    return replace(station, instrument=replace(station.instrument, speed_unit=speed_unit))


def _profiler(
    number: int,
    names: tuple[str, ...],
    maker: tuple[str, str],
    files: Writer,
    column: Column,
    *,
    unused: tuple[str, ...] = (),
    kind: str = "lidar",
    hours: int = 1,
    stamps_end: bool = False,
    states_logger: bool = True,
) -> Station:
    """A lidar, sodar or buoy."""
    mast = replace(_named(PROFILER, number, names[0]), utc_offset_hours=hours, stamps_end=stamps_end)
    return _station(names, mast, maker, files, column, unused=unused, kind=kind, states_logger=states_logger)


def _station(
    names: tuple[str, ...],
    mast: Mast,
    maker: tuple[str, str],
    files: Writer,
    column: Column,
    *,
    unused: tuple[str, ...],
    states_logger: bool,
    kind: str = "mast",
) -> Station:
    instrument = Instrument(*maker, kind, lambda point, statistic: column(mast, point, statistic), unused)
    return Station(names, mast, instrument, files, states_logger)


def _named(mast: Mast, number: int, name: str) -> Mast:
    slug = f"short_{name.replace(':', '_').replace('-', '_')}"
    return replace(mast, name=slug.replace("_", " ").title(), slug=slug, serial=f"9000{number:02}")


def _recording_counts(mast: Mast) -> Mast:
    """With a logger that applies nothing to what its anemometers count."""
    points = (
        replace(point, programs=tuple(replace(program, slope=1.0, offset=0.0) for program in point.programs))
        if point.measurement_type == "wind_speed"
        else point
        for point in mast.points
    )
    return replace(mast, points=tuple(points))


def _campbell_column(_: Mast, point: Point, statistic: str) -> str:
    return point.column(statistic)


def _array_column(mast: Mast, point: Point, statistic: str) -> str:
    return mixed_array.column(mast, point.column(statistic))


def _basestation_column(mast: Mast, point: Point, statistic: str) -> str | None:
    """It has room for one speed and one direction."""
    names = basestation.NAMES.get(point.measurement_type, ()) if point in basestation.points(mast) else ()
    return dict(zip(("avg", "sd"), names, strict=False)).get(statistic)


def _ammonit_column(_: Mast, point: Point, statistic: str) -> str:
    return ammonit.column(point, statistic)


def _meteo32_column(mast: Mast, point: Point, statistic: str) -> str | None:
    return meteo32.code(mast, point, statistic) if (point, statistic) in meteo32.channels(mast) else None


def _windographer_column(_: Mast, point: Point, statistic: str) -> str:
    return windographer.column(point, statistic).rpartition(" [")[0]


def _axys_column(mast: Mast, point: Point, statistic: str) -> str | None:
    """The buoy has an anemometer, which is the profile's lowest level here."""
    lowest = min(one.height_m for one in mast.points)
    name = {"wind_speed": "Horizontal Speed (m/s)", "wind_direction": "Horizontal Direction (deg)"}
    return name[point.measurement_type] if (point.height_m, statistic) == (lowest, "avg") else None


def _unused_of_logr() -> tuple[str, ...]:
    """It has five columns for each channel, whatever the sensor; a vane's extremes are no readings."""
    names = {name for point in MAST.points for name in logr.names(MAST, point) if not name.endswith("NotUsed")}
    names -= {logr.column(MAST, point, statistic) for point in MAST.points for statistic in point.statistics}
    vanes = (point for point in MAST.points if point.measurement_type == "wind_direction")
    names -= {logr.column(MAST, vane, statistic) for vane in vanes for statistic in ("min", "max")}
    return tuple(sorted(names))


def _unused_of_sdr() -> tuple[str, ...]:
    return tuple(
        symphonie_sdr.column(MAST, point, statistic)
        for point in MAST.points
        for statistic in symphonie_sdr.WORDS
        if statistic not in point.statistics
    )
