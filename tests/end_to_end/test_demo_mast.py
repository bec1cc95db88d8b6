"""The real mast, from its files to clean readings by the commands alone, against a calculation of our own in numpy.

It compares `calibrated_value` and the hand-made erroneous periods, so that quality rules may come without breaking it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from database.connection import connect
from database.home import Home
from tests.commands import run

TIMESTAMPS = 95_629
# by its certificate: measurement point, logger's slope and offset, certificate's slope and offset
SPEEDS = {
    "Spd80mN": (0.046, 0.243, 0.046, 0.243),
    "Spd80mS": (0.8445, 0.321, 0.84449, 0.3209),
    "Spd60mN": (0.4605, 0.2374, 0.46049, 0.23739),
    "Spd60mS": (0.04567, 0.2557, 0.04567, 0.2557),
    "Spd40mN": (0.8446, 0.321, 0.8446, 0.321),
    "Spd40mS": (0.0459, 0.2554, 0.04591, 0.25539),
}
REPROGRAMMED = "2017-01-04 18:00"  # from here on the logger used the certificate's numbers for Spd40mS
DIRECTIONS = {"Dir78mS": 180 - 180, "Dir58mS": 0, "Dir38mS": 0}
AS_RECORDED = {"T2m": "T2m", "P2m": "P2m", "RH2m": "RH2m"}
STATISTICS = {"avg": "", "sd": "Std", "max": "Max"}


@dataclass(frozen=True)
class Mast:
    """The loaded mast, the file as pandas reads it, and the hand-made periods."""

    home: Home
    recorded: pd.DataFrame
    periods: pd.DataFrame


@pytest.fixture(scope="module")
def mast(new_home: Callable[[str], Home], built: str, samples: Path) -> Mast:
    home = new_home(built)
    metadata = samples / "iea_task43" / "demo_mast.json"
    run(home, "metadata", "import", metadata, "--utc-offset", "0", "--timestamps", "begin")
    data = samples / "campbell" / "demo_mast.csv"
    (file,) = json.loads(run(home, "load", data, "--logger", "1234567", "--json"))["files"]
    assert (file["state"], file["rejected"], file["first"]) == ("loaded", 0, "2016-01-09T15:30:00Z")
    run(home, "build")
    periods = samples / "iea_task43" / "demo_mast_erroneous_periods.csv"
    run(home, "flag", "import", periods)
    frame = pd.read_csv(data, skiprows=[0, 2, 3], encoding="utf-8-sig", index_col=0)
    frame.index = pd.to_datetime(frame.index)
    return Mast(home, frame, pd.read_csv(periods))


def expected(mast: Mast, point: str, statistic: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What the certificate makes of a column, by the book: one formula for each kind of value."""
    column = mast.recorded[point + STATISTICS[statistic]].to_numpy(dtype=float)
    if point in DIRECTIONS:
        return (column + DIRECTIONS[point]) % 360 if statistic == "avg" else column
    if point in AS_RECORDED:
        return column
    logger_slope, logger_offset, slope, offset = SPEEDS[point]
    if statistic == "sd":
        corrected = column / logger_slope * slope
    else:
        corrected = (column - logger_offset) / logger_slope * slope + offset
    if point == "Spd40mS":
        corrected = np.where(mast.recorded.index >= pd.Timestamp(REPROGRAMMED), column, corrected)
    return corrected


