"""AQ500 sodar result files. Levels are in equal steps, so the sodar interpolates to some of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.masts import Mast
from simulation.profiles import profile
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, fixed, joined, stamped

LEVELS_M = (50, 75, 100)
NO_DATA = "9999"
END = "\r\n"
PER_LEVEL = (
    "Speed m/s",
    "Dir degrees",
    "Std-Speed m/s",
    "Vertical velocity(w) m/s",
    "Std-w m/s",
    "Quality(S/N*10)",
)
FIRST_OF_LEVELS = 6  # the number of their first field


def header(mast: Mast) -> str:
    """Everything above the rows."""
    lines = [
        "[BOF]",
        "[BOH]",
        f"Station site name={mast.serial}",
        "AQ500 Program version=9S24",
        f"Number of levels={len(LEVELS_M)}",
        f"Lowest level(LL m)={LEVELS_M[0]}",
        f"Highest level(HL m)={LEVELS_M[-1]}",
        f"Interval(m)={LEVELS_M[1] - LEVELS_M[0]}",
        "Data average time(min)=10",
        "ASCIICode.Decimal=46",
        "ASCIICode.Data field separator=44",
        f"No data={NO_DATA}",
        "Data field 1: Date and Time(YYYYMMDD hh:mm)",
        "Data field 2: Battery voltage(V * 100)",
        "Data field 3: Temperature sensor(deg C * 10)=True",
        "Data field 4: Humidity sensor(%RH)=True",
        "Data field 5: Pressure sensor(Hp)=False",
    ]
    for place, name in enumerate(PER_LEVEL):
        numbers = [FIRST_OF_LEVELS + place + len(PER_LEVEL) * level for level in range(len(LEVELS_M))]
        lines.append(f"Data field {','.join(map(str, numbers))}: {name}(LL to HL)")
    return "".join(line + END for line in (*lines, "[EOH]", "[BOD]"))


def rows(recording: Recording) -> Texts:
    """All rows; those of level it has no anemometer at are from the one nearest in height."""
    count = len(recording.begins)
    known = profile(recording)
    hours = stamped(recording.begins, "%Y%m%d %H:%M")
    stamps = np.array([f"{text[:9]}{int(text[9:11]):2d}{text[11:]}" for text in hours], dtype=object)
    cells = [stamps, *(constant(text, count) for text in ("1193", "134", "61", "726"))]
    for height in LEVELS_M:
        level = min(known, key=lambda level: abs(level.height_m - height))
        cells += [
            fixed(level.speed, 2, NO_DATA),
            fixed(level.direction, 0, NO_DATA),
            fixed(level.deviation, 2, NO_DATA),
            *(constant(text, count) for text in (".12", ".37")),
            np.where(np.isnan(level.speed), "0", "117").astype(object),
        ]
    return joined([*cells, constant("", count)], ",", END)


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines) + f"[EOD]{END}[EOF]{END}").encode()
