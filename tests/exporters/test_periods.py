"""Periods that an export refuses, before an earlier file is touched."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from database.errors import UsageError
from tests.exporters.conftest import Export
from tests.exporters.stand_ins import Mast

FORMATS = ("windographer", "csv")


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize(
    ("period", "told"),
    [
        (
            {"date_from": datetime(2021, 1, 2), "date_to": datetime(2021, 1, 1)},
            ["found 2021-01-01 00:00:00, expected a time after 2021-01-02 00:00:00, as the end is exclusive"],
        ),
        (  # the same moment, by the station's clock and in UTC
            {"date_from": datetime(2021, 1, 1, 12), "date_to": datetime(2021, 1, 1, 11, tzinfo=UTC)},
            ["found 2021-01-01 11:00:00+00:00, expected a time after 2021-01-01 12:00:00"],
        ),
        (
            {"date_from": datetime(2031, 1, 1), "date_to": datetime(2031, 2, 1)},
            [
                "test_mast has no reading from 2031-01-01 00:00:00 to 2031-02-01 00:00:00; ",
                "by its clock it has some from 2021-01-01 01:00:00 to 2021-01-03 00:50:00",
            ],
        ),
        ({"date_to": datetime(2020, 1, 1)}, ["test_mast has no reading to 2020-01-01 00:00:00; "]),
    ],
    ids=["reversed", "empty", "after the last reading", "before the first"],
)
def test_a_period_without_readings_is_refused_and_the_earlier_file_stays(
    recorded_mast: Mast, exported: Export, file_format: str, period: dict[str, datetime], told: list[str]
) -> None:
    earlier = exported(recorded_mast, file_format)
    content = earlier.path.read_bytes()
    with pytest.raises(UsageError) as caught:
        exported(recorded_mast, file_format, **period)
    assert [words for words in told if words not in caught.value.what] == []
    assert earlier.path.read_bytes() == content
    assert list(earlier.path.parent.iterdir()) == [earlier.path]


def test_a_period_of_a_station_without_any_reading_makes_no_file(
    empty_mast: Mast, exported: Export, folder: Path
) -> None:
    with pytest.raises(UsageError, match="test_mast has no reading from 2021-01-01 00:00:00, nor any other"):
        exported(empty_mast, date_from=datetime(2021, 1, 1))
    assert not folder.exists()
