"""Reads NetCDF of the second generation, HDF5, in a process of its own, which damaged files can bring down or hold up.

Runs as a script: `SIZE DESCRIPTOR BEGINS`, of an open file, or `SIZE` alone, with the file on standard input. Tells on
standard output what is in it, and then what it is asked for, a line of JSON each: variable, dimension, and from which
place along that up to which. An answer is an archive of numpy's arrays: the values, or one that is JSON, `CONTENTS`:
names, shapes and texts, and the numbers of the arrays that hold the rest; or an error.

In HDF5, dimensions are scales that variables are attached to.
"""

from __future__ import annotations

import io
import json
import math
import resource
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import h5py  # type: ignore[import-untyped]  # it has no types
import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import FormatError
from loaders.formats.netcdf_contents import CONTENTS, VALUES, Attribute, Contents, Variable, damaged, text_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

WORK_BYTES = 4 << 30  # address space beside the file: the libraries take a quarter of it, the values as much
CACHE_BYTES = 128 << 20  # of chunks that the next values may be in as well: to unpack one again takes as long
CHUNKS_AT_ONCE = 4096  # HDF5 holds 6 kB beside each while it reads: for 100,000 records in chunks of one 600 MB
SLOTS_A_CHUNK, FEWEST_SLOTS, MOST_SLOTS = 10, 521, 100_003  # of the cache; HDF5's own advice, default, and a prime
SCALE = b"DIMENSION_SCALE"
NO_VARIABLE = b"This is a netCDF dimension but not a netCDF variable"
OF_THE_LIBRARY = ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates")
# What a damaged file makes of h5py's calls.
DAMAGES = (OSError, RuntimeError, KeyError, ValueError, TypeError, IndexError, OverflowError, MemoryError)


def main() -> None:
    """Read standard input, write standard output, as long as there are questions."""
    size, *place = map(int, sys.argv[1:])
    limit = WORK_BYTES + (0 if place else 2 * size)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    file = io.BufferedReader(Part(place[0], place[1], size)) if place else io.BytesIO(sys.stdin.buffer.read(size))
    variables: dict[str, Variable] = {}

    def contents() -> dict[str, NDArray[Any]]:
        found = read(file)
        variables.update(found.variables)
        return pack(found)

    answer(contents)
    for line in sys.stdin.buffer:
        name, axis, first, behind = json.loads(line)
        answer(lambda: {VALUES: variables[name].read(axis, first, behind)})  # noqa: B023 - called at once


def answer(make: Callable[[], dict[str, NDArray[Any]]]) -> None:
    """Write arrays, or why there are none."""
    try:
        arrays = make()
    except FormatError as error:
        arrays = {CONTENTS: np.array(json.dumps({"error": [error.what, error.where, error.remedy]}))}
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    sys.stdout.buffer.write(b"arrays %d\n" % packed.tell())
    sys.stdout.buffer.write(packed.getbuffer())
    sys.stdout.buffer.flush()


class Part(io.RawIOBase):
    """A part of an open file, as a file."""

    def __init__(self, descriptor: int, begins: int, size: int) -> None:
        """Open it once more: others who have it open are at places of their own."""
        self._file = open(f"/dev/fd/{descriptor}", "rb", buffering=0)  # noqa: PTH123, SIM115 - no file has this path, and it is open as long as the process runs
        self._begins, self._size, self._place = begins, size, 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from any place."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read as many bytes as there are and fit."""
        with memoryview(buffer) as room:
            most = max(min(room.nbytes, self._size - self._place), 0)
            self._file.seek(self._begins + self._place)
            count = self._file.readinto(room.cast("B")[:most]) or 0
        self._place += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        return self._place


