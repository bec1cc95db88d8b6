"""Kintech's .wnd: real files cell by cell, thousands, facts that the header states, and what must be refused."""

from __future__ import annotations

import csv
import json
from datetime import timedelta

import numpy as np
import pytest

from loaders.formats import kintech
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile
from simulation import kintech as writer
from tests.loaders.formats.locale_samples import SAMPLES, column_of, edited, needs_samples, ridge, written
from tests.loaders.formats.toa5_files import readings_in

FOLDER = SAMPLES / "kintech"
NEWER = FOLDER / "ID150020_20211117_122757.log_20211117_122803.wnd"
OLDER = FOLDER / "ID150008_20210324_075740.log_20210324_075750.wnd"


@pytest.fixture
def simulated() -> bytes:
    return written()["kintech"]


@needs_samples
@pytest.mark.parametrize(
    ("path", "logger", "rows", "first", "last", "column", "row", "value"),
    [
        (NEWER, "3050612101", 48, "2021-11-15T12:30", "2021-11-17T12:20", "A6_RAD_12_0_THERMOPILE-Max", 0, 3332.7),
        (OLDER, "9571112094", 76, "2021-03-24T00:10", "2021-03-24T07:55", "F6_PR_100_0_K611PB-STDev", 74, 31.528),
    ],
    ids=["newer", "older"],
)
def test_real_files(
    path: object, logger: str, rows: int, first: str, last: str, column: str, row: int, value: float
) -> None:
    content = path.read_bytes()  # type: ignore[attr-defined]
    assert detect(content) is kintech
    file = kintech.parse(content)
    (table,) = file.tables
    assert (file.logger, len(table.timestamps), len(table.columns), file.rejected) == (logger, rows, 51, ())
    assert [str(table.timestamps[at])[:16] for at in (0, -1)] == [first, last]
    assert column_of(file, column)[row] == value
    assert (file.utc_offset.item(), file.timestamp_is_end_of_period) == (timedelta(0), None)  # type: ignore[union-attr]
    assert table.averaging_period is None


@needs_samples
def test_a_real_file_equals_another_parsers_output_below_1000_and_the_text_itself_above() -> None:
    (table,) = kintech.parse(NEWER.read_bytes()).tables
    with (FOLDER / "expected_ID150020_20211117.csv").open(newline="") as opened:
        names, *expected = list(csv.reader(opened))
    raw = [line.split(" ") for line in NEWER.read_text().splitlines()[4:]]
    assert [column.name for column in table.columns] == names[1:]
    assert len(expected) == len(raw) == len(table.timestamps)
    blank = 0
    for row, (theirs, text) in enumerate(zip(expected, raw, strict=True)):
        assert str(table.timestamps[row])[:16].replace("T", " ") == theirs[0]
        for values, cell, own in zip(table.values, theirs[1:], text[1:], strict=True):
            blank += not cell
            assert values[row] == pytest.approx(float(cell or own.replace(",", "")), rel=1e-9)
            assert cell or values[row] >= 1000
    assert blank


@needs_samples
def test_the_channels_of_a_real_file_are_settings() -> None:
    file = kintech.parse(OLDER.read_bytes())
    settings = json.loads(json.dumps(file.header, allow_nan=False))["settings"]
    assert len(settings) == 13
    (pressure,) = [setting for setting in settings if setting["description"] == "F6_PR_100_0_K611PB"]
    assert (pressure["height_m"], pressure["slope"], pressure["offset"], pressure["unit"]) == (100, 1, 600, "mBar")
    assert pressure["columns"] == ["F6_PR_100_0_K611PB" + ending for ending in ("", "-STDev", "-Min", "-Max")]
    (vane,) = [setting for setting in settings if setting["description"] == "A3_WD_48_0_THIES_10K/NRG_200P"]
    assert vane["columns"][0] == "A3_WD_48_0_THIES_10K/NRG_200P"
    (other,) = [setting for setting in settings if setting["description"] == "A1_WD_98_0_POT 2K"]
    assert other["columns"][0] == "A1_WD_98_0_POT_2K"
    assert {name for setting in settings for name in setting["columns"]} == {
        column.name for column in file.tables[0].columns
    }


def test_what_was_simulated_is_read(simulated: bytes) -> None:
    recording = ridge()
    assert detect(simulated) is kintech
    file = kintech.parse(simulated)
    (table,) = file.tables
    assert table.timestamps.tolist() == recording.stamps.astype("datetime64[us]").tolist()
    assert (file.logger, file.rejected) == (recording.mast.serial, ())
    for point in recording.mast.points:
        for statistic in writer.statistics(point):
            expected = np.nan_to_num(recording.values[point.column(statistic)])
            np.testing.assert_allclose(
                column_of(file, writer.column(recording.mast, point, statistic)), expected, atol=5e-4
            )
    assert {(column.name.rpartition("-")[2], column.statistic) for column in table.columns if "-" in column.name} == {
        ("STDev", "sd"),
        ("Min", "min"),
        ("Max", "max"),
    }


def one_row(row: str, facts: str = ",#.# ", dates: str = "yyyy/MM/dd") -> LoggerFile:
    separator = facts[-1]
    names = separator.join(("DateTime", "FRQ(1)", "FRQ(1)-TI30", "X"))
    channel = '[{"ColumnPrefix":"FRQ(1)","Name":"F1","Units":"m/s","Slope":NaN}]'
    line = f"{kintech.SIGNATURE}2.0#UTC-03:30:00#{dates}#{facts}#Hill #2#7#4711#guid#{channel}#"
    return kintech.parse("\r\n".join(("AB" * 64, line, names, names, row, "")).encode())


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1,025.9", 1025.9), ("-1,025.9", -1025.9), ("12,345,678.5", 12_345_678.5), ("1,025", 1025.0), ("999.5", 999.5)],
)
def test_separators_between_thousands_are_part_of_a_number(cell: str, value: float) -> None:
    assert column_of(one_row(f"2024-01-02,00:10 {cell} 0.1 2"), "FRQ(1)").tolist() == [value]


