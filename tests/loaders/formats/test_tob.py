"""TOB1, TOB2 and TOB3 as loggers, cards that were used before, and power cuts leave them."""

import json
import math
import struct
from contextlib import suppress
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.formats import tob1, tob2, tob3, tob_frames
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile
from loaders.formats.tob_types import kind_of
from tests.loaders.formats.toa5_files import readings_in
from tests.loaders.formats.tob_files import (
    EPOCH,
    FRAME_RECORDS,
    RECORD_BYTES,
    SECONDS,
    STAMP,
    foot,
    frame,
    frame_of_parts,
    head,
    part,
    record,
    tob1_header,
    tob1_record,
    tob3_header,
    without_stamp,
)

READINGS = 2  # of a record: the speed and the temperature


def speeds(file: LoggerFile) -> list[float]:
    (table,) = file.tables
    return [float(value) for value in table.values[0]]


def minutes(file: LoggerFile) -> list[float]:
    (table,) = file.tables
    return [(stamp - np.datetime64("2024-03-01")) / np.timedelta64(1, "m") for stamp in table.timestamps]


def rejected(file: LoggerFile) -> list[tuple[int, int]]:
    return [(line.line, line.readings) for line in file.rejected]


def test_tob1_has_the_columns_and_header_of_the_same_tables_toa5() -> None:
    file = tob1.parse(tob1_header() + tob1_record(1) + tob1_record(2, 6.5, 5_000_000))
    (table,) = file.tables
    assert [(column.name, column.unit, column.statistic) for column in table.columns] == [
        ("Spd_Avg", "m/s", "avg"),
        ("Temp_Max", "Deg C", "max"),
    ]
    assert (table.name, file.logger, table.lines.tolist()) == ("Ten", "4711", [6, 7])
    assert table.timestamps.tolist() == [datetime(2024, 3, 1, 0, 10), datetime(2024, 3, 1, 0, 20, 0, 5000)]
    assert (speeds(file), table.values[1].tolist()) == ([5.5, 6.5], [0.233, 0.233])
    (told,) = json.loads(json.dumps(file.header))["headers"]
    assert told["names"] == ["TIMESTAMP", "RECORD", "Spd_Avg", "Temp_Max", "Spd_TMx", "Note"]
    assert told["types"][:3] == ["ULONG"] * 3


@pytest.mark.parametrize("ahead", [("SECONDS",), ("SECONDS", "NANOSECONDS"), ("SECONDS", "RECORD")])
def test_tob1_may_lack_nanoseconds_and_record_numbers(ahead: tuple[str, ...]) -> None:
    whole = tob1_header()
    names = (*ahead, *("Spd_Avg", "Temp_Max", "Spd_TMx", "Note"))
    types = ("ULONG",) * len(ahead) + ("IEEE4B", "FP2", "NSec", "ASCII(4)")
    content = tob1_header(names, types) + struct.pack("<I", SECONDS) + bytes(4 * len(ahead) - 4) + record(7.0)
    assert (minutes(tob1.parse(content)), speeds(tob1.parse(content))) == ([0], [7.0])
    assert tob1.parse(whole).tables == ()


def test_tob1_without_times_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        tob1.parse(
            tob1_header(("RECORD", "Spd_Avg", "Temp_Max", "Spd_TMx", "Note"), ("ULONG", "FP2", "FP2", "FP2", "FP2"))
        )
    assert caught.value.what.startswith("the columns begin with RECORD, Spd_Avg, Temp_Max, SECONDS expected")
    assert caught.value.where == "line 2"


def test_a_tob1_file_that_ends_within_a_record_says_what_to_do() -> None:
    file = tob1.parse(tob1_header() + tob1_record(1) + tob1_record(2)[:-3])
    assert (speeds(file), rejected(file)) == ([5.5], [(7, READINGS)])
    assert file.rejected[0].reason == f"27 bytes found, 30 expected; {tob1.STILL_WRITTEN}"


def test_records_of_zeros_and_impossible_times_are_rejected_and_their_neighbours_count() -> None:
    cut = bytes(2 * len(tob1_record(1)))
    file = tob1.parse(tob1_header() + tob1_record(1) + cut + tob1_record(2, 6.5) + tob1_record(3, nanoseconds=1 << 30))
    assert (speeds(file), rejected(file)) == ([5.5, 6.5], [(7, 2 * READINGS), (10, READINGS)])
    assert file.rejected[0].reason == "2 records: zeros alone, as a power cut leaves them"


