"""A file of a verified format that is read as no real file has borne out says so, and real files don't."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest

from loaders.formats import mixed_array, symphoniepro, tob1
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile
from tests.loaders.formats import test_kintech as kintech
from tests.loaders.formats import test_triton as triton
from tests.loaders.formats import test_windographer as windographer
from tests.loaders.formats import test_zephir as zephir
from tests.loaders.formats.locale_samples import SAMPLES, needs_samples
from tests.loaders.formats.nrg_files import SYMPHONIEPRO
from tests.loaders.formats.tob_files import SECONDS, quoted


@needs_samples
def test_no_real_file_of_a_verified_format_takes_an_unverified_way() -> None:
    seen = set()
    for path in sorted(path for path in SAMPLES.rglob("*") if path.is_file()):
        content = path.read_bytes()
        module = detect(content)
        if module is None or not module.VERIFIED:
            continue
        with suppress(FormatError):
            assert not module.parse(content).is_unverified, path.name
            seen.add(module.NAME)
    assert seen >= {"tob1", "tob3", "mixed_array", "symphoniepro", "kintech", "zephir", "triton", "windographer"}


def tob(kind: str, *raw: bytes) -> LoggerFile:
    environment = ("TOB1", "Hill", "CR1000X", "4711", "CR1000X.Std.05", "CPU:hill.CR1X", "2438", "Ten")
    header = (environment, ("SECONDS", "Flags"), ("", ""), ("", "Smp"), ("ULONG", kind))
    rows = b"".join(struct.pack("<I", SECONDS + 600 * row) + one for row, one in enumerate(raw))
    return tob1.parse(b"".join(map(quoted, header)) + rows)


@pytest.mark.parametrize(
    ("kind", "raw", "unverified"),
    [
        ("FP4", [bytes(4)], True),
        ("BOOL2", [bytes(2)], True),
        ("BOOL8", [b"\x00", b"\xff"], False),
        ("BOOL8", [b"\x00", b"\x03"], True),
        ("FP2", [bytes(2)], False),
    ],
)
def test_types_of_binary_files(kind: str, raw: list[bytes], unverified: bool) -> None:  # noqa: FBT001  # pytest gives it by name
    assert tob(kind, *raw).is_unverified == unverified


@pytest.mark.parametrize(
    ("rows", "unverified"),
    [
        ("213,2010,48,2350,240.2\n", False),
        ("213,2010,48,2400,240.2\n", True),
        ("213,2010,48,2350,2400,99999.5\n", False),
        ("213,2010,48,2350,-99999\n", True),
        ("213,2010,48,2350,7999,1\n", True),
        ("213,2010,48,2350,6999,1\n", False),
    ],
)
def test_midnights_and_ends_of_ranges_of_mixed_arrays(rows: str, unverified: bool) -> None:  # noqa: FBT001  # pytest gives it by name
    assert mixed_array.parse(rows.encode()).is_unverified == unverified


@pytest.mark.parametrize(
    ("row", "facts", "dates", "unverified"),
    [
        ("2024-01-02,00:10 1.5 0.1 2", ",#.# ", "yyyy/MM/dd", False),
        ("2024-01-02,00:10;1,5;0,1;2", ".#,#;", "yyyy/MM/dd", True),
        ("01/02/2024,00:10 1.5 0.1 2", ",#.# ", "dd/MM/yyyy", True),
    ],
)
def test_commas_and_dates_of_kintech(row: str, facts: str, dates: str, unverified: bool) -> None:  # noqa: FBT001  # pytest gives it by name
    assert kintech.one_row(row, facts, dates).is_unverified == unverified


def test_decimal_points_of_lidars_and_what_windographers_real_export_has_not() -> None:
    assert triton.american("3/13/2017 12:00:00 AM,1.5,2").is_unverified
    assert zephir.british("1,03/04/2024 00:10:00,778032600,Open,51.3 9.1,991.3,180.0").is_unverified
    assert windographer.export("2016-01-09 15:30\t1\t2").is_unverified
    assert windographer.export("31.01.2016 15:30\t1\t9999").is_unverified
    assert windographer.export("31.01.2016 15:30\t1,5\t2", mark=",").is_unverified
    assert windographer.export("31.01.2016 15:30\t1\t2", names="Date/Time\ta [m/s]\tb").is_unverified
    assert not windographer.export("31.01.2016 15:30\t1\t2").is_unverified


def test_the_desktop_program_and_filters_of_symphoniepro() -> None:
    cloud = SYMPHONIEPRO.encode()
    assert not symphoniepro.parse(cloud).is_unverified
    assert symphoniepro.parse(cloud.replace(b"NRG Export Service", b"SymphoniePRO Desktop Application")).is_unverified
    assert symphoniepro.parse(cloud.replace(b"Filters Applied:\tFalse", b"Filters Applied:\tTrue")).is_unverified
