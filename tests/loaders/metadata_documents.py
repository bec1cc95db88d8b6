"""A small mast, once as a document and once as tables, for tests to spoil."""

from __future__ import annotations

import copy
import csv
import io
from typing import Any

from loaders.metadata.point_names import point_names
from loaders.metadata.table_layout import LAYOUTS, columns_of

Document = dict[str, Any]

INSTALLED = "2016-01-09T15:30:00"
EXCHANGED = "2016-06-01T00:00:00"


def document() -> Document:
    """A valid document of one mast with an anemometer that was exchanged, and a vane."""
    return copy.deepcopy(_DOCUMENT)


def mast(content: Document) -> Document:
    """The only station of a document."""
    station: Document = content["measurement_location"][0]
    return station


def _configuration(date_from: str, date_to: str | None, columns: dict[str, str], **numbers: object) -> Document:
    names = [{"column_name": name, "statistic_type_id": statistic} for name, statistic in columns.items()]
    return {"date_from": date_from, "date_to": date_to, "column_name": names, **numbers}


_DOCUMENT: Document = {
    "author": "A. Nemometer",
    "organisation": "Winds Ltd",
    "date": "2024-05-01",
    "version": "1.3.0-2024.03",
    "measurement_location": [
        {
            "name": "Hill Mast",
            "latitude_ddeg": 53.3,
            "longitude_ddeg": -6.2,
            "measurement_station_type_id": "mast",
            "mast_properties": {"mast_height_m": 80},
            "logger_main_config": [
                {
                    "logger_oem_id": "Campbell Scientific",
                    "logger_serial_number": "0042",
                    "date_from": INSTALLED,
                    "date_to": None,
                    "offset_from_utc_hrs": 1,
                    "averaging_period_minutes": 10,
                    "timestamp_is_end_of_period": False,
                }
            ],
            "measurement_point": [
                {
                    "name": "Spd80mN",
                    "measurement_type_id": "wind_speed",
                    "height_m": 80,
                    "logger_measurement_config": [
                        _configuration(
                            INSTALLED,
                            EXCHANGED,
                            {"Spd80mN": "avg", "Spd80mNStd": "sd"},
                            slope=0.05,
                            offset=0.2,
                            measurement_units_id="m/s",
                        ),
                        _configuration(
                            EXCHANGED,
                            None,
                            {"Spd80mN": "avg"},
                            slope=0.05,
                            offset=0.2,
                            measurement_units_id="m/s",
                        ),
                    ],
                    "sensor": [
                        {
                            "serial_number": "A1",
                            "date_from": INSTALLED,
                            "date_to": EXCHANGED,
                            "calibration": [{"slope": 0.04, "offset": 0.1, "date_of_calibration": "2015-08-19"}],
                        },
                        {"serial_number": "B1", "date_from": EXCHANGED, "date_to": None},
                    ],
                    "mounting_arrangement": [
                        {"date_from": INSTALLED, "date_to": None, "boom_orientation_deg": 360},
                    ],
                },
                {
                    "name": "Dir78m",
                    "measurement_type_id": "wind_direction",
                    "height_m": None,
                    "logger_measurement_config": [
                        _configuration(INSTALLED, None, {"Dir78m": "avg"}, measurement_units_id="deg"),
                    ],
                },
            ],
        }
    ],
}

# The same mast, as a spreadsheet would have it
_TABLES = {
    "stations.csv": """
        name,latitude_ddeg,longitude_ddeg,measurement_station_type_id,mast_height_m
        Hill Mast,53.3,-6.2,mast,80""",
    "loggers.csv": """
        logger_oem_id,logger_serial_number,date_from,offset_from_utc_hrs,averaging_period_minutes,timestamp_is_end_of_period
        Campbell Scientific,0042,2016-01-09 15:30,1,10,false""",
    "measurement_points.csv": """
        name,measurement_type_id,height_m
        Spd80mN,wind_speed,80
        Dir78m,wind_direction,""",
    "logger_measurement_configs.csv": """
        measurement_point,date_from,date_to,slope,offset,measurement_units_id
        Spd80mN,2016-01-09 15:30,2016-06-01,0.05,0.2,m/s
        Spd80mN,2016-06-01,,0.05,0.2,m/s
        Dir78m,2016-01-09 15:30,,,,deg""",
    "column_names.csv": """
        measurement_point,config_date_from,column_name,statistic_type_id
        Spd80mN,,Spd80mN,avg
        Spd80mN,2016-01-09 15:30,Spd80mNStd,sd
        Dir78m,,Dir78m,avg""",
    "sensors.csv": """
        measurement_point,serial_number,date_from,date_to
        Spd80mN,A1,2016-01-09 15:30,2016-06-01
        Spd80mN,B1,2016-06-01,""",
    "calibrations.csv": """
        serial_number,slope,offset,date_of_calibration
        A1,0.04,0.1,2015-08-19""",
    "mountings.csv": """
        measurement_point,date_from,boom_orientation_deg
        Spd80mN,2016-01-09 15:30,360""",
}


def tables() -> dict[str, bytes]:
    """The tables of the same mast, by file name."""
    return {
        name: "".join(f"{line.strip()}\n" for line in text.strip().splitlines()).encode()
        for name, text in _TABLES.items()
    }


def as_tables(content: Document) -> dict[str, bytes]:
    """A document as the tables that say the same, by file name."""
    rows: dict[str, list[Document]] = {name: [] for name in LAYOUTS}
    for station in content["measurement_location"]:
        of_station = {"station": station["name"]}
        rows["stations.csv"].append(
            {**station, **(station.get("mast_properties") or {}), "notes": station.get("notes")}
        )
        for logger in station.get("logger_main_config", ()):
            rows["loggers.csv"].append({**of_station, **logger})
            of_logger = {
                "logger_serial_number": logger["logger_serial_number"],
                "logger_date_from": logger["date_from"],
            }
            rows["lidar_configs.csv"] += [
                {**of_station, **of_logger, **lidar} for lidar in logger.get("lidar_config") or ()
            ]
        rows["vertical_profiler_properties.csv"] += [
            {**of_station, **properties} for properties in station.get("vertical_profiler_properties") or ()
        ]
        points = station["measurement_point"]
        for known_as, point in zip(point_names(points), points, strict=True):
            rows["measurement_points.csv"].append({**of_station, **point})
            _add_histories(rows, point, {**of_station, "measurement_point": known_as})
    return {name: _as_csv(name, those) for name, those in rows.items() if those or not LAYOUTS[name].may_be_missing}


def _add_histories(rows: dict[str, list[Document]], point: Document, of_point: Document) -> None:
    for config in point["logger_measurement_config"]:
        rows["logger_measurement_configs.csv"].append({**of_point, **config})
        rows["column_names.csv"] += [
            {**of_point, "config_date_from": config["date_from"], **column} for column in config["column_name"]
        ]
    for sensor in point.get("sensor", ()):
        rows["sensors.csv"].append({**of_point, **sensor})
        of_sensor = {"serial_number": sensor.get("serial_number"), "sensor_date_from": sensor["date_from"]}
        rows["calibrations.csv"] += [
            {**of_point, **of_sensor, **certificate} for certificate in sensor.get("calibration") or ()
        ]
    for name, key in (
        ("mountings.csv", "mounting_arrangement"),
        ("interference_structures.csv", "interference_structures"),
    ):
        rows[name] += [{**of_point, **part} for part in point.get(key) or ()]


def _as_csv(name: str, rows: list[Document]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns_of(name), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = {key: str(value).lower() if isinstance(value, bool) else value for key, value in row.items()}
        writer.writerow(cells)
    return text.getvalue().encode()
