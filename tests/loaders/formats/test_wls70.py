"""WLS70 text, written by hand as a real one is: profiles become rows, and what can't be placed is rejected."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from loaders.formats import wls70
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile
from simulation.profiles import profile
from tests.loaders.formats.locale_samples import column_of, ridge
from tests.loaders.formats.profile_samples import listed, the_table, written
from tests.loaders.formats.toa5_files import readings_in

HEAD = """ :BUFR: # EDITION = 3
    0 # MBUFR Error code
 2016 # YEAR
 :SEC3:
   10 # Num.descriptors
      004001 #     004001-Year
      004002 #     004002-Month
      004003 #     004003-Day
      004004 #     004004-Hour
      004005 #     004005-Minute
      004006 #     004006-Seconde
      012101 #     012101-Temperature
      007007 #     007007-Height
      011002 #     011012-Wind speed
      011001 #     011011-Wind direction
  :SEC4:
   10 # N. VARIABLES !!!

"""
HEAD_LINES = HEAD.count("\n")


def subset(minute: int, height: str, speed: str = "5.50", direction: str = "180.0", day: str = "26") -> str:
    values = ("2016", "11", day, "0", str(minute), "1", "12.3", height, speed, direction)
    return ":SUBSET 1:\n" + "\n".join(values) + "\n\n"


def parse(*subsets: str) -> LoggerFile:
    return wls70.parse((HEAD + "".join(subsets) + " :7777:\n").encode())


def test_it_is_told_by_its_first_word_and_says_that_no_test_has_seen_a_real_one() -> None:
    assert detect(HEAD.encode()) is wls70
    assert not wls70.VERIFIED
    assert detect(HEAD.replace("007007", "007008").encode()) is None


def test_a_row_is_a_profile_and_each_height_has_its_columns() -> None:
    file = parse(
        subset(10, "100.0"), subset(10, "120.0", "6.5"), subset(20, "100.0", "NaN", "135.0"), subset(20, "120.0")
    )
    table = the_table(file)
    assert [(column.name, column.statistic) for column in table.columns] == [
        ("Temperature", None),
        ("100m Wind speed", "avg"),
        ("100m Wind direction", "avg"),
        ("120m Wind speed", "avg"),
        ("120m Wind direction", "avg"),
    ]
    assert table.timestamps.tolist() == [datetime(2016, 11, 26, 0, 10, 1), datetime(2016, 11, 26, 0, 20, 1)]
    assert table.lines.tolist() == [HEAD_LINES + 1, HEAD_LINES + 25]
    np.testing.assert_array_equal(column_of(file, "100m Wind speed"), [5.5, np.nan])
    np.testing.assert_array_equal(column_of(file, "120m Wind speed"), [6.5, 5.5])
    np.testing.assert_array_equal(column_of(file, "100m Wind direction"), [180, 135])
    assert (file.rejected, readings_in(file)) == ((), 10)
    assert [setting["height_m"] for setting in listed(file, "settings")] == [100, 120]


def test_a_height_that_a_profile_leaves_out_is_no_reading() -> None:
    file = parse(subset(10, "100.0"), subset(10, "120.0"), subset(20, "120.0"))
    assert (readings_in(file), file.rejected) == (8, ())
    table = the_table(file)
    masks = dict(zip([column.name for column in table.columns], map(list, table.rejected_cells), strict=True))
    assert masks["100m Wind speed"] == [False, True]
    assert masks["120m Wind speed"] == [False, False]


def test_a_profile_that_comes_twice_is_two_rows() -> None:
    file = parse(*(subset(10, height, speed) for speed in ("1", "2") for height in ("100", "120")))
    np.testing.assert_array_equal(column_of(file, "120m Wind speed"), [1, 2])


@pytest.mark.parametrize(
    ("bad", "reason", "readings"),
    [
        (subset(20, "120.0", day="31"), "no time of the calendar, or no height", 2),
        (subset(75, "120.0"), "no time of the calendar, or no height", 2),
        (subset(20, "high"), "no time of the calendar, or no height", 2),
        (subset(20, "120.0", "fast"), "no number in Wind speed; a number expected", 1),
        (subset(20, "120.0").replace("180.0\n", ""), "9 values found, 10 listed in the header", 2),
    ],
)
def test_what_can_not_be_read_of_a_subset_is_rejected(bad: str, reason: str, readings: int) -> None:
    file = parse(subset(10, "120.0"), bad, subset(30, "120.0"))
    (rejected,) = file.rejected
    assert (rejected.line, rejected.reason, rejected.readings) == (HEAD_LINES + 13, reason, readings)
    np.testing.assert_array_equal(column_of(file, "120m Wind speed")[[0, -1]], [5.5, 5.5])


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("007007 #", "007008 #", "007007 listed 0 times in the header, once expected"),
        ("011001 #", "011002 #", "011002 listed 2 times in the header, once expected"),
    ],
)
def test_a_header_without_what_places_values_is_refused(old: str, new: str, what: str) -> None:
    with pytest.raises(FormatError) as caught:
        wls70.parse((HEAD.replace(old, new) + subset(10, "100")).encode())
    assert caught.value.what == what
    assert caught.value.remedy


def test_what_was_simulated_is_read() -> None:
    file = wls70.parse(written(200)["wls70"])
    assert file.rejected == ()
    for level in profile(ridge()):
        np.testing.assert_allclose(column_of(file, f"{level.height_m:g}m Wind speed"), level.speed, atol=1e-6, rtol=0)


@pytest.mark.parametrize("lost", range(1, 9))
def test_a_mark_of_which_a_transfer_left_a_part_is_no_value(lost: int) -> None:
    whole = written()["wls70"].rstrip()
    assert whole.endswith(b":7777:")
    assert wls70.parse(whole[:-lost]).rejected == ()
