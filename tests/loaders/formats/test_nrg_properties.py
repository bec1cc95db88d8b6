"""What must hold for any of NRG's text files, whatever stands in it, and that none is taken for another."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.formats import basestation, logr, symphonie_sdr, symphoniepro
from loaders.formats.detect import FORMATS, Format, detect
from loaders.formats.frame import FormatError
from tests.loaders.formats.nrg_files import BASESTATION, LOG, LOGR, SDR, SYMPHONIEPRO
from tests.loaders.formats.toa5_files import readings_in


class Kind(NamedTuple):
    """A format, a file of it, how its rows are written and how many readings stand in each."""

    module: Format
    content: str
    separator: str
    stamp: str
    first_row: str
    readings: int

    @property
    def header(self) -> str:
        """All but the rows."""
        return self.content.partition(self.first_row)[0]


KINDS = {
    "symphoniepro": Kind(symphoniepro, SYMPHONIEPRO, "\t", "2024-03-{:02d} {:02d}:00:00", "2024-03-01 00:00:00\t", 5),
    "logr": Kind(logr, LOGR, "\t", "2024-03-{:02d}T{:02d}:00:00Z", "2024-01-11T13:00:00Z\t", 13),
    "basestation": Kind(basestation, BASESTATION, ",", "3/{:d}/24 {:d}:00", "12/1/05 23", 3),
    "sdr": Kind(symphonie_sdr, SDR, "\t", "2024/3/{:d} {:d}:00:00", "07/31/2011", 9),
}

numbers = st.one_of(st.floats(0.1, 1e6).map(repr), st.integers(1, 9999).map(str))  # no zeros: LOGR's may be fillers
broken = st.sampled_from(["ERR", "1.2.3", "12 V", "--", "1e999", "0x10", "1_0", "inf"])


class Row(NamedTuple):
    """A line, and its cells as they must be found: None where all of it must be rejected."""

    text: str
    cells: list[float | str] | None


@st.composite
def rows(draw: st.DrawFn, kind: Kind) -> Row:
    stamp = kind.stamp.format(draw(st.integers(1, 35)), draw(st.integers(0, 23)))
    width = kind.header.rstrip("\n").rpartition("\n")[2].count(kind.separator)
    cells = [draw(st.one_of(numbers, numbers, numbers, broken, st.just(""))) for _ in range(width)]
    whole = kind.separator.join([stamp, *cells])
    flaw = draw(st.sampled_from(["none"] * 6 + ["padded", "short", "long"]))
    text = {
        "none": whole,
        "short": kind.separator.join([stamp, *cells[:-1]]),
        "long": f"{whole}{kind.separator}1",
        "padded": whole + 2 * kind.separator,
    }[flaw]
    day = int(stamp.replace("/", "-").split("-")[2 if kind.separator == "\t" else 1].split("T")[0].split(" ")[0])
    readable = flaw in ("none", "padded") and day <= 31
    return Row(text, [meaning(cell) for cell in cells] if readable else None)


def meaning(cell: str) -> float | str:
    """The number, nan for a missing one, the text itself for what must be rejected."""
    if not cell:
        return float("nan")
    try:
        number = float(cell)
    except ValueError:
        return cell
    return number if np.isfinite(number) and "_" not in cell else cell


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data(), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_cell_is_a_reading_or_rejected_and_stands_on_its_line(name: str, data: st.DataObject, end: str) -> None:
    kind = KINDS[name]
    content = data.draw(st.lists(rows(kind), max_size=12))
    text = kind.header + "".join(row.text + "\n" for row in content)
    file = kind.module.parse(text.replace("\n", end).encode())
    first_line = kind.header.count("\n") + 1
    names = kind.header.rstrip("\n").rpartition("\n")[2].split(kind.separator)[1:]
    good = {first_line + at: row.cells for at, row in enumerate(content) if row.cells is not None}
    assert [int(line) for table in file.tables for line in table.lines] == list(good)
    for table in file.tables:
        assert len(table.columns) == kind.readings
        for column, values, bad in zip(table.columns, table.values, table.rejected_cells, strict=True):
            at = names.index(column.name)
            expected = [cells[at] for cells in good.values()]
            assert bad.tolist() == [isinstance(cell, str) for cell in expected]
            read = [float("nan") if isinstance(cell, str) else cell for cell in expected]
            assert np.array_equal(values, read, equal_nan=True)
    whole = [line.line for line in file.rejected if line.line not in good]
    assert whole == [first_line + at for at, row in enumerate(content) if row.cells is None]
    assert readings_in(file) == kind.readings * len(content)


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_nothing_but_a_format_error_is_raised_however_a_file_is_cut_and_damaged(name: str, data: st.DataObject) -> None:
    content = KINDS[name].content.encode()
    damaged = bytearray(content[: data.draw(st.integers(0, len(content)))])
    for _ in range(data.draw(st.integers(0, 8))):
        if damaged:
            at = data.draw(st.integers(0, len(damaged) - 1))
            damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    with suppress(FormatError):
        file = KINDS[name].module.parse(bytes(damaged))
        assert readings_in(file) >= 0
        assert all(len(set(table.columns)) == len(table.columns) for table in file.tables)


@pytest.mark.parametrize("name", KINDS)
@given(content=st.one_of(st.binary(max_size=300), st.text('"\n\r,\t 0123-/:.eZData', max_size=300).map(str.encode)))
def test_nothing_but_a_format_error_is_raised_whatever_follows_the_header(name: str, content: bytes) -> None:
    with suppress(FormatError):
        KINDS[name].module.parse(KINDS[name].header.encode() + content)


@pytest.mark.parametrize("name", KINDS)
@given(content=st.binary(max_size=300))
def test_nothing_but_a_format_error_is_raised_whatever_the_file_is(name: str, content: bytes) -> None:
    for start in (b"", KINDS[name].content[:30].encode()):
        with suppress(FormatError):
            KINDS[name].module.parse(start + content)


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_told_by_its_content_and_by_its_own_format_alone(name: str) -> None:
    content = KINDS[name].content
    for encoded in (content.encode(), content.encode("utf-8-sig"), content.replace("\n", "\r\n").encode("utf-16")):
        assert detect(encoded) is KINDS[name].module
        assert [module for module in FORMATS if module.matches(encoded[:4096])] == [KINDS[name].module]


@pytest.mark.parametrize("content", ["SDRAM\t1", "NRG Systems Data Loggers\n", "Read by,me", "an NRG Export Service"])
def test_what_only_looks_like_one_is_none(content: str) -> None:
    assert detect(content.encode()) is None


def test_of_the_real_files_those_of_nrg_are_told(samples: Path) -> None:
    modules = {id(kind.module) for kind in KINDS.values()}
    told = {path for path in samples.rglob("*") if path.is_file() and id(detect(path.read_bytes())) in modules}
    assert told == set((samples / "nrg").iterdir())


def test_a_log_is_told_as_what_it_is() -> None:
    assert detect(LOG.encode()) is logr
