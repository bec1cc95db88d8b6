"""Numbers of fixed decimals and rows of text, for formats that write a row a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulation.weather import Floats, Times

Texts = NDArray[np.object_]


def fixed(values: Floats, decimals: int, missing: str) -> Texts:
    """Numbers with as many decimals, and the word for what was not measured."""
    texts = np.char.mod(f"%.{decimals}f", values).astype(object)
    texts[np.isnan(values)] = missing
    return texts


def constant(text: str, rows: int) -> Texts:
    """A column that says the same in each row."""
    return np.full(rows, text, dtype=object)


def stamped(times: Times, pattern: str) -> Texts:
    """Times by a pattern of strftime."""
    return np.array(pc.strftime(pa.array(times.astype("datetime64[s]")), format=pattern).to_pylist(), dtype=object)


def joined(columns: Sequence[Texts], separator: str, end: str) -> Texts:
    """Rows, each with its line end."""
    arrays: list[Any] = [pa.array(column, pa.string()) for column in columns]
    lines: Any = pc.binary_join_element_wise(*arrays, separator)
    return np.array(pc.binary_join_element_wise(lines, end, "").to_pylist(), dtype=object)
