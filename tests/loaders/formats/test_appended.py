"""Files that someone appended to each other: each is read by its own header, or the whole is refused."""

from __future__ import annotations

from datetime import datetime
from types import ModuleType

import numpy as np
import pytest

from loaders.formats import axys, basestation, meteo32, molas, symphonie_sdr, triton, windographer, zephir
from loaders.formats.frame import FormatError
from tests.loaders.formats.locale_samples import written
from tests.loaders.formats.nrg_files import BASESTATION, SDR
from tests.loaders.formats.profile_samples import written as profiles
from tests.loaders.formats.test_meteo32 import ROW, ROWINFO
from tests.loaders.formats.toa5_files import readings_in

ZX = (
    "CSV Converter: v1,Unit: 1148,Time stamps indicate the end of the averaging period\n"
    "Reference,Time and Date,Horizontal Wind Speed (m/s) at {}m,Horizontal Wind Speed (m/s) at {}m\n"
    "1,2016-12-{:02} 00:10:00,{},{}\n"
)
TRITON = (
    "Triton Wind Speed Data\nLogger Serial Number: 300\n"
    "Date and Time;{}m Wind Speed;{}m Wind Speed\n;m/s;m/s\n2016-12-{:02} 00:10:00;{};{}\n"
)
WINDOGRAPHER = (
    "Created 10-05-2019 14:36 by Windographer 4.2\nTime stamps indicate the beginning of the time step\n"
    "Date/Time\tSpeed {}m [m/s]\tSpeed {}m [m/s]\n2016-12-{:02} 00:10\t{}\t{}\n"
)
AXYS = "DataTimeStamp,Speed{} (m/s),Speed{} (m/s)\n2016-12-{:02} 00:10:00,{},{}\n"
TEXTS = [(zephir, ZX), (triton, TRITON), (windographer, WINDOGRAPHER), (axys, AXYS)]


@pytest.mark.parametrize(("module", "text"), TEXTS)
def test_rows_under_a_later_header_are_read_by_it(module: ModuleType, text: str) -> None:
    file = module.parse((text.format(297, 120, 13, 9.5, 7.5) + text.format(120, 297, 14, 7.25, 9.25)).encode())
    assert file.rejected == ()
    (first, second) = file.tables
    assert [column.name for column in second.columns] == [column.name for column in reversed(first.columns)]
    assert [table.values[0].tolist() for table in file.tables] == [[9.5], [7.25]]
    height = text.count("\n")
    assert [table.lines.tolist() for table in file.tables] == [[height], [2 * height]]
    assert [told["line"] for told in file.header["headers"]] == [1, height + 1]


@pytest.mark.parametrize(("module", "text"), TEXTS)
def test_rows_under_the_same_header_once_more_are_one_table(module: ModuleType, text: str) -> None:
    again = text.format(297, 120, 14, 8.5, 7.5) + text.splitlines()[-1].format(15, "what?", 7.5) + "\n"
    file = module.parse((text.format(297, 120, 13, 9.5, 7.5) + again).encode())
    (table,) = file.tables
    np.testing.assert_array_equal(table.values[0], [9.5, 8.5, np.nan])
    assert table.timestamps.tolist() == [datetime(2016, 12, day, 0, 10) for day in (13, 14, 15)]
    assert [(line.line, line.readings) for line in file.rejected] == [(2 * text.count("\n") + 1, 1)]
    assert "headers" not in file.header  # which are told only where they differ


@pytest.mark.parametrize("name", ["zephir", "triton", "windographer", "meteo32"])
def test_a_file_twice_has_its_readings_twice(name: str) -> None:
    module = {"zephir": zephir, "triton": triton, "windographer": windographer, "meteo32": meteo32}[name]
    content = written(200)[name]
    appended = content[content.index(b"T ") :] if name == "meteo32" else content
    once, twice = module.parse(content), module.parse(content.rstrip() + b"\n" + appended)
    assert (readings_in(twice), twice.rejected) == (2 * readings_in(once), ())
    np.testing.assert_array_equal(np.tile(once.tables[0].timestamps, 2), twice.tables[0].timestamps)


def test_an_export_of_a_base_station_behind_another_is_read_by_its_own_header() -> None:
    again = BASESTATION.rstrip("\r") + "\r" + BASESTATION
    once, twice = (basestation.parse(text.encode("latin-1")) for text in (BASESTATION, again))
    assert (readings_in(twice), twice.rejected) == (2 * readings_in(once), ())


def test_each_first_line_of_a_meteo_32_counts_its_own_periods() -> None:
    file = meteo32.parse(meteo32.joined(ROWINFO, ROW + ROW.replace(b"01/21/10", b"01/22/10")))
    (table,) = file.tables
    assert table.timestamps.tolist()[2:] == [datetime(2010, 1, 22), datetime(2010, 1, 22, 0, 10)]
    assert table.lines.tolist() == [4, 5, 7, 8]


@pytest.mark.parametrize(
    ("module", "content", "line"),
    [
        (meteo32, meteo32.joined(ROWINFO, ROW + b"T 01/22/10 00:00\n1 2 3 4 5 6\n"), 6),
        (meteo32, meteo32.joined(ROWINFO, ROW + ROW.replace(b"C080765", b"C080766")), 6),
        (meteo32, meteo32.joined(ROWINFO, ROW + ROWINFO + ROW), 6),
        (symphonie_sdr, SDR.encode() + SDR.encode(), len(SDR.splitlines()) + 1),
        (molas, profiles(3)["molas"] * 2, None),
        (zephir, (ZX.format(1, 2, 13, 1, 1) + ZX.format(2, 1, 14, 1, 1).partition("\n")[2]).encode(), 4),
        (zephir, (ZX.format(1, 2, 13, 1, 1) + ZX.format(2, 1, 14, 1, 1).replace("1148", "1149")).encode(), 4),
        (zephir, (ZX.format(1, 2, 13, 1, 1) + ZX.format(2, 1, 14, 1, 1).replace("the end", "the start")).encode(), 4),
        (zephir, (ZX.format(1, 2, 13, 1, 1) + "CSV Converter: v1\nbroken\n").encode(), 5),
        (triton, (TRITON.format(1, 2, 13, 1, 1) + TRITON.format(2, 1, 14, 1, 1).split("\n", 2)[2]).encode(), 6),
        (windographer, (WINDOGRAPHER.format(1, 2, 13, 1, 1) + "Date/Time\tx\n2016-12-14 00:10\t1\n").encode(), 5),
        (basestation, (BASESTATION + "Time Stamp,Average Speed\r1/1/06 00:00,5\r").encode(), None),
    ],
)
def test_a_later_header_by_which_rows_cannot_be_read_refuses_the_file(
    module: ModuleType, content: bytes, line: int | None
) -> None:
    with pytest.raises(FormatError) as caught:
        module.parse(content)
    assert caught.value.remedy
    assert caught.value.where.startswith("line ")
    assert line is None or caught.value.where == f"line {line}"
