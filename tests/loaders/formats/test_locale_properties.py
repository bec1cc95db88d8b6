"""What must hold for Kintech, ZX, Triton, Windographer and Ammonit files, whatever stands in them."""

from __future__ import annotations

import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.formats import ammonit, kintech, meteo32, triton, windographer, zephir
from loaders.formats.detect import FORMATS, HEAD_BYTES, Format, detect
from loaders.formats.frame import FormatError, LoggerFile
from tests.loaders.formats.locale_samples import SAMPLES, needs_samples, written
from tests.loaders.formats.toa5_files import readings_in

MODULES: tuple[Format, ...] = (ammonit, kintech, meteo32, triton, windographer, zephir)
ROWS = 160
FILES = {module.NAME: written(ROWS)[module.NAME] for module in MODULES}
HEADER_LINES = {"ammonit": 1, "kintech": 4, "meteo32": 3, "triton": 4, "windographer": 13, "zephir": 2}
modules = st.sampled_from(MODULES)
many = settings(max_examples=100 * len(MODULES))  # of each format a hundred


def check(file: LoggerFile) -> None:
    """Every array of a length, every name once, the header ready for PostgreSQL's JSON, lines in order."""
    written_header = json.dumps(file.header, allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in written_header.encode().decode()
    assert [line.line for line in file.rejected] == sorted(line.line for line in file.rejected)
    for table in file.tables:
        assert len({column.name for column in table.columns}) == len(table.columns)
        assert not np.isnat(table.timestamps).any()
        for values, rejected in zip(table.values, table.rejected_cells, strict=True):
            assert len(values) == len(rejected) == len(table.timestamps) == len(table.lines)
            assert not np.isinf(values).any()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_a_file_is_told_by_one_module_alone(module: Format) -> None:
    head = FILES[module.NAME][:HEAD_BYTES]
    assert [other.NAME for other in FORMATS if other.matches(head)] == [module.NAME]


@needs_samples
@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_of_the_real_files_its_own_are_told_and_no_others(module: Format) -> None:
    told = {path for path in SAMPLES.rglob("*") if path.is_file() and detect(path.read_bytes()) is module}
    own = {path for path in SAMPLES.rglob("*") if path.is_file() and path.parent.name == module.NAME}
    assert told == {
        path for path in own if path.name not in ("calibration_results.txt", "expected_ID150020_20211117.csv")
    }


@many
@given(modules, st.floats(0, 1))
def test_a_file_that_breaks_off_keeps_the_rows_before(module: Format, place: float) -> None:
    content = FILES[module.NAME]
    cut = content[: int(place * len(content))]
    whole = module.parse(content)
    try:
        file = module.parse(cut)
    except FormatError:
        return
    check(file)
    for table, complete in zip(file.tables, whole.tables, strict=False):
        rows = max(len(table.timestamps) - 1, 0)  # the last one may have lost digits
        assert table.timestamps[:rows].tolist() == complete.timestamps[:rows].tolist()
        for values, expected in zip(table.values, complete.values, strict=True):
            np.testing.assert_array_equal(values[:rows], expected[:rows])


@many
@given(
    modules,
    st.lists(
        st.tuples(
            st.floats(0, 1), st.one_of(st.binary(max_size=4), st.sampled_from([b"\n", b'"', b";", b",", b"#", b"\x00"]))
        ),
        max_size=4,
    ),
    st.integers(0, 3),
)
def test_damage_anywhere_gives_readings_or_a_format_error(
    module: Format, damage: list[tuple[float, bytes]], removed: int
) -> None:
    content = FILES[module.NAME]
    for place, bad in damage:
        at = int(place * len(content))
        content = content[:at] + bad + content[at + removed :]
    with suppress(FormatError):
        check(module.parse(content))
    detect(content)


@many
@given(modules, st.integers(0, ROWS - 1), st.integers(0, 200), st.text("0123456789.,;-+eExN \t", max_size=6))
def test_a_damaged_row_costs_itself_alone_and_every_cell_is_accounted_for(
    module: Format, row: int, place: int, bad: str
) -> None:
    lines = FILES[module.NAME].replace(b"\r\n", b"\n").split(b"\n")
    at = HEADER_LINES[module.NAME] + row
    lines[at] = lines[at][:place] + bad.encode() + lines[at][place + 1 :]
    whole, file = module.parse(FILES[module.NAME]), module.parse(b"\n".join(lines))
    check(file)
    (complete,), (table,) = whole.tables, file.tables
    if lines[at].strip():
        assert readings_in(file) == ROWS * len(complete.columns)
    others = complete.lines != at + 1
    kept = table.lines != at + 1
    assert table.timestamps[kept].tolist() == complete.timestamps[others].tolist()
    if module is not windographer:  # where a value near 9999 shows that 9999 is a value, too
        for values, expected in zip(table.values, complete.values, strict=True):
            np.testing.assert_array_equal(values[kept], expected[others])


@many
@given(modules, st.binary(max_size=200))
def test_whatever_follows_the_signature_gives_a_format_error_or_nothing_wrong(module: Format, content: bytes) -> None:
    with suppress(FormatError):
        check(module.parse(FILES[module.NAME][:60] + content))


@given(st.binary(max_size=300))
def test_bytes_are_told_or_not_and_never_an_error(content: bytes) -> None:
    for module in MODULES:
        module.matches(content)
        with suppress(FormatError):
            check(module.parse(content))