def pack(contents: Contents) -> dict[str, NDArray[Any]]:
    """The contents as arrays, which `netcdf_hdf5` puts together again."""
    arrays: dict[str, NDArray[Any]] = {}

    def number_of(array: NDArray[Any]) -> int:
        arrays[str(len(arrays))] = array
        return len(arrays) - 1

    def attributes_of(attributes: Mapping[str, Attribute]) -> dict[str, str | int | None]:
        return {
            name: number_of(value) if isinstance(value, np.ndarray) else value for name, value in attributes.items()
        }

    about = {
        "attributes": attributes_of(contents.attributes),
        "groups": contents.groups,
        "variables": [
            {
                "name": variable.name,
                "dimensions": variable.dimensions,
                "shape": variable.shape,
                "kind": variable.kind,
                "itemsize": variable.itemsize,
                "attributes": attributes_of(variable.attributes),
                "fill": None if variable.fill is None else number_of(np.array(variable.fill)),
            }
            for variable in contents.variables.values()
        ],
    }
    return {**arrays, CONTENTS: np.array(json.dumps(about))}


def read(content: Any) -> Contents:
    """Read names, shapes and attributes; values when they are asked for. Raises FormatError where it is damaged."""
    try:
        file = h5py.File(content, "r")
        names = [name for name in file if file.get(name, getlink=True).__class__ is h5py.HardLink]
        reading = Reading(file, {_text(name): name for name in names})
        members = {_text(name): file[name] for name in names}
        datasets = {name: member for name, member in members.items() if isinstance(member, h5py.Dataset)}
        numbers = {_number(dataset): name for name, dataset in datasets.items() if _raw(dataset, "CLASS") == SCALE}
        variables = {
            name: _variable(name, dataset, numbers, reading)
            for name, dataset in datasets.items()
            if not bytes(_raw(dataset, "NAME") or b"").startswith(NO_VARIABLE)
        }
        groups = tuple(name for name, member in members.items() if isinstance(member, h5py.Group))
        return Contents(_in_full(variables), _attributes(file), groups)
    except DAMAGES as error:
        raise damaged(f"the HDF5 file can't be read: {error}") from None


def _variable(name: str, dataset: Any, numbers: dict[int | None, str], reading: Reading) -> Variable:
    if dataset.external or dataset.is_virtual:  # it could be any file of this machine
        raise damaged(f"'{name}' keeps its values in another file")
    enumerated = h5py.check_enum_dtype(dataset.dtype)
    kind = "O" if enumerated is not None or dataset.dtype.kind not in "iuf" else dataset.dtype.kind
    return Variable(
        name=name,
        dimensions=_dimensions(name, dataset, numbers),
        shape=tuple(dataset.shape) if dataset.shape is not None else (0,),
        kind=kind,
        itemsize=dataset.dtype.itemsize,
        attributes=_attributes(dataset),
        fill=_fill(dataset) if kind != "O" else None,
        read=lambda axis, first, behind: reading.values(name, axis, first, behind),
    )


def _in_full(variables: dict[str, Variable]) -> dict[str, Variable]:
    """The variables as long as their dimensions are: one that was not written to the end is shorter in HDF5."""
    sizes: dict[str, int] = {}
    for variable in variables.values():
        for dimension, size in zip(variable.dimensions or (), variable.shape, strict=False):
            sizes[dimension] = max(size, sizes.get(dimension, 0))
    return {
        name: variable
        if variable.dimensions is None
        else replace(variable, shape=tuple(sizes[dimension] for dimension in variable.dimensions))
        for name, variable in variables.items()
    }


def _dimensions(name: str, dataset: Any, numbers: dict[int | None, str]) -> tuple[str, ...] | None:
    if not dataset.shape:
        return ()
    if "DIMENSION_LIST" in dataset.attrs:
        scales = [list(dimension.values()) for dimension in dataset.dims]
        return tuple(str(scale[0].name).rsplit("/", 1)[-1] for scale in scales) if all(scales) else None
    if "_Netcdf4Coordinates" in dataset.attrs:
        found = [numbers.get(int(number)) for number in np.ravel(dataset.attrs["_Netcdf4Coordinates"])]
        is_whole = all(found) and len(found) == len(dataset.shape)
        return tuple(dimension or "" for dimension in found) if is_whole else None
    return (name,) if _raw(dataset, "CLASS") == SCALE and len(dataset.shape) == 1 else None


