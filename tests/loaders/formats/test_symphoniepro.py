"""SymphoniePRO text by the cloud's export."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from loaders.formats import symphoniepro
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from tests.loaders.formats.nrg_files import SYMPHONIEPRO
from tests.loaders.formats.sun import zenith_deg
from tests.loaders.formats.toa5_files import readings_in, values_of

EXPECTED = "YYYY-MM-DD hh:mm:ss expected"
TWO_WAYS = "a date with a year of four digits, and hh:mm[:ss] that has one meaning expected"
SPEED, GUST = "Ch2_Anem_85.00m_S_Avg_m/s", "Ch2_Anem_85.00m_S_Gust_m/s"
LAST = "2024-03-01 00:10:00\t5.6\t0.6\t7.6\t346.0\t1\n"


class Case(NamedTuple):
    """A real file and what must be found in it; `value` is one that a careless parser gets wrong."""

    name: str
    logger: str
    columns: int
    rows: int
    first: str
    last: str
    first_line: int
    offset_hours: int
    value: tuple[str, int, float]


CASES = [
    Case(
        "004310_2022-03-17_00.00_000835_meas.txt", "820604310", 63, 370,
        "2022-03-17T00:00", "2022-03-17T06:09", 242, -5, ("Ch15_Vane_10.00m_SSE_Avg_Deg", 369, 345.0),
    ),
    Case(
        "671225_SunnyDog_Test_Dev_meas_2025.06.16-2025.06.16.txt", "820606716", 130, 6,
        "2025-06-16T00:00", "2025-06-16T00:05", 555, -7, ("Ch13_Vane_0.00m_N_GustDir_Deg", 5, 180.0),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_file_is_read_whole(samples: Path, case: Case) -> None:
    content = (samples / "nrg" / case.name).read_bytes()
    assert detect(content) is symphoniepro
    file = symphoniepro.parse(content)
    (table,) = file.tables
    assert (file.logger, len(table.columns), len(table.timestamps)) == (case.logger, case.columns, case.rows)
    assert (table.timestamps[0], table.timestamps[-1]) == (np.datetime64(case.first), np.datetime64(case.last))
    assert table.lines.tolist() == list(range(case.first_line, case.first_line + case.rows))
    assert file.utc_offset == np.timedelta64(case.offset_hours, "h")
    assert file.rejected == ()
    name, row, value = case.value
    assert values_of(file, name)[row] == value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_file_reads_as_pandas_reads_it(samples: Path, case: Case) -> None:
    path = samples / "nrg" / case.name
    (table,) = symphoniepro.parse(path.read_bytes()).tables
    with path.open(encoding="latin-1", newline="") as lines:
        above = sum(1 for _ in iter(lambda: next(csv.reader(lines, delimiter="\t"), ["Data"]), ["Data"]))
    expected = pd.read_csv(path, skiprows=above + 1, sep="\t", parse_dates=["Timestamp"], encoding="latin-1")
    assert [column.name for column in table.columns] == expected.columns[1:].tolist()
    assert np.array_equal(table.timestamps, expected["Timestamp"].to_numpy().astype("datetime64[us]"))
    for column, values in zip(table.columns, table.values, strict=True):
        assert np.allclose(values, expected[column.name].to_numpy(dtype=float), rtol=1e-15, atol=0), column.name


def test_by_the_sun_a_stamp_is_in_the_headers_zone_and_marks_the_beginning(samples: Path) -> None:
    file = symphoniepro.parse((samples / "nrg" / CASES[1].name).read_bytes())
    (table,) = file.tables
    recorded = np.array(values_of(file, "Ch100_Calculated___Avg_Degrees"), dtype=float)
    assert file.utc_offset is not None
    begins = table.timestamps - file.utc_offset
    middles = [begins + np.timedelta64(seconds, "s") for seconds in (30, -30)]
    after, before = (np.abs(zenith_deg(middle, 44.3390216, -73.1116316) - recorded) for middle in middles)
    assert after.max() < 0.02
    assert before.min() > 0.08


def test_a_columns_name_tells_its_statistic_and_unit_though_slots_are_blank() -> None:
    (table,) = symphoniepro.parse(SYMPHONIEPRO.encode()).tables
    assert [(column.statistic, column.unit) for column in table.columns] == [
        ("avg", "m/s"),
        ("sd", "m/s"),
        ("gust", "m/s"),
        ("gust", "Deg"),
        ("avg", ""),
    ]


def test_a_channel_has_settings_for_each_date_from_which_it_was_configured() -> None:
    told = json.loads(json.dumps(symphoniepro.parse(SYMPHONIEPRO.encode()).header))["settings"]
    assert [(line["date_from"], line["serial_number"], line["slope"], line["offset"]) for line in told] == [
        ("2023-03-17T00:00:00", "1111", 0.0935, 0.139),
        ("2023-03-17T00:00:00", None, 144.0, -1.4602),
        ("2024-03-01T12:00:00", "2222", 0.0941, 0.121),
    ]
    assert [line["height_m"] for line in told] == [85.0, None, 85.0]
    assert told[0]["columns"] == [f"Ch2_Anem_85.00m_S_{word}_m/s" for word in ("Avg", "SD", "Gust")]
    assert told[1]["columns"] == ["Ch15_Vane___GustDir_Deg"]
    assert told[1]["description"] is None


def test_a_channel_that_was_moved_has_the_columns_of_each_height() -> None:
    moved = SYMPHONIEPRO.replace("Ch2_Anem_85.00m_S_Gust", "Ch2_Anem_60.00m_S_Gust")
    second = moved.rindex("Height:\t85.00")
    moved = moved[:second] + moved[second:].replace("Height:\t85.00", "Height:\t60.00", 1)
    told = symphoniepro.parse(moved.encode()).header["settings"]
    assert [line["columns"][-1] for line in (told[0], told[2])] == [  # type: ignore[index]
        "Ch2_Anem_85.00m_S_SD_m/s",
        "Ch2_Anem_60.00m_S_Gust_m/s",
    ]


def test_the_header_is_kept_and_the_files_own_clock_is_told() -> None:
    file = symphoniepro.parse(SYMPHONIEPRO.encode())
    assert file.created == datetime(2024, 3, 18, 14, 37, 2, tzinfo=UTC)
    assert (file.utc_offset, file.timestamp_is_end_of_period) == (np.timedelta64(-5, "h"), None)
    assert file.header["Export Parameters"] == [
        {
            "Site Number": "004310",
            "Data Type": "Measurements",
            "Start Date": "",
            "Filters Applied": "False",
            "Configuration": "",
        }
    ]


@pytest.mark.parametrize(
    ("zone", "minutes"), [("UTC+5:45", 345), ("UTC-03:30", -210), ("UTC+0:00", 0), ("", None), ("EST", None)]
)
def test_an_offset_is_what_the_header_states(zone: str, minutes: int | None) -> None:
    file = symphoniepro.parse(SYMPHONIEPRO.replace("UTC-5:00", zone).encode())
    assert file.utc_offset == (None if minutes is None else np.timedelta64(minutes, "m"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_line_ends_and_encodings_change_nothing(end: str, encoding: str) -> None:
    content = SYMPHONIEPRO.replace("Hill", "Hügel").replace("\n", end).encode(encoding)
    assert detect(content) is symphoniepro
    file = symphoniepro.parse(content)
    assert values_of(file, SPEED) == [5.5, 5.6]
    assert file.header["Site Properties"][0]["Site Description"] == "Hügel"  # type: ignore[index]


def test_9999_is_missing_only_where_filters_were_applied() -> None:
    plain = SYMPHONIEPRO.replace("\t5.6", "\t9999.000000").replace("\t7.6", "\t")
    filtered = plain.replace("Filters Applied:\tFalse", "Filters Applied:\tTrue")
    for content, speeds in ((plain, [5.5, 9999.0]), (filtered, [5.5, None])):
        file = symphoniepro.parse(content.encode())
        assert values_of(file, SPEED) == speeds
        assert values_of(file, GUST) == [7.5, None]
        assert file.rejected == ()


@pytest.mark.parametrize(
    ("line", "reason", "readings"),
    [
        (LAST.replace("\t1\n", "\n"), "5 columns found, 6 named in the header", 5),
        (LAST.replace("\t1\n", "\t1\t2\n"), "7 columns found, 6 named in the header", 5),
        (LAST.replace("-01 ", "-32 "), f"'2024-03-32 00:10:00' is no time of the calendar; {EXPECTED}", 5),
        (LAST.replace("5.6", "ERR").replace("7.6", "1.2.3"), f"no number in {SPEED}, {GUST}; a number expected", 2),
        (LAST.replace("5.6", "infinity"), f"no number in {SPEED}; a number expected", 1),
        ("2024-03-01 00:1", "1 columns found, 6 named in the header", 5),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_rejected_with_its_line_and_the_rest_counts(
    line: str, reason: str, readings: int
) -> None:
    file = symphoniepro.parse(SYMPHONIEPRO.replace(LAST, line).encode())
    (rejected,) = file.rejected
    assert (rejected.line, rejected.text, rejected.reason, rejected.readings) == (
        60,
        line.strip("\n"),
        reason,
        readings,
    )
    assert readings_in(file) == 10


def test_a_blank_line_holds_nothing_and_a_last_line_needs_no_end() -> None:
    file = symphoniepro.parse(SYMPHONIEPRO.replace(LAST, "\n \n" + LAST).removesuffix("\n").encode())
    assert (file.tables[0].lines.tolist(), file.rejected) == ([59, 62], ())


def test_an_export_without_rows_holds_no_readings() -> None:
    file = symphoniepro.parse(SYMPHONIEPRO.partition("2024-03-01 00:00:00\t5.5")[0].encode())
    assert (file.tables, file.rejected, file.logger) == ((), (), "820604310")


SECOND_LOGGER = "\nDate:\t{}\nModel:\tSymphoniePRO\nSerial Number:\t820609999\n\nSensor History"


@pytest.mark.parametrize(
    ("date", "logger"), [("2024-02-01 00:00:00", "820604310"), ("2024-03-01 01:00:00", "820604310"), ("", "820604310")]
)
def test_of_two_loggers_the_one_that_recorded_the_rows_is_named(date: str, logger: str) -> None:
    content = SYMPHONIEPRO.replace("\nSensor History", SECOND_LOGGER.format(date))
    assert symphoniepro.parse(content.encode()).logger == logger


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (
            SYMPHONIEPRO.replace("\nSensor History", SECOND_LOGGER.format("2024-03-01 00:05:00")),
            "rows of two loggers in one file: '820604310', then '820609999'",
            "the section 'Logger History'",
        ),
        (
            SYMPHONIEPRO.replace("\nData\n", "\n"),
            "the header doesn't end: no line 'Data' follows it",
            "line 60",
        ),
        (
            SYMPHONIEPRO.replace("Timestamp\t", "Time\t"),
            "the first column is named 'Time', 'Timestamp' expected",
            "line 58",
        ),
        (
            SYMPHONIEPRO + SYMPHONIEPRO,
            "a second file begins in mid-file: 'NRG Export Service' found, a row expected",
            "line 61",
        ),
        (
            SYMPHONIEPRO.replace("Type:\tMeasurements", "Type:\tEvents"),
            "an export of 'Events' found, 'Measurements' expected",
            "the section 'Export Parameters'",
        ),
        (
            SYMPHONIEPRO.replace("\n2024-03-01", "\n03/01/2024"),
            "'03/01/2024 00:00:00' may be day, month or month, day, and no other row tells; " + TWO_WAYS,
            "line 59",
        ),
        ("Data\n", "'Data' found, 'NRG Export Service' expected", "line 1"),
    ],
)  # fmt: skip
def test_what_no_one_may_guess_is_an_error_that_says_where(content: str, what: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        symphoniepro.parse(content.encode())
    assert (caught.value.what, caught.value.where) == (what, where)
    assert caught.value.remedy


def test_repeated_names_are_told_apart() -> None:
    twice = SYMPHONIEPRO.replace("Ch2_Anem_85.00m_S_SD_m/s", SPEED)
    (table,) = symphoniepro.parse(twice.encode()).tables
    assert [column.name for column in table.columns][:2] == [
        "Ch2_Anem_85.00m_S_Avg_m/s",
        "Ch2_Anem_85.00m_S_Avg_m/s (2)",
    ]


def test_dates_of_a_spreadsheet_are_read_where_they_can_be_read_in_one_way() -> None:
    content = SYMPHONIEPRO.replace("\n2024-03-01", "\n03/31/2024")
    (table,) = symphoniepro.parse(content.encode()).tables
    assert str(table.timestamps[0]).startswith("2024-03-31T00:00")