def test_tob3_says_interval_and_creation() -> None:
    file = tob3.parse(tob3_header() + frame(1) + frame(4))
    (table,) = file.tables
    assert (speeds(file), minutes(file)) == ([1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60])
    assert (table.averaging_period, file.created) == (np.timedelta64(10, "m"), datetime(2024, 3, 1))
    assert table.lines.tolist() == [7, 8, 9, 10, 11, 12]
    assert (file.utc_offset, file.timestamp_is_end_of_period, file.rejected) == (None, None, ())
    assert json.loads(json.dumps(file.header))["frames"]["ring_record"] == "0"


@pytest.mark.parametrize(
    ("interval", "resolution", "second_us"),
    [
        ("5 MSEC", "Sec100Usec", 700 + 5000),
        ("20 USEC", "SecUsec", 7 + 20),
        ("1 HR", "SecMsec", 7000 + 3_600_000_000),
        ("1 DAY", "Sec10Usec", 70 + 86_400_000_000),
        ("0 USEC", "Sec100Usec", 700),
    ],
)
def test_intervals_and_resolutions_are_in_the_headers_units(interval: str, resolution: str, second_us: int) -> None:
    content = tob3_header(interval=interval, resolution=resolution) + frame(0, milliseconds=7)
    (table,) = tob3.parse(content).tables
    assert table.timestamps[1] == np.datetime64("2024-03-01", "us") + np.timedelta64(second_us, "us")
    assert (table.averaging_period is None) == interval.startswith("0")


def test_the_complement_of_the_stamp_is_as_good() -> None:
    assert speeds(tob3.parse(tob3_header() + frame(1, stamp=STAMP ^ 0xFFFF))) == [1, 2, 3]


def test_what_stood_on_the_card_before_is_no_reading_and_told_once() -> None:
    stale = b"".join(frame(number, stamp=99) for number in range(500, 530, 3))
    file = tob3.parse(tob3_header() + frame(1) + stale)
    assert (speeds(file), rejected(file)) == ([1, 2, 3], [(10, 0)])
    assert file.rejected[0].reason == (
        "10 frames without this file's stamp 4711, or marked as empty: left on the card from before, or never written"
    )


def test_a_stale_frame_that_has_the_stamp_by_chance_is_no_reading() -> None:
    stale = frame(500, stamp=99)
    file = tob3.parse(tob3_header() + frame(1) + stale + frame(900) + stale)
    assert (speeds(file), rejected(file)) == ([1, 2, 3], [(10, 0)])


def test_an_offset_in_a_whole_frame_or_one_beyond_the_frame_is_chance() -> None:
    chance = frame(4)[:-4]
    for bad in (foot(8), foot(1000, 1 << 14)):
        assert speeds(tob3.parse(tob3_header() + frame(1) + chance + bad)) == [1, 2, 3]


def test_a_head_of_more_than_a_second_of_sub_seconds_is_chance() -> None:
    assert speeds(tob3.parse(tob3_header() + frame(1) + frame(4, milliseconds=1001))) == [1, 2, 3]


def test_a_damaged_frame_costs_its_own_readings_and_they_are_counted() -> None:
    damaged = without_stamp(frame(4))
    middle = tob3.parse(tob3_header() + frame(1) + damaged + frame(7))
    assert (speeds(middle), rejected(middle)) == ([1, 2, 3, 7, 8, 9], [(10, 3 * READINGS)])
    assert middle.rejected[0].reason.endswith("damaged")
    assert rejected(tob3.parse(tob3_header() + frame(1) + damaged)) == [(10, 3 * READINGS)]
    assert rejected(tob3.parse(tob3_header() + damaged + frame(7))) == [(7, 3 * READINGS)]
    assert rejected(tob3.parse(tob3_header() + damaged)) == [(7, 0)]


def test_a_single_frame_behind_a_damaged_one_counts_if_the_numbers_go_on() -> None:
    content = tob3_header() + frame(1) + without_stamp(frame(4)) + frame(7) + frame(10, stamp=99)
    assert speeds(tob3.parse(content)) == [1, 2, 3, 7, 8, 9]


def test_a_card_that_began_anew_at_its_beginning_is_read_in_the_files_order() -> None:
    assert speeds(tob3.parse(tob3_header() + frame(7) + frame(1) + frame(4))) == [7, 8, 9, 1, 2, 3, 4, 5, 6]


FIVE = 12 + 5 * RECORD_BYTES + 4 + 16  # a frame with room for two heads and feet and five records


