"""Mixed arrays as a CR10X's or CR23X's rows are stored: no header, no zeros ahead, midnight as 2400 of the old day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.masts import Mast
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, fixed, joined

ARRAY_ID = 101
LEADING = 4
DECIMALS = 3
OUT_OF_RANGE = "-6999"
END = "\r\n"


def rows(recording: Recording) -> Texts:
    """All rows of a recording as text, each with its line end."""
    days = (recording.stamps - np.timedelta64(1, "s")).astype("datetime64[D]")  # midnight is the old day's
    years = days.astype("datetime64[Y]")
    minutes = (recording.stamps - days) // np.timedelta64(1, "m")
    whole = [years.astype(np.int64) + 1970, (days - years.astype("datetime64[D]")).astype(np.int64) + 1]
    clock = minutes.astype(np.int64) // 60 * 100 + minutes.astype(np.int64) % 60
    ahead = [constant(str(ARRAY_ID), len(days)), *(column.astype(str).astype(object) for column in (*whole, clock))]
    values = [_without_zero(fixed(recording.values[name], DECIMALS, OUT_OF_RANGE)) for name in recording.mast.columns]
    return joined([*ahead, *values], ",", END)


def file(lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return "".join(lines).encode()


def column(mast: Mast, name: str) -> str:
    """The name that a column of the mast has in such a file."""
    return f"{ARRAY_ID}_{LEADING + 1 + mast.columns.index(name)}"


def _without_zero(texts: Texts) -> Texts:
    return np.array([text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text for text in texts], object)
