"""TOB files of real loggers against what CardConvert, their maker's program, wrote from them."""

from typing import NamedTuple

import numpy as np
import pytest

from loaders.formats import toa5, tob1, tob3, tob_frames
from loaders.formats.detect import detect
from loaders.formats.source import Bytes
from tests.loaders.formats.toa5_files import SAMPLES, needs_samples

pytestmark = needs_samples
FOLDER = SAMPLES / "cardconvert"
TEXT = {"text_val", "text_val_2", "text_val_3"}  # ASCII by its type; CardConvert's TOA5 doesn't tell it from numbers


class Case(NamedTuple):
    """A file, and its rows and record numbers by CardConvert."""

    name: str
    rows: int
    records: tuple[int, int]
    stale_frames: int


CASES = [
    Case("TOB1_full10", 200, (1972, 2171), 0),
    Case("TOB1_full11", 199, (2172, 2370), 0),
    Case("TOB1_full16", 266, (3171, 3436), 0),
    Case("TOB3_long19", 199, (3755, 3953), 4),
    Case("TOB3_long20", 200, (3954, 4153), 4),
    Case("TOB3_long27", 79, (5333, 5411), 18),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_names_stamps_and_values_equal_cardconverts(case: Case) -> None:
    content = (FOLDER / f"{case.name}.dat").read_bytes()
    module = tob1 if case.name.startswith("TOB1") else tob3
    assert detect(content) is module
    file = module.parse(content)
    (expected_path,) = FOLDER.glob(f"TOA5_{case.name}_*.dat")
    expected = toa5.parse(expected_path.read_bytes())
    (table,), (expected_table,) = file.tables, expected.tables
    assert (len(table.timestamps), file.logger, table.name) == (case.rows, expected.logger, expected_table.name)
    assert np.array_equal(table.timestamps, expected_table.timestamps)
    by_name = dict(zip(expected_table.columns, expected_table.values, strict=True))
    assert {column.name for column in by_name} - {column.name for column in table.columns} == TEXT
    for column, values in zip(table.columns, table.values, strict=True):
        np.testing.assert_allclose(values, by_name[column], rtol=2e-6, atol=0, equal_nan=True, err_msg=column.name)
    assert [line.readings for line in file.rejected] == [0] * bool(case.stale_frames)
    assert all(line.reason.startswith(f"{case.stale_frames} frames without") for line in file.rejected)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_record_numbers_equal_cardconverts(case: Case) -> None:
    content = (FOLDER / f"{case.name}.dat").read_bytes()
    if case.name.startswith("TOB1"):
        layout, times, size = tob1.read_header(content)
        numbers = np.frombuffer(content, layout.dtype, offset=size)[str(times[tob1.RECORD])]
    else:
        head = tob3.read_head(Bytes(content), tob3.TOB3)
        card = tob_frames.survey(Bytes(content), head.begins, head.framing)
        numbers = tob_frames.read_records(card.frames(0, card.count), head.framing).numbers
    assert numbers.tolist() == list(range(case.records[0], case.records[1] + 1))


def test_of_a_card_that_was_used_before_the_good_frames_alone_count() -> None:
    file = tob3.parse((SAMPLES / "tob3_event_table.dat").read_bytes())
    (table,) = file.tables
    assert (len(table.timestamps), len(table.columns), table.averaging_period) == (72_000, 9, None)
    assert np.array_equal(np.unique(np.diff(table.timestamps)), [np.timedelta64(50, "ms")])
    assert table.timestamps[0] == np.datetime64("2020-10-05T12:00:00.050")
    assert float(table.values[8][0]) == 53.0
    assert [(line.line, line.readings, line.reason.split(" ", 1)[0]) for line in file.rejected] == [(72_007, 0, "7261")]
