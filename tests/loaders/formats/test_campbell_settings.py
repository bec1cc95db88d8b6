"""What Campbell's headers, and other headers that tell units alone, say of columns and programs."""

from __future__ import annotations

import json
from typing import Any

from loaders.formats import axys, toa5, windographer
from tests.loaders.formats.toa5_files import header, row

MPH = ("TS", "RN", "mph", "mph", "Deg C", "", "")


def stated(settings: Any) -> list[tuple[list[str], str, str | None]]:
    return [(told["columns"], told["unit"], told["date_from"]) for told in json.loads(json.dumps(settings))]


def test_units_of_readings_are_settings_and_the_program_is_told() -> None:
    told = toa5.parse((header() + row(10)).encode()).header
    assert stated(told["settings"]) == [(["Spd_Avg", "Spd_Std"], "m/s", None), (["Temp_Max"], "Deg C", None)]
    assert told["table"] == "Ten"
    assert told["programs"] == [
        {"program": "CPU:hill.CR1X", "signature": "2438", "os": "CR1000X.Std.05", "since": None}
    ]


def test_a_later_header_says_since_when_a_unit_or_program_is_another() -> None:
    later = header(units=MPH).replace("2438", "9999")
    told = toa5.parse((header() + row(10) + header() + row(20) + later + row(30)).encode()).header
    assert stated(told["settings"])[2:] == [(["Spd_Avg", "Spd_Std"], "mph", "2024-03-01T00:30:00")]
    assert [(program["signature"], program["since"]) for program in told["programs"]] == [  # type: ignore[attr-defined]  # a list by its key
        ("2438", None),
        ("9999", "2024-03-01T00:30:00"),
    ]


def test_bracketed_units_are_settings_too() -> None:
    buoy = axys.parse(b"DataTimeStamp,Speed (m/s),Count\n2016-12-13 00:10:00,5,1\n").header
    assert (stated(buoy["settings"]), buoy["table"]) == ([(["Speed (m/s)"], "m/s", None)], "Speed (m/s), Count")
    export = b"Created 10-05-2019 14:36 by Windographer 4.2\nDate/Time\tSpeed [m/s]\tBare\n2016-12-13 00:10\t5\t1\n"
    assert stated(windographer.parse(export).header["settings"]) == [(["Speed"], "m/s", None)]
