"""The sun of the rules for irradiance against pvlib, which has it by NREL's SPA, right to 0.0003 degrees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from jinja2 import Environment
from numpy.typing import NDArray
from psycopg.sql import SQL
from pvlib import solarposition  # type: ignore[import-untyped]

from database.connection import Connection, connect
from database.home import Home

Floats = NDArray[np.float64]

MACRO = Path(__file__).parents[2] / "macros" / "rules" / "sun.sql"
PLACES = 20_000
QUERY = """
    select acosd(least(1, greatest(-1, sun.cos_zenith))), sun.hour_angle_deg, sun.distance_au
    from unnest(%s::timestamptz[], %s::float8[], %s::float8[]) with ordinality as place (at, north, east, number)
    cross join {sun} as sun
    order by place.number
"""


@pytest.fixture(scope="module")
def connection(server: Home) -> Iterator[Connection]:
    with connect(server, "owner") as opened:
        yield opened


@pytest.fixture(scope="module")
def places() -> tuple[pd.DatetimeIndex, Floats, Floats]:
    """Times from 1990 to 2050, latitudes and longitudes of all the world, each drawn by itself."""
    draw = np.random.default_rng(5)
    epochs = draw.integers(631_152_000, 2_524_608_000, PLACES)
    return (
        pd.to_datetime(epochs, unit="s", utc=True),
        draw.uniform(-90, 90, PLACES),
        draw.uniform(-180, 180, PLACES),
    )


@pytest.fixture(scope="module")
def ours(connection: Connection, places: tuple[pd.DatetimeIndex, Floats, Floats]) -> Floats:
    """Zenith in degrees, hour angle in degrees and distance in au as the macro has them (places, 3)."""
    times, latitudes, longitudes = places
    macro = Environment(autoescape=True).from_string(MACRO.read_text()).module.sun  # type: ignore[attr-defined]
    rows = connection.execute(
        SQL(QUERY).format(sun=SQL(macro("place.at", "place.north", "place.east"))),
        [list(times.to_pydatetime()), latitudes.tolist(), longitudes.tolist()],
    ).fetchall()
    return np.array(rows, dtype=np.float64)


def test_the_zenith_is_right_to_a_twentieth_of_a_degree_all_over_the_world(
    ours: Floats, places: tuple[pd.DatetimeIndex, Floats, Floats]
) -> None:
    times, latitudes, longitudes = places
    theirs = np.array(solarposition.spa_python(times, latitudes, longitudes)["zenith"])

    assert np.max(np.abs(ours[:, 0] - theirs)) < 0.05


def test_the_hour_angle_is_right_to_ten_seconds(ours: Floats, places: tuple[pd.DatetimeIndex, Floats, Floats]) -> None:
    times, _, longitudes = places
    equation = np.array(solarposition.spa_python(times, 0, 0)["equation_of_time"])
    minutes = (times.hour * 60 + times.minute + times.second / 60).to_numpy() + 4 * longitudes + equation - 720
    apart = (ours[:, 1] - minutes / 4 + 180) % 360 - 180

    assert np.max(np.abs(apart)) < 10 / 240


def test_the_distance_is_right_to_a_part_in_five_thousand(
    ours: Floats, places: tuple[pd.DatetimeIndex, Floats, Floats]
) -> None:
    times, _, _ = places
    theirs = np.array(solarposition.nrel_earthsun_distance(times))

    assert np.max(np.abs(ours[:, 2] / theirs - 1)) < 2e-4
