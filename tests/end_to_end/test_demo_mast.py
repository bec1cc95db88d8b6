"""The real mast, from its files to clean readings by the commands alone, against a calculation of our own in numpy.

It compares `calibrated_value` and the hand-made erroneous periods, so that quality rules may come without breaking it,
and what the rules find of its three dead sensors while no one has flagged them.
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
from orchestration.dbt import run_dbt
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
STEP = pd.Timedelta(minutes=10)
# when a sensor died, as those saw it who flagged it: the rule that finds it is another for an anemometer that writes 0
DEAD = {"Dir58mS": "2016-12-26 07:00", "Dir78mS": "2017-08-11 02:10", "Spd80mS": "2017-09-04 00:30"}
FOUND = """
select rule, mode, measurement_point, statistic, date_from, date_to
from cleaned.rule_periods
where station = 'demo_mast'
"""

Slots = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Mast:
    """The loaded mast, the file as pandas reads it, the hand-made periods, and what rules found without them."""

    home: Home
    recorded: pd.DataFrame
    periods: pd.DataFrame
    found: pd.DataFrame


@pytest.fixture(scope="module")
def mast(new_home: Callable[[str], Home], built: str, samples: Path) -> Mast:
    home = new_home(built)
    metadata = samples / "iea_task43" / "demo_mast.json"
    run(home, "metadata", "import", metadata, "--utc-offset", "0", "--timestamps", "begin")
    data = samples / "campbell" / "demo_mast.csv"
    (file,) = json.loads(run(home, "load", data, "--logger", "1234567", "--json"))["files"]
    assert (file["state"], file["rejected"], file["first"]) == ("loaded", 0, "2016-01-09T15:30:00Z")
    run(home, "build")
    with connect(home, "analyst") as connection:
        cursor = connection.execute(FOUND)
        found = pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description or ()])
    for end in ("date_from", "date_to"):
        found[end] = pd.to_datetime(found[end], utc=True).dt.tz_localize(None)
    periods = samples / "iea_task43" / "demo_mast_erroneous_periods.csv"
    run(home, "flag", "import", periods)
    run_dbt(home, ["run", "--select", "path:models/cleaned/coverage"])
    frame = pd.read_csv(data, skiprows=[0, 2, 3], encoding="utf-8-sig", index_col=0)
    frame.index = pd.to_datetime(frame.index)
    return Mast(home, frame, pd.read_csv(periods), found)


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


def taken_out(mast: Mast, point: str, statistic: str) -> Slots:
    """Where a hand-made period takes a column out: Start inclusive, Stop exclusive, Sensor a prefix of the column."""
    out = np.zeros(len(mast.recorded), dtype=bool)
    for period in mast.periods.itertuples():
        if period.Sensor == "All" or (point + STATISTICS[statistic]).startswith(str(period.Sensor)):
            times = mast.recorded.index
            out |= np.asarray((times >= pd.Timestamp(str(period.Start))) & (times < pd.Timestamp(str(period.Stop))))
    return out


def found_by(mast: Mast, periods: pd.DataFrame) -> Slots:
    """Slots that periods of rules hold."""
    times = mast.recorded.index
    held = np.zeros(len(times), dtype=bool)
    for period in periods.itertuples():
        held |= np.asarray((times >= period.date_from) & (times < period.date_to))
    return held


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


def slots_by_hand(mast: Mast, point: str, statistic: str) -> pd.DataFrame:
    """Of each month, what was expected, what never came, and what the hand-made periods take out of what came."""
    times = mast.recorded.index
    slots = pd.DataFrame(index=pd.date_range(times[0], times[-1], freq="10min"))
    slots["expected"] = True
    slots["silent"] = ~slots.index.isin(times)
    came = pd.Series(mast.recorded[point + STATISTICS[statistic]].notna().to_numpy(), index=times)
    out = pd.Series(taken_out(mast, point, statistic), index=times)
    slots["missing"] = (~came).reindex(slots.index, fill_value=False)
    slots["erroneous"] = (out & came).reindex(slots.index, fill_value=False)
    return slots.groupby(slots.index.strftime("%Y-%m-01")).sum()  # type: ignore[attr-defined]  # stubs


@pytest.mark.parametrize(("point", "statistic"), CASES)
def test_the_gap_ledger_counts_every_slot_of_every_month(mast: Mast, point: str, statistic: str) -> None:
    with connect(mast.home, "analyst") as connection:
        rows = connection.execute(
            "select month::text, sum(slots)::int, sum(slots) filter (where cause = 'logger_silent')::int,"
            " sum(slots) filter (where cause = 'recorded_missing')::int,"
            " sum(slots) filter (where cause like 'erroneous_period: %%')::int from cleaned.gap_ledger"
            " where station = 'demo_mast' and measurement_point = %s and statistic = %s group by month order by month",
            [point, statistic],
        ).fetchall()
    by_hand = slots_by_hand(mast, point, statistic).astype(int)
    assert [[month, *(count or 0 for count in counts)] for month, *counts in rows] == [
        [month, *counts] for month, *counts in by_hand.itertuples()
    ]


@pytest.mark.parametrize(("point", "statistic"), CASES)
def test_the_first_month_is_right_to_the_slot(mast: Mast, point: str, statistic: str) -> None:
    with connect(mast.home, "analyst") as connection:
        causes = connection.execute(
            "select cause, slots from cleaned.gap_ledger where station = 'demo_mast' and month = '2016-01-01'"
            " and measurement_point = %s and statistic = %s",
            [point, statistic],
        ).fetchall()
        row = connection.execute(
            "select expected, recorded, valid, recovery_rate, availability, calendar_coverage from cleaned.coverage"
            " where station = 'demo_mast' and month = '2016-01-01' and measurement_point = %s and statistic = %s",
            [point, statistic],
        ).fetchone()
    counted = {str(cause): int(str(slots)) for cause, slots in causes}
    by_rule = sum(counted.pop(cause) for cause in list(counted) if cause.startswith("rule: "))
    valid = 3209 - by_rule
    assert counted == {"logger_silent": 7, "erroneous_period: installation": 3, "valid": valid}
    assert row == (3219, 3212, valid, *(pytest.approx(rate) for rate in (valid / 3219, 3212 / 3219, valid / 4464)))


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
    excluding = mast.found[mast.found["mode"] == "exclude"]
    for point, statistic in CASES:
        of_statistic = excluding["statistic"].isna() | (excluding["statistic"] == statistic)
        by_rule = found_by(mast, excluding[(excluding["measurement_point"] == point) & of_statistic])
        clean = np.where(taken_out(mast, point, statistic) | by_rule, np.nan, expected(mast, point, statistic))
        np.testing.assert_allclose(table[f"{point}_{statistic}"], clean, rtol=0, atol=1e-9)
    (archive,) = json.loads(run(mast.home, "export", "demo_mast", "--output", tmp_path, "--json"))["files"]
    assert archive["rows"] == TIMESTAMPS
    assert archive["values"] == file["values"]


def strongest_near(mast: Mast, point: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The strongest average of the other anemometers within 30 m of height; heights are part of the names."""
    near = [speed for speed in SPEEDS if speed != point and abs(int(speed[3:5]) - int(point[3:5])) <= 30]
    strongest: np.ndarray[Any, np.dtype[np.float64]] = np.max([expected(mast, speed, "avg") for speed in near], axis=0)
    return strongest


