"""A station in order, and how it is spoiled."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Part = dict[str, Any]

START = "2020-01-01T00:00:00"
EXCHANGED = "2021-06-01T00:00:00"


def good_station(name: str) -> Part:
    """A mast whose anemometer was exchanged and calibrated each time, and a vane."""

    def sensor(serial: str, date_from: str, date_to: str | None, calibrated_on: str) -> Part:
        certificate = {"slope": 0.0462, "offset": 0.2, "date_of_calibration": calibrated_on}
        facts = {"oem": "Example", "model": "Cup 1", "serial_number": serial, "calibration": [certificate]}
        return {"date_from": date_from, "date_to": date_to, **facts}

    def config(serial: str, date_from: str, date_to: str | None) -> Part:
        columns = [{"column_name": "Spd_Avg", "statistic_type_id": "avg"}]
        numbers = {"slope": 0.0465, "offset": 0.21, "measurement_units_id": "m/s", "serial_number": serial}
        return {"date_from": date_from, "date_to": date_to, "column_name": columns, **numbers}

    return {
        "name": name,
        "latitude_ddeg": 50.0,
        "longitude_ddeg": 8.0,
        "measurement_station_type_id": "mast",
        "logger_main_config": [
            {
                "logger_oem_id": "Campbell Scientific",
                "logger_serial_number": name,
                "date_from": START,
                "date_to": None,
                "offset_from_utc_hrs": 1,
                "averaging_period_minutes": 10,
                "timestamp_is_end_of_period": False,
            }
        ],
        "measurement_point": [
            {
                "name": "Spd80m",
                "measurement_type_id": "wind_speed",
                "height_m": 80,
                "logger_measurement_config": [config("A1", START, EXCHANGED), config("B1", EXCHANGED, None)],
                "sensor": [
                    sensor("A1", START, EXCHANGED, "2019-06-01"),
                    sensor("B1", EXCHANGED, None, "2021-01-01"),
                ],
            },
            {
                "name": "Dir78m",
                "measurement_type_id": "wind_direction",
                "height_m": 78,
                "logger_measurement_config": [
                    {
                        "date_from": START,
                        "date_to": None,
                        "measurement_units_id": "deg",
                        "column_name": [{"column_name": "Dir_Avg", "statistic_type_id": "avg"}],
                    }
                ],
                "mounting_arrangement": [
                    {"date_from": START, "date_to": None, "vane_dead_band_orientation_deg": 10},
                ],
            },
        ],
    }


def speed(station: Part) -> Part:
    """The station's anemometer."""
    point: Part = station["measurement_point"][0]
    return point


def with_a_twin(station: Part, slope: float) -> None:
    """Put a second anemometer of the same type beside it, without certificates, and take those of the first."""
    twin = copy.deepcopy(speed(station))
    twin["name"] = "Spd60m"
    for point in (speed(station), twin):
        for sensor in point["sensor"]:
            sensor.pop("calibration")
    for config in twin["logger_measurement_config"]:
        config["slope"] = slope
        config["column_name"][0]["column_name"] = "Spd2_Avg"
    station["measurement_point"].append(twin)


def standing(station: Part, *periods: tuple[str, str | None]) -> None:
    """Make a lidar of it that stood in these ways."""
    station["measurement_station_type_id"] = "lidar"
    station["vertical_profiler_properties"] = [
        {"date_from": date_from, "date_to": date_to, "device_orientation_deg": number}
        for number, (date_from, date_to) in enumerate(periods)
    ]


def boomed(station: Part, *periods: tuple[str, str]) -> None:
    """Give the anemometer mountings of these periods."""
    speed(station)["mounting_arrangement"] = [
        {"mounting_type_id": "side", "boom_orientation_deg": 90, "date_from": date_from, "date_to": date_to}
        for date_from, date_to in periods
    ]


SPEED = "measurement_point[0]"
VANE = "measurement_point[1]"


@dataclass(frozen=True)
class Case:
    """A station, what is made wrong with it, the finding's kind, what its text says, and the places that it names."""

    name: str
    spoil: Callable[[Part], object]
    kind: str
    words: list[str]
    places: list[str]
