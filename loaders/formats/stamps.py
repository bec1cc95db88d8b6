"""Timestamps as text: read where they can be read in one way only."""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import re
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# Years outside 1900..2199 are a garbled line or a dead clock, and would each open a chunk of their own.
PLAIN = r"^(19|20|21)\d\d-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?$"
ISO = re.compile(
    r"((?:19|20|21)\d\d)-(\d\d)-(\d\d)[ T](\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d+))?)?",
    re.ASCII,
)
TWO_WAYS = re.compile(r"\d{1,4}([/.-])\d{1,2}\1\d{1,4}\b", re.ASCII)

EXPECTED = "YYYY-MM-DD hh:mm:ss"


def read_iso(stamps: pa.ChunkedArray[Any]) -> NDArray[np.datetime64]:
    """Read an array of `YYYY-MM-DD hh:mm[:ss[.fraction]]` as datetime64[us], NaT where a stamp can't be read."""
    plain = pc.match_substring_regex(stamps, PLAIN)
    try:
        read = pc.if_else(plain, stamps, None).cast(pa.timestamp("us"))
    except pa.ArrowInvalid:  # an impossible date among them
        return np.array([_read_one(str(stamp)) for stamp in stamps], dtype="datetime64[us]")
    # to_numpy gives a view of Arrow's memory where nothing is missing, and we write into it below
    times: NDArray[np.datetime64] = np.array(read.to_numpy(), dtype="datetime64[us]")
    for row in np.flatnonzero(~plain.to_numpy()):
        times[row] = _read_one(str(stamps[int(row)]))
    return times


def _read_one(stamp: str) -> np.datetime64:
    """One stamp; 24:00:00 is the end of its day, as LoggerNet writes midnight where it is told to."""
    found = ISO.fullmatch(stamp.strip())
    if found is None:
        return np.datetime64("NaT", "us")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    microsecond = int((found[7] or "0")[:6].ljust(6, "0"))
    ends_day = (hour, minute, second, microsecond) == (24, 0, 0, 0)
    try:
        time = datetime(year, month, day, 0 if ends_day else hour, minute, second, microsecond)
    except ValueError:
        return np.datetime64("NaT", "us")
    return np.datetime64(time + timedelta(days=int(ends_day)), "us")


def is_ambiguous(stamp: str) -> bool:
    """Whether it looks like a date whose day and month can be told apart only by guessing."""
    return ISO.match(stamp.strip()) is None and TWO_WAYS.match(stamp.strip()) is not None
