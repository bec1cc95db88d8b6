"""The simulated mast in each of Campbell's formats, read back: that the demo's files can be read, and say the same."""

from functools import cache

import numpy as np
import pytest

from loaders.formats import csixml, mixed_array, toaci1, tob1, tob3
from loaders.formats.detect import Format, detect
from loaders.formats.frame import LoggerFile
from simulation import csixml as csixml_writer
from simulation import demo, toa5
from simulation import mixed_array as array_writer
from simulation import toaci1 as toaci1_writer
from simulation import tob as tob_writer
from simulation.field import simulate_mast
from simulation.recording import Recording

ROWS = 400
GAP = slice(200, 213)


@cache
def recording() -> Recording:
    """The beginning of the ridge's record, with a gap, and values missing here and there."""
    whole = simulate_mast(demo.RIDGE, 1, np.random.default_rng(1)).recording
    values = {name: column[:ROWS].copy() for name, column in whole.values.items()}
    for number, column in enumerate(values.values()):
        column[number::37] = np.nan
    exists = np.ones(ROWS, dtype=bool)
    exists[GAP] = False
    return Recording(whole.mast, whole.begins[:ROWS], values, exists)


def files() -> dict[Format, bytes]:
    record = recording()
    here, mast, program = record.exists, record.mast, "ridge.CR1X"
    return {
        tob1: tob_writer.tob1_file(tob_writer.tob1_header(mast, program), tob_writer.records(record, "<")[here]),
        tob3: tob_writer.tob3_file(
            tob_writer.tob3_header(mast, program, 10), tob_writer.records(record, ">")[here], stale_frames=7
        ),
        toaci1: toa5.file(toaci1_writer.header(mast), toa5.rows(record)[here]),
        csixml: csixml_writer.file(csixml_writer.header(mast, program), csixml_writer.rows(record)[here]),
        mixed_array: array_writer.file(array_writer.rows(record)[here]),
    }


def parsed(module: Format) -> LoggerFile:
    return module.parse(files()[module])


MODULES = (tob1, tob3, toaci1, csixml, mixed_array)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_a_simulated_file_is_told_and_holds_the_masts_record(module: Format) -> None:
    assert detect(files()[module]) is module
    record, (table,) = recording(), parsed(module).tables
    assert np.array_equal(table.timestamps, record.stamps[record.exists].astype("datetime64[us]"))
    named = {column.name: values for column, values in zip(table.columns, table.values, strict=True)}
    assert len(named) == len(record.mast.columns)
    for name in record.mast.columns:
        column = array_writer.column(record.mast, name) if module is mixed_array else name
        tolerance = 1e-6 if module in (tob1, tob3) else 0
        np.testing.assert_allclose(named[column], record.values[name][record.exists], rtol=tolerance, err_msg=name)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_nothing_of_it_is_rejected_but_what_stood_on_the_card_before(module: Format) -> None:
    assert [(line.reason.split(" ", 1)[0], line.readings) for line in parsed(module).rejected] == (
        [("7", 0)] if module is tob3 else []
    )


@pytest.mark.parametrize("module", [tob1, tob3, csixml])
def test_units_and_statistics_are_those_of_the_masts_toa5(module: Format) -> None:
    lines = toa5.header(recording().mast, "ridge.CR1X").replace('"', "").split(toa5.END)
    (table,) = parsed(module).tables
    assert [column.unit for column in table.columns] == lines[2].split(",")[2:]
    assert (parsed(module).logger, table.name) == (recording().mast.serial, recording().mast.table)
