"""Where the sun stands: the Astronomical Almanac's formulae of low precision, good to a hundredth of a degree."""

import numpy as np
from numpy.typing import NDArray

NOON_OF_2000 = np.datetime64("2000-01-01T12:00:00")


def zenith_deg(utc: NDArray[np.datetime64], latitude: float, longitude: float) -> NDArray[np.float64]:
    """The sun's angle from the vertical."""
    days = (utc - NOON_OF_2000) / np.timedelta64(1, "D")
    anomaly = np.radians(357.528 + 0.9856003 * days)
    mean = 280.460 + 0.9856474 * days
    ecliptic = np.radians(mean + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    tilt = np.radians(23.439 - 4e-7 * days)
    declination = np.arcsin(np.sin(tilt) * np.sin(ecliptic))
    ascension = np.arctan2(np.cos(tilt) * np.sin(ecliptic), np.cos(ecliptic))
    hour_angle = np.radians((18.697374558 + 24.06570982441908 * days) * 15 + longitude) - ascension
    place = np.radians(latitude)
    height = np.sin(place) * np.sin(declination) + np.cos(place) * np.cos(declination) * np.cos(hour_angle)
    return np.asarray(np.degrees(np.arccos(height)))
