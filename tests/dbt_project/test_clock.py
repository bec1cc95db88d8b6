"""The rule `clock` against pvlib's sun and clear sky: a logger that is right, one an hour off, and clouds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from psycopg.types.json import Jsonb
from pvlib import clearsky, solarposition  # type: ignore[import-untyped]

from database.connection import Connection, connect
from database.home import Home
from orchestration.dbt import run_dbt

Floats = NDArray[np.float64]

LATITUDE, LONGITUDE = 47.8, 11.0
# midnight of the sun on average; stamps mark the beginning of ten minutes
START = datetime(2021, 4, 30, 23, 20, tzinfo=UTC)
DAYS = 12
STAMPS = pd.date_range(START, periods=DAYS * 144, freq="10min")
CLOUDY = (2, 3, 7)  # days on which the afternoon clouds over
# the logger's serial, and how many minutes its clock is fast
LOGGERS = {"right": 0, "early": -60, "late": 60, "hardly": 15, "enough": 25, "turned": 480}
ALWAYS_CLOUDY = "dull"
READINGS = "insert into raw.reading select unnest(%s::timestamptz[]), %s, 0, unnest(%s::float8[])"
NOONS = """
select points.station, noons.day, noons.off_deg * 4, noons.clearness, noons.likeness
from cleaned.noons as noons
inner join cleaned.judged_points as points using (point_id)
order by 1, 2
"""


def clear_sky(minutes_fast: float) -> Floats:
    """Irradiance by Solis's clear sky (n,), in W/m2, as a logger with such a clock stamps it."""
    true = STAMPS + pd.Timedelta(minutes=5 - minutes_fast)
    sun = solarposition.spa_python(true, LATITUDE, LONGITUDE)
    sky = clearsky.simplified_solis(sun["apparent_elevation"], aod700=0.1, precipitable_water=1.5)
    # thermopiles see a little less than nothing at night
    return np.where(sun["apparent_elevation"] > 0, np.nan_to_num(sky["ghi"]), -3.0)


