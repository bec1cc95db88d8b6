"""Exporters join readings and periods by themselves, for speed; this holds them to what `cleaned.readings` says."""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from database.connection import connect
from database.home import Home
from exporters.exporting import export
from exporters.selection import Request
from loaders import loading
from loaders.metadata.importing import import_metadata
from orchestration import building
from tests.loaders.campaign import at, document, toa5

# Steps of 10 minutes over the end of a month; directions on both sides of north, which is told as 0 and as 360.
ROWS = {
    step: [None if step % 50 == 0 else step / 700, 0.8, 0.13, 356 + step % 5 if step % 3 else 0]
    for step in range(4400, 4600)
}
COLUMNS = ("Spd_Avg", "Spd_Std", "Spd_TI", "Dir_Avg")
READINGS = (
    "select timestamp, measurement_point || '_' || statistic, value from cleaned.readings where value is not null"
)
WIDE = """
select timestamp, key, value::double precision
from exports.test_mast as wide
cross join lateral jsonb_each_text(to_jsonb(wide) - 'timestamp') as cell (key, value)
where value is not null
"""
FLAG = """
insert into metadata.flag (station, sensor, date_from, date_to, reason, source, created_by)
values ('test_mast', 'Spd', %s, %s, 'icing', 'by_hand', 'a test')
"""


def with_turbulence_and_direction() -> dict[str, object]:
    content = document()
    location = content["measurement_location"][0]
    (speed,) = location["measurement_point"]
    direction = json.loads(json.dumps(speed)) | {"name": "Dir", "measurement_type_id": "wind_direction", "height_m": 78}
    direction["logger_measurement_config"][0] |= {"slope": 1, "offset": 0, "measurement_units_id": "deg"}
    direction["logger_measurement_config"][0]["column_name"][0]["column_name"] = "Dir_Avg"
    location["measurement_point"].append(direction)
    named = speed["logger_measurement_config"][0]["column_name"]
    for column_name, statistic in (("Spd_Std", "sd"), ("Spd_TI", "ti")):
        named.append({"column_name": column_name, "statistic_type_id": statistic, "is_ignored": False})
    certificate = {"slope": 0.04, "offset": 0.1, "date_of_calibration": "2019-12-01"}
    speed["sensor"] = [{"date_from": "2020-01-01T00:00:00", "date_to": None, "calibration": [certificate]}]
    return content


def test_an_export_holds_exactly_what_cleaned_readings_says(instance: Home, tmp_path: Path) -> None:
    (tmp_path / "mast.json").write_text(json.dumps(with_turbulence_and_direction()))
    (tmp_path / "mast.dat").write_bytes(toa5(ROWS, columns=COLUMNS))
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
    assert {column for _, column in ours} == {"Spd_avg", "Spd_sd", "Spd_ti", "Dir_avg"}
    # four averages were missing, and with each the intensity; thirty rows of the speed are flagged, one of them both
    assert len(theirs) == 4 * 200 - 2 * 4 - 3 * 30 + 2
    assert ours == theirs
    assert not any(math.isclose(value, 360) for (_, column), value in ours.items() if column == "Dir_avg")
    assert ours[(pd.Timestamp(f"{at(4401)}Z"), "Spd_ti")] == pytest.approx(0.64 / (0.8 * 4401 / 700 - 0.06))


def test_a_wide_view_holds_exactly_what_cleaned_readings_says(instance: Home, tmp_path: Path) -> None:
    (tmp_path / "mast.json").write_text(json.dumps(with_turbulence_and_direction()))
    (tmp_path / "mast.dat").write_bytes(toa5(ROWS, columns=COLUMNS))
    with connect(instance, "loader") as loader:
        import_metadata(loader, tmp_path / "mast.json", utc_offset_hours=None, timestamps=None, imported_by="a test")
        loader.execute(FLAG, [at(4440).isoformat() + "Z", at(4470).isoformat() + "Z"])
    loading.load(instance, [tmp_path / "mast.dat"])
    building.build(instance, full=True)

    with connect(instance, "analyst") as analyst:
        wide = analyst.execute(WIDE).fetchall()
        long = analyst.execute(READINGS).fetchall()
    assert len(wide) == 4 * 200 - 2 * 4 - 3 * 30 + 2
    assert sorted(wide) == sorted(long)
