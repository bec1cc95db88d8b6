"""The words for a clock's offset from UTC, as headers have them: `UTC+09:00`, `UTC-5`, `UTC +5:30`, `UTC`."""

import re

import numpy as np

OFFSET = re.compile(
    r"(?:UTC|GMT) ?"
    r"(?:(?P<sign>[+-]) ?(?P<hours>\d{1,2})"
    r"(?:(?::|(?<=\d\d))(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d))?)?)?",
    re.ASCII,
)
WIDEST_H = 14


def utc_offset(text: str) -> np.timedelta64 | None:
    """The offset that a text states, None where it states none."""
    found = OFFSET.fullmatch(text.strip())
    if found is None:
        return None
    seconds = sum(int(found[part] or 0) * unit_s for part, unit_s in (("hours", 3600), ("minutes", 60), ("seconds", 1)))
    if seconds > WIDEST_H * 3600:
        return None
    return np.timedelta64(-seconds if found["sign"] == "-" else seconds, "s")