def test_a_frame_in_parts_holds_the_records_of_all_its_parts() -> None:
    content = tob3_header(frame_bytes=FIVE + 40) + frame_of_parts(part(1, 2), part(3, 3), frame_bytes=FIVE + 40)
    file = tob3.parse(content)
    assert (speeds(file), minutes(file), file.rejected) == ([1, 2, 3, 4, 5], [10, 20, 30, 40, 50], ())
    assert file.tables[0].lines.tolist() == [7, 8, 9, 10, 11]


def test_a_part_may_have_been_begun_in_the_file_before() -> None:
    content = tob3_header(frame_bytes=FIVE) + frame_of_parts(part(1, 2, STAMP - 1), part(3, 1), frame_bytes=FIVE)
    assert speeds(tob3.parse(content)) == [1, 2, 3]


def test_a_part_that_can_not_be_read_is_counted_and_those_behind_it_are_read() -> None:
    content = tob3_header(frame_bytes=FIVE) + frame_of_parts(part(1, 2, stamp=99), part(3, 1), frame_bytes=FIVE)
    file = tob3.parse(content)
    assert (speeds(file), rejected(file)) == ([3], [(7, 2 * READINGS)])
    assert file.rejected[0].reason == "52 bytes at the beginning of a frame in parts belong to no part"


def test_a_file_that_ends_within_a_frame_says_what_to_do() -> None:
    file = tob3.parse(tob3_header() + frame(1) + frame(4)[: 12 + 2 * RECORD_BYTES + 5])
    assert (speeds(file), rejected(file)) == ([1, 2, 3], [(10, 2 * READINGS)])
    assert file.rejected[0].reason == f"53 bytes found, 70 expected in a frame; {tob_frames.STILL_WRITTEN}"


def test_tob2_has_no_record_numbers() -> None:
    size = 8 + FRAME_RECORDS * RECORD_BYTES + 4
    frames = [
        head(number, with_number=False) + b"".join(record(number + step) for step in range(FRAME_RECORDS)) + foot()
        for number in (1, 4, 7)
    ]
    header = tob3_header(signature="TOB2", frame_bytes=size)
    file = tob2.parse(header + b"".join(frames))
    assert (speeds(file), minutes(file)[-1]) == ([1, 2, 3, 4, 5, 6, 7, 8, 9], 90)
    assert rejected(tob2.parse(header + frames[0] + without_stamp(frames[1]) + frames[2])) == [(10, 3 * READINGS)]
    assert (tob2.VERIFIED, detect(header)) == (False, tob2)


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (tob1_header()[:100], "the header ends after 1 of 5 lines", "line 2"),
        (tob3_header()[:200], "the header ends after 2 of 6 lines", "line 3"),
        (tob3_header(types=("IEEE4B", "FP2", "NSec", "FP3")), "data type 'FP3' found, one of FP2, FP4,", "line 6"),
        (
            tob3_header(types=("IEEE4B", "FP2", "NSec")),
            "3 columns in the line of types, 4 in the line of names",
            "line 6",
        ),
        (tob3_header(interval="10 WEEKS"), "the interval '10 WEEKS' found, a number and one of NSEC,", "line 2"),
        (tob3_header(interval="367 DAY"), "the interval '367 DAY' found, at most a year expected", "line 2"),
        (tob3_header(resolution="Minutes"), "the time resolution 'Minutes' found, one like Sec100Usec", "line 2"),
        (tob3_header(frame_bytes="many"), "the frame size 'many' found, a whole number expected", "line 2"),
        (tob3_header(frame_bytes=33), "a frame of 33 bytes can't hold a record of 18", "line 2"),
        (
            tob3_header().replace(b'"Temp_Max"', b'"Spd_Avg"'),
            "two columns are named 'Spd_Avg', each name once",
            "line 3",
        ),
        (
            tob3_header().replace(b'"           0","           0","1"', b'"0"'),
            "7 fields in the table line, 8 expected",
            "line 2",
        ),
        (
            tob3_header().replace(b'"4711","CR1000X.Std', b'"CR1000X.Std'),
            "7 fields in the environment line, 8",
            "line 1",
        ),
    ],
)
def test_a_wrong_header_is_an_error_that_says_where(content: bytes, what: str, where: str) -> None:
    module = tob1 if content.startswith(b'"TOB1"') else tob3
    with pytest.raises(FormatError) as caught:
        module.parse(content)
    assert caught.value.what.startswith(what)
    assert caught.value.where == where
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("FP2", b"\x60\xe9", 0.233),
        ("FP2", b"\xe0\xe9", -0.233),
        ("FP2", b"\x1f\x3f", 7999),
        ("FP2", b"\x5f\x3f", 79.99),
        ("FP2", b"\x80\x00", 0),
        ("FP2", b"\x9f\xfe", math.nan),
        ("FP2", b"\x1f\xff", math.nan),
        ("FP2", b"\x9f\xff", math.nan),
        ("FP4", b"\x41\x80\x00\x00", 1.0),
        ("FP4", b"\xc2\xc0\x00\x00", -3.0),
        ("FP4", b"\x7f\xff\xff\xff", math.nan),
        ("IEEE4", struct.pack("<f", 2.5), 2.5),
        ("IEEE4L", struct.pack("<f", 2.5), 2.5),
        ("IEEE4B", struct.pack(">f", 2.5), 2.5),
        ("IEEE4B", b"\x7f\x80\x00\x01", math.nan),
        ("IEEE4B", struct.pack(">f", math.inf), math.nan),
        ("IEEE8", struct.pack("<d", 0.1), 0.1),
        ("IEEE8B", struct.pack(">d", 0.1), 0.1),
        ("USHORT", b"\x01\x02", 513),
        ("SHORT", b"\xfe\xff", -2),
        ("UINT2", b"\xff\xff", 65535),
        ("INT2", b"\xff\xfe", -2),
        ("ULONG", b"\x01\x00\x00\x80", 2**31 + 1),
        ("LONG", b"\xff\xff\xff\xff", -1),
        ("UINT4", b"\x80\x00\x00\x01", 2**31 + 1),
        ("INT4", b"\xff\xff\xff\xfe", -2),
        ("BYTE", b"\xff", 255),
        ("INT1", b"\xff", -1),
        ("BOOL", b"\xff", -1),
        ("BOOL", b"\x00", 0),
        ("BOOL2", b"\x00\x01", -1),
        ("BOOL4", b"\xff\xff\xff\xff", -1),
        ("BOOL8", b"\xff", 11111111),
        ("BOOL8", b"\x03", 11000000),
    ],
)
def test_each_type_is_read_by_its_own_byte_order_and_special_values(kind: str, raw: bytes, value: float) -> None:
    found = kind_of(kind, 6)
    assert found.decode is not None
    assert repr(float(found.decode(np.frombuffer(raw, found.dtype))[0])) == repr(float(value))


