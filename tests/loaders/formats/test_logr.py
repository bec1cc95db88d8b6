"""LOGR|S and LOGR|W, by the loggers themselves and by the cloud."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from loaders.formats import logr
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from tests.loaders.formats.nrg_files import LOG, LOGR
from tests.loaders.formats.sun import zenith_deg
from tests.loaders.formats.toa5_files import readings_in, values_of

LATITUDE, LONGITUDE = 44.33889, -73.11202
LAST = LOGR.splitlines(keepends=True)[-1]


class Case(NamedTuple):
    """A real file and what must be found in it; `value` is one that a careless parser gets wrong."""

    name: str
    logger: str
    marks_end: bool
    rows: int
    columns_in_file: int
    not_used: int
    fillers: tuple[str, ...]
    first: str
    last: str
    first_line: int
    minutes: int
    zenith: str
    value: tuple[str, int, float]


CASES = [
    Case(
        "20220418_0700_000511_001183_statistical.dat", "511", True, 60, 210, 39, ("Ch12_Deg", "Ch105_deg"),
        "2022-04-18T07:01", "2022-04-18T08:00", 338, 1, "Ch308_Avg_Degrees", ("Ch1_SD_W/m^2", 0, 0.0305),
    ),
    Case(
        "20240111_1300_000304_002994_statistical.dat", "304", False, 39, 160, 21,
        ("Ch12_Deg", "Ch102_deg", "Ch301_mm", "Ch302_mm", "Ch303_kWh/m^2"),
        "2024-01-11T13:00", "2024-01-11T13:38", 264, 1, "Ch310_Avg_Degrees", ("Ch12_Gust_Dir_Deg", 0, 341.1888),
    ),
    Case(
        "945800110_WRA_60m_meas_2025.06.15-2025.06.15.dat", "945800110", False, 6, 125, 13,
        ("Ch1_deg", "Ch2_deg", "Ch3_deg", "Ch316_Degrees", "Ch317_Degrees", "Ch318_Degrees", "Ch319_mm", "Ch320_mm"),
        "2025-06-16T05:00", "2025-06-16T05:50", 269, 10, "Ch318_Avg_Degrees", ("Ch401_Gust_m/s", 0, 1.3548),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_file_is_read_whole_but_for_what_the_firmware_fills(samples: Path, case: Case) -> None:
    content = (samples / "nrg" / case.name).read_bytes()
    assert detect(content) is logr
    file = logr.parse(content)
    (table,) = file.tables
    assert (file.logger, file.timestamp_is_end_of_period, file.rejected) == (case.logger, case.marks_end, ())
    assert len(table.timestamps) == case.rows
    assert len(table.columns) == case.columns_in_file - case.not_used - 2 * len(case.fillers)
    assert (table.timestamps[0], table.timestamps[-1]) == (np.datetime64(case.first), np.datetime64(case.last))
    assert table.lines.tolist() == list(range(case.first_line, case.first_line + case.rows))
    assert table.averaging_period == np.timedelta64(case.minutes, "m")
    name, row, value = case.value
    assert values_of(file, name)[row] == value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_file_reads_as_pandas_reads_it(samples: Path, case: Case) -> None:
    path = samples / "nrg" / case.name
    (table,) = logr.parse(path.read_bytes()).tables
    with path.open(encoding="utf-8-sig", newline="") as lines:
        above = sum(1 for _ in iter(lambda: next(csv.reader(lines, delimiter="\t"), ["Data"]), ["Data"]))
    expected = pd.read_csv(path, skiprows=above + 1, sep="\t", parse_dates=["Timestamp"], encoding="utf-8-sig")
    times = expected.pop("Timestamp").dt.tz_convert("UTC").dt.tz_localize(None)
    assert np.array_equal(table.timestamps, times.to_numpy().astype("datetime64[us]"))
    for column, values in zip(table.columns, table.values, strict=True):
        told = expected.pop(column.name).to_numpy(dtype=float)
        assert np.allclose(values, told, rtol=1e-15, atol=0, equal_nan=True), column.name
    fillers = {f"{channel}_{word}_{unit}" for channel, _, unit in (name.partition("_") for name in case.fillers)
               for word in ("Min", "Max")}  # fmt: skip
    left = [name for name in expected.columns if not name.endswith("_NotUsed")]
    assert set(left) == fillers
    assert not expected.to_numpy(dtype=float).any()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_by_the_sun_stamps_are_utc_and_mark_what_the_firmware_is_known_for(samples: Path, case: Case) -> None:
    file = logr.parse((samples / "nrg" / case.name).read_bytes())
    (table,) = file.tables
    recorded = np.array(values_of(file, case.zenith), dtype=float)
    end, begin = (table.timestamps + np.timedelta64(30 * case.minutes * side, "s") for side in (-1, 1))
    of_end, of_begin = (np.abs(zenith_deg(middle, LATITUDE, LONGITUDE) - recorded).max() for middle in (end, begin))
    right, wrong = (of_end, of_begin) if file.timestamp_is_end_of_period else (of_begin, of_end)
    assert right < 0.01
    assert wrong > 0.06


def test_a_missing_deviation_of_a_real_file_is_a_missing_reading(samples: Path) -> None:
    content = (samples / "nrg" / CASES[2].name).read_bytes()
    assert content.count(b"\tnan") == 5
    (table,) = logr.parse(content).tables
    assert sum(int(np.isnan(values).sum()) for values in table.values) == 5
    assert table.columns[[column.name for column in table.columns].index("Ch403_SD_m/s")].statistic == "sd"


def test_the_first_firmwares_known_slips_are_left_out_of_the_settings(samples: Path) -> None:
    told = logr.parse((samples / "nrg" / CASES[0].name).read_bytes()).header["settings"]
    assert isinstance(told, list)
    assert len(told) == 42
    analog, serial, vane = told[0], told[9], told[6]
    assert (analog["serial_number"], analog["slope"]) == (None, 167224.078125)  # the header has the logger's own
    assert (serial["serial_number"], serial["slope"], serial["offset"]) == ("238", None, None)
    assert vane["columns"] == ["Ch12_Avg_Deg", "Ch12_SD_Deg", "Ch12_Gust_Dir_Deg"]


def test_the_header_tells_sensors_and_a_height_of_zero_is_a_field_left_alone(samples: Path) -> None:
    told = logr.parse((samples / "nrg" / CASES[2].name).read_bytes()).header["settings"]
    assert isinstance(told, list)
    by_description = {line["description"]: line for line in told}
    top = by_description["Thies FCA_60m"]
    assert (top["serial_number"], top["height_m"], top["slope"], top["offset"]) == (
        "928802231945",
        60.19,
        0.04623,
        0.22982,
    )
    assert top["date_from"] == "2025-05-08T13:33:14"
    assert by_description["NRG 200M Vane 58m"]["height_m"] is None


def test_what_a_file_says_of_itself_is_kept() -> None:
    file = logr.parse(LOGR.encode())
    assert (file.logger, file.utc_offset, file.timestamp_is_end_of_period) == ("304", np.timedelta64(0, "s"), False)
    assert file.created == datetime(2024, 1, 11, 13, 0, 1, tzinfo=UTC)
    header = json.loads(json.dumps(file.header))
    assert header["Site Properties"] == [{"Site": "Hill", "Project": "Yea", "Time Zone": "-5"}]
    assert [block["Channel"] for block in header["Sensor History"]] == ["1", "12", "301"]  # one without its colon
    assert [(line["serial_number"], line["height_m"], line["slope"]) for line in header["settings"]] == [
        (None, None, 44.743641),
        ("V12", 58.0, 147.910995),
        (None, None, None),
    ]


def test_zeros_are_no_extremes_where_an_average_or_a_gusts_direction_proves_it() -> None:
    (table,) = logr.parse(LOGR.encode()).tables
    assert [column.name for column in table.columns] == [
        "Ch1_Avg_deg_C",
        "Ch1_Min_deg_C",
        "Ch1_Max_deg_C",
        "Ch1_SD_deg_C",
        "Ch12_Avg_Deg",
        "Ch12_SD_Deg",
        "Ch12_Gust_Dir_Deg",
        "Ch301_Avg_Degrees",
        "Ch301_SD_Degrees",
    ]
    assert values_of(logr.parse(LOGR.encode()), "Ch1_SD_deg_C") == [None, 0.0]


@pytest.mark.parametrize("cell", ["0.0001", "ERR"])
def test_extremes_that_are_not_all_zero_are_readings(cell: str) -> None:
    content = LOGR.replace("320.8\t0.0000\t0.0000", f"320.8\t0.0000\t{cell}")
    (table,) = logr.parse(content.encode()).tables
    names = [column.name for column in table.columns]
    assert {"Ch12_Min_Deg", "Ch12_Max_Deg"} <= set(names)
    assert "Ch301_Max_Degrees" not in names


def test_a_columns_name_tells_its_statistic_and_unit() -> None:
    told = {column.name: (column.statistic, column.unit) for column in logr.parse(LOGR.encode()).tables[0].columns}
    assert told["Ch12_Gust_Dir_Deg"] == ("gust", "Deg")
    assert told["Ch1_SD_deg_C"] == ("sd", "deg_C")


@pytest.mark.parametrize(
    ("firmware", "marks_end"),
    [("1.02.10", True), ("1.09.14", False), ("000.07.840", False), ("1.02.11", None), ("", None)],
)
@pytest.mark.parametrize("key", ["FW Version", "Created FW Version"])
def test_what_stamps_mark_is_told_by_a_firmware_that_is_known_and_by_no_other(
    firmware: str, marks_end: object, key: str
) -> None:
    content = LOGR.replace("Created FW Version:\t1.09.14", f"{key}:\t{firmware}")
    assert logr.parse(content.encode()).timestamp_is_end_of_period is marks_end


@pytest.mark.parametrize("stamp", ["2024-01-11T13:10:00", "2024-01-11T13:10:00+01:00", "2024-01-11T25:00:00Z", "Z", ""])
def test_a_row_whose_stamp_is_not_utc_is_rejected_whole(stamp: str) -> None:
    file = logr.parse(LOGR.replace("2024-01-11T13:10:00Z", stamp).encode())
    (rejected,) = file.rejected
    assert (rejected.line, rejected.readings) == (48, 9)
    assert rejected.reason == f"'{stamp}' is no time of the calendar; YYYY-MM-DDThh:mm:ssZ expected"
    assert readings_in(file) == 18


def test_a_row_of_another_width_and_a_cell_that_is_no_number_are_rejected() -> None:
    file = logr.parse((LOGR + LAST.replace("320.8", "ERR") + LAST[:60]).encode())
    assert [(line.line, line.readings, line.reason) for line in file.rejected] == [
        (49, 1, "no number in Ch12_Avg_Deg; a number expected"),
        (50, 9, "7 columns found, 16 named in the header"),
    ]
    assert readings_in(file) == 36


ONE_SECOND = LOGR.replace("Statistics", "One Second Samples").partition("Timestamp\t")[0] + (
    "Timestamp\tCh1_Samples_deg_C\tCh12_Samples_Deg\n2024-01-11T13:00:00Z\t0.4\t320.1\n2024-01-11T13:00:01Z\t0.5\t0.0\n"
)
DIAGNOSTICS = LOGR.replace("Content:\tStatistics", "Content:\tDiagnostics\nFile Version: 2").partition("Sensor")[0] + (
    "Data\nStats_Timestamp\tVIN_RP_V_Avg\tCOMA EXC_mA_SD\t+VIN_RP_Max\n2024-01-11T13:00:00Z\t16.2\t0.1\t0.0000\n"
)


def test_one_second_samples_are_a_table_of_their_own() -> None:
    (table,) = logr.parse(ONE_SECOND.encode()).tables
    assert (table.name, table.averaging_period) == ("One Second Samples", np.timedelta64(1, "s"))
    assert [(column.unit, column.statistic) for column in table.columns] == [("deg_C", None), ("Deg", None)]


def test_diagnostics_are_a_table_of_their_own() -> None:
    (table,) = logr.parse(DIAGNOSTICS.encode()).tables
    assert (table.name, table.averaging_period) == ("Diagnostics", None)
    assert [(column.name, column.unit, column.statistic) for column in table.columns] == [
        ("VIN_RP_V_Avg", "V", "avg"),
        ("COMA EXC_mA_SD", "mA", "sd"),
        ("+VIN_RP_Max", "", "max"),
    ]


def test_a_log_holds_no_readings() -> None:
    assert detect(LOG.encode()) is logr
    file = logr.parse(LOG.encode())
    assert (file.logger, file.tables, file.rejected, file.header["events"]) == ("304", (), (), 2)


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (
            LOGR.replace("Content:\tStatistics", "Content:\tSpectra"),
            "the file's content is 'Spectra'; Statistics, One Second Samples, Diagnostics or Logs expected",
            "the line 'File Content'",
        ),
        (
            LOGR.replace("File Content:\tStatistics\n", ""),
            "the header doesn't say what the file holds; Statistics, One Second Samples, Diagnostics or Logs expected",
            "the line 'File Content'",
        ),
        (LOGR.partition("\nData\n")[0], "the header doesn't end: no line 'Data' follows it", "line 44"),
        (
            LOGR.partition("Timestamp\t")[0] + LAST,
            "the first column is named '2024-01-11T13:10:00Z', 'Timestamp' expected",
            "line 46",
        ),
        (
            LOGR + LOGR,
            "a second file begins in mid-file: 'NRG Systems Data Logger' found, a row expected",
            "line 49",
        ),
        ("Data\n", "'Data' found, 'NRG Systems Data Logger' expected", "line 1"),
    ],
)
def test_what_no_one_may_guess_is_an_error_that_says_where(content: str, what: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        logr.parse(content.encode())
    assert (caught.value.what, caught.value.where) == (what, where)
    assert caught.value.remedy
