"""Stations of which each has one thing wrong, what is found of them, and the files of their loggers."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from orchestration.metadata_tests import KEYS, SHOWN
from tests.orchestration.spoiled_stations import (
    EXCHANGED,
    SPEED,
    START,
    VANE,
    Case,
    Part,
    boomed,
    good_station,
    speed,
    standing,
    with_a_twin,
)

CASES = [
    Case(
        "reversed",
        lambda station: speed(station)["logger_measurement_config"][0].update(date_to=START),
        "periods_end_after_they_begin",
        ["Spd80m", "logger measurement configuration", "correct its dates"],
        [f"{SPEED}.logger_measurement_config[0].date_to"],
    ),
    Case(
        "settings overlap",
        lambda station: speed(station)["logger_measurement_config"][0].update(date_to="2021-06-02T00:00:00"),
        "periods_of_a_history_touch",
        ["Spd80m", "logger measurement configuration", "let the older one end when the next begins"],
        [f"{SPEED}.logger_measurement_config[0].date_to", f"{SPEED}.logger_measurement_config[1].date_from"],
    ),
    Case(
        "sensors leave minutes",
        lambda station: speed(station)["sensor"][0].update(date_to="2021-05-31T23:59:00"),
        "periods_of_a_history_touch",
        ["Spd80m", "sensor", "2021-05-31 23:59:00"],
        [f"{SPEED}.sensor[0].date_to", f"{SPEED}.sensor[1].date_from"],
    ),
    Case(
        "one mounting over two",
        lambda station: boomed(
            station,
            (START, EXCHANGED),
            ("2020-03-01T00:00:00", "2020-04-01T00:00:00"),
            ("2020-05-01T00:00:00", "2020-06-01T00:00:00"),
        ),
        "periods_of_a_history_touch",
        ["Spd80m", "mounting", "next from 2020-05-01"],
        [f"{SPEED}.mounting_arrangement[0].date_to", f"{SPEED}.mounting_arrangement[2].date_from"],
    ),
    Case(
        "loggers overlap",
        lambda station: station["logger_main_config"].append(
            {**station["logger_main_config"][0], "date_from": EXCHANGED, "logger_firmware_version": "2"}
        ),
        "periods_of_a_history_touch",
        ["loggers overlap", "logger", "2021-06-01"],
        ["logger_main_config[0].date_to", "logger_main_config[1].date_from"],
    ),
    Case(
        "lidar turned",
        lambda station: standing(station, (START, "2021-01-02T00:00:00"), ("2021-01-01T00:00:00", None)),
        "periods_of_a_history_touch",
        ["vertical profiler", "2021-01-01"],
        ["vertical_profiler_properties[0].date_to", "vertical_profiler_properties[1].date_from"],
    ),
    Case(
        "uncalibrated",
        lambda station: speed(station)["sensor"][1].pop("calibration"),
        "certificates_leave_no_gap",
        ["Spd80m", "2021-06-01", "add the certificate of the sensor that measured then"],
        [f"{SPEED}.sensor[1]"],
    ),
    Case(
        "certificate without numbers",
        lambda station: speed(station)["sensor"][1]["calibration"][0].update(slope=None, offset=None),
        "certificates_leave_no_gap",
        ["Spd80m", "2021-06-01", "add the certificate of the sensor that measured then"],
        [f"{SPEED}.sensor[1]"],
    ),
    Case(
        "away for a month",
        lambda station: speed(station)["sensor"][0].update(date_to="2021-05-01T00:00:00"),
        "certificates_leave_no_gap",
        ["Spd80m", "date from 2021-05-01", "date to 2021-06-01"],
        [SPEED],
    ),
    Case(
        "other serial",
        lambda station: speed(station)["sensor"][1].update(serial_number="C1"),
        "serial_numbers_agree",
        ["Spd80m", "programmed B1", "mounted C1", "correct the serial_number"],
        [f"{SPEED}.logger_measurement_config[1].serial_number", f"{SPEED}.sensor[1].serial_number"],
    ),
    Case(
        "claimed twice",
        lambda station: station["measurement_point"][1]["logger_measurement_config"][0]["column_name"].append(
            {"column_name": "Spd_Avg", "statistic_type_id": "max"}
        ),
        "a_column_belongs_to_one_measurement_point",
        ["column Spd_Avg is Spd80m avg too", "mark the column there as ignored"],
        [f"{VANE}.logger_measurement_config[0].column_name[1]", f"{SPEED}.logger_measurement_config[0].column_name[0]"],
    ),
    Case(
        "speed as pressure",
        lambda station: speed(station)["logger_measurement_config"][1].update(measurement_units_id="hPa"),
        "units_fit_the_measurement_type",
        ["Spd80m", "wind_speed", "hPa", "measurement_units_id"],
        [f"{SPEED}.logger_measurement_config[1].measurement_units_id"],
    ),
    Case(
        "unit of the file",
        lambda station: speed(station)["logger_measurement_config"][0].update(measurement_units_id=None),
        "units_are_known",
        ["Spd80m", "unit furlongs/h", "name the unit"],
        [f"{SPEED}.logger_measurement_config[0].measurement_units_id"],
    ),
    Case(
        "no offset",
        lambda station: station["logger_main_config"][0].update(offset_from_utc_hrs=None),
        "loggers_state_their_clock",
        ["no offset", "--utc-offset"],
        ["logger_main_config[0].offset_from_utc_hrs"],
    ),
    Case(
        "in mph",
        lambda station: speed(station)["logger_measurement_config"][1].update(slope=0.104),
        "slopes_are_in_the_unit_stated",
        ["Spd80m", "2.25 times that of its certificate", "one is in mph"],
        [f"{SPEED}.logger_measurement_config[1].slope", f"{SPEED}.sensor[1].calibration"],
    ),
    Case(
        "without a unit",
        lambda station: speed(station)["logger_measurement_config"][1].update(slope=0.104, measurement_units_id=None),
        "slopes_are_in_the_unit_stated",
        ["Spd80m", "0.104 (no unit) is 2.25 times that of its certificate", "one is in mph"],
        [f"{SPEED}.logger_measurement_config[1].slope", f"{SPEED}.sensor[1].calibration"],
    ),
    Case(
        "per turn",
        lambda station: with_a_twin(station, 0.093),
        "slopes_are_in_the_unit_stated",
        ["Spd60m", "2.00 times that of most loggers here for Example Cup 1", "per turn"],
        ["measurement_point[2].logger_measurement_config[0].slope"],
    ),
    Case(
        "slope and sensitivity",
        lambda station: speed(station)["sensor"][1].update(
            calibration=[{"sensitivity": 12.5, "date_of_calibration": "2021-01-01"}]
        ),
        "certificates_and_loggers_say_the_same_numbers",
        ["Spd80m", "logger has slope, certificate has sensitivity", "a slope is 1 / sensitivity"],
        [f"{SPEED}.logger_measurement_config[1].slope", f"{SPEED}.sensor[1].calibration"],
    ),
    Case(
        "old certificate",
        lambda station: speed(station)["sensor"][1]["calibration"][0].update(date_of_calibration="2018-01-01"),
        "certificates_are_not_old",
        ["Spd80m", "B1", "2018-01-01", "add the newer certificate"],
        [f"{SPEED}.sensor[1].calibration[0].date_of_calibration"],
    ),
    Case(
        "two certificates",
        lambda station: speed(station)["sensor"][1]["calibration"].append(
            {"slope": 0.047, "offset": 0.2, "date_of_calibration": "2021-01-01"}
        ),
        "certificates_leave_no_choice_open",
        ["Spd80m", "choose one of the certificates in calibration_choices.csv"],
        [f"{SPEED}.sensor[1].calibration[0]", f"{SPEED}.sensor[1].calibration[1]"],
    ),
    Case(
        "long name",
        lambda station: speed(station).update(name="S" * 60),
        "names_can_be_views_and_columns",
        ["S" * 60, "shorten the name of the measurement point"],
        [f"{SPEED}.name"],
    ),
    Case(
        "columns",
        lambda station: station["measurement_point"][1].update(name="Dir78m"),
        "names_can_be_views_and_columns",
        ["exports has a table of that name"],
        ["name"],
    ),
    Case(
        "unnamed column",
        speed,
        "columns_of_files_are_named",
        ["logger unnamed column", "columns BattV, PTemp", "is_ignored"],
        ["logger_main_config[0]"],
    ),
    Case(
        "missing column",
        lambda station: station["measurement_point"][1]["logger_measurement_config"][0]["column_name"].append(
            {"column_name": "Dir_Std", "statistic_type_id": "sd"}
        ),
        "named_columns_arrive",
        ["logger missing column", "columns Dir_Std", "write them as the files have them"],
        [f"{VANE}.logger_measurement_config[0].column_name[1]"],
    ),
    Case(
        "two at once",
        lambda station: speed(station)["logger_measurement_config"][1]["column_name"].append(
            {"column_name": "Spd2_Avg", "statistic_type_id": "avg"}
        ),
        "one_value_for_each_point_statistic_and_time",
        ["Spd80m", "Spd2_Avg", "end the setting that names"],
        [f"{SPEED}.logger_measurement_config[1]"],
    ),
    Case(
        "no label",
        lambda station: station["logger_main_config"][0].update(timestamp_is_end_of_period=None),
        "loggers_state_their_clock",
        ["no label", "--timestamps"],
        ["logger_main_config[0].timestamp_is_end_of_period"],
    ),
    Case(
        "vane on two booms",
        lambda station: station["measurement_point"][1]["mounting_arrangement"].append(
            {"date_from": EXCHANGED, "date_to": None, "vane_dead_band_orientation_deg": 190}
        ),
        "periods_of_a_history_touch",
        ["Dir78m", "mounting", "let the older one end when the next begins"],
        [f"{VANE}.mounting_arrangement[0].date_to", f"{VANE}.mounting_arrangement[1].date_from"],
    ),
    Case(
        "in knots",
        lambda station: speed(station)["logger_measurement_config"][1].update(slope=0.0899),
        "slopes_are_in_the_unit_stated",
        ["Spd80m", "1.95 times that of its certificate", "one is in knots"],
        [f"{SPEED}.logger_measurement_config[1].slope", f"{SPEED}.sensor[1].calibration"],
    ),
    Case(
        "alike",
        lambda station: station["measurement_point"].append(
            {**copy.deepcopy(station["measurement_point"][1]), "name": "DIR78M", "logger_measurement_config": []}
        ),
        "names_can_be_views_and_columns",
        ["DIR78M", "Dir78m", "give them names that differ by more than case and blanks"],
        ["measurement_point[2].name", f"{VANE}.name"],
    ),
    Case(
        "magnetic",
        lambda station: station["measurement_point"][1]["mounting_arrangement"][0].update(
            orientation_reference_id="magnetic_north"
        ),
        "directions_are_from_true_north",
        ["Dir78m", "add the declination of that time to magnetic_declinations.csv"],
        [f"{VANE}.mounting_arrangement[0].orientation_reference_id"],
    ),
    Case(
        "no dead band",
        lambda station: station["measurement_point"][1]["mounting_arrangement"][0].update(
            orientation_reference_id="magnetic_north", vane_dead_band_orientation_deg=None
        ),
        "directions_are_from_true_north",
        ["Dir78m", "add the dead band, without it no declination is applied"],
        [f"{VANE}.mounting_arrangement[0].vane_dead_band_orientation_deg"],
    ),
    Case(
        "no columns",
        lambda station: station["measurement_point"][1]["logger_measurement_config"][0].update(column_name=[]),
        "measurement_points_name_their_columns",
        ["Dir78m", "name the columns of the logger's files"],
        [f"{VANE}.logger_measurement_config[0]"],
    ),
    Case(
        "no settings",
        lambda station: station["measurement_point"][1].update(logger_measurement_config=[]),
        "measurement_points_name_their_columns",
        ["Dir78m", "name the columns of the logger's files"],
        [VANE],
    ),
    Case(
        "mistyped",
        lambda station: speed(station)["sensor"][1].update(is_heatd=True),
        KEYS,
        ["is_heatd", "did you mean is_heated? It is kept, but nothing comes of it"],
        [f"{SPEED}.sensor[1].is_heatd"],
    ),
]
# What stations wrote, where files matter: columns by step of ten minutes from 2021-03-01 on
FILES: Mapping[str, tuple[list[str], Mapping[int, list[object]]]] = {
    "good": (["Spd_Avg", "Dir_Avg"], {0: [5, 270]}),
    "renamed": (["Spd_Avg", "Dir_Avg"], {0: [5, 270]}),
    "unnamed column": (["Spd_Avg", "Dir_Avg", "PTemp", "BattV"], {0: [5, 270, 20, 12]}),
    "missing column": (["Spd_Avg", "Dir_Avg"], {0: [5, 270]}),
    "unit of the file": (["Spd_Avg", "Dir_Avg"], {0: [5, 270]}),
    "two at once": (["Spd_Avg", "Spd2_Avg", "Dir_Avg"], {0: [5, 5, 270], 20000: [5, 5, 270]}),
}
# what their headers name as the unit, if not m/s
UNITS = {"unit of the file": "furlongs/h"}


def stations() -> list[Part]:
    """One station for each case, and two that are as they should be."""
    found = [good_station("good"), good_station("renamed")]
    speed(found[1])["logger_measurement_config"][0]["column_name"].append(
        {"column_name": "WindSpeed_Avg", "statistic_type_id": "avg"}
    )
    speed(found[1])["logger_measurement_config"][1]["column_name"] = [
        {"column_name": "WindSpeed_Avg", "statistic_type_id": "avg"}
    ]
    for number in range(SHOWN):
        found.append(good_station(f"uncalibrated {number}"))
        speed(found[-1])["sensor"][1].pop("calibration")
    for case in CASES:
        station = good_station(case.name)
        case.spoil(station)
        found.append(station)
    return found
