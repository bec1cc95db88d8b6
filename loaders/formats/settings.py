"""Settings of a sensor that a file carries itself, in one shape for all formats, to be compared with the metadata."""

import math
import re
from collections.abc import Iterable, Sequence

from loaders.formats.frame import Column

Setting = dict[str, object]
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def setting(
    columns: Sequence[str],
    *,
    serial_number: str | None = None,
    height_m: float | None = None,
    slope: float | None = None,
    offset: float | None = None,
    unit: str | None = None,
    date_from: str | None = None,
    description: str | None = None,
) -> Setting:
    """What the file says of the sensor behind these columns; None is what it doesn't say, or what no double holds."""
    return {
        "columns": list(columns),
        "serial_number": serial_number,
        "height_m": finite(height_m),
        "slope": finite(slope),
        "offset": finite(offset),
        "unit": unit,
        "date_from": date_from,
        "description": description,
    }


def units(columns: Iterable[Column]) -> list[Setting]:
    """What the file says of columns of which it tells the unit alone."""
    by_unit: dict[str, list[str]] = {}
    for column in columns:
        if column.unit:
            by_unit.setdefault(column.unit, []).append(column.name)
    return [setting(names, unit=unit) for unit, names in by_unit.items()]


def number(text: str | None) -> float | None:
    """The number that a text is, None where it is none."""
    return finite(float(text)) if text and NUMBER.fullmatch(text) else None


def finite(value: float | None) -> float | None:
    """The number, None where it is NaN or infinite: 400 digits are, and neither JSON nor PostgreSQL has them."""
    return value if value is not None and math.isfinite(value) else None
