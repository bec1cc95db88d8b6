"""What a station's measurement points are known by. The SQL macro `each_point` says the same."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeGuard


def point_names(points: Sequence[dict[str, Any]]) -> list[str]:
    """The name of each point; where several share theirs, as the depths of a current profiler do, with the height.

    `WaterSpd` at -5.7 and -8.4 m are `WaterSpd_-5.7m` and `WaterSpd_-8.4m`.
    """
    times = Counter(str(point.get("name")) for point in points)
    return [
        as_known(name, height) if times[name] > 1 and is_number(height) else name
        for name, height in ((str(point.get("name")), point.get("height_m")) for point in points)
    ]


def as_known(name: str, height_m: float) -> str:
    """A name with a height as Postgres writes it: without trailing zeros, and without an exponent."""
    return f"{name}_{Decimal(str(height_m)).normalize() + 0:f}m"


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a number that can be written."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
