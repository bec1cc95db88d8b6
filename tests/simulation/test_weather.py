"""The simulated weather has the properties that the rules and the demo rely on."""

import numpy as np
import pytest

from simulation.demo import RIDGE
from simulation.weather import Statistics, Weather, autocorrelated, simulate


@pytest.fixture(scope="module")
def year() -> Weather:
    begins = np.arange("2022-01-01", "2023-01-01", np.timedelta64(600, "s"), dtype="datetime64[s]")
    return simulate(begins, RIDGE.climate, np.random.default_rng(1))


@pytest.fixture(scope="module")
def speed(year: Weather) -> Statistics:
    return year.speed(80, 0, np.random.default_rng(2))


def test_minimum_average_and_maximum_stand_in_this_order(speed: Statistics) -> None:
    assert (speed.min >= 0).all()
    assert (speed.min <= speed.avg).all()
    assert (speed.avg <= speed.max).all()
    assert (speed.sd >= 0).all()
    assert (speed.sd <= (speed.max - speed.min) / 2 + 1e-9).mean() > 0.9


def test_the_wind_blows_as_it_does_on_a_ridge(speed: Statistics) -> None:
    assert 5 < speed.avg.mean() < 9
    assert 18 < speed.avg.max() < 45


def test_the_wind_grows_with_height(year: Weather) -> None:
    heights = [year.speed(height, 0, np.random.default_rng(2)).avg.mean() for height in (40, 60, 80, 100)]
    assert heights == sorted(heights)


def test_weather_is_like_that_of_ten_minutes_before(speed: Statistics) -> None:
    assert np.corrcoef(speed.avg[1:], speed.avg[:-1])[0, 1] > 0.97


def test_summers_and_afternoons_are_warm(year: Weather) -> None:
    month = year.begins.astype("datetime64[M]").astype(int) % 12
    hour = (year.begins - year.begins.astype("datetime64[D]")).astype(int) // 3600
    assert year.temperature[month == 6].mean() > year.temperature[month == 0].mean() + 10
    assert year.temperature[hour == 15].mean() > year.temperature[hour == 3].mean() + 4


def test_the_mast_takes_wind_from_the_sensor_behind_it(year: Weather) -> None:
    north = year.speed(80, 0, np.random.default_rng(2)).avg
    south = year.speed(80, 180, np.random.default_rng(2)).avg
    from_south = np.abs(year.direction - 180) < 3
    assert np.median((north / south)[from_south]) < 0.8


def test_the_noise_has_unit_variance_and_no_mean() -> None:
    noise = autocorrelated(np.random.default_rng(3), 200_000, hours=5)
    assert abs(noise.mean()) < 0.1
    assert abs(noise.std() - 1) < 0.05
