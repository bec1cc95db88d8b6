"""Reads NetCDF of the second generation, HDF5, in a process of its own, which damaged files can bring down or hold up.

Runs as a script: the file on standard input; on standard output what is in it, as an archive of numpy's arrays. One of
them, `CONTENTS`, is JSON: names, shapes and texts, and the numbers of the arrays that hold the rest; or an error.

In HDF5, dimensions are scales that variables are attached to. Values are read of what can be a column alone.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import h5py  # type: ignore[import-untyped]  # it has no types
import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import FormatError
from loaders.formats.netcdf_contents import CONTENTS, Attribute, Contents, Variable, damaged, text_of
from loaders.formats.netcdf_values import check_size

WORK_BYTES = 4 << 30  # address space beside the file: the libraries take a quarter of it, the values as much
SCALE = b"DIMENSION_SCALE"
NO_VARIABLE = b"This is a netCDF dimension but not a netCDF variable"
OF_THE_LIBRARY = ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates")
MOST_DIMENSIONS = 2  # time and height; others of size 1 are none
# What a damaged file makes of h5py's calls.
DAMAGES = (OSError, RuntimeError, KeyError, ValueError, TypeError, IndexError, OverflowError, MemoryError)


def main() -> None:
    """Read standard input, write standard output."""
    content = sys.stdin.buffer.read()
    limit = WORK_BYTES + 2 * len(content)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        arrays = pack(read(content))
    except FormatError as error:
        arrays = {CONTENTS: np.array(json.dumps({"error": [error.what, error.where, error.remedy]}))}
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    sys.stdout.buffer.write(packed.getbuffer())


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

    columns = [variable for variable in contents.variables.values() if _may_be_a_column(variable)]
    check_size(columns)
    values = {variable.name: number_of(variable.read()) for variable in columns}
    about = {
        "attributes": attributes_of(contents.attributes),
        "groups": contents.groups,
        "variables": [
            {
                "name": variable.name,
                "dimensions": variable.dimensions,
                "shape": variable.shape,
                "kind": variable.kind,
                "attributes": attributes_of(variable.attributes),
                "fill": None if variable.fill is None else number_of(np.array(variable.fill)),
                "values": values.get(variable.name),
            }
            for variable in contents.variables.values()
        ],
    }
    return {**arrays, CONTENTS: np.array(json.dumps(about))}


def _may_be_a_column(variable: Variable) -> bool:
    return variable.kind in "iuf" and sum(size != 1 for size in variable.shape) <= MOST_DIMENSIONS


def read(content: bytes) -> Contents:
    """Read names, shapes and attributes; values when they are asked for. Raises FormatError where it is damaged."""
    try:
        file = h5py.File(io.BytesIO(content), "r")
        names = [name for name in file if file.get(name, getlink=True).__class__ is h5py.HardLink]
        members = {_text(name): file[name] for name in names}
        datasets = {name: member for name, member in members.items() if isinstance(member, h5py.Dataset)}
        numbers = {_number(dataset): name for name, dataset in datasets.items() if _raw(dataset, "CLASS") == SCALE}
        variables = {
            name: _variable(name, dataset, numbers)
            for name, dataset in datasets.items()
            if not bytes(_raw(dataset, "NAME") or b"").startswith(NO_VARIABLE)
        }
        groups = tuple(name for name, member in members.items() if isinstance(member, h5py.Group))
        return Contents(_in_full(variables), _attributes(file), groups)
    except DAMAGES as error:
        raise damaged(f"the HDF5 file can't be read: {error}") from None


def _variable(name: str, dataset: Any, numbers: dict[int | None, str]) -> Variable:
    if dataset.external or dataset.is_virtual:  # it could be any file of this machine
        raise damaged(f"'{name}' keeps its values in another file")
    enumerated = h5py.check_enum_dtype(dataset.dtype)
    kind = "O" if enumerated is not None or dataset.dtype.kind not in "iuf" else dataset.dtype.kind
    return Variable(
        name=name,
        dimensions=_dimensions(name, dataset, numbers),
        shape=tuple(dataset.shape) if dataset.shape is not None else (0,),
        kind=kind,
        attributes=_attributes(dataset),
        fill=_fill(dataset) if kind != "O" else None,
        read=_reader(name, dataset),
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


def _reader(name: str, dataset: Any) -> Callable[[], NDArray[Any]]:
    def values() -> NDArray[Any]:
        try:
            return np.asarray(dataset[()])
        except DAMAGES as error:
            raise damaged(f"'{name}' can't be read: {error}") from None

    return values


if __name__ == "__main__":
    main()
