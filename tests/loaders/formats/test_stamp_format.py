"""Timestamps by a format that was said: read as strptime reads them, whole columns at once."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loaders.formats.stamp_format import compiled, untold


def read(text: str, *stamps: str) -> list[datetime | None]:
    found: list[datetime | None] = compiled(text).read(pa.chunked_array([pa.array(stamps, pa.string())])).tolist()
    return found


@pytest.mark.parametrize(
    ("text", "stamp", "expected"),
    [
        ("%Y-%m-%d %H:%M:%S", "2024-02-29 23:59:58", datetime(2024, 2, 29, 23, 59, 58)),
        ("%d.%m.%Y %H:%M", "1.2.2024 7:05", datetime(2024, 2, 1, 7, 5)),
        ("%m/%d/%y %I:%M:%S %p", "2/1/24 12:05:09 AM", datetime(2024, 2, 1, 0, 5, 9)),
        ("%m/%d/%y %I:%M %p", "02/01/68 12:05 p.m.", datetime(2068, 2, 1, 12, 5)),
        ("%d/%m/%y", "01/02/69", datetime(1969, 2, 1)),
        ("%Y%m%d%H%M", "202402011230", datetime(2024, 2, 1, 12, 30)),
        ("%Y%m%d %H:%M", "20240201   7:30", datetime(2024, 2, 1, 7, 30)),
        ("%Y %j %H%M", "2024 060 2400", datetime(2024, 3, 1)),
        ("%d-%b-%Y %H:%M:%S.%f", "01-Mar-2024 00:00:59.5", datetime(2024, 3, 1, 0, 0, 59, 500_000)),
        ("%d %b %Y %H:%M", "01 september 2024 00:10", datetime(2024, 9, 1, 0, 10)),
        ("%Y-%m-%dT%H:%M:%S.%fZ", "2024-02-01T00:00:00.123456789Z", datetime(2024, 2, 1, 0, 0, 0, 123_456)),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-02-01T00:10:00+01:00", datetime(2024, 1, 31, 23, 10)),
        ("%Y-%m-%d %H:%M %z", "2024-02-01 00:10 -0230", datetime(2024, 2, 1, 2, 40)),
        ("%Y-%m-%d %H:%M%z", "2024-02-01 00:10Z", datetime(2024, 2, 1, 0, 10)),
        ("%s", "1709251800", datetime(2024, 3, 1, 0, 10)),
        ("%s.%f", "1709251800.25", datetime(2024, 3, 1, 0, 10, 0, 250_000)),
        ("at %Y-%m-%d (%H h)", "at 2024-02-01 (7 h)", datetime(2024, 2, 1, 7)),
        ("%Y-%m-%d %H:%M", "  2024-02-28 24:00 ", datetime(2024, 2, 29)),
        ("%Y-%m-%d", "2023-02-29", None),
        ("%Y-%m-%d", "2023-13-01", None),
        ("%Y-%m-%d", "2023-00-10", None),
        ("%Y-%m-%d", "0023-01-01", None),
        ("%Y %j", "2023 366", None),
        ("%Y %j", "2023 000", None),
        ("%Y-%m-%d %H:%M", "2024-02-01 24:10", None),
        ("%Y-%m-%d %H:%M", "2024-02-01 00:60", None),
        ("%Y-%m-%d %I:%M %p", "2024-02-01 13:00 PM", None),
        ("%Y-%m-%d", "2024-02-01 00:10", None),
        ("%Y-%m-%d", "", None),
        ("%d %b %Y", "01 Foo 2024", None),
        ("%Y%m%d", "2024021", None),
        ("%s", "99999999999", None),
        ("%Y-%m-%d", "\u0662\u0660\u0662\u0664-02-01", None),
    ],
)
def test_a_stamp_is_read_as_its_format_says(text: str, stamp: str, expected: datetime | None) -> None:
    assert read(text, stamp, "noise") == [expected, None]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it tells no year: %Y or %y"),
        ("%H:%M", "it tells no year: %Y or %y"),
        ("%Y %y-%m-%d", "it tells no year: %Y or %y"),
        ("%Y-%m", "it tells no day: %m and %d, %b and %d, or %j"),
        ("%Y-%m-%d %I:%M", "it tells no hour: %H, or %I with %p"),
        ("%Y-%m-%d %H %p", "it tells no hour: %H, or %I with %p"),
        ("%Y-%m-%d %M", "%M needs %H or %I"),
        ("%Y-%m-%d %H:%S", "%S needs %M"),
        ("%Y-%m-%d %d", "'%d' stands twice in it"),
        ("%s %H", "%s stands alone, or with %f"),
        ("%Y-%m-%d %q", "'%q' is not among %Y %y %m %d %j %b %H %I %p %M %S %f %z %s"),
        ("%Y-%m-%d %H:%M", ""),
        ("100%% %Y-%m-%d", ""),
    ],
)
def test_a_format_that_tells_no_time_says_why(text: str, problem: str) -> None:
    assert untold(text) == problem


FORMATS = ["%Y-%m-%d %H:%M:%S", "%d/%m/%y %H:%M:%S", "%Y%m%d%H%M%S", "%b %d %Y, %I:%M:%S %p", "%j.%Y %H-%M-%S", "%s"]


@given(
    st.sampled_from(FORMATS),
    st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31)).map(lambda time: time.replace(microsecond=0)),
)
def test_what_strftime_writes_is_read_back(text: str, time: datetime) -> None:
    written = str(int((time - datetime(1970, 1, 1)).total_seconds())) if text == "%s" else time.strftime(text)
    assert read(text, written) == [time]


@given(
    st.sampled_from([text for text in FORMATS if "%p" not in text and text != "%s"]),
    st.text("0123456789-/: .", max_size=20),
)
def test_what_is_read_is_what_strptime_reads(text: str, stamp: str) -> None:
    (found,) = read(text, stamp)
    try:
        expected = datetime.strptime(stamp.strip(), text)
    except ValueError:
        expected = None
    assume(found is None or "24" not in stamp)  # which strptime doesn't know for the end of the day
    assert found is None or found == expected


@given(st.text(max_size=20))
def test_any_text_is_a_format_or_has_a_problem(text: str) -> None:
    assert untold(text) or np.isnat(compiled(text).read(pa.chunked_array([pa.array(["x"], pa.string())]))).all()
