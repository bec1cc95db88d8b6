"""Dates that can be read in two ways are read in the one that the file itself proves, or in none."""

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.formats.date_order import Order, read, settled


def order_of(*stamps: str) -> Order | None:
    return settled(read(pa.chunked_array([list(stamps)], pa.string())))


@pytest.mark.parametrize(
    ("stamps", "order"),
    [
        (("12/13/05 0:00",), "month first"),
        (("13/12/05 0:00",), "day first"),
        (("2005/12/13 0:00",), "year first"),
        (("2005/01/02 0:00",), "year first"),
        (("5/5/05 0:00", "5/5/05 0:10"), "month first"),
        (("1/12/05 23:50", "2/12/05 0:00", "2/12/05 0:10"), "day first"),
        (("12/1/05 23:50", "12/2/05 0:00", "12/2/05 0:10"), "month first"),
        (("1/2/05 0:00", "1/2/05 0:10"), None),
        (("12/13/05 0:00", "13/12/05 0:00"), None),
        (("2005/12/13 0:00", "12/13/05 0:00"), None),
        (("garbage", ""), None),
        (("12/13/05 0:00", "garbage"), "month first"),
        (("2005/12/13 0:00", "garbage"), "year first"),
        ((), None),
    ],
)
def test_an_order_is_settled_by_proof_alone(stamps: tuple[str, ...], order: Order | None) -> None:
    assert order_of(*stamps) == order


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("12/1/05 16:40", "2005-12-01T16:40"),
        ("12/1/69 16:40", "2069-12-01T16:40"),
        ("12/1/70 16:40", "1970-12-01T16:40"),
        ("02/29/2012 00:00:07", "2012-02-29T00:00:07"),
        ("1.2.2012 Mi 0:00", "2012-01-02T00:00"),
        ("12/1/05 12:00 AM", "2005-12-01T00:00"),
        ("12/1/05 12:00 p.m.", "2005-12-01T12:00"),
        ("02/29/2011 00:00:00", None),
        ("12/1/05 24:00", None),
        ("12/1/05 13:00 PM", None),
        ("12/1/05 0:60", None),
        ("12/1/105 0:00", None),
        ("0/1/05 0:00", None),
        ("12/1/05", None),
        ("1/1/2300 0:00", None),
    ],
)
def test_a_stamp_is_a_time_of_the_calendar_or_none(stamp: str, expected: str | None) -> None:
    (time,) = read(pa.chunked_array([[stamp]], pa.string()))["month first"]
    assert (np.isnat(time) and expected is None) or time == np.datetime64(str(expected))


@given(
    st.dates(date(1970, 1, 1), date(2069, 12, 1)),
    st.integers(2, 400),
    st.sampled_from(["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m-%d-%y %H:%M:%S"]),
)
def test_an_order_that_is_settled_is_the_right_one(day: date, rows: int, pattern: str) -> None:
    times = [datetime(day.year, day.month, day.day, 20) + timedelta(minutes=10 * row) for row in range(rows)]
    by_order = read(pa.chunked_array([[f"{time:{pattern}}" for time in times]], pa.string()))
    order = settled(by_order)
    if order is None:
        assert day.day <= 12
        assert times[-1].date() == day  # no midnight, no proof
    else:
        assert by_order[order].tolist() == times
