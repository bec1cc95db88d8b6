"""Weather as a mast would meet it: plausible rather than true, autocorrelated, with days and seasons in it."""

import math
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]

STEP_MINUTES = 10
STEPS_PER_HOUR = 60 // STEP_MINUTES
WEIBULL_SHAPE = 2.0  # of mid-latitude sites
LOGISTIC = 1.702  # makes the logistic function follow the normal distribution to within 0.01


@dataclass(frozen=True, slots=True)
class Climate:
    """What distinguishes two sites. Wind speeds are at 80 m."""

    scale_m_s: float
    prevailing_deg: float
    temperature_deg_c: float
    summer_month: float
    elevation_m: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a logger makes of the samples of one averaging period; minimum <= average <= maximum, deviation >= 0."""

    avg: Floats
    sd: Floats
    max: Floats
    min: Floats


@dataclass(frozen=True, slots=True)
class Weather:
    """The truth of one site, a value for each averaging period; `begins` is in standard local time."""

    begins: Times
    speed_80m: Floats
    shear: Floats
    turbulence: Floats
    direction: Floats
    temperature: Floats
    humidity: Floats
    pressure: Floats

    def speed(self, height_m: float, boom_deg: float, rng: np.random.Generator) -> Statistics:
        """Wind speed of an anemometer at a height, on a boom with the mast behind it."""
        average = self.speed_80m * (height_m / 80) ** self.shear
        average = average * (1 + 0.004 * rng.standard_normal(len(average))) * self._shadow(boom_deg)
        sd = average * self.turbulence * np.exp(0.15 * rng.standard_normal(len(average)))
        peak = 2.4 + 0.35 * np.abs(rng.standard_normal((2, len(average))))
        return Statistics(average, sd, average + peak[0] * sd, np.maximum(average - peak[1] * sd, 0))

    def vane(self, rng: np.random.Generator) -> Statistics:
        """Wind direction, a vector mean, and its deviation; a vane has no minimum or maximum worth the name."""
        direction = (self.direction + 1.5 * rng.standard_normal(len(self.direction))) % 360
        sd = np.degrees(self.turbulence) * np.exp(0.1 * rng.standard_normal(len(direction)))
        return Statistics(direction, sd, direction, direction)

    def _shadow(self, boom_deg: float) -> Floats:
        """The share of the wind that is left when it comes through the mast."""
        away = np.abs((self.direction - boom_deg) % 360 - 180)  # 0 where it blows from behind the mast
        return np.asarray(1 - 0.25 * np.exp(-((away / 12) ** 2)), dtype=np.float64)


def simulate(begins: Times, climate: Climate, rng: np.random.Generator) -> Weather:
    """Make the weather of a site for these times, which are `STEP_MINUTES` apart."""
    steps = len(begins)
    day_of_year = (begins - begins.astype("datetime64[Y]")) / np.timedelta64(1, "D")
    hour = (begins - begins.astype("datetime64[D]")) / np.timedelta64(1, "h")
    summer = np.cos(2 * np.pi * (day_of_year / 365.25 - (climate.summer_month - 0.5) / 12))
    afternoon = np.cos(2 * np.pi * (hour - 15) / 24)

    gusty = autocorrelated(rng, steps, hours=14)
    speed = climate.scale_m_s * weibull(gusty) * (1 - 0.15 * summer) * (1 - 0.06 * afternoon)
    temperature = climate.temperature_deg_c + 9 * summer + 3.5 * afternoon + 3 * autocorrelated(rng, steps, hours=60)
    sea_level = 1013 - gusty + 9 * autocorrelated(rng, steps, hours=240)  # 10 hPa in 3 h is a sensor's fault
    return Weather(
        begins=begins,
        speed_80m=speed,
        shear=0.17 - 0.08 * afternoon + 0.03 * autocorrelated(rng, steps, hours=6),
        turbulence=np.clip(
            0.1 + 0.03 * afternoon + 0.02 * autocorrelated(rng, steps, hours=3) + 0.15 / (speed + 1), 0.02, 0.6
        ),
        direction=(climate.prevailing_deg + 55 * autocorrelated(rng, steps, hours=30)) % 360,
        temperature=temperature,
        humidity=np.clip(76 - 12 * afternoon + 12 * autocorrelated(rng, steps, hours=20), 15, 100),
        pressure=sea_level * math.exp(-climate.elevation_m / 8400),
    )


def autocorrelated(rng: np.random.Generator, steps: int, hours: float) -> Floats:
    """Normal noise of unit variance that forgets itself within some hours (an AR(1) process)."""
    memory = math.exp(-1 / (hours * STEPS_PER_HOUR))
    shocks = rng.standard_normal(steps)
    shocks[1:] *= math.sqrt(1 - memory**2)
    return np.fromiter(accumulate(shocks.tolist(), lambda before, shock: memory * before + shock), float, steps)


def weibull(noise: Floats) -> Floats:
    """Turn normal noise into Weibull-distributed values of scale 1."""
    return np.asarray(np.log1p(np.exp(LOGISTIC * noise)) ** (1 / WEIBULL_SHAPE), dtype=np.float64)
