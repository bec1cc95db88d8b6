"""How long a table's rows average, told from their stamps where the file doesn't say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# So many equal steps tell the period; fewer can be an accident of gaps (every second row missing for an hour)
STEPS_THAT_TELL = 6


def told_by(stamps: npt.NDArray[np.datetime64]) -> np.timedelta64 | None:
    """The step that at least half of a table's rows follow each other by; None where there are too few to tell."""
    steps = np.diff(stamps)
    steps = steps[steps > np.timedelta64(0, "us")]
    if len(steps) == 0:
        return None
    distinct, counts = np.unique(steps, return_counts=True)
    most = int(np.argmax(counts))
    if counts[most] < STEPS_THAT_TELL or 2 * counts[most] < len(steps):
        return None
    return np.timedelta64(distinct[most], "us")
