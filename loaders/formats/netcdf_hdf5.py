"""The second generation of NetCDF: HDF5 in which dimensions are scales that variables are attached to."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import h5py  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from loaders.formats.netcdf_contents import Attribute, Contents, Variable, damaged

SIGNATURE = b"\x89HDF\r\n\x1a\n"
SCALE = b"DIMENSION_SCALE"
NO_VARIABLE = b"This is a netCDF dimension but not a netCDF variable"
OF_THE_LIBRARY = ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates")
# What a damaged file makes of h5py's calls.
DAMAGES = (OSError, RuntimeError, KeyError, ValueError, TypeError, IndexError, OverflowError, MemoryError)


def read(content: bytes) -> Contents:
    """Read names, shapes and attributes; values when they are asked for. Raises FormatError where it is damaged."""
    try:
        file = h5py.File(io.BytesIO(content), "r")
        names = list(file)
        members = {name: file[name] for name in names if file.get(name, getlink=True).__class__ is h5py.HardLink}
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
    return {name: _attribute(holder.attrs[name]) for name in names}


def _attribute(value: Any) -> Attribute:
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    array = np.asarray(value) if not isinstance(value, h5py.Empty) else np.zeros(0)
    if array.dtype.kind in "OSU" and array.size:
        words = [
            word.decode("utf-8", errors="replace") if isinstance(word, bytes) else str(word) for word in array.flat
        ]
        return " ".join(words).replace("\x00", "\ufffd")
    return array if array.dtype.kind in "iuf" else None


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