def taken_out(mast: Mast, point: str, statistic: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where a hand-made period takes a column out: Start inclusive, Stop exclusive, Sensor a prefix of the column."""
    out = np.zeros(len(mast.recorded), dtype=bool)
    for period in mast.periods.itertuples():
        if period.Sensor == "All" or (point + STATISTICS[statistic]).startswith(str(period.Sensor)):
            times = mast.recorded.index
            out |= np.asarray((times >= pd.Timestamp(str(period.Start))) & (times < pd.Timestamp(str(period.Stop))))
    return out


CASES = [(point, statistic) for point in SPEEDS for statistic in STATISTICS]
CASES += [(point, statistic) for point in DIRECTIONS for statistic in ("avg", "sd")]
CASES += [(point, "avg") for point in AS_RECORDED]


@pytest.mark.parametrize(("point", "statistic"), CASES)
def test_every_value_is_what_the_certificate_makes_of_it(mast: Mast, point: str, statistic: str) -> None:
    with connect(mast.home, "analyst") as connection:
        row = connection.execute(
            "select array_agg(extract(epoch from timestamp)::float8 order by timestamp),"
            " array_agg(calibrated_value order by timestamp)"
            " from cleaned.readings where station = 'demo_mast' and measurement_point = %s and statistic = %s",
            [point, statistic],
        ).fetchone()
    assert row is not None
    times, calibrated = (np.array(column, dtype=float) for column in row)
    assert len(times) == TIMESTAMPS
    np.testing.assert_array_equal(times, mast.recorded.index.astype("datetime64[s]").astype(np.int64))
    np.testing.assert_allclose(calibrated, expected(mast, point, statistic), rtol=0, atol=1e-9)


@pytest.mark.parametrize(("point", "statistic"), CASES)
def test_monthly_means_and_counts_without_the_hand_made_periods(mast: Mast, point: str, statistic: str) -> None:
    with connect(mast.home, "analyst") as connection:
        rows = connection.execute(
            "select date_trunc('month', timestamp)::date::text, count(calibrated_value), avg(calibrated_value)"
            " from cleaned.readings where station = 'demo_mast' and measurement_point = %(point)s"
            " and statistic = %(statistic)s and not exists (select from cleaned.flagged_periods as flagged"
            " where flagged.station = 'demo_mast' and flagged.measurement_point = %(point)s"
            " and coalesce(flagged.statistic, %(statistic)s) = %(statistic)s and flagged.source <> 'rule'"
            " and readings.timestamp >= flagged.date_from and readings.timestamp < flagged.date_to)"
            " group by 1 order by 1",
            {"point": point, "statistic": statistic},
        ).fetchall()
    good = pd.Series(expected(mast, point, statistic), index=mast.recorded.index)[~taken_out(mast, point, statistic)]
    months = good.groupby(good.index.to_period("M")).agg(["count", "mean"])  # type: ignore[attr-defined]  # stubs
    assert [(month, count) for month, count, _ in rows] == [
        (f"{month}-01", count) for month, count in months["count"].items()
    ]
    np.testing.assert_allclose([float(str(mean)) for *_, mean in rows], months["mean"], rtol=0, atol=1e-9)


def test_what_is_excluded_says_why_and_keeps_its_calibrated_value(mast: Mast) -> None:
    with connect(mast.home, "analyst") as connection:
        rows = connection.execute(
            "select excluded_by, count(*), count(value), count(calibrated_value) from cleaned.readings"
            " where measurement_point = 'Dir58mS' and statistic = 'avg' group by 1"
        ).fetchall()
    counted = {reason: (n, with_value, calibrated) for reason, n, with_value, calibrated in rows}
    assert counted["Invalid"][1] == 0
    assert counted["Invalid"][0] == counted["Invalid"][2] > 40_000
    assert counted[None][0] == counted[None][1]


def test_the_exports_hold_the_clean_values(mast: Mast, tmp_path: Path) -> None:
    (file,) = json.loads(run(mast.home, "export", "--format", "csv", "--output", tmp_path, "--json"))["files"]
    table = pd.read_csv(file["path"], index_col="timestamp", parse_dates=True)
    assert len(table) == file["rows"] == TIMESTAMPS
    for point, statistic in CASES:
        clean = np.where(taken_out(mast, point, statistic), np.nan, expected(mast, point, statistic))
        np.testing.assert_allclose(table[f"{point}_{statistic}"], clean, rtol=0, atol=1e-9)
    (archive,) = json.loads(run(mast.home, "export", "demo_mast", "--output", tmp_path, "--json"))["files"]
    assert archive["rows"] == TIMESTAMPS
    assert archive["values"] == file["values"]