@pytest.mark.parametrize("kind", ["", "FP3", "ASCII", "ASCII(0)", "ASCII(-1)", "FP2(3)", "ASCII(999999)"])
def test_a_type_that_is_not_known_is_refused_since_it_would_shift_all_columns_behind_it(kind: str) -> None:
    with pytest.raises(FormatError):
        kind_of(kind, 6)


def test_each_is_told_by_its_first_word() -> None:
    assert [detect(content) for content in (tob1_header(), tob3_header(), tob3_header(signature="TOB2"))] == [
        tob1,
        tob3,
        tob2,
    ]
    assert EPOCH.year == 1990


@settings(max_examples=300)
@given(st.integers(0, 400), st.binary(max_size=60), st.sampled_from([tob1, tob2, tob3]), st.integers(0, 60))
def test_nothing_but_a_format_error_is_raised_whatever_the_header_is(
    at: int, garbage: bytes, module: object, cut: int
) -> None:
    content = {tob1: tob1_header() + tob1_record(1), tob3: tob3_header() + frame(1)}.get(module)  # type: ignore[call-overload]
    content = content or tob3_header(signature="TOB2") + frame(1)
    with suppress(FormatError):
        module.parse(content[:at] + garbage + content[at + cut :])  # type: ignore[attr-defined]


@settings(max_examples=300)
@given(st.lists(st.binary(min_size=1, max_size=80), max_size=8), st.integers(0, 10**9), st.integers(0, 70))
def test_whatever_a_card_holds_each_record_is_read_or_not_of_this_file(
    garbage: list[bytes], seed: int, frame_bytes: int
) -> None:
    rng = np.random.default_rng(seed)
    pieces = [frame(1 + 3 * number) for number in range(6)]
    for piece in garbage:
        at = int(rng.integers(len(pieces)))
        start = int(rng.integers(12, 70))  # a damaged head under a good stamp is told by nothing
        pieces[at] = (pieces[at][:start] + piece + pieces[at][start + len(piece) :])[:70]
    body = b"".join(pieces) + bytes(frame_bytes)
    file = tob3.parse(tob3_header() + body)
    assert readings_in(file) <= READINGS * (FRAME_RECORDS * (len(body) // 70 + 1))
    whole = {1.0 + 3 * number for number, piece in enumerate(pieces) if piece == frame(1 + 3 * number)}
    assert whole <= {float(speed) for table in file.tables for speed in table.values[0]}
    for table in file.tables:
        assert len(set(table.lines.tolist())) == len(table.lines)
