"""Values of a NetCDF variable as doubles: unpacked, NaN where nothing was recorded."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import FormatError
from loaders.formats.netcdf_contents import Variable

LARGEST = 100_000_000  # cells of a file, as its header has them: what compresses well may claim to be anything


def to_floats(variable: Variable) -> NDArray[np.float64]:
    """All values, in the variable's own shape. Raises FormatError where they are more than a file can sensibly hold."""
    check_size([variable])
    raw = variable.read()
    if variable.text("_Unsigned") == "true" and raw.dtype.kind == "i":
        raw = raw.view(raw.dtype.str.replace("i", "u"))
    values = np.full(variable.shape, np.nan)
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


def check_size(variables: Iterable[Variable]) -> None:
    """Raise FormatError before more is read than a file can sensibly hold."""
    cells = sum(math.prod(variable.shape) for variable in variables)
    if cells > LARGEST:
        raise FormatError(f"{cells:,} values, {LARGEST:,} at most expected", "", "cut the file along its time")


def fills(variable: Variable) -> list[float]:
    """The numbers that say that nothing was recorded."""
    said = [*variable.numbers("_FillValue"), *variable.numbers("missing_value")]
    return said if variable.numbers("_FillValue").size or variable.fill is None else [*said, variable.fill]
