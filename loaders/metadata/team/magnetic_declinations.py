"""magnetic_declinations.csv: how far east of true north magnetic north lies at a station, in degrees, by date."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from loaders.metadata.team.cells import Cells
from loaders.metadata.team.known import Known

LARGEST = 180  # degrees; only near the poles beyond 30


def judge(rows: list[Cells], known: Known) -> None:
    """Note what is wrong with each row, and where two of a station hold at one time."""
    periods: dict[str, list[tuple[datetime, datetime | None, Cells]]] = {}
    for row in rows:
        station = row.station(known.stations)
        declination = row.number("declination_deg")
        if declination is not None and abs(declination) > LARGEST:
            row.wrong(
                "declination_deg", "degrees from -180 to 180, positive where magnetic north is east of true north"
            )
        date_from, date_to = row.time("date_from"), row.time("date_to")
        if date_from and date_to and date_to <= date_from:
            row.wrong("date_to", f"a time after {row['date_from']}, as the end is exclusive")
        if not row.problems:
            periods.setdefault(station, []).append((date_from or datetime.min, date_to, row))
    for of_station in periods.values():
        for (begin, end, before), (next_begin, _, row) in pairwise(sorted(of_station, key=lambda one: one[0])):
            if next_begin == begin or (end is not None and end > next_begin):
                own = f"a time of its own, as line {before.line} begins then too"
                later = f"a time from {before['date_to']} on, when line {before.line} ends"
                row.wrong("date_from", own if next_begin == begin else later, "correct the dates of one of both")
