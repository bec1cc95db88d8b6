"""TOB1, and TOB3 and TOB2 as on memory cards: TOA5's header with types, then binary records, or frames of them.

All quantities are IEEE4. A stretch of records that doesn't fill its last frame leaves it in parts, as a logger does
whose card is taken out; behind the last frame stand those of another file. TOB2 is said to be TOB3 without the numbers
of records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation import toa5
from simulation.masts import Mast
from simulation.recording import Recording

EPOCH = np.datetime64("1990-01-01", "s")
FRAME_RECORDS = 6
HEAD, FOOT = struct.Struct("<III"), struct.Struct("<I")
HEAD_OF_TOB2 = struct.Struct("<II")
MINOR = 1 << 14
HEADER_BLOCK = 512
STAMP, STAMP_BEFORE = 20217, 20216

Records = NDArray[np.void]


def tob1_header(mast: Mast, program: str) -> bytes:
    """The five header lines of TOB1."""
    environment, names, units, processing = _lines_of_toa5(mast, program)
    lines = (
        environment.replace('"TOA5"', '"TOB1"'),
        names.replace('"TIMESTAMP"', '"SECONDS","NANOSECONDS"'),
        units.replace('"TS"', '"SECONDS","NANOSECONDS"'),
        f'"",{processing}',
        ",".join(['"ULONG"'] * 3 + ['"IEEE4"'] * len(mast.columns)),
    )
    return "".join(line + toa5.END for line in lines).encode()


def tob3_header(mast: Mast, program: str, minutes: int) -> bytes:
    """The six header lines of TOB3, padded; `minutes` lie between two records."""
    frame_bytes = HEAD.size + _records_bytes(mast) + FOOT.size
    ring = ("           0", "           0", 0)
    return _card_header(
        "TOB3", mast, program, (mast.table, f"{minutes} MIN", frame_bytes, 1000, STAMP, "SecMsec", *ring)
    )


def tob2_header(mast: Mast, program: str, minutes: int) -> bytes:
    """The six header lines of TOB2, padded; `minutes` lie between two records."""
    frame_bytes = HEAD_OF_TOB2.size + _records_bytes(mast) + FOOT.size
    return _card_header("TOB2", mast, program, (mast.table, f"{minutes} MIN", frame_bytes, 1000, STAMP, "SecMsec"))


def _card_header(signature: str, mast: Mast, program: str, facts: tuple[object, ...]) -> bytes:
    environment, names, units, processing = _lines_of_toa5(mast, program)
    created = mast.date_from.replace("T", " ")
    first = environment.replace("TOA5", signature).removesuffix(f'"{mast.table}"') + f'"{created}"'
    table = ",".join(f'"{fact}"' for fact in facts)
    lines = (first, table, *(line.split(",", 2)[2] for line in (names, units, processing)))
    types = ",".join(['"IEEE4B"'] * len(mast.columns))
    before = "".join(line + toa5.END for line in lines).encode()
    padding = -(len(before) + len(types) + len(toa5.END)) % HEADER_BLOCK
    return before + (types + " " * padding + toa5.END).encode()


def records(recording: Recording, byte_order: str) -> Records:
    """All records of a recording, led by seconds, nanoseconds and number; '<' is TOB1's byte order, '>' TOB3's."""
    columns = recording.mast.columns
    layout: list[Any] = [(name, "<u4") for name in ("seconds", "nanoseconds", "number")]
    found = np.zeros(len(recording.stamps), dtype=layout + [(name, f"{byte_order}f4") for name in columns])
    found["seconds"] = (recording.stamps - EPOCH) // np.timedelta64(1, "s")
    found["number"] = np.cumsum(recording.exists) - 1
    for name in columns:
        found[name] = recording.values[name]
    return found


def tob1_file(header: bytes, chosen: Records) -> bytes:
    """A file's bytes."""
    return header + chosen.tobytes()


def tob3_file(header: bytes, chosen: Records, stale_frames: int = 0) -> bytes:
    """A file's bytes; behind its frames lie others with the stamp of the file before."""
    written = b"".join(frames(chosen))
    whole = list(frames(chosen[:FRAME_RECORDS], STAMP_BEFORE))[:1]
    return header + written + b"".join(whole * stale_frames)


def tob2_file(header: bytes, chosen: Records) -> bytes:
    """A file's bytes: whole frames alone, without what fills none at its end."""
    whole = len(chosen) // FRAME_RECORDS * FRAME_RECORDS
    written = (HEAD_OF_TOB2.pack(int(one["seconds"]), 0) for one in chosen[:whole:FRAME_RECORDS])
    contents = (_content(chosen[first : first + FRAME_RECORDS]) for first in range(0, whole, FRAME_RECORDS))
    foot = FOOT.pack(STAMP << 16)
    return header + b"".join(head + content + foot for head, content in zip(written, contents, strict=True))


def frames(chosen: Records, stamp: int = STAMP) -> Iterator[bytes]:
    """The frames of records, a new one wherever a record is missing."""
    steps = np.diff(chosen["seconds"].astype(np.int64))
    breaks = np.flatnonzero(steps != np.min(steps, initial=1 << 31)) + 1
    for stretch in np.split(chosen, breaks):
        for first in range(0, len(stretch), FRAME_RECORDS):
            yield _frame(stretch[first : first + FRAME_RECORDS], stamp)


def _frame(chosen: Records, stamp: int) -> bytes:
    record_bytes = chosen.dtype.itemsize - HEAD.size
    content = _content(chosen)
    head = HEAD.pack(int(chosen["seconds"][0]), 0, int(chosen["number"][0]))
    if len(chosen) == FRAME_RECORDS:
        return head + content + FOOT.pack(stamp << 16)
    part = len(head) + len(content) + FOOT.size
    rest = (FRAME_RECORDS - len(chosen)) * record_bytes
    unwritten = b"\x5a" * (rest - FOOT.size)
    return head + content + FOOT.pack(part | stamp << 16) + unwritten + FOOT.pack(rest | MINOR | stamp << 16)


def _content(chosen: Records) -> bytes:
    """The records without their times and numbers, which are the frame's."""
    return np.frombuffer(chosen.tobytes(), np.uint8).reshape(len(chosen), -1)[:, HEAD.size :].tobytes()


def _records_bytes(mast: Mast) -> int:
    return FRAME_RECORDS * 4 * len(mast.columns)


def _lines_of_toa5(mast: Mast, program: str) -> list[str]:
    return toa5.header(mast, program).split(toa5.END)[:4]
