"""TOB files for the tests, packed by hand: no writer stands between that could share the parser's errors."""

import struct
from collections.abc import Sequence
from datetime import datetime

EPOCH = datetime(1990, 1, 1)
SECONDS = int((datetime(2024, 3, 1) - EPOCH).total_seconds())
NAMES = ("Spd_Avg", "Temp_Max", "Spd_TMx", "Note")
UNITS = ("m/s", "Deg C", "", "")
PROCESSING = ("Avg", "Max", "TMx", "Smp")
TYPES = ("IEEE4B", "FP2", "NSec", "ASCII(4)")
RECORD_BYTES = 4 + 2 + 8 + 4
STAMP = 4711
FRAME_RECORDS = 3
MINOR = 1 << 14
RING = ("           0", "           0", "1")  # ring record, removal time, and what no one knows


def quoted(cells: Sequence[object]) -> bytes:
    return ",".join(f'"{cell}"' for cell in cells).encode() + b"\r\n"


def record(speed: float, fp2: int = 0x6000 | 233) -> bytes:
    return struct.pack(">fHII4s", speed, fp2, SECONDS, 0, b"ok")


def tob1_header(
    names: Sequence[str] = ("SECONDS", "NANOSECONDS", "RECORD", *NAMES),
    types: Sequence[str] = ("ULONG", "ULONG", "ULONG", *TYPES),
) -> bytes:
    ahead = len(names) - len(NAMES)
    environment = ("TOB1", "Hill", "CR1000X", "4711", "CR1000X.Std.05", "CPU:hill.CR1X", "2438", "Ten")
    lines = (environment, names, ("",) * ahead + UNITS, ("",) * ahead + PROCESSING, types)
    return b"".join(quoted(line) for line in lines)


def tob1_record(number: int, speed: float = 5.5, nanoseconds: int = 0) -> bytes:
    return struct.pack("<III", SECONDS + 600 * number, nanoseconds, number) + record(speed)


def tob3_header(
    *,
    signature: str = "TOB3",
    interval: str = "10 MIN",
    frame_bytes: int | str = 12 + FRAME_RECORDS * RECORD_BYTES + 4,
    resolution: str = "SecMsec",
    types: Sequence[str] = TYPES,
) -> bytes:
    environment = (
        signature,
        "Hill",
        "CR1000X",
        "4711",
        "CR1000X.Std.05",
        "CPU:hill.CR1X",
        "2438",
        "2024-03-01 00:00:00",
    )
    table: tuple[object, ...] = (
        "Ten",
        interval,
        frame_bytes,
        100,
        STAMP,
        resolution,
        "           0",
        "           0",
        "1",
    )
    if signature == "TOB2":
        table = table[:6]
    lines = b"".join(quoted(line) for line in (environment, table, NAMES, UNITS, PROCESSING))
    last = quoted(types)[:-2]
    return lines + last + b" " * (-(len(lines) + len(last) + 2) % 512) + b"\r\n"


def foot(offset: int = 0, marks: int = 0, stamp: int = STAMP) -> bytes:
    return struct.pack("<I", offset | marks | stamp << 16)


def head(number: int, *, milliseconds: int = 0, with_number: bool = True) -> bytes:
    words = (SECONDS + 600 * number, milliseconds, number)
    return struct.pack("<III", *words) if with_number else struct.pack("<II", *words[:2])


def frame(number: int, *, stamp: int = STAMP, marks: int = 0, milliseconds: int = 0) -> bytes:
    """A whole frame; its records' speeds are their numbers."""
    records = b"".join(record(number + step) for step in range(FRAME_RECORDS))
    return head(number, milliseconds=milliseconds) + records + foot(0, marks, stamp)


def part(number: int, records: int, stamp: int = STAMP) -> bytes:
    """A smaller frame within one."""
    size = 12 + records * RECORD_BYTES + 4
    return head(number) + b"".join(record(number + step) for step in range(records)) + foot(size, 0, stamp)


def frame_of_parts(*parts: bytes, frame_bytes: int) -> bytes:
    """A frame that was closed early, with bytes of another time behind its parts."""
    written = b"".join(parts)
    rest = frame_bytes - len(written)
    return written + b"\xa5" * (rest - 4) + foot(rest, MINOR)


def without_stamp(frame_of_file: bytes) -> bytes:
    return frame_of_file[:-2] + b"\x00\x01"
