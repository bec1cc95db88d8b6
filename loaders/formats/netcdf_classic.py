"""The first generation of NetCDF, by its own specification: classic, 64-bit offset and 64-bit data.

Written out here since the usual library for it can bring the whole process down with a damaged file.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loaders.formats.netcdf_contents import Attribute, Contents, Variable, damaged, text_of

SIGNATURES = (b"CDF\x01", b"CDF\x02", b"CDF\x05")
WIDE_DATA, WIDE_OFFSETS = 5, (2, 5)  # versions whose counts, and whose offsets, have 8 bytes
DIMENSIONS, VARIABLES, ATTRIBUTES = 10, 11, 12  # marks of the lists in the header
CHARACTERS = 2
TYPES = {1: "i1", 2: "S1", 3: ">i2", 4: ">i4", 5: ">f4", 6: ">f8", 7: "u1", 8: ">u2", 9: ">u4", 10: ">i8", 11: ">u8"}
# What stands in places never written; bytes have none, since all their values are in use.
FILLS = {
    3: -32767,
    4: -2147483647,
    5: 9.969209968386869e36,
    6: 9.969209968386869e36,
    8: 65535,
    9: 4294967295,
    10: -9223372036854775806,
    11: 18446744073709551614,
}


@dataclass(slots=True)
class Cursor:
    """A place in the header that moves on with what is read."""

    content: bytes
    version: int
    place: int = 4

    def integer(self, size: int = 4) -> int:
        """An unsigned number."""
        return int.from_bytes(self.take(size), "big")

    def count(self) -> int:
        """A length or a number of things."""
        return self.integer(8 if self.version == WIDE_DATA else 4)

    def take(self, size: int) -> bytes:
        """So many bytes."""
        if not 0 <= size <= len(self.content) - self.place:
            raise damaged("the header of the NetCDF file breaks off", f"byte {self.place + 1}")
        self.place += size
        return self.content[self.place - size : self.place]

    def padded(self, size: int) -> bytes:
        """So many bytes, and those that fill up to a multiple of 4."""
        return self.take(_padded(size))[:size]

    def name(self) -> str:
        """A name."""
        return text_of(self.padded(self.count()))

    def kind(self) -> int:
        """The number of a type."""
        kind = self.integer()
        if kind not in TYPES:
            raise damaged(f"a type numbered {kind}, 1 to {max(TYPES)} expected", f"byte {self.place - 3}")
        return kind

    def items(self, mark: int) -> int:
        """How many there are in a list, after its mark."""
        found, items = self.integer(), self.count()
        if found not in (mark, 0) or (items and not found) or items > len(self.content):
            raise damaged(f"a list marked {found} with {items} items, mark {mark} expected", f"byte {self.place + 1}")
        return items


@dataclass(frozen=True, slots=True)
class Layout:
    """A variable as the header has it; `on_records` where its first dimension is that of the records."""

    name: str
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    attributes: dict[str, Attribute]
    kind: int
    begin: int
    on_records: bool

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of its values in the file."""
        return np.dtype(TYPES[self.kind])

    @property
    def record_bytes(self) -> int:
        """Of what one record, or the whole of a variable without records, takes."""
        return math.prod(self.shape[1:] if self.on_records else self.shape) * self.dtype.itemsize


def read(content: bytes) -> Contents:
    """Read the header; values are read when they are asked for. Raises FormatError where the file is damaged."""
    if not content.startswith(SIGNATURES):
        raise damaged("neither a NetCDF nor an HDF5 signature", "byte 1")
    cursor = Cursor(content, content[3])
    told = cursor.count()
    streamed = told == 2 ** (64 if cursor.version == WIDE_DATA else 32) - 1
    sizes = [(cursor.name(), cursor.count()) for _ in range(cursor.items(DIMENSIONS))]
    attributes = _attributes(cursor)
    layouts = [_layout(cursor, sizes, told) for _ in range(cursor.items(VARIABLES))]
    on_records = [layout for layout in layouts if layout.on_records]
    # one variable alone isn't padded
    strides = [layout.record_bytes for layout in on_records]
    stride = strides[0] if len(strides) == 1 else sum(map(_padded, strides))
    if streamed:
        begin = min((layout.begin for layout in on_records), default=0)
        told = max(len(content) - begin, 0) // stride if stride else 0
        layouts = [_with_records(layout, told) for layout in layouts]
    variables = {layout.name: _variable(content, layout, stride) for layout in layouts}
    return Contents(variables, attributes)


def _layout(cursor: Cursor, sizes: list[tuple[str, int]], records: int) -> Layout:
    name = cursor.name()
    ids = [cursor.count() for _ in range(_few(cursor, cursor.count()))]
    if any(number >= len(sizes) for number in ids):
        raise damaged(f"'{name}' has a dimension that isn't in the header", f"byte {cursor.place}")
    attributes = _attributes(cursor)
    kind = cursor.kind()
    cursor.count()  # its size, which the dimensions tell as well
    begin = cursor.integer(8 if cursor.version in WIDE_OFFSETS else 4)
    on_records = bool(ids) and sizes[ids[0]][1] == 0
    shape = tuple(sizes[number][1] for number in ids)
    shape = (records, *shape[1:]) if on_records else shape
    return Layout(name, tuple(sizes[number][0] for number in ids), shape, attributes, kind, begin, on_records)


def _few(cursor: Cursor, dimensions: int) -> int:
    if dimensions > 32:  # noqa: PLR2004 - more than numpy's arrays had for long
        raise damaged(f"a variable of {dimensions} dimensions", f"byte {cursor.place}")
    return dimensions


def _with_records(layout: Layout, records: int) -> Layout:
    if not layout.on_records:
        return layout
    shape = (records, *layout.shape[1:])
    return Layout(layout.name, layout.dimensions, shape, layout.attributes, layout.kind, layout.begin, on_records=True)


def _attributes(cursor: Cursor) -> dict[str, Attribute]:
    attributes: dict[str, Attribute] = {}
    for _ in range(cursor.items(ATTRIBUTES)):
        name, kind, items = cursor.name(), cursor.kind(), cursor.count()
        dtype = np.dtype(TYPES[kind])
        raw = cursor.padded(items * dtype.itemsize)
        attributes[name] = text_of(raw.rstrip(b"\x00")) if kind == CHARACTERS else np.frombuffer(raw, dtype=dtype)
    return attributes


def _variable(content: bytes, layout: Layout, stride: int) -> Variable:
    return Variable(
        name=layout.name,
        dimensions=layout.dimensions,
        shape=layout.shape,
        kind=layout.dtype.kind,
        attributes=layout.attributes,
        fill=FILLS.get(layout.kind),
        read=_reader(content, layout, stride),
    )


def _reader(content: bytes, layout: Layout, stride: int) -> Callable[[], NDArray[Any]]:
    def values() -> NDArray[Any]:
        steps = layout.shape[0] - 1 if layout.on_records else 0
        end = layout.begin + steps * stride + layout.record_bytes
        if math.prod(layout.shape) == 0:
            return np.zeros(layout.shape, dtype=layout.dtype)
        if end > len(content):
            raise damaged(f"'{layout.name}' ends at byte {end}, and the file at byte {len(content)}")
        inner = [math.prod(layout.shape[at + 1 :]) * layout.dtype.itemsize for at in range(len(layout.shape))]
        strides = (stride, *inner[1:]) if layout.on_records else tuple(inner)
        return np.ndarray(layout.shape, layout.dtype, content, layout.begin, strides)

    return values


def _padded(size: int) -> int:
    return -(-size // 4) * 4
