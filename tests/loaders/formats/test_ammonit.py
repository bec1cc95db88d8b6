"""Ammonit Meteo-40: the information part by real configurations, the CSV part by its generator alone."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.formats import ammonit
from loaders.formats.detect import HEAD_BYTES, detect
from loaders.formats.frame import FormatError, LoggerFile
from simulation import ammonit as writer
from tests.loaders.formats.locale_samples import SAMPLES, column_of, needs_samples, ridge, written
from tests.loaders.formats.profile_samples import listed
from tests.loaders.formats.toa5_files import readings_in

FOLDER = SAMPLES / "ammonit"
INFORMATION = "[System]\ntimezone=UTC-03:30\n[Evaluation]\nstat_interval=10 min\n"


@needs_samples
@pytest.mark.parametrize(
    ("name", "logger", "zone_h"),
    [
        ("D240130_cfg_0a16e14a.meteo40_config.txt", "D240130", 9),
        ("D240130_generated_config.txt", "D240130", 1),
        ("D242092_generated_config.txt", "D242092", 1),
    ],
)
def test_a_real_configuration_holds_settings_and_no_readings(name: str, logger: str, zone_h: int) -> None:
    content = (FOLDER / name).read_bytes()
    assert detect(content) is ammonit
    file = ammonit.parse(content)
    assert (file.logger, file.tables, file.rejected) == (logger, (), ())
    assert file.utc_offset.item() == timedelta(hours=zone_h)  # type: ignore[union-attr]


@needs_samples
def test_the_sensors_of_a_real_configuration_are_settings_and_its_accounts_stay_out() -> None:
    content = (FOLDER / "D240130_cfg_0a16e14a.meteo40_config.txt").read_bytes()
    header = json.loads(json.dumps(ammonit.parse(content).header, allow_nan=False))
    (setting,) = [one for one in header["settings"] if one["serial_number"] == "01244109"]
    assert (setting["height_m"], setting["slope"], setting["offset"], setting["unit"]) == (110, 0.04582, 0.2317, "m/s")
    assert setting["description"] == "V1 Anemometer Thies First Class Advanced"
    assert not [key for key in header if key.lower() in ("email", "modemgsm", "wlan", "ammonitconnect", "ammonitor")]
    assert "password" not in json.dumps(header).lower()
    assert "username" not in json.dumps(header)


def test_what_was_simulated_is_read() -> None:
    recording = ridge()
    content = written()["ammonit"]
    assert detect(content) is ammonit
    file = ammonit.parse(content)
    (table,) = file.tables
    assert (file.logger, file.rejected) == (recording.mast.serial, ())
    assert table.timestamps.tolist() == recording.stamps.astype("datetime64[us]").tolist()
    assert table.averaging_period == np.timedelta64(600, "s")
    for point in recording.mast.points:
        for statistic in writer.statistics(point):
            values = column_of(file, writer.column(point, statistic))
            np.testing.assert_allclose(values, recording.values[point.column(statistic)], atol=5e-4)
    assert {column.statistic for column in table.columns} == {"avg", "max", "min", "sd"}
    speed = recording.mast.points[0]
    (setting,) = [one for one in file.header["settings"] if one["description"] == speed.name]  # type: ignore[attr-defined]
    assert setting["columns"] == [writer.column(speed, statistic) for statistic in writer.statistics(speed)]
    assert table.columns[0].unit == "m/s"


def measured(*rows: str, names: str = "Date/time;V1 avg [m/s];V1 stddev", information: str = "") -> LoggerFile:
    return ammonit.parse("\n".join((information + names, *rows, "", "[Sensor_1]", "height=10", "")).encode())


@pytest.mark.parametrize("information", ["", INFORMATION])
def test_the_information_may_come_first_or_last(information: str) -> None:
    file = measured("2024-01-02 00:00:00;1.5;0.5", "2024-01-02 00:10:00;-;NaN", information=information)
    assert file.rejected == ()
    np.testing.assert_array_equal(column_of(file, "V1 avg [m/s]"), [1.5, np.nan])
    assert file.utc_offset == (np.timedelta64(-12_600, "s") if information else None)
    assert [(column.unit, column.statistic) for column in file.tables[0].columns] == [("m/s", "avg"), ("", "sd")]


NEWER = ("datetime", "V1;wind_speed;Avg (m/s)", "V1;wind_speed;Count ()", "TH;humidity;Avg (%)", "A1;channel;Avg (V)")
OLDER = ("Date/time", "V1;wind_speed;Avg", "V1;wind_speed;Count", "TH;humidity;Avg", "A1;Avg")
TH = "[Eval_1]\nlabel=TH\ntype=temperature\nunit=°C\n[Eval_2]\nlabel=TH\ntype=humidity\nunit=%\n"


@pytest.mark.parametrize("separator", [",", "\t"])
@pytest.mark.parametrize(("names", "units"), [(NEWER, ["m/s", "", "%", "V"]), (OLDER, ["", "", "%", ""])])
def test_semicolons_are_part_of_names(names: tuple[str, ...], units: list[str], separator: str) -> None:
    row = separator.join(("2024-01-02 00:10:00", "5.5", "600", "None", "0.1", "1a"))
    content = f"{separator.join((*names, 'addr'))}\r\n{row}\r\n\r\n{TH}".encode()
    assert detect(content) is ammonit
    file = ammonit.parse(content)
    (table,) = file.tables
    assert [(column.name, column.unit) for column in table.columns] == list(zip(names[1:], units, strict=True))
    assert [column.statistic for column in table.columns] == ["avg", "count", "avg", "avg"]
    np.testing.assert_array_equal([values[0] for values in table.values], [5.5, 600, np.nan, 0.1])
    assert file.rejected == ()


def test_a_line_of_names_that_is_longer_than_what_detection_sees_is_known() -> None:
    names = ["datetime", *(f"Anemometer {number:03};wind_speed;StdDev (m/s)" for number in range(120))]
    content = ",".join(names) + "\n2024-01-02 00:10:00" + ",1" * 120 + "\n"
    assert content.index("\n") > HEAD_BYTES
    assert detect(content.encode()) is ammonit
    (table,) = ammonit.parse(content.encode()).tables
    assert len(table.columns) == 120


def test_information_that_is_longer_than_what_detection_sees_is_read_whole() -> None:
    filler = "".join(f"[A{number}]\nmode=off\n" for number in range(400))
    information = f"[System]\ncecs_auto_reboot=weekly\ntimezone=UTC+02:00\n{filler}[Evaluation]\nstat_interval=1 min\n"
    content = f"{information}{TH}\n{','.join(OLDER)}\n2024-01-02 00:10:00,1,2,3,4\n".encode()
    assert content.index(b"[Evaluation]") > HEAD_BYTES
    assert detect(content) is ammonit
    file = ammonit.parse(content)
    assert file.utc_offset == np.timedelta64(7200, "s")
    assert file.tables[0].averaging_period == np.timedelta64(60, "s")
    assert [setting["columns"] for setting in listed(file, "settings")] == [[], ["TH;humidity;Avg"]]


def test_the_information_of_older_firmware_has_a_section_for_each_quantity() -> None:
    section = "[V1;wind_speed]\nunit=m/s\nsensor_height=4\nsensor_model=Compact\nvar_offset=0.66\nvar_slope=0.0752\n"
    file = ammonit.parse(f"{','.join(OLDER)}\n2014-01-02 00:10:00,1,2,3,4\n\n{section}".encode())
    assert [column.unit for column in file.tables[0].columns] == ["m/s", "m/s", "", ""]
    (setting,) = listed(file, "settings")
    assert (setting["height_m"], setting["slope"], setting["offset"], setting["description"]) == (
        4,
        0.0752,
        0.66,
        "V1 Compact",
    )


def test_decimal_commas_go_with_semicolons() -> None:
    assert column_of(measured("2024-01-02 00:00:00;1,5;0,25"), "V1 stddev").tolist() == [0.25]


def test_statistics_of_several_periods_leave_the_period_open() -> None:
    information = INFORMATION + "stat_bis_active=true\n"
    (table,) = measured("2024-01-02 00:00:00;1;2", information=information).tables
    assert table.averaging_period is None


def test_lines_and_cells_that_are_no_readings_are_rejected() -> None:
    file = measured("2024-01-02 00:00:00;x;2", "2024-01-02 00:10:00;1", "2024-13-02 00:20:00;1;2")
    assert [(line.line, line.readings) for line in file.rejected] == [(2, 1), (3, 2), (4, 2)]
    assert readings_in(file) == 6


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (b"Ammonit\n1;2\n", "neither a line of names that begins with a date or time nor a part", "line 1"),
        (b"[Eval_1]\nunit=m/s\nDate/time;;x avg\n", "column 2 has no name", "line 3"),
        (b"Date/time;x avg\n01/02/2024 00:10;1\n", "may be day, month or month, day", "line 2"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_says_where(content: bytes, what: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        ammonit.parse(content)
    assert what in caught.value.what
    assert (caught.value.where, bool(caught.value.remedy)) == (where, True)


@pytest.mark.parametrize(
    "head", [b"Date;Speed;Dir\n2024-01-02 00:00;1;2\n", b"[System]\nname=x\n", b"Time,a_avg,b_max\n", b""]
)
def test_another_table_or_configuration_is_not_taken_for_one(head: bytes) -> None:
    assert not ammonit.matches(head)


DAY = "Date/time,V1;wind_speed;Avg (m/s),T;temperature;Avg (°C)\n"


@pytest.mark.parametrize("between", ["\n", "\n\n", ",,\n", DAY, f"\n{INFORMATION}\n", f"\n{INFORMATION}\n{DAY}"])
def test_rows_are_read_whatever_stands_between_them(between: str) -> None:
    file = ammonit.parse(f"{DAY}2024-01-02 00:00:00,5.1,3\n{between}2024-01-02 00:10:00,5.2,4\n".encode())
    (table,) = file.tables
    assert [values.tolist() for values in table.values] == [[5.1, 5.2], [3, 4]]
    assert table.lines.tolist() == [2, 3 + between.count("\n")]
    assert file.rejected == ()


def test_line_ends_that_a_transfer_doubled_change_nothing() -> None:
    rows = f"{DAY}2024-01-02 00:00:00,5.1,3\n2024-01-02 00:10:00,5.2,4\n\n{INFORMATION}"
    file = ammonit.parse(rows.replace("\n", "\r\r\n").encode())
    assert (column_of(file, "V1;wind_speed;Avg (m/s)").tolist(), file.rejected) == ([5.1, 5.2], ())
    assert file.utc_offset == np.timedelta64(-12_600, "s")


def test_each_block_of_rows_is_read_under_its_own_names() -> None:
    turned = "Date/time,T;temperature;Avg (°C),V1;wind_speed;Avg (m/s)\n"
    file = ammonit.parse(f"{DAY}2024-01-02 00:00:00,5.1,3\n{turned}2024-01-02 00:10:00,4,5.2\n".encode())
    assert [[column.name[:2] for column in table.columns] for table in file.tables] == [["V1", "T;"], ["T;", "V1"]]
    assert [[values[0] for values in table.values] for table in file.tables] == [[5.1, 3], [4, 5.2]]


@pytest.mark.parametrize(
    "garbled", ["#024-01-02 00:10:00,5,1", "[024-01-02 00:10:00,5,1", "24-01-02 00:10:00,5,1", "?"]
)
def test_a_garbled_line_among_rows_is_rejected_and_ends_nothing(garbled: str) -> None:
    file = ammonit.parse(f"{DAY}2024-01-02 00:00:00,5.1,3\n{garbled}\n2024-01-02 00:20:00,5.2,4\n".encode())
    assert [(line.line, line.readings) for line in file.rejected] == [(3, 2)]
    assert file.tables[0].lines.tolist() == [2, 4]


def test_rows_before_any_line_of_names_are_rejected() -> None:
    file = ammonit.parse(f"{INFORMATION}2024-01-02 00:00:00,5.1,3\n{DAY}2024-01-02 00:10:00,5.2,4\n".encode())
    assert [(line.line, line.readings) for line in file.rejected] == [(5, 2)]
    assert file.rejected[0].reason == "a row before any line of names; names of its columns expected first"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("# Serial Number    D1", "# Serial Number    D2"),
        ("[System]\ntimezone=UTC+01:00", "[System]\ntimezone=UTC+02:00"),
        ("[Evaluation]\nstat_interval=10 min", "[Evaluation]\nstat_interval=1 min"),
        ("[Eval_1]\nunit=m/s", "[Eval_1]\nunit=mph"),
    ],
)
def test_days_of_different_loggers_or_settings_in_one_file_are_refused(one: str, other: str) -> None:
    days = [f"{DAY}2024-01-0{day} 00:00:00,5.1,3\n\n{information}\n" for day, information in ((1, one), (2, other))]
    with pytest.raises(FormatError) as caught:
        ammonit.parse("".join(days).encode())
    assert "files of different loggers or settings were joined" in caught.value.what
    assert caught.value.where == f"line {''.join(days).count(chr(10))}"


def test_days_of_one_logger_in_one_file_are_as_read_one_by_one() -> None:
    whole = written()["ammonit"]
    single, double = ammonit.parse(whole), ammonit.parse(whole + whole)
    assert double.header == single.header
    assert (len(double.tables), double.rejected) == (1, ())
    assert double.tables[0].timestamps.tolist() == 2 * single.tables[0].timestamps.tolist()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "2024-01-02 00:10:00,5.1,3",
                "",
                "#",
                "#1",
                "[x",
                ",",
                "x",
                "2024-01-02,1",
                DAY.strip(),
                "2024-01-02 1:00,1,x",
            ]
        ),
        max_size=12,
    )
)
def test_every_line_among_rows_is_read_rejected_or_holds_nothing(lines: list[str]) -> None:
    file = ammonit.parse("\n".join([DAY.strip(), *lines]).encode())
    read = {int(line) for table in file.tables for line in table.lines}
    told = read | {bad.line for bad in file.rejected}
    assert told == {at for at, line in enumerate(lines, 2) if line not in ("", "#", ",", DAY.strip())}
    assert readings_in(file) == 2 * len(told)