def _number(dataset: Any) -> int | None:
    number = dataset.attrs.get("_Netcdf4Dimid")
    return None if number is None else int(np.ravel(number)[0])


def _fill(dataset: Any) -> float | None:
    fill = np.ravel(dataset.fillvalue)
    is_written = dataset.id.get_create_plist().fill_value_defined() == h5py.h5d.FILL_VALUE_USER_DEFINED
    return float(fill[0]) if is_written and dataset.dtype.itemsize > 1 else None


def _attributes(holder: Any) -> dict[str, Attribute]:
    names = [name for name in holder.attrs if name not in OF_THE_LIBRARY]
    return {_text(name): _attribute(holder.attrs[name]) for name in names}


def _attribute(value: Any) -> Attribute:
    if isinstance(value, (bytes, str)):
        return _text(value)
    array = np.asarray(value) if not isinstance(value, h5py.Empty) else np.zeros(0)
    if array.dtype.kind in "OSU" and array.size:
        return " ".join(_text(word) if isinstance(word, (bytes, str)) else str(word) for word in array.flat)
    return array if array.dtype.kind in "iuf" else None


def _text(text: bytes | str) -> str:
    return text_of(text.encode("utf-8", errors="surrogateescape") if isinstance(text, str) else text)


def _raw(dataset: Any, attribute: str) -> bytes | None:
    value = dataset.attrs.get(attribute)
    return value.encode() if isinstance(value, str) else bytes(value) if isinstance(value, (bytes, np.bytes_)) else None


@dataclass(slots=True)
class Reading:
    """Reads values of variables, each opened when it is first asked for, with a cache for its chunks.

    A chunk that holds more records than were asked for stays there, unpacked, for those who ask next.
    """

    file: Any
    names: dict[str, Any]  # as HDF5 knows them
    left: int = CACHE_BYTES
    opened: dict[str, tuple[Any, int]] = field(default_factory=dict)  # with how many records are read at once

    def values(self, name: str, axis: int, first: int, behind: int) -> NDArray[Any]:
        """Those from one place up to another along a dimension, as far as they were written."""
        try:
            if name not in self.opened:
                self.opened[name] = self._open(name, axis)
            dataset, at_once = self.opened[name]
            begin, end = (min(place, dataset.shape[axis]) for place in (first, behind))
            cuts = [begin, *range(begin - begin % at_once + at_once, end, at_once), end]
            all_before = [slice(None)] * axis
            return np.concatenate([dataset[(*all_before, slice(*span))] for span in pairwise(cuts)], axis)
        except DAMAGES as error:
            raise damaged(f"'{name}' can't be read: {error}") from None

    def _open(self, name: str, axis: int) -> tuple[Any, int]:
        dataset = self.file[self.names[name]]
        chunks = dataset.chunks
        if chunks is None:
            return dataset, max(dataset.shape[axis], 1)
        beside = [-(-size // chunk) for size, chunk in zip(dataset.shape, chunks, strict=True)]
        beside[axis] = 1
        count, room = math.prod(beside), math.prod((*beside, *chunks)) * dataset.dtype.itemsize
        room = room if chunks[axis] > 1 and room <= self.left else 0
        self.left -= room
        access = h5py.h5p.create(h5py.h5p.DATASET_ACCESS)
        access.set_chunk_cache(min(max(SLOTS_A_CHUNK * count, FEWEST_SLOTS), MOST_SLOTS), room, 1.0)
        path = dataset.name.encode("utf-8", errors="surrogateescape")
        del dataset  # one that is open keeps the cache that it has
        dataset = h5py.Dataset(h5py.h5d.open(self.file.id, path, access))
        return dataset, chunks[axis] * max(CHUNKS_AT_ONCE // max(count, 1), 1)


if __name__ == "__main__":
    main()
