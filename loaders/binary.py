"""PostgreSQL's binary formats of rows to be copied and of arrays, as whole columns: no reading is touched one by one.

Source: PostgreSQL 17 manual, COPY, "Binary Format"; array_send in its source.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
# PostgreSQL counts microseconds from here
EPOCH = np.datetime64("2000-01-01", "us")
NULL = -1
ARRAY_HEADER_BYTES = 20  # dimensions, flags, element type, length and lower bound

FIELDS_OF_READING = [
    ("fields", ">i2"),
    ("timestamp_size", ">i4"), ("timestamp", ">i8"),
    ("channel_size", ">i4"), ("channel_id", ">i4"),
    ("file_size", ">i4"), ("file_id", ">i4"),
]  # fmt: skip
FIELD_OF_LINE = [("line_size", ">i4"), ("line", ">i8")]
FIELD_OF_VALUE = [("value_size", ">i4"), ("value", ">f8")]
VALUE_BYTES = 8


def array(content: bytes, kind: str) -> npt.NDArray[np.generic]:
    """The elements, (n,), of an array of one dimension without nulls; `kind` is the numpy type of one, like >f8."""
    element = np.dtype([("size", ">i4"), ("element", kind)])
    return np.frombuffer(content, element, offset=ARRAY_HEADER_BYTES)["element"]


def rows(
    timestamps: npt.NDArray[np.datetime64],
    channel_id: int,
    file_ids: npt.NDArray[np.int64] | int,
    values: npt.NDArray[np.float64],
    lines: npt.NDArray[np.int64] | None = None,
) -> bytes:
    """Encode a channel's rows as (timestamp, channel_id, file_id, [line,] value), NaN as null. All arrays: (n,)."""
    fields = FIELDS_OF_READING + (FIELD_OF_LINE if lines is not None else []) + FIELD_OF_VALUE
    table = np.zeros(len(values), dtype=fields)
    table["fields"] = sum(1 for name, _ in fields if name.endswith("_size"))
    for name, _ in fields:
        if name.endswith("_size"):
            table[name] = np.dtype(dict(fields)[_sized(name)]).itemsize
    table["timestamp"] = (timestamps - EPOCH).astype("timedelta64[us]").astype(np.int64)
    table["channel_id"] = channel_id
    table["file_id"] = file_ids
    if lines is not None:
        table["line"] = lines
    table["value"] = values
    return _without_nulls(table, np.isnan(values))


def _sized(name: str) -> str:
    return {"channel_size": "channel_id", "file_size": "file_id"}.get(name, name.removesuffix("_size"))


def _without_nulls(table: npt.NDArray[np.void], missing: npt.NDArray[np.bool_]) -> bytes:
    """A null has its size, -1, and no bytes: the value stands last, so that its bytes can be left out."""
    if not missing.any():
        return table.tobytes()
    table["value_size"][missing] = NULL
    octets = table.view(np.uint8).reshape(len(table), table.itemsize)
    kept = np.ones(octets.shape, dtype=bool)
    kept[missing, -VALUE_BYTES:] = False
    return octets[kept].tobytes()
