"""A team's own tables: taken whole or not at all, kept with their history and what a change touches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from database.connection import Connection, connect
from database.errors import MetadataError, UsageError
from database.home import Home
from loaders.metadata.importing import import_metadata
from loaders.metadata.team.importing import TableResult, import_team_table
from tests.loaders.metadata_documents import document, mast, tables

RULES = "quality_rules.csv"
CHOICES = "calibration_choices.csv"
DECLINATIONS = "magnetic_declinations.csv"
SPANS = "select station, date_from::text, date_to::text, cause from ops.changed_span order by changed_span_id"


def certified(name: str) -> dict[str, Any]:
    """The small mast with a certificate that has a number and one that has a report, and a station beside it."""
    content = document()
    (old, new) = mast(content)["measurement_point"][0]["sensor"]
    old["calibration"].append({"calibration_id": "C-2", "slope": 0.041, "date_of_calibration": "2016-07-01"})
    new["calibration"] = [{"report_file_name": "b1.pdf", "slope": 0.042, "offset": 0.1}]
    content["measurement_location"].append({**mast(document()), "name": name})
    return content


@pytest.fixture
def team(instance: Home, tmp_path: Path) -> Iterator[Connection]:
    """A connection that loads, to an instance that knows Hill Mast and Dale Mast, with no change on record."""
    (tmp_path / "masts.json").write_text(json.dumps(certified("Dale Mast")))
    with connect(instance, "owner") as owner:
        owner.execute("grant delete on ops.changed_span to loader")
    with connect(instance, "loader") as connection:
        import_metadata(
            connection, tmp_path / "masts.json", utc_offset_hours=None, timestamps=None, imported_by="the test"
        )
        connection.execute("delete from ops.changed_span")
        yield connection


def take(connection: Connection, folder: Path, name: str, *lines: str) -> TableResult:
    path = folder / name
    path.write_text("\n".join(lines))
    return import_team_table(connection, path, imported_by="the test")


# Name of a table, its lines, and what is told of them
WRONG: list[tuple[str, list[str], list[str]]] = [
    (
        RULES,
        ["rule,parameter,value", "spikes,difference,20"],
        ['quality_rules.csv, line 2, column rule: found "spikes", expected one of range', "did you mean spike?"],
    ),
    (
        RULES,
        ["rule,parameter,value", "spike,diference,20"],
        ['column parameter: found "diference", expected one of', "did you mean difference?"],
    ),
    (
        RULES,
        ["rule;parameter;value", "spike;difference;0,5"],
        ['line 2, column value: found "0,5", expected a number like 0.5; write it with a point'],
    ),
    (RULES, ["rule,parameter,value", "spike,difference,inf"], ['found "inf", expected a number']),
    (
        RULES,
        ["rule,parameter,value", "spike,mode,exlude"],
        ['column value: found "exlude", expected one of exclude, report, off; did you mean exclude?'],
    ),
    (
        RULES,
        ["station,rule,parameter,value", "hill_top,spike,mode,off"],
        ['column station: found "hill_top", expected one of dale_mast, hill_mast', "did you mean"],
    ),
    (
        RULES,
        ["station,sensor,rule,parameter,value", "hill_mast,Spd60,spike,mode,off"],
        ['column sensor: found "Spd60", expected how the name of a measurement point begins: Spd80mN, Dir78m'],
    ),
    (
        RULES,
        ["sensor,measurement_type,rule,parameter,value", "Spd,wind_direction,spike,mode,off"],
        ['column sensor: found "Spd", expected how the name of a measurement point begins: Dir78m'],
    ),
    (
        RULES,
        ["measurement_type,statistic,rule,parameter,value", "windspeed,average,range,maximum,50"],
        ['column measurement_type: found "windspeed"', "did you mean wind_speed?", 'column statistic: found "average"'],
    ),
    (
        RULES,
        ["sensor,statistic,rule,parameter,value", "Spd80,sd,range,mode,off", "Spd80,avg,flat_line,hours,0.5"],
        [
            'line 2, column statistic: found "sd", expected a blank cell; mode of range is one for all statistics',
            'line 3, column statistic: found "avg", expected a blank cell; hours of flat_line is one for all',
        ],
    ),
    (
        RULES,
        ["sensor,measurement_type,rule,parameter,value", ",water_temperature,range,maximum,40"],
        [
            "line 2, column statistic: found a blank cell, expected the statistic that the number is for",
            "range has no default of maximum for water_temperature",
        ],
    ),
    (
        RULES,
        ["station,rule,parameter,value", "hill_mast,spike,mode,off", "", "Hill Mast,spike,mode,report"],
        ["line 4, column parameter", "line 2 sets the same; delete one of the two rows"],
    ),
    (
        RULES,
        ["rule,parameter,value", "spike,,"],
        ["column parameter: found a blank cell", "column value: found a blank"],
    ),
    (RULES, ["rule,value", "spike,off"], ['line 1: found no column "parameter"']),
    (
        CHOICES,
        ["serial_number,certificate", "A7,C-2"],
        ['calibration_choices.csv, line 2, column serial_number: found "A7"', "of a mounted sensor: A1, B1"],
    ),
    (
        CHOICES,
        ["station,serial_number,certificate", "hill_mast,A1,C-3"],
        ['column certificate: found "C-3"', "one without a number of 2015-08-19, C-2 of 2016-07-01"],
    ),
    (
        CHOICES,
        ["serial_number,certificate,date_of_calibration", "A1,C-2,2015-08-19"],
        ['column certificate: found "C-2"'],
    ),
    (CHOICES, ["serial_number,date_of_calibration", "A1,19.08.2015"], ['found "19.08.2015", expected a day like 20']),
    (
        CHOICES,
        ["serial_number,sensor_date_from,certificate", "A1,2016-01-09T15:30Z,C-2"],
        ["column sensor_date_from", "a time of the logger's clock, without a zone"],
    ),
    (
        CHOICES,
        ["serial_number,sensor_date_from,certificate", "A1,2016-02-01,C-2"],
        ["column sensor_date_from", "when the sensor was mounted: 2016-01-09 15:30:00"],
    ),
    (CHOICES, ["measurement_point,certificate", "Spd80m,C-2"], ["column measurement_point", "did you mean Spd80mN?"]),
    (CHOICES, ["serial_number", "A1"], ["column certificate: found a blank cell", "or date_of_calibration"]),
    (
        CHOICES,
        ["serial_number,certificate", "A1,C-2", "A1,C-2"],
        ["line 3, column certificate", "line 2 chooses the same"],
    ),
    (
        DECLINATIONS,
        ["station,declination_deg", ",-2.5", "hill_mast,2°W", "hill_mast,181"],
        [
            "magnetic_declinations.csv, line 2, column station: found a blank cell",
            'line 3, column declination_deg: found "2°W", expected a number like 0.5',
            'line 4, column declination_deg: found "181", expected degrees from -180 to 180',
        ],
    ),
    (
        DECLINATIONS,
        ["station,date_from,date_to,declination_deg", "hill_mast,2018-01-01,,1", "hill_mast,2016-01-01,2018-01-02,2"],
        ['line 2, column date_from: found "2018-01-01", expected a time from 2018-01-02 on, when line 3 ends'],
    ),
    (
        DECLINATIONS,
        ["station,date_from,declination_deg", "hill_mast,,1", "dale_mast,,1", "Hill Mast,,2"],
        ["line 4, column date_from: found a blank cell", "as line 2 begins then too; correct the dates of one of both"],
    ),
    (
        DECLINATIONS,
        ["station,date_from,date_to,declination_deg", "hill_mast,2018-01-01,2018-01-01,1", "hill_mast,2018,,1"],
        ["line 2, column date_to", "a time after 2018-01-01", 'line 3, column date_from: found "2018"'],
    ),
]


def test_what_is_wrong_with_a_row_is_told_with_its_line_and_remedy_and_nothing_is_kept(
    team: Connection, tmp_path: Path
) -> None:
    for name, lines, told in WRONG:
        with pytest.raises(MetadataError) as error:
            take(team, tmp_path, name, *lines)
        assert error.value.where == str(tmp_path / name)
        assert "nothing of it was imported" in error.value.remedy
        for text in told:
            assert text in error.value.what, lines
    assert team.execute("select from metadata.team_table union all select from ops.changed_span").fetchall() == []


def test_a_table_is_kept_with_its_history_and_only_where_it_says_something_else(
    team: Connection, tmp_path: Path
) -> None:
    first = ["station,rule,parameter,value", "hill_mast,spike,difference,20"]
    assert take(team, tmp_path, RULES, *first) == TableResult("quality_rules", 1, changed=True, stations=["hill_mast"])
    written_otherwise = ["\ufeffParameter;Value;Remark;Rule;Station", "difference;20;;spike;hill_mast"]
    assert not take(team, tmp_path, RULES, *written_otherwise).changed
    assert take(team, tmp_path, RULES, *first, "Dale Mast,spike,mode,off").stations == ["dale_mast"]
    assert take(team, tmp_path, RULES, first[0], ",spike,mode,off").stations == ["dale_mast", "hill_mast"]
    assert take(team, tmp_path, RULES, first[0]).stations == ["dale_mast", "hill_mast"]
    counts = "select count(*) from metadata.current_team_row"
    assert team.execute(counts.encode()).fetchall() == [(0,)]
    kept = team.execute("select rows, imported_by from metadata.team_table order by team_table_id").fetchall()
    assert [len(rows) for rows, _ in kept] == [1, 2, 1, 0]
    assert kept[0] == (
        [{"line": 2, "station": "hill_mast", "rule": "spike", "parameter": "difference", "value": "20"}],
        "the test",
    )


def test_a_change_is_one_of_parameters_or_one_of_metadata(team: Connection, tmp_path: Path) -> None:
    take(team, tmp_path, RULES, "station,rule,parameter,value", "Hill Mast,spike,difference,20")
    take(team, tmp_path, CHOICES, "station,serial_number,certificate", "Hill Mast,a1,C-2", "Hill Mast,B1,b1.pdf")
    take(
        team, tmp_path, DECLINATIONS, "station,date_from,declination_deg", "dale_mast,,-2.5", "dale_mast,2018-01-01,-2"
    )
    assert team.execute(SPANS.encode()).fetchall() == [
        ("hill_mast", "-infinity", "infinity", "rule"),
        ("hill_mast", "-infinity", "infinity", "metadata"),
        ("dale_mast", "-infinity", "infinity", "metadata"),
    ]


def test_numbers_by_statistic_and_numbers_that_have_no_default_can_be_set(team: Connection, tmp_path: Path) -> None:
    lines = [
        "sensor,measurement_type,statistic,rule,parameter,value",
        ",wind_speed,avg,range,maximum,50",
        "Spd,,,range,maximum,55",
        ",,,range,maximum,58",
        ",water_temperature,avg,range,maximum,40",
        ",wind_speed,,lidar_availability,quality,60",
    ]
    assert take(team, tmp_path, RULES, *lines).changed


def test_a_table_that_was_never_filled_is_nothing_new(team: Connection, tmp_path: Path) -> None:
    assert not take(team, tmp_path, RULES, "rule,parameter,value").changed


def test_other_tables_are_refused_with_the_near_name(team: Connection, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"found the table quality_rule\.csv") as error:
        take(team, tmp_path, "quality_rule.csv", "rule,parameter,value")
    assert error.value.remedy == "did you mean quality_rules.csv?"


def test_a_table_of_something_else_is_shown_the_command_that_takes_it(team: Connection, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"found the table erroneous_periods\.csv") as error:
        take(team, tmp_path, "erroneous_periods.csv", "Sensor,Start,Stop,Reason")
    for command in ("stationmanager flag import FILE", "stationmanager load FILE", "import the folder"):
        assert command in error.value.remedy


def test_rules_are_known_only_once_they_were_built(home: Home, tmp_path: Path) -> None:
    with connect(home, "loader") as connection, pytest.raises(UsageError) as error:
        take(connection, tmp_path, RULES, "rule,parameter,value", "spike,mode,off")
    assert error.value.remedy == "stationmanager build"


def test_tables_of_the_team_may_lie_beside_those_of_the_station(team: Connection, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    for name, content in tables().items():
        (folder / name).write_bytes(content)
    (folder / RULES).write_text("rule,parameter,value\nspike,mode,off\n")
    result = import_metadata(team, folder, utc_offset_hours=None, timestamps=None, imported_by="the test")
    assert (result.stations, result.changed) == (["hill_mast"], True)
