"""What must hold for WindCube, WLS70, AQ500, Molas, AXYS and NetCDF files, whatever stands in them."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.formats import aq500, axys, molas, netcdf, nomad, windcube, windcube_rtd, wls70
from loaders.formats.detect import FORMATS, HEAD_BYTES, Format, detect
from loaders.formats.frame import FormatError
from tests.loaders.formats.locale_samples import SAMPLES, needs_samples
from tests.loaders.formats.profile_samples import the_table, written
from tests.loaders.formats.test_locale_properties import check
from tests.loaders.formats.toa5_files import readings_in

ROWS = 60
TEXTS: tuple[Format, ...] = (aq500, axys, molas, windcube, windcube_rtd, wls70)
OF_ROWS: tuple[Format, ...] = (aq500, axys, molas, windcube)  # a row a line
MODULES: tuple[Format, ...] = (*TEXTS, netcdf)
FILES = {module.NAME: written(ROWS)[module.NAME] for module in MODULES}
FIRST_ROW = {"aq500": 25, "axys": 1, "molas": 5, "windcube": 11}  # counted from 0
FOLDERS = {"windcube": "windcube", "aq500": "sodar", "netcdf": "windcube"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_a_file_is_told_by_one_module_alone(module: Format) -> None:
    head = FILES[module.NAME][:HEAD_BYTES]
    told = [other.NAME for other in FORMATS if other.matches(head)]
    assert told == ["windcube-rtd", "windcube"] if module is windcube_rtd else [module.NAME]


@needs_samples
@pytest.mark.parametrize("module", [*MODULES, nomad], ids=lambda module: module.NAME)
def test_of_the_real_files_its_own_are_told_and_no_others(module: Format) -> None:
    told = {path.name for path in SAMPLES.rglob("*") if path.is_file() and detect(path.read_bytes()) is module}
    suffix = ".nc" if module is netcdf else ".txt" if module is aq500 else ".sta"
    folder = SAMPLES / FOLDERS.get(module.NAME, "none")
    assert told == {path.name for path in folder.glob(f"*{suffix}")}


def lines_of(content: bytes) -> list[bytes]:
    return content.replace(b"\r\n", b"\n").split(b"\n")


@given(
    st.sampled_from(OF_ROWS),
    st.integers(0, ROWS - 1),
    st.integers(0, 300),
    st.text("0123456789.,;-+eEN \t", max_size=6),
)
def test_a_damaged_row_costs_itself_alone_and_every_cell_is_accounted_for(
    module: Format, row: int, place: int, bad: str
) -> None:
    lines = lines_of(FILES[module.NAME])
    at = FIRST_ROW[module.NAME] + row
    lines[at] = lines[at][:place] + bad.encode() + lines[at][place + 1 :]
    file, complete = module.parse(b"\n".join(lines)), the_table(module.parse(FILES[module.NAME]))
    check(file)
    if lines[at].strip():
        assert readings_in(file) == ROWS * len(complete.columns)
    table = the_table(file)
    others, kept = complete.lines != at + 1, table.lines != at + 1
    assert table.timestamps[kept].tolist() == complete.timestamps[others].tolist()
    for values, expected in zip(table.values, complete.values, strict=True):
        np.testing.assert_array_equal(values[kept], expected[others])


@given(st.sampled_from(TEXTS), st.floats(0, 1))
def test_a_file_that_breaks_off_keeps_the_rows_before(module: Format, place: float) -> None:
    content = FILES[module.NAME]
    whole = the_table(module.parse(content))
    with suppress(FormatError):
        file = module.parse(content[: int(place * len(content))])
        check(file)
        for table in file.tables:
            rows = max(len(table.timestamps) - 1, 0)  # the last one may have lost digits
            assert table.timestamps[:rows].tolist() == whole.timestamps[:rows].tolist()
            for column, values in zip(table.columns, table.values, strict=True):
                expected = whole.values[whole.columns.index(column)]
                np.testing.assert_array_equal(values[:rows], expected[:rows])


damages = st.lists(
    st.tuples(st.floats(0, 1), st.one_of(st.binary(max_size=8), st.sampled_from([b"\n", b'"', b"\t", b",", b"\x00"]))),
    max_size=6,
)


@settings(max_examples=500)
@given(st.sampled_from(TEXTS), damages, st.integers(0, 8))
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


@settings(max_examples=500)
@given(st.sampled_from(TEXTS), st.integers(0, 400), st.binary(max_size=200))
def test_whatever_follows_a_header_gives_a_format_error_or_nothing_wrong(
    module: Format, kept: int, content: bytes
) -> None:
    with suppress(FormatError):
        check(module.parse(FILES[module.NAME][:kept] + content))
