"""What is wrong with metadata is told with its place and its remedy, and good metadata are left alone."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from database.connection import connect
from database.home import Home
from loaders.loading import load
from loaders.metadata.importing import import_metadata
from loaders.metadata.slug import slug
from orchestration import building, status
from orchestration.metadata_tests import KEYS, checks, kind_of
from tests.commands import run
from tests.loaders.campaign import toa5
from tests.loaders.metadata_documents import as_tables
from tests.orchestration.spoiled_cases import CASES, FILES, UNITS, stations
from tests.orchestration.spoiled_stations import Case, Part

CHOICE = "chosen_certificates_are_known"  # the one check of a table that hangs on no document
LINE = re.compile(r"(?P<table>\w+\.csv), line (?P<line>[0-9]+)(?:, column (?P<column>\w+))?")
STEP = re.compile(r"(\w+)|\[([0-9]+)\]")


@dataclass(frozen=True)
class Told:
    """A finding of the command, with its places apart."""

    kind: str
    severity: str
    station: str
    text: str

    @property
    def places(self) -> list[str]:
        """What the sentence says between what is wrong and what to do."""
        return self.text.split("; ")[1].removeprefix("stations.json, ").split(" and ")

    @property
    def without_places(self) -> tuple[str, ...]:
        what, _, *remedy = self.text.split("; ")
        return (self.kind, self.severity, self.station, what, *remedy)


@dataclass(frozen=True)
class Checked:
    """An instance with all the stations, the folder that they came from, and what the command found."""

    home: Home
    folder: Path
    of_document: list[Told]
    of_tables: list[Told]


def test_metadata_in_order_have_no_findings(mast: Home) -> None:
    assert json.loads(run(mast, "metadata", "check", "--json")) == {"findings": []}


def check(home: Home) -> list[Told]:
    return [Told(**found) for found in json.loads(run(home, "metadata", "check", "--json", expect=1))["findings"]]


def take(home: Home, path: Path) -> None:
    with connect(home, "loader") as connection:
        import_metadata(connection, path, utc_offset_hours=None, timestamps=None, imported_by="a test")


@pytest.fixture(scope="module")
def checked(new_home: Callable[[str], Home], built: str, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """What the check finds of all these stations, once from a document and once from tables."""
    home, folder = new_home(built), tmp_path_factory.mktemp("metadata")
    head = {"author": "A", "organisation": "B", "date": "2024-01-01", "version": "1.3.0-2024.03"}
    whole = {**head, "measurement_location": stations()}
    (folder / "stations.json").write_text(json.dumps(whole))
    (folder / "tables").mkdir()
    for name, content in as_tables(whole).items():
        (folder / "tables" / name).write_bytes(content)
    take(home, folder / "stations.json")
    for name, (columns, rows) in FILES.items():
        (folder / f"{name}.dat").write_bytes(toa5(rows, columns=columns, serial=name, unit=UNITS.get(name, "m/s")))
    later = toa5({20000: [5, 270]}, columns=["WindSpeed_Avg", "Dir_Avg"], serial="renamed")
    (folder / "renamed later.dat").write_bytes(later)
    loaded = load(home, sorted(folder.glob("*.dat")))
    assert {file.state for file in loaded.files} == {"loaded"}
    fill_team_tables(home)
    building.build(home)
    of_document = check(home)
    take(home, folder / "tables")
    return Checked(home, folder, of_document, check(home))


def fill_team_tables(home: Home) -> None:
    """Choose a certificate that is not there, and give a declination to a vane that can't have it."""
    choice = {"line": 3, "station": "two_certificates", "serial_number": "X9", "date_of_calibration": "2021-01-01"}
    declination = {"line": 2, "station": "no_dead_band", "date_from": None, "date_to": None, "declination_deg": -12}
    with connect(home, "loader") as connection:
        for name, row in (("calibration_choices", choice), ("magnetic_declinations", declination)):
            connection.execute(
                "insert into metadata.team_table (name, sha256, path, rows, imported_by)"
                " values (%s, '', '', %s, 'a test')",
                [name, Jsonb([row])],
            )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_wrong_with_a_station_is_found_with_its_place_and_remedy(checked: Checked, case: Case) -> None:
    of_it = [told for told in checked.of_document if told.station == slug(case.name) and told.kind == case.kind]
    assert {told.severity for told in of_it} == {"warning"}
    with_words = [told for told in of_it if all(word in told.text for word in case.words)]
    assert with_words, of_it
    number = [station["name"] for station in stations()].index(case.name)
    expected = {f"measurement_location[{number}].{place}" for place in case.places}
    assert any(set(told.places) == expected for told in with_words), with_words


