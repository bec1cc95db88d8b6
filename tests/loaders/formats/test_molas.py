"""Molas text in its two encodings, and Nomad's raw data, which are refused."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from loaders.formats import molas, nomad
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from simulation import molas as writer
from simulation.profiles import profile
from tests.loaders.formats.locale_samples import column_of, ridge
from tests.loaders.formats.profile_samples import listed, the_table, written
from tests.loaders.formats.toa5_files import readings_in


def small(*rows: str, names: str | None = None, facts: str = "") -> bytes:
    per_altitude = "\t".join("60m" + name for name in writer.PER_ALTITUDE)
    head = f"ID System=B300-1\r\n{facts}"
    names = names or "\t".join(writer.HOUSEKEEPING) + "\t" + per_altitude
    return head.encode() + "\r\n".join([names, *rows, ""]).encode("gbk")


def row(stamp: str = "2025-05-28\t00:10:00", speed: str = "5.5") -> str:
    return f"{stamp}\tE108°\tN26°\t31.2\t18.4\t912.3\t71\t0\t598\t{speed}\t0.4\t4.1\t7.2\t181\t0.1\t0.3\t-8\t-9\t97"


def test_what_was_simulated_is_read() -> None:
    recording = ridge()
    content = written(200)["molas"]
    assert detect(content) is molas
    assert not molas.VERIFIED
    file = molas.parse(content)
    assert (file.logger, file.rejected) == (recording.mast.serial, ())
    assert (file.utc_offset, file.timestamp_is_end_of_period) == (None, None)
    assert the_table(file).timestamps.tolist() == recording.stamps.astype("datetime64[us]").tolist()
    for level in profile(recording):
        values = column_of(file, f"{level.height_m:g}m水平风速(m/s)")
        np.testing.assert_allclose(values, level.speed, atol=5.001e-3, rtol=0)
    settings = listed(file, "settings")
    assert [setting["height_m"] for setting in settings] == [40, 60, 80]
    assert {len(setting["columns"]) for setting in settings} == {10}


def test_units_and_statistics_are_those_of_the_names_and_places_are_no_readings() -> None:
    columns = the_table(molas.parse(small(row()))).columns
    assert [(column.unit, column.statistic) for column in columns[:2]] == [("℃", None), ("℃", None)]
    assert [(column.unit, column.statistic) for column in columns[6:]] == [
        ("m/s", "avg"),
        ("m/s", "sd"),
        ("m/s", "min"),
        ("m/s", "max"),
        ("°", "avg"),
        ("m/s", "avg"),
        ("m/s", "sd"),
        ("dB", "avg"),
        ("dB", "min"),
        ("%", "availability"),
    ]
    assert "经度" not in {column.name for column in columns}


@pytest.mark.parametrize("stamp", ["2025-05-28\t00:10:00", "2025/5/28\t0:10", "20250528\t00:10:00"])
def test_a_date_with_the_year_first_is_read_in_each_spelling(stamp: str) -> None:
    assert the_table(molas.parse(small(row(stamp)))).timestamps[0].item() == datetime(2025, 5, 28, 0, 10)


def test_a_date_that_can_be_read_in_two_ways_is_refused() -> None:
    with pytest.raises(FormatError, match="may be day, month or month, day"):
        molas.parse(small(row("05/06/2025\t00:10:00")))


def test_a_bad_cell_and_a_bad_row_are_rejected() -> None:
    file = molas.parse(small(row(), row(speed="fast"), row().rpartition("\t")[0], row()))
    assert [(line.line, line.readings) for line in file.rejected] == [(4, 1), (5, 16)]
    assert readings_in(file) == 4 * 16


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (small(names="水平风速", facts="Altitudes (m)=\t60\r\n"), "no line of names with '水平风速'"),
        (
            small(names="\t".join([*writer.HOUSEKEEPING, "60m水平风速"])),
            "11 columns, 10 and 10 for each altitude expected",
        ),
        (
            small(row(), facts="Altitudes (m)=\t60\t80\r\n"),
            "20 columns, 10 and 10 for each altitude expected, 2 altitudes in the header",
        ),
        (small(names="\t".join([*writer.HOUSEKEEPING, "60m水平风速", "", "x"])), "column 12 has no name"),
    ],
)
def test_names_that_do_not_fit_are_refused(content: bytes, what: str) -> None:
    with pytest.raises(FormatError) as caught:
        molas.parse(content)
    assert caught.value.what == what
    assert caught.value.remedy


def test_each_line_is_decoded_by_itself() -> None:
    lines = "°C 风速".encode() + b"\n" + "风速".encode("gb18030") + b"\r\n\xff\xff"
    assert molas.decode(lines) == ["°C 风速", "风速", "ÿÿ"]


NOMAD = b"\xd1\x02" + b"\x00" * 6 + (4711).to_bytes(4, "little") + b"\x00" * 52 + b"\xd4\x01" + b"\x00" * 66


def test_nomads_raw_data_are_told_and_refused_with_a_remedy() -> None:
    assert detect(NOMAD) is nomad
    assert not nomad.VERIFIED
    with pytest.raises(FormatError) as caught:
        nomad.parse(NOMAD)
    assert "serial number 4711" in caught.value.what
    assert "values without timestamps" in caught.value.what
    assert caught.value.remedy.startswith("have SecondWind's Nomad Desktop export the file as CSV")
    assert detect(NOMAD[:64] + b"\x00" * 100) is None