COMMAS = ";#,#\t"  # as the line of facts has it: what stands before decimals is a comma


@pytest.mark.parametrize(
    "cells", ["0.184\t2\t3", "12.80\t2\t3", "1.184\t0.5\t1.250", "1.184\t1234.567\t3", "1,184.5\t2.5\t3"]
)
def test_points_before_decimals_are_not_those_between_thousands_whatever_the_facts_say(cells: str) -> None:
    with pytest.raises(FormatError) as caught:
        one_row(f"2024-01-02;00:00\t1\t2\t3\n2024-01-02;00:10\t{cells}", facts=COMMAS)
    assert "found where ',' stands before decimals by the line of facts" in caught.value.what
    assert (caught.value.where, caught.value.remedy) == ("line 6", kintech.DEMAND)


def test_where_cells_contradict_each_other_no_number_is_taken_for_thousands() -> None:
    file = one_row("2024-01-02;00:00\t1.184\t12.8\t2.184,5\n2024-01-02;00:10\t1\t2\t3,5", facts=COMMAS)
    assert [(bad.line, bad.readings) for bad in file.rejected] == [(5, 2)]
    assert column_of(file, "X").tolist() == [2184.5, 3.5]


def test_a_garbled_cell_among_many_good_ones_costs_itself_alone() -> None:
    rows = "\n".join(f"2024-01-02;{hour:02}:10\t1.184\t0,25\t3" for hour in range(20))
    file = one_row(f"{rows}\n2024-01-02;21:10\t1.18\t0,25\t3", facts=COMMAS)
    assert [(bad.line, bad.readings) for bad in file.rejected] == [(25, 1)]
    assert set(column_of(file, "FRQ(1)")[:20].tolist()) == {1184.0}


@pytest.mark.parametrize("cell", ["1,02.9", "1025,9", ",025", "1,,025", "1,0255", "nan", ""])
def test_a_cell_that_is_no_number_is_rejected_and_shown_as_it_stands(cell: str) -> None:
    row = f"2024-01-02,00:10 {cell} 0.1 2"
    (rejected,) = one_row(row).rejected
    assert (rejected.line, rejected.text, rejected.readings) == (5, row, 1)
    assert rejected.reason == "no number in FRQ(1); a number expected"


def test_a_row_of_another_width_is_rejected_whole() -> None:
    file = one_row("2024-01-02,00:10 1.5 0.1\n2024-01-02,00:20 1.5 0.1 2")
    (rejected,) = file.rejected
    assert (rejected.line, rejected.readings) == (5, 3)
    assert rejected.reason == "3 columns found, 4 named in the header"
    assert file.tables[0].lines.tolist() == [6]


def test_the_line_of_facts_tells_separators_zone_and_a_sites_name_with_its_own_sign() -> None:
    file = one_row("2024-01-02;00:10\t1.025,5\t0,1\t2", facts=";#,#\t")
    assert column_of(file, "FRQ(1)").tolist() == [1025.5]
    assert (file.logger, file.utc_offset) == ("4711", np.timedelta64(-12_600, "s"))
    assert (file.header["site"], file.header["site_id"]) == ("Hill #2", "7")
    assert [(column.unit, column.statistic) for column in file.tables[0].columns] == [
        ("m/s", "avg"), ("", "ti30sec"), ("", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("dates", "month"), [("dd/MM/yyyy", 2), ("MM/dd/yyyy", 1)], ids=["day first", "month first"])
def test_dates_without_the_year_first_are_read_as_the_line_of_facts_says(dates: str, month: int) -> None:
    (table,) = one_row("01/02/2024,00:10 1 1 1", dates=dates).tables
    assert table.timestamps[0].item().month == month


def test_dates_are_refused_where_neither_rows_nor_facts_tell_the_order() -> None:
    with pytest.raises(FormatError, match="may be day, month or month, day"):
        one_row("01/02/2024,00:10 1 1 1")


@pytest.mark.parametrize(
    ("line", "text", "what", "where"),
    [
        (1, f"{kintech.SIGNATURE}2.0#UTC", "3 facts but not the channels found", "line 2"),
        (2, "Datum x y", "'Datum x y' found, 'DateTime' and names of columns expected", "line 3"),
        (3, "DateTime x", "short names of columns found, but 2 long ones", "line 4"),
        (9, f"{kintech.SIGNATURE}", "another file begins within this one", "line 10"),
    ],
)  # fmt: skip
def test_a_wrong_header_is_an_error_that_says_where(
    simulated: bytes, line: int, text: str, what: str, where: str
) -> None:
    def edit(lines: list[str]) -> None:
        lines[line] = text

    with pytest.raises(FormatError) as caught:
        kintech.parse(edited(simulated, edit))
    assert what in caught.value.what
    assert caught.value.where == where
    assert caught.value.remedy
    assert caught.value.remedy


def test_all_cells_are_accounted_for_where_lines_break_off(simulated: bytes) -> None:
    file = kintech.parse(simulated[:-30])
    assert readings_in(file) == 200 * len(file.tables[0].columns)
    assert [line.line for line in file.rejected] == [204]


def test_date_and_time_may_be_named_apart(simulated: bytes) -> None:
    apart = simulated.replace(b"DateTime ", b"Date Time ")
    assert apart != simulated
    (table,), (expected,) = kintech.parse(apart).tables, kintech.parse(simulated).tables
    assert table.columns == expected.columns
    assert table.timestamps.tolist() == expected.timestamps.tolist()