def test_a_choice_of_a_certificate_that_nobody_knows_names_its_line(checked: Checked) -> None:
    (told,) = [told for told in checked.of_document if told.kind == CHOICE]
    assert told.station == "two_certificates"
    assert "calibration choices line 3, serial number X9" in told.text
    assert "correct the row of calibration_choices.csv" in told.text


@pytest.mark.parametrize("station", ["good", "renamed"])
def test_nothing_is_found_where_nothing_is_wrong(checked: Checked, station: str) -> None:
    assert [told.text for told in (*checked.of_document, *checked.of_tables) if told.station == station] == []


def test_tables_have_the_same_findings_as_a_document(checked: Checked) -> None:
    # a column that no table knows is refused at the import
    of_document = [told.without_places for told in checked.of_document if told.kind != KEYS]
    assert sorted(told.without_places for told in checked.of_tables) == sorted(of_document)


def test_of_tables_each_finding_names_the_line_that_says_what_stands_in_the_document(checked: Checked) -> None:
    document = json.loads((checked.folder / "stations.json").read_text())
    paths = {told.without_places: told.places for told in checked.of_document}
    for told in checked.of_tables:
        if told.kind == CHOICE:
            continue
        lines = [LINE.fullmatch(place) for place in told.places]
        assert len(lines) == len(told.places) == len(paths[told.without_places])
        for found, path in zip(lines, paths[told.without_places], strict=True):
            assert found, told.text
            entry, key = entry_and_key(document, path)
            row = row_of(checked.folder / "tables" / found["table"], int(found["line"]))
            assert {name: row.get(name) for name in entry.keys() & row.keys()} == said(entry, row)
            assert slug(row.get("station") or row["name"]) == told.station
            assert found["column"] == key


def entry_and_key(document: Part, path: str) -> tuple[Part, str | None]:
    """The entry that a path leads to, and the key within it where the path ends with one that is no list."""
    at: Any = document
    entry, key = document, None
    for word, number in STEP.findall(path):
        at = at[int(number)] if number else at.get(word)
        entry, key = (at, None) if isinstance(at, dict) else (entry, word or key)
    return entry, None if isinstance(at, list) else key


def row_of(table: Path, line: int) -> dict[str, str]:
    with table.open(newline="") as file:
        return list(csv.DictReader(file))[line - 2]


def said(entry: Part, row: dict[str, str]) -> dict[str, str]:
    """What the row should say of the entry, as CSV writes it."""
    cells = {name: "" if value is None else value for name, value in entry.items() if name in row}
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in cells.items()}


def test_the_state_tells_what_the_check_finds(checked: Checked) -> None:
    findings = {(told.kind, told.station, told.text) for told in checked.of_tables}
    kinds = {kind for kind, _, _ in findings}
    state = status.read(checked.home)
    told = [found for found in state.findings if found.kind in kinds]
    assert {found.kind for found in told} == kinds
    assert {(found.kind, found.station, found.text) for found in told if found.station} <= findings
    (rest,) = [found for found in told if found.station is None and found.kind == "certificates_leave_no_gap"]
    assert rest.text.endswith("more of certificates leave no gap: stationmanager metadata check")
    assert state.severity == "warning"


def test_each_check_is_tried() -> None:
    tests = {kind_of(test.stem) for test in checks()}
    assert tests - {CHOICE} == {case.kind for case in CASES} - {KEYS}