def clouded(irradiance: Floats, days: Mapping[int, float] | None = None) -> Floats:
    """With an afternoon of little light on some days, and clouds that come and go."""
    draw = np.random.default_rng(7)
    number = np.arange(len(irradiance))
    share = np.ones(len(irradiance))
    for day in days or dict.fromkeys(CLOUDY, 0.3):
        afternoon = (number // 144 == day) & (number % 144 > 75)
        share[afternoon] = draw.uniform(0.15, 0.6, afternoon.sum())
    return irradiance * share


def document(station: str) -> dict[str, object]:
    """A station whose logger serves a pyranometer and a thermometer."""
    since = "2020-01-01T00:00:00"

    def point(name: str, quantity: str, unit: str) -> dict[str, object]:
        column = {"column_name": name, "statistic_type_id": "avg"}
        setting = {"slope": 1, "offset": 0, "measurement_units_id": unit, "date_from": since, "column_name": [column]}
        return {"name": name, "measurement_type_id": quantity, "height_m": 2, "logger_measurement_config": [setting]}

    logger = {
        "logger_serial_number": station,
        "offset_from_utc_hrs": 0,
        "averaging_period_minutes": 10,
        "timestamp_is_end_of_period": False,
        "date_from": since,
    }
    location = {
        "name": station,
        "latitude_ddeg": LATITUDE,
        "longitude_ddeg": LONGITUDE,
        "measurement_station_type_id": "solar",
        "logger_main_config": [logger],
        "measurement_point": [
            point("Ghi", "global_horizontal_irradiance", "W/m^2"),
            point("Tmp", "air_temperature", "deg_C"),
        ],
    }
    return {"measurement_location": [location]}


@pytest.fixture(scope="module")
def owner(new_home: Callable[[str], Home], built: str) -> Iterator[Connection]:
    """A database in which the rules have judged all loggers."""
    home = new_home(built)
    with connect(home, "owner") as connection:
        for station, minutes in LOGGERS.items():
            record(connection, station, clouded(clear_sky(minutes)))
        record(connection, ALWAYS_CLOUDY, clouded(clear_sky(60), dict.fromkeys(range(DAYS), 0.3)))
        run_dbt(home, ["build", "--exclude-resource-type", "unit_test", "test"])
        yield connection


def record(owner: Connection, station: str, irradiance: Floats) -> None:
    owner.execute(
        "insert into metadata.document (sha256, path, kind, content, imported_by)"
        " values ('', '', 'json', %s, 'a test')",
        [Jsonb(document(station))],
    )
    stamps = list(STAMPS.to_pydatetime())
    for column, values in (("Ghi", irradiance), ("Tmp", 10 + irradiance / 100)):
        channel = owner.execute(
            "insert into raw.channel (logger, averaging_period, column_name) values (%s, '10 minutes', %s)"
            " returning channel_id",
            [station, column],
        ).fetchone()
        assert channel
        owner.execute(READINGS, [stamps, channel[0], values.tolist()])


@pytest.fixture(scope="module")
def noons(owner: Connection) -> pd.DataFrame:
    """What SQL says of each day: minutes that its noon is off, clearness, likeness."""
    found = pd.DataFrame(
        owner.execute(NOONS).fetchall(), columns=["station", "number", "minutes", "clearness", "likeness"]
    )
    found["day"] = found["number"] - found["number"].min()
    return found.set_index(["station", "day"])


def middles(irradiance: Floats) -> Floats:
    """Minutes that the middle of each day's light is behind the sun's transit, both by other means than SQL's (days,).

    The mean of the times, weighted with the light: no days that light passes midnight on.
    """
    light = np.clip(irradiance, 0, None).reshape(DAYS, 144)
    minutes = (np.arange(144) + 0.5) * 10
    noon = START + timedelta(hours=12)
    days = pd.date_range(noon.date(), periods=DAYS, freq="D", tz="UTC")
    transits = solarposition.sun_rise_set_transit_spa(days, LATITUDE, LONGITUDE)["transit"]
    begins = pd.date_range(START, periods=DAYS, freq="D")
    transit = np.array([(at - begin).total_seconds() / 60 for at, begin in zip(transits, begins, strict=True)])
    off: Floats = (light * minutes).sum(axis=1) / light.sum(axis=1) - transit
    return off


@pytest.mark.parametrize("station", ["right", "early", "late", "hardly", "enough"])
def test_noons_are_those_of_pvlib(noons: pd.DataFrame, station: str) -> None:
    ours = noons.loc[station]["minutes"]
    theirs = middles(clouded(clear_sky(LOGGERS[station])))
    clear = [day for day in range(DAYS) if day not in CLOUDY]
    assert np.abs(ours[clear] - theirs[clear]).max() < 0.5
    assert np.abs(ours[clear] - LOGGERS[station]).max() < 1


def test_a_clock_that_is_eight_hours_off_is_seen_too(noons: pd.DataFrame) -> None:
    # the light of a day passes midnight then; neighbouring days are alike
    ours = noons.loc["turned"].loc[9:11]
    assert np.abs(ours["minutes"] - 480).max() < 2
    assert (ours["likeness"] > 0.99).all()


def test_clear_days_are_told_from_cloudy_ones(noons: pd.DataFrame) -> None:
    for station in ("right", "early", "late", "hardly", "enough"):
        likeness = noons.loc[station]["likeness"]
        assert (likeness[[*CLOUDY]] < 0.95).all()
        assert (likeness.drop([*CLOUDY]) > 0.995).all()
    assert (noons.loc[ALWAYS_CLOUDY]["likeness"] < 0.95).all()


def test_only_clocks_that_are_off_are_told_and_all_that_they_stamped(owner: Connection) -> None:
    found = owner.execute(
        "select station, measurement_point, date_from, date_to from cleaned.clock"
        " where station <> 'turned' order by station, measurement_point"
    ).fetchall()
    whole = (START, START + timedelta(days=DAYS))
    assert found == [(station, point, *whole) for station in ("early", "enough", "late") for point in ("Ghi", "Tmp")]
    assert owner.execute("select distinct rule, mode from cleaned.rule_periods where rule = 'clock'").fetchall() == [
        ("clock", "report")
    ]
