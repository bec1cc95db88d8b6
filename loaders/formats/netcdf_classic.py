"""The first generation of NetCDF, by its own specification: classic, 64-bit offset and 64-bit data.

Written out here since the usual library for it can bring the whole process down with a damaged file.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loaders.formats.netcdf_contents import Attribute, Contents, Variable, damaged, text_of
from loaders.formats.source import Source

SIGNATURES = (b"CDF\x01", b"CDF\x02", b"CDF\x05")
WIDE_DATA, WIDE_OFFSETS = 5, (2, 5)  # versions whose counts, and whose offsets, have 8 bytes
DIMENSIONS, VARIABLES, ATTRIBUTES = 10, 11, 12  # marks of the lists in the header
CHARACTERS = 2
FIRST_BYTES, LARGEST_HEADER = 1 << 16, 16 << 20
WINDOW_BYTES = 8 << 20  # of records that are read at once
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

    source: Source
    version: int
    place: int = 4
    held: bytes = b""

    def integer(self, size: int = 4) -> int:
        """An unsigned number."""
        return int.from_bytes(self.take(size), "big")

    def count(self) -> int:
        """A length or a number of things."""
        return self.integer(8 if self.version == WIDE_DATA else 4)

    def take(self, size: int) -> bytes:
        """So many bytes."""
        if not 0 <= size <= self.source.size - self.place:
            raise damaged("the header of the NetCDF file breaks off", f"byte {self.place + 1}")
        behind = self.place + size
        if behind > LARGEST_HEADER:
            raise damaged(f"a header of more than {LARGEST_HEADER:,} bytes", f"byte {self.place + 1}")
        if behind > len(self.held):
            self.held = self.source.read(0, max(behind, 2 * len(self.held), FIRST_BYTES))
        taken = self.held[self.place : behind]
        self.place = behind
        return taken

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
        if found not in (mark, 0) or (items and not found) or items > self.source.size:
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


def read(source: Source) -> Contents:
    """Read the header; values are read when they are asked for. Raises FormatError where the file is damaged."""
    signature = source.read(0, 4)
    if not signature.startswith(SIGNATURES):
        raise damaged("neither a NetCDF nor an HDF5 signature", "byte 1")
    cursor = Cursor(source, signature[3])
    told = cursor.count()
    streamed = told == 2 ** (64 if cursor.version == WIDE_DATA else 32) - 1
    sizes = [(cursor.name(), cursor.count()) for _ in range(cursor.items(DIMENSIONS))]
    attributes = _attributes(cursor)
    layouts = [_layout(cursor, sizes, told) for _ in range(cursor.items(VARIABLES))]
    on_records = [layout for layout in layouts if layout.on_records]
    # one variable alone isn't padded
    bytes_of_each = [layout.record_bytes for layout in on_records]
    stride = bytes_of_each[0] if len(on_records) == 1 else sum(map(_padded, bytes_of_each))
    begin = min((layout.begin for layout in on_records), default=0)
    if streamed:
        told = max(source.size - begin, 0) // stride if stride else 0
        layouts = [_with_records(layout, told) for layout in layouts]
    values = Values(source, begin, stride)
    variables = {layout.name: _variable(values, layout) for layout in layouts}
    return Contents(variables, attributes, strides={layout.dimensions[0]: max(stride, 1) for layout in on_records})


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
    return replace(layout, shape=(records, *layout.shape[1:]))


def _attributes(cursor: Cursor) -> dict[str, Attribute]:
    attributes: dict[str, Attribute] = {}
    for _ in range(cursor.items(ATTRIBUTES)):
        name, kind, items = cursor.name(), cursor.kind(), cursor.count()
        dtype = np.dtype(TYPES[kind])
        raw = cursor.padded(items * dtype.itemsize)
        attributes[name] = text_of(raw.rstrip(b"\x00")) if kind == CHARACTERS else np.frombuffer(raw, dtype=dtype)
    return attributes


def _variable(values: Values, layout: Layout) -> Variable:
    return Variable(
        name=layout.name,
        dimensions=layout.dimensions,
        shape=layout.shape,
        kind=layout.dtype.kind,
        itemsize=layout.dtype.itemsize,
        attributes=layout.attributes,
        fill=FILLS.get(layout.kind),
        read=_reader(values, layout),
    )


def _reader(values: Values, layout: Layout) -> Callable[[int, int, int], NDArray[Any]]:
    return lambda axis, first, behind: values.read(layout, axis, first, behind)


@dataclass(slots=True)
class Values:
    """Reads values of variables. The records of all of them take turns, so those read last are held for the next one.

    Attributes:
        begin: where the first record begins.
        stride: bytes from one record to the next.
    """

    source: Source
    begin: int
    stride: int
    window: bytes = b""
    window_begins: int = 0

    def read(self, layout: Layout, axis: int, first: int, behind: int) -> NDArray[Any]:
        """Those from one place up to another along a dimension."""
        shape = (*layout.shape[:axis], behind - first, *layout.shape[axis + 1 :])
        if math.prod(shape) == 0:
            return np.zeros(shape, dtype=layout.dtype)
        steps = layout.shape[0] - 1 if layout.on_records else 0
        end = layout.begin + steps * self.stride + layout.record_bytes
        if end > self.source.size:
            raise damaged(f"'{layout.name}' ends at byte {end}, and the file at byte {self.source.size}")
        if not layout.on_records:
            return self._block(layout.begin, layout.shape, layout.dtype, axis, first, behind)
        found = np.empty(shape, dtype=layout.dtype)
        if axis == 0:
            at_once = max(WINDOW_BYTES // self.stride, 1)
            for start in range(first, behind, at_once):
                stop = min(start + at_once, behind)
                found[start - first : stop - first] = self._records(layout, start, stop)
            return found
        for record in range(layout.shape[0]):
            begin = layout.begin + record * self.stride
            found[record] = self._block(begin, layout.shape[1:], layout.dtype, axis - 1, first, behind)
        return found

    def _block(
        self, begin: int, shape: tuple[int, ...], dtype: np.dtype[Any], axis: int, first: int, behind: int
    ) -> NDArray[Any]:
        """Of values that lie together: for each place along the dimensions before, a stretch."""
        inner = math.prod(shape[axis + 1 :]) * dtype.itemsize
        begins = (begin + before * shape[axis] * inner for before in range(math.prod(shape[:axis])))
        raw = b"".join(self.source.read(place + first * inner, place + behind * inner) for place in begins)
        return np.frombuffer(raw, dtype).reshape((*shape[:axis], behind - first, *shape[axis + 1 :]))

    def _records(self, layout: Layout, first: int, behind: int) -> NDArray[Any]:
        begin = layout.begin + first * self.stride
        end = begin + (behind - first - 1) * self.stride + layout.record_bytes
        window = (self.begin + first * self.stride, min(self.begin + behind * self.stride, self.source.size))
        if window[0] <= begin and end <= window[1] and self.stride <= WINDOW_BYTES:
            if (self.window_begins, self.window_begins + len(self.window)) != window:
                self.window, self.window_begins = self.source.read(*window), window[0]
            raw, offset = self.window, begin - window[0]
        else:  # a damaged header, or records of which most is no column
            raw, offset = self.source.read(begin, end), 0
        inner = [math.prod(layout.shape[at + 1 :]) * layout.dtype.itemsize for at in range(1, len(layout.shape))]
        return np.ndarray((behind - first, *layout.shape[1:]), layout.dtype, raw, offset, (self.stride, *inner))


def _padded(size: int) -> int:
    return -(-size // 4) * 4
