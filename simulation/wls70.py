"""WLS70 text: the dump of a BUFR file, a subset for each height of each profile."""

from __future__ import annotations

from simulation.profiles import profile
from simulation.recording import Recording

DESCRIPTORS = (
    "004001 #     004001-Year",
    "004002 #     004002-Month",
    "004003 #     004003-Day",
    "004004 #     004004-Hour",
    "004005 #     004005-Minute",
    "004006 #     004006-Seconde",
    "012101 #     012101-Temperature",
    "007007 #     007007-Height",
    "021030 #     021030-Signal to noise ratio",
    "011002 #     011012-Wind speed",
    "011001 #     011011-Wind direction",
)
NO_DIRECTION = "135.000000"
END = "\n"


def header(recording: Recording) -> str:
    """Everything above the subsets."""
    first = recording.begins[0].item()
    lines = [" :BUFR: # EDITION = 3", " :SEC1:", f" {first.year} # YEAR", f" {first.month:4d} # MONTH"]
    lines += [" :SEC3:", f"   {len(DESCRIPTORS)} # Num.descriptors", *(f"      {line}" for line in DESCRIPTORS)]
    return END.join([*lines, "  :SEC4:", f"   {len(DESCRIPTORS)} # N. VARIABLES !!!", "", ""])


def subsets(recording: Recording) -> list[str]:
    """The subsets of all rows, from the ground up."""
    made: list[str] = []
    for row, begin in enumerate(recording.begins.tolist()):
        clock = [begin.year, begin.month, begin.day, begin.hour, begin.minute, 1]
        for level in profile(recording):
            speed, direction = level.speed[row], level.direction[row]
            is_known = speed == speed  # noqa: PLR0124 - NaN differs from itself - NaN differs from itself
            values = [*map(str, clock), "12.300000", f"{level.height_m:.6f}"]
            values += ["-13.930000" if is_known else "NaN", f"{speed:.6f}" if is_known else "NaN"]
            values.append(f"{direction:.6f}" if direction == direction else NO_DIRECTION)  # noqa: PLR0124 - NaN differs from itself
            made.append(END.join([f":SUBSET {len(made) + 1}:", *values, "", ""]))
    return made


def file(header_text: str, parts: list[str]) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(parts) + f" :7777:{END}").encode()