def rows_of(mast: Mast, holds: Slots) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Numbers of rows: a slot has that of the one before it if it holds and follows it by one step."""
    follows = np.diff(mast.recorded.index, prepend=mast.recorded.index[:1]) == STEP
    return np.cumsum(~(holds & follows))


@pytest.mark.parametrize("point", SPEEDS)
def test_a_dead_anemometer_is_found_to_the_slot_and_calms_are_left(mast: Mast, point: str) -> None:
    recorded, calibrated = mast.recorded[point].to_numpy(), expected(mast, point, "avg")
    logger_slope, logger_offset, slope, offset = SPEEDS[point]
    lowest = min((value - logger_offset) / logger_slope * slope + offset for value in (0, logger_offset))
    standing = (recorded == 0) | (recorded == logger_offset) | (calibrated < lowest + 0.05)
    alone = standing & (strongest_near(mast, point) > 4)
    rows = rows_of(mast, alone & np.roll(alone, 1))
    lasting = pd.Series(alone).groupby(rows).transform("sum").to_numpy() >= 6
    standstill = (mast.found["rule"] == "standstill") & (mast.found["measurement_point"] == point)
    found = found_by(mast, mast.found[standstill])
    np.testing.assert_array_equal(found, alone & lasting)
    assert found.any() == (point in DEAD)


@pytest.mark.parametrize("point", DIRECTIONS)
def test_a_stuck_vane_is_found_to_the_slot_and_calms_are_left(mast: Mast, point: str) -> None:
    direction, deviation = mast.recorded[point].to_numpy(), mast.recorded[f"{point}Std"].to_numpy()
    same = np.isclose(direction, np.roll(direction, 1), rtol=1e-5, atol=0)
    rows = rows_of(mast, same & ((deviation == 0) | np.isclose(deviation, np.roll(deviation, 1), rtol=1e-5, atol=0)))
    windy = strongest_near(mast, point) > 3
    stuck = np.zeros(len(rows), dtype=bool)
    for row in np.flatnonzero(np.bincount(rows) >= 18):
        slots = np.flatnonzero(rows == row)
        telling = slots[windy[slots]]
        # 18 slots with wind, and what is within a day of all of them
        for first, last in zip(telling, telling[17:], strict=False):
            if last - first < 144:
                stuck[max(slots[0], last - 143) : min(slots[-1], first + 143) + 1] = True
    flat = (mast.found["rule"] == "flat_line") & (mast.found["measurement_point"] == point)
    np.testing.assert_array_equal(found_by(mast, mast.found[flat]), stuck)
    died = mast.recorded.index >= pd.Timestamp(DEAD.get(point, "2018-01-01"))
    np.testing.assert_array_equal(stuck, died)


def test_no_rule_takes_values_of_the_dead_sensors_before_they_died(mast: Mast) -> None:
    excluding = mast.found[mast.found["mode"] == "exclude"]
    for point, died in DEAD.items():
        periods = excluding[excluding["measurement_point"] == point]
        assert len(periods)
        assert periods["date_from"].min() >= pd.Timestamp(died)


def test_of_sensors_that_work_only_leaps_of_the_pressure_are_taken(mast: Mast) -> None:
    of_others = mast.found[(mast.found["mode"] == "exclude") & ~mast.found["measurement_point"].isin(list(DEAD))]
    assert set(zip(of_others["rule"], of_others["measurement_point"], strict=True)) == {("spike", "P2m")}
    assert found_by(mast, of_others).sum() == 10
