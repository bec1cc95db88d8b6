"""TOA5 by real loggers, by CardConvert and by a spreadsheet, and the collection of bad files."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from loaders.formats import toa5
from loaders.formats.frame import FormatError
from tests.loaders.formats.toa5_files import SAMPLES, needs_samples

pytestmark = needs_samples


class Case(NamedTuple):
    """A file and what must be found in it; `value` is one that a careless parser gets wrong."""

    path: str
    logger: str
    table: str
    columns: int
    rows: int
    first: str
    last: str
    value: tuple[str, int, float]


CASES = [
    Case(
        "demo_mast.csv", "E7000", "demo_mast", 30, 95_629,
        "2016-01-09T15:30", "2017-11-23T10:50", ("PrcpTot", 0, 0.0),
    ),
    Case(
        "TOA5_CR3000.data_2015_06_17_0010.dat", "1234", "test_data", 10, 144,
        "2015-06-17T00:10", "2015-06-18T00:00", ("Uz_Avg", 0, -0.0209),
    ),
    Case(
        "test_raw_DataTable2.txt", "31346", "DataTable10min", 48, 11_163,
        "2022-05-16T12:30", "2022-08-03T23:50", ("Longitude", 0, 1234.92969),
    ),
    Case(
        "loggernet_growing/CR3000/1-CR3000_Table214.dat", "3737", "Table214", 86, 1,
        "2009-11-30T23:59", "2009-11-30T23:59", ("PIR1_Wm2_Avg", 0, 272.7),
    ),
    Case(
        "cardconvert/TOA5_TOB1_full10_2026_02_19_0946.dat", "64291", "TOB1_Full", 17, 200,
        "2026-02-19T09:46:00.005", "2026-02-19T09:46:01", ("temp_Avg(3)", 0, 4.09545187592563e-312),
    ),
    Case(
        "toa5_good_and_bad/Example.dat", "12342", "Example", 1, 2,
        "2021-06-19T00:00", "2021-06-20T00:00", ("BattV_Min", 1, 12.96),
    ),
    Case(
        "toa5_good_and_bad/TestLogger_Daily_1.dat", "12342", "Daily", 4, 2,
        "2021-06-19T00:00", "2021-06-20T00:00", ("PTemp_C_Max", 1, 40.91),
    ),
    Case(
        "toa5_good_and_bad/TestLogger_Hourly_1.dat", "12342", "Hourly", 5, 3,
        "2021-06-18T21:00", "2021-06-18T23:00", ("RelHumid_Avg(3)", 2, 63.28),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_a_real_file_is_read_whole(case: Case) -> None:
    file = toa5.parse((SAMPLES / case.path).read_bytes())
    (table,) = file.tables
    assert (file.logger, table.name, len(table.columns), len(table.timestamps)) == case[1:5]
    assert (table.timestamps[0], table.timestamps[-1]) == (np.datetime64(case.first), np.datetime64(case.last))
    assert table.lines.tolist() == list(range(5, 5 + case.rows))
    assert file.rejected == ()
    name, row, value = case.value
    assert table.values[[column.name for column in table.columns].index(name)][row] == value


def test_the_real_mast_reads_as_pandas_reads_it() -> None:
    path = SAMPLES / "demo_mast.csv"
    (table,) = toa5.parse(path.read_bytes()).tables
    expected = pd.read_csv(path, skiprows=[0, 2, 3], parse_dates=["Timestamp"])
    assert np.array_equal(table.timestamps, expected["Timestamp"].to_numpy().astype("datetime64[us]"))
    for column, values in zip(table.columns, table.values, strict=True):
        assert np.array_equal(values, expected[column.name].to_numpy(dtype=float), equal_nan=True), column.name


def test_every_missing_token_and_blank_of_a_real_file_is_a_missing_reading() -> None:
    content = (SAMPLES / "test_raw_DataTable2.txt").read_bytes()
    (table,) = toa5.parse(content).tables
    assert content.count(b'"NAN"') == 75_240
    assert sum(int(np.isnan(values).sum()) for values in table.values) == 75_240 + 3


def test_a_growing_file_only_adds_to_what_its_earlier_version_said() -> None:
    folder = SAMPLES / "loggernet_growing" / "CR3000"
    versions = [
        toa5.parse((folder / f"{number}-CR3000_Table213.dat").read_bytes()).tables[0] for number in (1, 2, 3, 4)
    ]
    assert [len(version.timestamps) for version in versions] == [64, 124, 184, 296]
    for earlier, later in pairwise(versions):
        rows = len(earlier.timestamps)
        assert np.array_equal(earlier.timestamps, later.timestamps[:rows])
        for before, after in zip(earlier.values, later.values, strict=True):
            assert np.array_equal(before, after[:rows], equal_nan=True)


BAD_FILES = [
    ("01", "nothing found, 'TOA5' expected", "line 1"),
    ("02", "the header line ends inside a quoted field", "line 1"),
    ("03", "nothing found, 'TOA5' expected", "line 1"),
    ("04", "'TOA6' found, 'TOA5' expected", "line 1"),
    ("05", "9 fields in the environment line, 8 expected", "line 1"),
    ("06", "the header ends after 2 of 4 lines", "line 3"),
    ("07", "the header ends after 1 of 4 lines", "line 2"),
    ("08", "the header line ends inside a quoted field", "line 2"),
    ("09", "the header line ends inside a quoted field", "line 3"),
    ("10", "7 columns in the line of units, 6 in the line of names", "line 3"),
    ("11", "6 columns in the line of units, 7 in the line of names", "line 3"),
    ("12", "two columns are named 'AirT_C(42)', each name once expected", "line 2"),
]


@pytest.mark.parametrize(("number", "what", "where"), BAD_FILES)
def test_each_bad_file_is_an_error_that_says_where(number: str, what: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        toa5.parse((SAMPLES / "toa5_good_and_bad" / f"TestLogger_Hourly_Bad{number}.dat").read_bytes())
    assert (caught.value.what, caught.value.where) == (what, where)
    assert caught.value.remedy
