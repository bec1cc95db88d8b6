"""What editors, mails and exporting computers do to a file's text changes nothing of what it says, in any format."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from loaders.formats import (
    ammonit,
    aq500,
    axys,
    basestation,
    kintech,
    logr,
    meteo32,
    molas,
    symphonie_sdr,
    symphoniepro,
    triton,
    windcube,
    windcube_rtd,
    windographer,
    wls70,
    zephir,
)
from loaders.formats.detect import Format, detect
from loaders.formats.frame import LoggerFile
from loaders.formats.text import decode
from tests.loaders.formats import locale_samples, profile_samples
from tests.loaders.formats.nrg_files import BASESTATION, LOGR, SDR, SYMPHONIEPRO

ROWS = 160  # rows enough for a day after the 12th, or a midnight, to tell the order of dates
FILES: dict[str, bytes] = {
    **locale_samples.written(ROWS),
    **{name: content for name, content in profile_samples.written(ROWS).items() if name != "netcdf"},
    "nrg_basestation": BASESTATION.encode(),
    "logr": LOGR.encode(),
    "symphonie_sdr": SDR.encode(),
    "symphoniepro": SYMPHONIEPRO.encode(),
}
MODULES: tuple[Format, ...] = (
    ammonit,
    aq500,
    axys,
    basestation,
    kintech,
    logr,
    meteo32,
    molas,
    symphonie_sdr,
    symphoniepro,
    triton,
    windcube,
    windcube_rtd,
    windographer,
    wls70,
    zephir,
)
SEPARATORS = {
    "ammonit": b",",
    "aq500": b",",
    "axys": b",",
    "kintech": b" ",
    "meteo32": b" ",
    "nrg_basestation": b",",
    "zephir": b";",
    "triton": b";",
}


def lines_of(content: bytes) -> list[bytes]:
    return content.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")


def same(file: LoggerFile, expected: LoggerFile) -> None:
    assert (file.logger, file.utc_offset, file.timestamp_is_end_of_period) == (
        expected.logger,
        expected.utc_offset,
        expected.timestamp_is_end_of_period,
    )
    assert [line.reason for line in file.rejected] == [line.reason for line in expected.rejected]
    for table, other in zip(file.tables, expected.tables, strict=True):
        assert (table.name, table.columns) == (other.name, other.columns)
        assert table.timestamps.tolist() == other.timestamps.tolist()
        for values, numbers in zip(table.values, other.values, strict=True):
            np.testing.assert_array_equal(values, numbers)


def with_ends(end: bytes) -> Callable[[str, bytes], bytes]:
    return lambda _, content: content.replace(b"\r\n", b"\n").replace(b"\n", end)


def with_mark(_: str, content: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content


def in_utf_16(name: str, content: bytes) -> bytes:
    return decode(content).encode("utf-16") if name != "molas" else content.decode("gb18030").encode("utf-16")


def without_last_end(_: str, content: bytes) -> bytes:
    return content.rstrip(b"\r\n")


def with_blank_lines(_: str, content: bytes) -> bytes:
    return content + b"\r\n\r\n"


def padded(name: str, content: bytes) -> bytes:
    sign = SEPARATORS.get(name, b"\t")
    return b"".join(line + sign * (sign in line) * 2 + b"\n" for line in lines_of(content))


def by_a_spreadsheet(name: str, content: bytes) -> bytes:
    """Each line with as many separators as the longest: what a spreadsheet makes of a file that it saves again."""
    sign, lines = SEPARATORS.get(name, b"\t"), lines_of(content)
    most = max(line.count(sign) for line in lines)
    return b"".join(line + sign * (most - line.count(sign)) + b"\n" for line in lines)


VARIANTS: dict[str, Callable[[str, bytes], bytes]] = {
    "LF": with_ends(b"\n"),
    "CRLF": with_ends(b"\r\n"),
    "CR": with_ends(b"\r"),
    "BOM": with_mark,
    "UTF-16": in_utf_16,
    "no last end": without_last_end,
    "blank lines": with_blank_lines,
    "padded": padded,
    "spreadsheet": by_a_spreadsheet,
}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_text_may_be_written_otherwise(module: Format, variant: str) -> None:
    content = VARIANTS[variant](module.NAME, FILES[module.NAME])
    assert detect(content) is module
    same(module.parse(content), module.parse(FILES[module.NAME]))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_a_header_without_rows_holds_no_readings_and_is_no_error(module: Format) -> None:
    lines = lines_of(FILES[module.NAME])
    (table,) = module.parse(FILES[module.NAME]).tables
    first, last = int(table.lines.min()), int(table.lines.max())
    rest = lines[last:] if module in (ammonit, aq500) else []  # what ends a file
    for end in (b"\n", b""):
        content = b"\n".join([*lines[: first - 1], *rest]) + end
        assert detect(content) is module
        file = module.parse(content)
        assert (file.tables, file.rejected) == ((), ())
