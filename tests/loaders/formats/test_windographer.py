"""Windographer's text: a real export against the logger's own file, the numbers that mean missing, the flagging log."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from loaders.formats import toa5, windographer
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile
from simulation import windographer as writer
from tests.loaders.formats.locale_samples import SAMPLES, column_of, needs_samples, ridge
from tests.loaders.formats.toa5_files import readings_in

FOLDER = SAMPLES / "windographer"
REAL = FOLDER / "windographer_demo_data1.txt"


@needs_samples
def test_a_real_export_equals_what_the_logger_recorded() -> None:
    content = REAL.read_bytes()
    assert detect(content) is windographer
    file = windographer.parse(content)
    (table,), (logger,) = file.tables, toa5.parse((SAMPLES / "campbell" / "demo_mast.csv").read_bytes()).tables
    assert (len(table.timestamps), len(table.columns), file.rejected, file.logger) == (188, 29, (), None)
    assert (file.utc_offset.item(), file.timestamp_is_end_of_period) == (timedelta(0), False)  # type: ignore[union-attr]
    recorded = {column.name: values for column, values in zip(logger.columns, logger.values, strict=True)}
    rows = np.searchsorted(logger.timestamps, table.timestamps)
    assert np.array_equal(logger.timestamps[rows], table.timestamps)
    for column, values in zip(table.columns, table.values, strict=True):
        np.testing.assert_allclose(values, recorded[column.name][rows], rtol=1e-9, err_msg=column.name)


@needs_samples
def test_a_real_flagging_log_is_refused_with_what_to_do() -> None:
    content = (FOLDER / "windographer_flagging_log2.txt").read_bytes()
    assert detect(content) is windographer
    with pytest.raises(FormatError) as caught:
        windographer.parse(content)
    assert caught.value.what == "a flagging log of Windographer, which holds flags and no readings"
    assert caught.value.remedy == "set its flags with `stationmanager flag import`"


@pytest.mark.parametrize("date", [writer.ISO, writer.EUROPEAN])
@pytest.mark.parametrize("replaced", ["", "9999", "NaN", "-999"])
def test_what_was_simulated_is_read(date: str, replaced: str) -> None:
    recording = ridge()
    content = writer.file(writer.header(recording.mast, "31/05/2019 14:36"), writer.rows(recording, date, replaced))
    assert detect(content) is windographer
    file = windographer.parse(content)
    (table,) = file.tables
    assert table.timestamps.tolist() == recording.stamps.astype("datetime64[us]").tolist()
    assert (file.rejected, file.utc_offset, file.created) == ((), None, datetime(2019, 5, 31, 14, 36))
    assert file.timestamp_is_end_of_period is recording.mast.stamps_end
    for point in recording.mast.points:
        for statistic in point.statistics:
            name = writer.column(point, statistic).partition(" [")[0]
            np.testing.assert_allclose(column_of(file, name), recording.values[point.column(statistic)], atol=5e-4)
    assert {(column.name, column.unit, column.statistic) for column in table.columns} >= {
        ("Spd80mN", "m/s", None),
        ("Spd80mN SD", "m/s", "sd"),
        ("Spd80mN Max", "m/s", "max"),
        ("T2m", "°C", None),
    }


HEAD = (
    "Created 10-05-2019 14:36 by Windographer 4.1.14\n\nLatitude = N 1{mark}5\nElevation = 0m\n\n"
    "Included flags: <Unflagged data>, Synthesized\nExcluded flags: Icing\n\n"
    "Time stamps indicate the end of the time step.\n\n"
)
AT = len(HEAD.split("\n"))  # the line of the names


def export(*rows: str, names: str = "Date/Time\ta\tb", mark: str = ".") -> LoggerFile:
    return windographer.parse("\n".join((HEAD.format(mark=mark) + names, *rows, "")).encode())


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["5.5", "9999"], [5.5, None]),
        (["5.5", "9999.0", "-999", "-9999"], [5.5, None, None, None]),
        (["19999", "9999", "99990"], [19999, None, 99990]),
        (["9998", "9999", "10000"], [9998, 9999, 10000]),
        (["101325", "9999"], [101325, None]),
        (["9999", "9999"], [None, None]),
        (["999.9", "99.99", "999"], [999.9, 99.99, 999]),
        (["-1000", "-999"], [-1000, -999]),
    ],
)
def test_9999_is_missing_in_a_column_that_has_no_values_like_it(cells: list[str], expected: list[float | None]) -> None:
    file = export(*(f"2024-01-02 00:{minute:02}:00\t{cell}\t1" for minute, cell in enumerate(cells)))
    assert [None if np.isnan(value) else value for value in column_of(file, "a")] == expected
    assert file.rejected == ()


def test_a_header_with_a_trailing_tab_names_no_further_column() -> None:
    file = export(
        "2024-01-02 00:00\t1\t2", "2024-01-02 00:10\t1\t", "2024-01-02 00:20\t1\t2\t", names="Date/Time\ta\tb\t"
    )
    assert file.rejected == ()
    np.testing.assert_array_equal(column_of(file, "b"), [2, np.nan, 2])


def test_the_decimal_mark_is_the_latitudes() -> None:
    rows = ("2024-01-02 00:00\t1,5\t2", "2024-01-02 00:10\t1.5\t2")
    assert [line.line for line in export(*rows, mark=",").rejected] == [AT + 2]
    assert [line.line for line in export(*rows).rejected] == [AT + 1]


def test_dates_of_a_single_day_with_the_year_last_are_refused() -> None:
    with pytest.raises(FormatError) as caught:
        export("09/01/2016 15:30\t1\t2", "09/01/2016 15:40\t1\t2")
    assert (caught.value.where, caught.value.what.startswith("'09/01/2016 15:30' may be")) == (f"line {AT + 1}", True)


def test_when_it_was_created_is_not_known_where_the_date_has_two_meanings() -> None:
    file = export("2024-01-02 00:00\t1\t2")
    assert (file.created, file.timestamp_is_end_of_period) == (None, True)
    facts = file.header["facts"]
    assert isinstance(facts, dict)
    assert (facts["Created"], facts["Program"], facts["Excluded flags"]) == (
        "10-05-2019 14:36",
        "Windographer 4.1.14",
        "Icing",
    )


def test_two_columns_that_differ_by_their_unit_alone_keep_it_in_their_names() -> None:
    file = export("2024-01-02 00:00\t1\t2", names="Date/Time\tT [K]\tT [°C]")
    assert [(column.name, column.unit) for column in file.tables[0].columns] == [("T [K]", "K"), ("T [°C]", "°C")]


def test_lines_and_cells_that_are_no_readings_are_rejected() -> None:
    file = export("2024-01-02 00:00\tx\t2", "2024-01-02 00:10\t1", "2024-13-02 00:20\t1\t2", "2024-01-02 00:30\t1\t2")
    assert [(line.line - AT, line.readings) for line in file.rejected] == [(1, 1), (2, 2), (3, 2)]
    assert readings_in(file) == 8


@pytest.mark.parametrize(
    ("names", "what"),
    [
        ("Zeit\ta", "no line of names that begins with 'Date/Time'"),
        ("Date/Time\ta\t\tb", "column 3 has no name"),
        ("Date/Time\t", "no column but 'Date/Time' is named"),
    ],
)
def test_a_wrong_header_is_an_error_that_says_where(names: str, what: str) -> None:
    with pytest.raises(FormatError) as caught:
        export("2024-01-02 00:00\t1\t2", names=names)
    assert what in caught.value.what
    assert (caught.value.where.startswith("line "), bool(caught.value.remedy)) == (True, True)
