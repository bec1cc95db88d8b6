"""What both generations of NetCDF hold: variables on named dimensions, with attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import FormatError

Attribute = str | NDArray[Any] | None
CONTENTS = "contents"  # the array that tells what the others are, where contents go from one process to another
VALUES = "values"  # the array of what was asked of a variable there
DEMAND = "load the file again from where it came: it is damaged, or was still being written"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, whose values are read when they are asked for.

    Attributes:
        dimensions: their names; None where the file doesn't tell them.
        shape: along its dimensions; what was never written at their ends may be absent from what is read.
        kind: the letter of numpy for its type, O for words.
        itemsize: bytes of a value.
        fill: what stands in places that were never written, unless an attribute says otherwise.
        read: its values from one place up to another along the dimension of a number: `read(axis, first, behind)`.
    """

    name: str
    dimensions: tuple[str, ...] | None
    shape: tuple[int, ...]
    kind: str
    itemsize: int
    attributes: Mapping[str, Attribute]
    fill: float | None
    read: Callable[[int, int, int], NDArray[Any]] = field(repr=False)

    def text(self, attribute: str) -> str:
        """An attribute that is text; empty where there is none."""
        value = self.attributes.get(attribute)
        return value.strip() if isinstance(value, str) else ""

    def numbers(self, attribute: str) -> NDArray[np.float64]:
        """An attribute that is numbers; none where there is none."""
        value = self.attributes.get(attribute)
        if isinstance(value, np.ndarray) and value.dtype.kind in "iuf":
            return np.asarray(value, dtype=np.float64).ravel()
        return np.zeros(0)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds.

    Attributes:
        variables: by name.
        attributes: its own.
        groups: their names; they hold variables too.
        strides: bytes from one record to the next along a dimension on which those of all variables take turns.
    """

    variables: dict[str, Variable]
    attributes: Mapping[str, Attribute]
    groups: tuple[str, ...] = ()
    strides: Mapping[str, int] = field(default_factory=dict)


def damaged(what: str, where: str = "") -> FormatError:
    """The error for what can't be read as NetCDF."""
    return FormatError(what, where, DEMAND)


def text_of(raw: bytes) -> str:
    """Text that PostgreSQL can store: what is no UTF-8, and NUL, is U+FFFD."""
    return raw.decode("utf-8", errors="replace").replace("\x00", "\ufffd")
