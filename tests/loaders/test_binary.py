"""The binary COPY format: what is written comes back from the database to the last bit."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import Connection
from loaders import binary

COPY = b"copy readings from stdin (format binary)"
numbers = st.floats(allow_nan=True, allow_infinity=False, width=64)
stamps = st.datetimes().filter(lambda moment: 1900 < moment.year < 2200)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(stamps, numbers), max_size=20))
def test_every_value_and_stamp_comes_back_as_it_was(loader: Connection, rows: list[tuple[object, float]]) -> None:
    timestamps = np.array([stamp for stamp, _ in rows], dtype="datetime64[us]")
    values = np.array([value for _, value in rows], dtype=np.float64)
    with loader.transaction(), loader.cursor() as cursor:
        cursor.execute(
            "create temporary table readings"
            " (timestamp timestamp, channel_id int, file_id int, line bigint, value double precision) on commit drop"
        )
        with cursor.copy(COPY) as copy:
            lines = np.arange(len(rows), dtype=np.int64)
            copy.write(binary.HEADER + binary.rows(timestamps, 7, 9, values, lines) + binary.TRAILER)
        back = cursor.execute("select timestamp, value, line from readings order by line").fetchall()
        assert cursor.execute("select from readings where (channel_id, file_id) <> (7, 9)").fetchall() == []
    expected = [(stamp, None if np.isnan(value) else value, line) for line, (stamp, value) in enumerate(rows)]
    assert back == expected
