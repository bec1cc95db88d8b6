"""Cells of text into numbers: what is a number, what is recorded as missing, and what is neither."""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


@dataclass(frozen=True, slots=True)
class Cells:
    """A column: NaN where nothing was measured, and whether a cell is neither a number nor a missing token."""

    values: NDArray[np.float64]
    unreadable: NDArray[np.bool_]

    @property
    def has_number(self) -> bool:
        """Whether any cell is a number."""
        return bool(np.isfinite(self.values).any())


def spellings(tokens: Sequence[str]) -> tuple[str, ...]:
    """Missing tokens as loggers, spreadsheets and libraries spell them: NAN, nan, Nan, NaN."""
    ways = (str.upper, str.lower, str.title, lambda token: token.replace("NAN", "NaN"))
    return tuple(sorted({way(token) for token in tokens for way in ways}))


def are_numbers(column: pa.ChunkedArray[Any]) -> bool:
    """Whether Arrow has taken no word (nan, infinity) for a number in a column that it read as such."""
    return pc.all(pc.is_finite(column)).as_py() is not False  # None where all are missing


def from_numbers(column: pa.ChunkedArray[Any]) -> Cells:
    """Take a column that Arrow has read as numbers, its missing tokens as nulls."""
    values = np.asarray(column.to_numpy(), dtype=np.float64)
    return Cells(values, np.zeros(len(values), dtype=bool))


def from_strings(column: pa.ChunkedArray[Any], missing: Sequence[str]) -> Cells:
    """Read each cell by itself. A number too large for a double is unreadable."""
    trimmed = pc.utf8_trim_whitespace(column)
    is_missing = pc.is_in(trimmed, value_set=pa.array(missing, pa.string())).to_numpy()
    looks_right = pc.match_substring_regex(trimmed, NUMBER)
    values = _to_floats(pc.if_else(looks_right, pc.utf8_ltrim(trimmed, "+"), None))
    too_large = np.isinf(values)
    values[too_large] = np.nan
    return Cells(values, ~is_missing & (too_large | ~looks_right.to_numpy()))


def _to_floats(numbers: pa.ChunkedArray[Any]) -> NDArray[np.float64]:
    try:
        return np.array(numbers.cast(pa.float64()).to_numpy(), dtype=np.float64)
    except pa.ArrowInvalid:  # it refuses what a double can't hold: 1e400, 1e-400
        return np.array([float(number or "nan") for number in numbers.to_pylist()], dtype=np.float64)
