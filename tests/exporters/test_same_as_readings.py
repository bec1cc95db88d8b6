"""Exporters join readings and periods by themselves, for speed; this holds them to what `cleaned.readings` says."""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path

import pandas as pd

from database.connection import connect
from database.home import Home
from exporters.exporting import export
from exporters.selection import Request
from loaders import loading
from loaders.metadata.importing import import_metadata
from orchestration import building
from tests.loaders.campaign import at, document, toa5

# Steps of 10 minutes over the end of a month; directions on both sides of north, once and more around, a hair below it.
ROWS = {
    step: [None if step % 50 == 0 else step / 700, 358 + step % 5 if step % 3 else -1e-17] for step in range(4400, 4600)
}
READINGS = (
    "select timestamp, measurement_point || '_' || statistic, value from cleaned.readings where value is not null"
)
FLAG = """
insert into metadata.flag (station, sensor, date_from, date_to, reason, source, created_by)
values ('test_mast', 'Spd', %s, %s, 'icing', 'by_hand', 'a test')
"""


def with_direction() -> dict[str, object]:
    content = document()
    location = content["measurement_location"][0]
    (speed,) = location["measurement_point"]
    direction = json.loads(json.dumps(speed)) | {"name": "Dir", "measurement_type_id": "wind_direction", "height_m": 78}
    direction["logger_measurement_config"][0] |= {"slope": 1, "offset": 0, "measurement_units_id": "deg"}
    direction["logger_measurement_config"][0]["column_name"][0]["column_name"] = "Dir_Avg"
    location["measurement_point"].append(direction)
    return content


def test_an_export_holds_exactly_what_cleaned_readings_says(instance: Home, tmp_path: Path) -> None:
    (tmp_path / "mast.json").write_text(json.dumps(with_direction()))
    (tmp_path / "mast.dat").write_bytes(toa5(ROWS, columns=("Spd_Avg", "Dir_Avg")))
    with connect(instance, "loader") as loader:
        import_metadata(loader, tmp_path / "mast.json", utc_offset_hours=None, timestamps=None, imported_by="a test")
        loader.execute(FLAG, [at(4440).isoformat() + "Z", at(4470).isoformat() + "Z"])
    loading.load(instance, [tmp_path / "mast.dat"])
    building.build(instance, full=True)

    file = export(
        partial(connect, instance, "exporter"), "csv", Request("test_mast", tmp_path), lambda _done, _all: None
    )

    text = pd.read_csv(file.path, index_col="timestamp", parse_dates=True, dtype=str)
    ours = {(stamp, column): float(cell) for column in text for stamp, cell in text[column].dropna().items()}
    with connect(instance, "analyst") as analyst:
        theirs = {(pd.Timestamp(str(stamp)), column): value for stamp, column, value in analyst.execute(READINGS)}
    assert {column for _, column in ours} == {"Spd_avg", "Dir_avg"}
    assert (
        len(theirs) == 2 * 200 - 4 - 30 + 1
    )  # blank: four that were missing, thirty that are flagged, one of them both
    assert ours == theirs
    assert not any(math.isclose(value, 360) for (_, column), value in ours.items() if column == "Dir_avg")
