"""The demo's short stations: each format has one, and its files and metadata say what was simulated.

Writers and parsers are both ours, so this verifies no format: it shows that the demo's files can be read.
"""

from __future__ import annotations

import tomllib
from functools import cache
from itertools import chain

import numpy as np
import pytest

from loaders.companions import RowsWithInformation
from loaders.formats import csv_description, headerless, meteo32, nomad, toa5
from loaders.formats.detect import FORMATS
from loaders.formats.frame import LoggerFile, Table
from loaders.formats.generic_csv import DescribedCsv
from loaders.identifying import Formats
from simulation import described_csv, metadata
from simulation.field import DESCRIBED, short_field, simulate_days
from simulation.recording import Recording
from simulation.short_stations import DAYS, short_stations
from simulation.stations import Station

STATIONS = short_stations()
REFUSED = {headerless.NAME, nomad.NAME}
ROWS = DAYS * 144
ROUNDED_TO = {"meteo32": 0.501, "nrg_basestation": 0.501, "aq500": 0.501}  # whole counts and degrees
EXACT = 0.0051  # the others have two decimals at least


@cache
def recording(station: Station) -> Recording:
    return simulate_days(station.mast, DAYS, np.random.default_rng(3)).recording


@cache
def files(station: Station) -> dict[str, LoggerFile]:
    """What our parsers read of a station's files."""
    description = csv_description.read(described_csv.description(station.mast))
    formats = Formats(described=(DescribedCsv(description),))
    contents = station.files(recording(station))
    found = {}
    for name, content in contents.items():
        module = formats.find(content, name)
        assert module
        if module is meteo32 and name.endswith(".row"):
            module = RowsWithInformation(contents[f"{name}info"])
        found[name] = module.parse(content)
    return found


def tables(station: Station) -> list[Table]:
    return [table for file in files(station).values() for table in file.tables]


def columns(station: Station) -> dict[str, tuple[Table, np.ndarray[tuple[int], np.dtype[np.float64]]]]:
    """All columns of a station's files, with their tables."""
    return {
        column.name: (table, values)
        for table in tables(station)
        for column, values in zip(table.columns, table.values, strict=True)
    }


def slug(station: Station) -> str:
    return station.mast.slug


def test_each_format_that_is_not_always_refused_has_a_station() -> None:
    written = list(chain.from_iterable(station.formats for station in STATIONS))
    assert sorted(written) == sorted({module.NAME for module in FORMATS} - REFUSED - {toa5.NAME} | {DESCRIBED})
    assert len({station.mast.serial for station in STATIONS}) == len({slug(station) for station in STATIONS}) == 23


@pytest.mark.parametrize("station", STATIONS, ids=slug)
def test_the_files_are_told_and_read_whole(station: Station) -> None:
    read = files(station).values()
    assert {file.format for file in read} == set(station.formats)
    assert {file.logger for file in read if file.tables} == {station.mast.serial if station.states_logger else None}
    assert sum(bad.readings for file in read for bad in file.rejected) == 0


@pytest.mark.parametrize("station", STATIONS, ids=slug)
def test_the_columns_that_the_metadata_name_hold_what_was_recorded(station: Station) -> None:
    record, found = recording(station), columns(station)
    tolerance = ROUNDED_TO.get(station.formats[0], EXACT)
    compared = 0
    for point in station.mast.points:
        for statistic in point.statistics:
            name = station.instrument.column(point, statistic)
            if name is None:
                continue
            table, values = found[name]
            assert np.array_equal(table.timestamps.astype("datetime64[m]"), record.stamps)  # wls70: a second later
            factor = station.instrument.speed_unit[1] if point.unit == "m/s" else 1
            expected = record.values[point.column(statistic)]
            np.testing.assert_allclose(values * factor, expected, rtol=1e-6, atol=tolerance, err_msg=name)
            compared += 1
    assert compared >= (2 if station.formats == ("axys",) else 3)


@pytest.mark.parametrize("station", STATIONS, ids=slug)
def test_the_metadata_name_every_column_of_the_files_and_no_other(station: Station) -> None:
    (location,) = metadata.document(station.mast, station.instrument)["measurement_location"]
    named = [
        column["column_name"]
        for point in location["measurement_point"]
        for program in point["logger_measurement_config"]
        for column in program["column_name"]
    ]
    assert sorted(named) == sorted(columns(station))


def test_files_that_do_not_say_their_logger_come_from_sources_that_do() -> None:
    contents = short_field()
    sources = {one["name"]: one for one in tomllib.loads(contents["stationmanager.toml"].decode())["source"]}
    folders = {path.split("/")[1] for path in contents if path.startswith("sources/")}
    silent = {slug(station): station.mast.serial for station in STATIONS if not station.states_logger}
    assert {name: one["logger"] for name, one in sources.items()} == silent
    assert folders == set(silent)


def test_raw_data_of_a_lidar_are_a_table_of_seconds() -> None:
    (lidar,) = (station for station in STATIONS if "windcube-rtd" in station.formats)
    (raw,) = files(lidar)["ten_minutes.rtd"].tables
    assert (len(raw.timestamps), raw.averaging_period) == (600, np.timedelta64(1, "s"))
    speeds = columns(lidar)["100m Radial Wind Speed (m/s)"][1]
    horizontal = recording(lidar).values["Spd100m_Avg"][0]
    assert 0 < np.abs(speeds).max() <= horizontal * np.sin(np.radians(28)) + 0.005
    assert not speeds[4::5].any()  # the beam that looks up
