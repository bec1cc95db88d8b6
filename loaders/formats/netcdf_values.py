"""Values of a NetCDF variable as doubles: unpacked, NaN where nothing was recorded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import FormatError
from loaders.formats.netcdf_contents import Contents, Variable

LARGEST = 100_000_000  # cells of a file, as its header has them: what compresses well may claim to be anything
LARGEST_A_BYTE = 4  # cells; of a large file. What was recorded takes more than 2 bits each, also compressed
MOST_DIMENSIONS = 2  # time and height; others of size 1 are none
FLOAT_BYTES = 8
RECORDS_AT_ONCE = 1 << 18  # of few columns: beside its values a record has a time, a line and, if rejected, a text


def to_floats(variable: Variable, axis: int = 0, first: int = 0, behind: int | None = None) -> NDArray[np.float64]:
    """Values in the variable's own shape, those from one place up to another along a dimension, by default all."""
    behind = variable.shape[axis] if behind is None else behind
    raw = variable.read(axis, first, behind)
    if variable.text("_Unsigned") == "true" and raw.dtype.kind == "i":
        raw = raw.view(raw.dtype.str.replace("i", "u"))
    values = np.full((*variable.shape[:axis], behind - first, *variable.shape[axis + 1 :]), np.nan)
    with np.errstate(invalid="ignore"):  # a signalling NaN is one as well
        values[tuple(slice(size) for size in raw.shape)] = raw
    missing = ~np.isfinite(values)
    for number in fills(variable):
        missing |= values == number
    scale, offset = (variable.numbers(name) for name in ("scale_factor", "add_offset"))
    with np.errstate(over="ignore", invalid="ignore"):
        if scale.size:
            values *= scale[0]
        if offset.size:
            values += offset[0]
    values[missing | ~np.isfinite(values)] = np.nan
    return values


def spans(contents: Contents, dimension: str, records: int, floats: int, size: int | None) -> Iterator[tuple[int, int]]:
    """Records from one up to another, at least once, so many that neither they nor their values take more bytes.

    Args:
        contents: whose records they are.
        dimension: along which they lie.
        records: how many there are.
        floats: how many values of a record are held at once.
        size: bytes; None for all records at once.
    """
    at_once = max(records, 1)
    if size is not None:
        fit = min(size // (FLOAT_BYTES * floats), size // contents.strides.get(dimension, 1), RECORDS_AT_ONCE)
        at_once = max(fit, 1)
    for first in range(0, max(records, 1), at_once):
        yield first, min(first + at_once, records)


def check_size(variables: Iterable[Variable], size: int) -> None:
    """Raise FormatError before more is read than a file of so many bytes can sensibly hold."""
    columns = (variable for variable in variables if variable.kind in "iuf" and _may_be_a_column(variable))
    cells, most = sum(math.prod(variable.shape) for variable in columns), max(LARGEST, LARGEST_A_BYTE * size)
    if cells > most:
        raise FormatError(f"{cells:,} values, {most:,} at most expected", "", "cut the file along its time")


def _may_be_a_column(variable: Variable) -> bool:
    return sum(size != 1 for size in variable.shape) <= MOST_DIMENSIONS


def fills(variable: Variable) -> list[float]:
    """The numbers that say that nothing was recorded."""
    said = [*variable.numbers("_FillValue"), *variable.numbers("missing_value")]
    return said if variable.numbers("_FillValue").size or variable.fill is None else [*said, variable.fill]
