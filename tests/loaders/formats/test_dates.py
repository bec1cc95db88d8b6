"""Dates of any locale are read if the file tells the order of their parts, and not read if it doesn't."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.formats import dates
from loaders.formats.date_years import tell_years
from loaders.formats.dates import DAY_FIRST, MONTH_FIRST, Order
from loaders.formats.frame import FormatError


def taken_apart(*texts: str) -> dates.Stamps:
    return dates.take_apart(pa.chunked_array([list(texts)], pa.string()))


def read(texts: Sequence[str]) -> tuple[list[datetime | None], np.timedelta64 | None]:
    found = dates.read(pa.chunked_array([list(texts)], pa.string()), np.arange(1, len(texts) + 1))
    return found.times.tolist(), found.utc_offset


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("31.08.2016 00:10", DAY_FIRST, "2016-08-31T00:10:00"),
        ("8/31/2016 0:10", MONTH_FIRST, "2016-08-31T00:10:00"),
        ("31/08/2016 00:10:05.25", DAY_FIRST, "2016-08-31T00:10:05.250000"),
        ("31-08-2016T00:10", DAY_FIRST, "2016-08-31T00:10:00"),
        ("2016-08-31 00:10", DAY_FIRST, "2016-08-31T00:10:00"),
        ("2016/8/31,00:10", MONTH_FIRST, "2016-08-31T00:10:00"),
        ("2016. 8. 31. 00:10", DAY_FIRST, "2016-08-31T00:10:00"),
        ("31. 8. 2016 0:10:00", DAY_FIRST, "2016-08-31T00:10:00"),
        ("31.\u00a08.\u00a02016\u202f0:10:00", DAY_FIRST, "2016-08-31T00:10:00"),
        ("31.8.2016 \u0433. 0:10", DAY_FIRST, "2016-08-31T00:10:00"),
        ("31/08/2016 01:10:00 p. m.", DAY_FIRST, "2016-08-31T13:10:00"),
        ("31/08/2016 12:10:00 a.\u00a0m.", DAY_FIRST, "2016-08-31T00:10:00"),
        ("8/31/2016 1:10:00\u202fPM", MONTH_FIRST, "2016-08-31T13:10:00"),
        ("31/08/2016 1:10:00 μμ", DAY_FIRST, "2016-08-31T13:10:00"),
        ("31/08/2016 1:10:00 μ.μ.", DAY_FIRST, "2016-08-31T13:10:00"),
        ("31/08/2016 1:10:00 ìì", DAY_FIRST, "2016-08-31T13:10:00"),
        ("31/08/2016 12:10:00 πμ", DAY_FIRST, "2016-08-31T00:10:00"),
        ("31/08/2016 1:10:00 CH", DAY_FIRST, "2016-08-31T13:10:00"),
        ("31/08/2016 12:10:00 SA", DAY_FIRST, "2016-08-31T00:10:00"),
        ("6.8.2016 Sa 12:10", DAY_FIRST, "2016-08-06T12:10:00"),
        ("31 / 08 / 2016 01:10", DAY_FIRST, None),
        ("31/08/2016 00.10.30", DAY_FIRST, "2016-08-31T00:10:30"),
        ("8/31/2016 12:10:00 AM", MONTH_FIRST, "2016-08-31T00:10:00"),
        ("8/31/2016 12:10:00 pm", MONTH_FIRST, "2016-08-31T12:10:00"),
        ("8/31/2016 1:10 p.m.", MONTH_FIRST, "2016-08-31T13:10:00"),
        ("2016-08-31 오후 1:10:00", DAY_FIRST, "2016-08-31T13:10:00"),
        ("2016-08-31 ¿ÀÈÄ 1:10:00", DAY_FIRST, "2016-08-31T13:10:00"),
        ("2016-08-31 上午 12:10:00", DAY_FIRST, "2016-08-31T00:10:00"),
        ("2016/11/6 Sunday 00:10:00", DAY_FIRST, "2016-11-06T00:10:00"),
        ("6.11.2016 So 00:10", DAY_FIRST, "2016-11-06T00:10:00"),
        ("11/6/2016 Sun. 1:10 PM", MONTH_FIRST, "2016-11-06T13:10:00"),
        ("2016-08-31 수요일 오후 1:10:00", DAY_FIRST, "2016-08-31T13:10:00"),
        ("30/08/2016 24:00", DAY_FIRST, "2016-08-31T00:00:00"),
        ("30/08/2016 24:01", DAY_FIRST, None),
        ("8/31/2016 13:10 PM", MONTH_FIRST, None),
        ("31/08/2016 00:60", DAY_FIRST, None),
        ("31/06/2016 00:10", DAY_FIRST, None),
        ("29/02/2015 00:10", DAY_FIRST, None),
        ("29/02/2016 00:10", DAY_FIRST, "2016-02-29T00:10:00"),
        ("31/08/16 00:10", DAY_FIRST, None),
        ("31/08/2016", DAY_FIRST, None),
        ("31/08/0016 00:10", DAY_FIRST, None),
        ("", DAY_FIRST, None),
    ],
)
def test_a_stamp_is_read_in_its_order_or_is_no_time(text: str, order: Order, expected: str | None) -> None:
    (time,) = dates.to_times(taken_apart(text), order).tolist()
    assert time == (None if expected is None else datetime.fromisoformat(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12/1/05 16:40", "2005-12-01T16:40"),
        ("12/1/69 16:40", "2069-12-01T16:40"),
        ("12/1/70 16:40", "1970-12-01T16:40"),
        ("02/29/2012 00:00:07", "2012-02-29T00:00:07"),
        ("12/1/05 12:00 AM", "2005-12-01T00:00"),
        ("12/1/05 12:00 p.m.", "2005-12-01T12:00"),
        ("12/1/05 24:00", "2005-12-02T00:00"),
        ("2009/05/11 01:00", "2009-05-11T01:00"),
        ("12/1/105 0:00", None),
        ("12/1/5 0:00", None),
        ("0/1/05 0:00", None),
        ("12/1/05", None),
    ],
)
def test_a_year_of_two_digits_is_one_where_the_format_has_them(text: str, expected: str | None) -> None:
    stamps = dates.take_apart(pa.chunked_array([[text]], pa.string()), short_years=True)
    (time,) = dates.to_times(stamps, MONTH_FIRST).tolist()
    assert time == (None if expected is None else datetime.fromisoformat(expected))


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["09.10.2016 00:00"], DAY_FIRST),
        (["2016-10-09 00:00"], DAY_FIRST),
        (["05/05/2016 00:00", "05/05/2016 00:10"], DAY_FIRST),
        (["12/10/2016 23:50", "13/10/2016 00:00"], DAY_FIRST),
        (["10/12/2016 00:00", "10/13/2016 00:00"], MONTH_FIRST),
        (["09/01/2016 23:40", "09/01/2016 23:50", "10/01/2016 00:00"], DAY_FIRST),
        (["01/09/2016 23:40", "01/09/2016 23:50", "01/10/2016 00:00"], MONTH_FIRST),
        (["09/10/2016 00:00", "09/10/2016 00:10"], None),
        (["09/10/2016 00:00"], None),
        (["09/10/2016 23:50", "11/10/2016 00:00"], None),
        (["09/10/2016 00:00", "10/10/2016 00:00"], None),
        (["13/10/2016 00:00", "10/13/2016 00:00"], None),
        ([f"{day}/10/2016 00:00" for day in range(13, 32)] + ["10/13/2016 00:00"], DAY_FIRST),
    ],
)
def test_the_order_is_settled_by_what_the_stamps_tell_and_by_nothing_else(
    texts: list[str], order: Order | None
) -> None:
    assert dates.settle(taken_apart(*texts)) == order


def test_dates_that_can_be_read_in_two_ways_are_refused_with_the_line_and_what_to_do() -> None:
    with pytest.raises(FormatError) as caught:
        read(["garbage", "09/10/2016 00:00"])
    assert caught.value.what.startswith("'09/10/2016 00:00' may be day, month or month, day, and no other row tells")
    assert caught.value.where == "line 2"
    assert (
        caught.value.remedy == "export it with the year first, or over a period with a midnight or a day after the 12th"
    )


def test_stamps_with_zones_are_put_on_the_clock_of_the_first() -> None:
    times, zone = read(["31/03/2024 01:50:00+01:00", "31/03/2024 03:00:00+02:00", "31/03/2024 03:00:00"])
    assert times == [datetime(2024, 3, 31, 1, 50), datetime(2024, 3, 31, 2, 0), None]
    assert zone == np.timedelta64(3600, "s")
    assert read(["2024-03-31 03:00:00-0330"])[1] == np.timedelta64(-12_600, "s")
    assert read(["2024-03-31 03:00:00Z"])[1] == np.timedelta64(0, "s")


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),
    st.integers(1, 400),
    st.sampled_from(
        [
            "%d/%m/%Y %H:%M",
            "%m/%d/%Y %H:%M",
            "%d.%m.%Y %H:%M",
            "%Y/%m/%d %H:%M",
            "%m-%d-%Y %I:%M %p",
            "%m/%d/%Y %A %H:%M",
        ]
    ),
)
def test_a_file_of_ten_minutes_is_read_right_or_refused_and_never_read_wrong(
    start: datetime, rows: int, pattern: str
) -> None:
    begin = start.replace(minute=start.minute // 10 * 10, second=0, microsecond=0)
    true = [begin + timedelta(minutes=10 * row) for row in range(rows)]
    texts = [time.strftime(pattern) for time in true]
    if dates.settle(taken_apart(*texts)) is None:
        assert len({time.date() for time in true}) == 1
        return
    assert read(texts)[0] == true


@given(st.dates(date(1970, 1, 1), date(2069, 12, 1)), st.integers(2, 400), st.sampled_from(["%m/%d/", "%d/%m/"]))
def test_two_digits_of_a_year_change_nothing(day: date, rows: int, pattern: str) -> None:
    times = [datetime(day.year, day.month, day.day, 20) + timedelta(minutes=10 * row) for row in range(rows)]
    short, full = (
        dates.take_apart(pa.chunked_array([[f"{time:{pattern}{year} %H:%M}" for time in times]]), short_years=True)
        for year in ("%y", "%Y")
    )
    order = dates.settle(short)
    assert dates.settle(full) == order
    if order is not None:
        assert dates.to_times(short, order).tolist() == times


def told(texts: Sequence[str]) -> list[datetime | None]:
    column = pa.chunked_array([list(texts)], pa.string())
    lines = np.arange(1, len(texts) + 1)
    stamps, votes = tell_years(dates.take_apart(column, short_years=True), column, lines)
    times: list[datetime | None] = dates.to_times(stamps, dates.settle_or_refuse(stamps, column, lines, votes)).tolist()
    return times


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["13-07-05 23:40", "13-07-05 23:50", "13-07-06 00:00"], "2013-07-05T23:40"),
        (["13/07/05 23:40", "13/07/05 23:50", "14/07/05 00:00"], "2005-07-13T23:40"),
        (["12/05/16 23:40", "12/05/16 23:50", "12/06/16 00:00"], "2016-12-05T23:40"),
        (["12/31/05 00:10"], "2005-12-31T00:10"),
        (["99-07-05 00:10"], "1999-07-05T00:10"),
        (["13-07-99 00:10"], "1999-07-13T00:10"),
        (["13-07-00 00:10"], "2000-07-13T00:10"),
        (["13/7/05 00:10", "1/8/05 00:10"], "2005-07-13T00:10"),
        (["13-07-05 00:10"], None),
        (["13-07-05 00:10", "13-07-05 00:20", "13-07-07 00:10"], None),
        (["99-07-05 00:10", "13-07-99 00:10"], None),
    ],
)
def test_a_year_of_two_digits_stands_where_the_rows_put_it_and_is_never_guessed(
    texts: list[str], expected: str | None
) -> None:
    if expected is None:
        with pytest.raises(FormatError) as caught:
            told(texts)
        assert caught.value.what.startswith(f"'{texts[0]}' may have its year first or last, and no other row tells")
        assert (caught.value.where, bool(caught.value.remedy)) == ("line 1", True)
    else:
        assert told(texts)[0] == datetime.fromisoformat(expected)


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2069, 12, 1)),
    st.integers(1, 400),
    st.sampled_from(["%y-%m-%d", "%d-%m-%y", "%m/%d/%y"]),
)
def test_a_file_with_years_of_two_digits_is_read_right_or_refused(start: datetime, rows: int, pattern: str) -> None:
    begin = start.replace(minute=start.minute // 10 * 10, second=0, microsecond=0)
    true = [begin + timedelta(minutes=10 * row) for row in range(rows)]
    try:
        times = told([time.strftime(f"{pattern} %H:%M") for time in true])
    except FormatError:
        assert len({time.date() for time in true}) == 1
        return
    assert times == true


@given(st.lists(st.text("0123456789/.-: TAPMapm+Z", max_size=25), max_size=10))
def test_any_text_is_a_time_or_none(texts: list[str]) -> None:
    stamps = taken_apart(*texts)
    for order in dates.ORDERS:
        assert len(dates.to_times(stamps, order)) == len(texts)
    dates.settle(stamps)
