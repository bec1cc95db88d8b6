"""What a logger writes where its vane has no direction is not turned into one that analysts would believe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from database.connection import Connection
from tests.dbt_project.conftest import Build
from tests.dbt_project.documents import document, point, vane_mounting

# what the vane's logger writes, and what is exported of it: the dead band is at 180 deg
EXPORTED: dict[float, float | None] = {
    7999: None,
    -7999: None,
    -999: None,
    726: None,
    361: None,
    -1: None,
    0: 180,
    200: 20,
    360: 180,
}
START = datetime.fromisoformat("2016-06-15 12:00")
VANE = {"slope": 1, "offset": 0, "measurement_units_id": "deg"}


def test_a_direction_beyond_the_circle_is_taken_out_and_the_circles_end_is_not(
    analyst: Connection,
    import_document: Callable[[dict[str, Any]], None],
    record: Callable[[str, dict[str, float | None]], None],
    build: Build,
) -> None:
    vane: dict[str, Any] = {"measurement_type_id": "wind_direction", "mounting_arrangement": [vane_mounting(180)]}
    import_document(document(point("Dir", {"Dir": "avg"}, logger=VANE, **vane)))
    stamps = [f"{START + step * timedelta(minutes=10):%F %H:%M}" for step in range(len(EXPORTED))]
    record("Dir", dict(zip(stamps, EXPORTED, strict=True)))
    build()
    rows = analyst.execute("select recorded_value, value, excluded_by from cleaned.readings order by timestamp")
    assert rows.fetchall() == [
        (recorded, exported, "range" if exported is None else None) for recorded, exported in EXPORTED.items()
    ]
