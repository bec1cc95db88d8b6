"""`make demo`, on a fresh home: the whole way, and what was simulated is what is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from database.connection import connect
from database.embedded import cluster
from database.home import Home
from simulation import demo
from simulation.faults import Period
from simulation.field import simulate_demo_field, simulate_short_field
from simulation.short_stations import short_stations
from tests.commands import run


@dataclass(frozen=True)
class Demo:
    """A home after the demo, and what the demo printed."""

    home: Home
    printed: str


@pytest.fixture(scope="module")
def shown() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory(prefix="stationmanager demo ") as folder:
        Path(folder).chmod(0o755)
        home = Home(Path(folder) / "home")
        answer = subprocess.run(
            [sys.executable, "-m", "orchestration.demo"],
            env=os.environ | {"STATIONMANAGER_HOME": str(home.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        yield Demo(home, answer.stdout)
        cluster.stop(home)


def test_it_ends_in_a_summary_of_one_screen(shown: Demo) -> None:
    summary = shown.printed.split("What you have now")[1]
    assert len(summary.splitlines()) < 30
    for word in ("1 failed", f"{demo.REJECTED_READINGS} rejected", "alder_ridge", "pampa_norte", "coverage", "make up"):
        assert word in summary
    formats = {"toa5", *chain.from_iterable(station.formats for station in short_stations())}
    assert f"{len(formats)} formats: {', '.join(sorted(formats))}" in summary
    assert f"{len(short_stations())} short stations" in summary


def test_every_file_is_loaded_but_the_broken_one(shown: Demo) -> None:
    status = json.loads(run(shown.home, "status", "--json"))
    assert status["severity"] == "error"
    assert status["files"].keys() == {"loaded", "failed"}
    assert status["files"]["failed"] == 1
    failed = next(finding for finding in status["findings"] if finding["kind"] == "file_failed")
    assert demo.BROKEN_FILE in failed["text"]


def test_status_tells_nothing_but_what_was_broken_on_purpose(shown: Demo) -> None:
    findings = json.loads(run(shown.home, "status", "--json"))["findings"]
    assert {finding["kind"] for finding in findings} == {"file_failed", "rows_rejected"}, findings


def test_re_calibration_finds_the_truth_again(shown: Demo) -> None:
    ridge, _ = simulate_demo_field()
    point = demo.EXCHANGED_POINT
    with connect(shown.home, "analyst") as connection:
        rows = connection.execute(
            "select extract(epoch from timestamp)::float8, calibrated_value from cleaned.readings"
            " where station = 'alder_ridge' and measurement_point = %s and statistic = 'avg' and excluded_by is null"
            " order by timestamp",
            [point],
        ).fetchall()
    times, values = np.array(rows, dtype=float).T
    begins = ridge.recording.begins.astype("datetime64[s]").astype(np.int64) - 3600
    truth = dict(zip(begins.tolist(), ridge.truth[f"{point}_Avg"].tolist(), strict=True))
    expected = np.array([truth[int(time)] for time in times])
    assert len(values) > 100_000
    # the logger rounds to three decimals
    np.testing.assert_allclose(values, expected, rtol=0, atol=0.001)


def test_each_format_has_a_station_whose_speeds_are_those_that_were_simulated(shown: Demo) -> None:
    with connect(shown.home, "analyst") as connection:
        rows = connection.execute(
            "select station, array_agg(extract(epoch from timestamp)::float8 order by timestamp),"
            " array_agg(calibrated_value order by timestamp) from cleaned.readings"
            " where measurement_point = 'Spd100m' and statistic = 'avg' and starts_with(station, 'short_') group by 1"
        ).fetchall()
        lowest = connection.execute(
            "select count(*) from cleaned.readings where station = 'short_axys' and measurement_point = 'Spd50m'"
        ).fetchone()
    found = {station: (np.array(times), np.array(values, dtype=float)) for station, times, values in rows}
    compared = set()
    for station, simulated in simulate_short_field():
        mast = station.mast
        if station.formats == ("axys",):  # its anemometer is the lowest level
            assert lowest == (len(simulated.recording.begins),)
            continue
        times, values = found[mast.slug]
        begins = simulated.recording.begins.astype(np.int64) - 3600 * mast.utc_offset_hours
        np.testing.assert_allclose(times, begins, rtol=0, atol=1)  # a WLS70 begins with the first second
        point = mast.points[0]
        still = point.sensors[0].offset or 0  # cups that stand tell nothing of a wind below it
        truth = np.maximum(simulated.truth[point.column("avg")], still)
        # a Meteo-32 counts whole turns, a BaseStation tenths of a mile per hour
        rounding = {"meteo32": 0.5 * 0.765, "nrg_basestation": 0.05 * 0.44704}.get(station.formats[0], 0.005)
        np.testing.assert_allclose(values, truth, rtol=1e-6, atol=rounding + 0.001, err_msg=mast.slug)
        compared.add(mast.slug)
    assert len(compared) == len(short_stations()) - 1


def test_of_the_short_stations_nothing_is_found_amiss(shown: Demo) -> None:
    findings = json.loads(run(shown.home, "status", "--json"))["findings"]
    assert [finding for finding in findings if "short_" in json.dumps(finding)] == []


def test_rules_take_out_what_went_wrong_and_nothing_else(shown: Demo) -> None:
    faults = [(demo.DEAD, "standstill"), (demo.STUCK_VANE, "flat_line")]
    faults += zip(demo.ICED, ("standstill", "flat_line"), strict=True)
    faults += [(spike, "spike") for spike, _ in demo.SPIKES]
    found = periods_of_rules(shown, "exclude")
    lacking = []
    for fault, rule in faults:
        begin, end = in_utc(fault)
        within = {period for period in found if period[1:3] == (fault.station, fault.sensor)}
        within = {period for period in within if begin <= period[3] and period[4] <= end}
        found -= within
        share = sum((period[4] - period[3]).total_seconds() for period in within if period[0] == rule)
        # calm hours of a dead anemometer stay, since no one can tell
        if share < 0.9 * (end - begin).total_seconds():
            lacking.append((rule, fault))
    assert (lacking, found) == ([], set())


def test_rules_tell_of_the_ice_that_no_one_noted(shown: Demo) -> None:
    told = periods_of_rules(shown, "report")
    begin, end = in_utc(demo.ICED[1])
    assert ("icing_of_direction", demo.RIDGE.slug, "Dir78mS", begin, end) in told
    speeds = [period for period in told if period[0] == "icing_of_speed" and period[2] == "Spd60mN"]
    assert [period for period in speeds if period[3] == begin and period[4] > end - timedelta(hours=1)]


def test_the_summary_says_what_the_rules_found(shown: Demo) -> None:
    by_rules = [line for line in shown.printed.splitlines() if line.startswith("periods that")]
    took, told = by_rules
    assert "standstill 3" in took
    assert f"spike {len(demo.SPIKES)}" in took
    for rule in ("icing_of_speed", "icing_of_direction 1", "tower_shadow"):
        assert rule in told


def periods_of_rules(shown: Demo, mode: str) -> set[tuple[str, str, str, datetime, datetime]]:
    with connect(shown.home, "analyst") as connection:
        rows = connection.execute(
            "select distinct rule, station, measurement_point, date_from, date_to"
            " from cleaned.rule_periods where mode = %s",
            [mode],
        ).fetchall()
    return {(rule, station, point, begin, end) for rule, station, point, begin, end in rows}


def in_utc(period: Period) -> tuple[datetime, datetime]:
    hours = {mast.slug: mast.utc_offset_hours for mast in (demo.RIDGE, demo.PLAIN)}[period.station]
    begin, end = (
        datetime.fromisoformat(time).replace(tzinfo=UTC) - timedelta(hours=hours)
        for time in (period.start, period.stop)
    )
    return begin, end


def test_the_zip_opens_and_has_a_file_for_each_type_of_sensor(shown: Demo) -> None:
    with ZipFile(shown.home.exports / "alder_ridge_windographer.zip") as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
    assert {f"alder_ridge_{part}.txt" for part in ("all", "speed", "direction", "temperature", "flagging_log")} <= names


def test_a_second_demo_changes_nothing(shown: Demo) -> None:
    def digest() -> object:
        with connect(shown.home, "loader") as connection:
            return connection.execute(
                "select count(*), sum(value::numeric), (select count(*) from metadata.flag),"
                " (select count(*) from raw.file) from raw.reading"
            ).fetchone()

    before = digest()
    subprocess.run(
        [sys.executable, "-m", "orchestration.demo"],
        env=os.environ | {"STATIONMANAGER_HOME": str(shown.home.path)},
        capture_output=True,
        check=True,
    )
    assert digest() == before
