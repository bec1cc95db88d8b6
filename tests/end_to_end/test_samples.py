"""The real files, from the file to the database, as their README says: every reading against a reading by hand.

They go in through one instance, as a team would send them: those whose logger stands in their header by themselves, the
others with `--logger`. In the end the whole folder is loaded by the command line, and nothing of it is new.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from database.connection import connect
from database.home import Home
from loaders.loading import load
from loaders.metadata.importing import import_metadata
from loaders.results import FileResult
from tests.commands import run
from tests.end_to_end import by_hand
from tests.end_to_end.by_hand import Table
from tests.end_to_end.real_files import (
    CONFIGURATIONS,
    EVENT_TABLE,
    GROWING,
    GROWN,
    SAMPLES,
    UNCLAIMED,
    Sample,
    document_of_all,
    minutes,
    refused,
)

PUBLISHED = {"Wind Speed (m/s)": "wind_speed", "Data Availability (%)": "data_availability"}
GOOD_FRAMES, STALE_FRAMES = 72_000, 7_261


@dataclass
class Team:
    """An instance whose metadata know all loggers, and what became of the files."""

    home: Home
    samples: Path
    files: dict[str, FileResult] = field(default_factory=dict)

    def load(self, paths: list[str], logger: str | None = None) -> list[FileResult]:
        """Load files; what is in a container counts by the container's name and its own."""
        found = load(self.home, [self.samples / path for path in paths], logger=logger).files
        self.files |= {file.path.removeprefix(f"{self.samples}/"): file for file in found}
        return found

    def of(self, path: str) -> list[FileResult]:
        """What became of a file, or of those in it, whatever they are called there."""
        return [file for name, file in self.files.items() if name.startswith(path.removesuffix(".7z"))]

    def readings(self, files: list[FileResult]) -> dict[str, Table]:
        """What files brought into the database, by table."""
        tables: dict[str, dict[str, Any]] = {}
        with connect(self.home, "analyst") as connection, connection.cursor(binary=True) as cursor:
            cursor.execute(READINGS, [[file.sha256 for file in files]])
            for name, column, times, values in cursor.fetchall():
                stamps = np.array(times).astype("datetime64[us]")
                tables.setdefault(name, {})[column] = (stamps, np.array(values, dtype=float))
        return {name: _as_table(columns) for name, columns in tables.items()}


READINGS = """
select
    channel.table_name,
    channel.column_name,
    array_agg((extract(epoch from reading.timestamp) * 1000000)::bigint order by reading.timestamp),
    array_agg(reading.value order by reading.timestamp)
from raw.reading
inner join raw.channel using (channel_id)
inner join raw.file using (file_id)
where file.sha256 = any(%s)
group by channel.channel_id
order by channel.channel_id
"""


def _as_table(columns: dict[str, Any]) -> Table:
    stamps = next(iter(columns.values()))[0]
    assert all(np.array_equal(stamps, of_column) for of_column, _ in columns.values())
    return Table(stamps, {name: values for name, (_, values) in columns.items()})


def equal(found: Table, expected: Table, earlier: np.timedelta64, tolerance: float) -> None:
    """Assert that a table of the database is the table by hand, to the digit unless a tolerance is given."""
    assert np.array_equal(found.stamps, expected.stamps - earlier)
    assert found.values.keys() == expected.values.keys()
    for name, values in found.values.items():
        np.testing.assert_allclose(values, expected.values[name], rtol=tolerance, atol=0, err_msg=name)


@pytest.fixture(scope="module")
def team(new_home: Callable[[str], Home], built: str, samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Team:
    home = new_home(built)
    path = tmp_path_factory.mktemp("metadata") / "samples.json"
    path.write_text(json.dumps(document_of_all()))
    with connect(home, "loader") as connection:
        import_metadata(connection, path, utc_offset_hours=None, timestamps=None, imported_by="a test")
    team = Team(home, samples)
    by_header = [sample.path for sample in SAMPLES if not sample.is_given]
    team.load([*by_header, EVENT_TABLE, *CONFIGURATIONS, UNCLAIMED, *refused(samples)])
    for logger in {sample.logger for sample in SAMPLES if sample.is_given}:
        team.load([sample.path for sample in SAMPLES if sample.logger == logger], logger)
    return team


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: Path(sample.path).name)
def test_every_reading_is_in_the_database_as_it_stands_in_the_file(team: Team, sample: Sample) -> None:
    expected = sample.tables(team.samples / sample.path)
    tables = expected if isinstance(expected, dict) else {"": expected}
    files = team.of(sample.path)
    assert {(file.state, file.logger) for file in files} == {("loaded", sample.logger)}
    assert sum(file.new for file in files) == sum(table.cells for table in tables.values())
    assert {(file.same, file.changed, file.kept, file.rejected) for file in files} == {(0, 0, 0, 0)}
    found = team.readings(files)
    assert len(found) == len(tables)
    if isinstance(expected, Table):
        (found[""],) = found.values()
    for name, table in tables.items():
        equal(found[name], table, sample.earlier, sample.tolerance)


def test_of_an_event_table_on_a_used_card_only_the_good_frames_are_loaded(team: Team) -> None:
    (file,) = team.of(EVENT_TABLE)
    assert (file.state, file.logger, file.new) == ("loaded", "11111", 9 * GOOD_FRAMES)
    assert (file.same, file.changed, file.kept, file.rejected) == (0, 0, 0, 0)
    assert file.error is not None
    assert file.error["what"].startswith(f"{STALE_FRAMES} frames without this file's stamp")
    (found,) = team.readings([file]).values()
    steps = np.arange(1, GOOD_FRAMES + 1) * np.timedelta64(50, "ms")
    assert np.array_equal(found.stamps, np.datetime64("2020-10-05T12:00:00", "us") + steps)
    assert len(found.values) == 9


def test_what_a_lidar_measured_is_what_the_campaign_published_of_it(team: Team) -> None:
    (measured,) = team.readings(team.of("windcube/lidar.z05.00.20201201.000000.sta.7z")).values()
    published = by_hand.netcdf(team.samples / "windcube" / "expected_z05_lidar.nc").values
    compared = 0
    for name, values in measured.values.items():
        height, _, quantity = name.partition(" ")
        if quantity == "Wind Direction (°)":
            turned = (values + 90) % 360
            np.testing.assert_allclose(turned, published[f"wind_direction_{height}"] % 360, rtol=0, atol=1e-9)
        elif quantity in PUBLISHED:
            np.testing.assert_array_equal(values, published[f"{PUBLISHED[quantity]}_{height}"])
        else:
            continue
        compared += 1
    assert compared == 3 * 12


@pytest.mark.parametrize("path", CONFIGURATIONS)
def test_a_configuration_is_kept_for_what_it_says_of_its_logger(team: Team, path: str) -> None:
    (file,) = team.of(path)
    assert (file.state, file.format, file.logger, file.new) == ("loaded", "ammonit", CONFIGURATIONS[path], 0)
    with connect(team.home, "analyst") as connection:
        row = connection.execute(
            "select jsonb_array_length(header -> 'settings') from raw.file where sha256 = %s", [file.sha256]
        ).fetchone()
    assert row is not None
    assert int(str(row[0])) >= len((team.samples / path).read_text("utf-8", "replace").split("[Sensor_")) - 1


def test_what_cannot_be_read_is_kept_with_a_clear_error(team: Team) -> None:
    words = refused(team.samples)
    assert len(words) == 12 + 6 + len(list((team.samples / "iea_task43").iterdir()))
    for path, (what, remedy) in words.items():
        (file,) = team.of(path)
        assert file.state == "failed", path
        assert file.error is not None
        assert what in file.error["what"], (path, file.error)
        assert remedy in file.error["remedy"], (path, file.error)
        assert "defect" not in file.error["what"], path


@pytest.mark.parametrize("name", GROWN)
def test_a_file_that_grows_adds_what_was_appended(team: Team, name: str) -> None:
    paths = sorted((team.samples / GROWING).glob(name))
    assert len(paths) > 1
    before: dict[str, Table] = {}
    size_before = archived_bytes(team.home)
    files = []
    for place, path in enumerate(paths):
        (file,) = team.load([str(path.relative_to(team.samples))], GROWN[name])
        files.append(file)
        now = grown(path)
        assert file.state == "loaded"
        assert file.new == cells(now) - cells(before)
        assert (file.same, file.changed, file.kept, file.rejected) == (0, 0, 0, 0)
        appended = path.stat().st_size - (paths[place - 1].stat().st_size if place else 0)
        size_now = archived_bytes(team.home)
        assert size_now - size_before == appended
        before, size_before = now, size_now
    found = team.readings(files)
    assert found.keys() == before.keys()
    for table, expected in before.items():
        equal(found[table], expected, minutes(0), 0)


def test_the_whole_folder_once_more_brings_nothing_new(team: Team) -> None:
    for name, logger in GROWN.items():
        team.load([str(path.relative_to(team.samples)) for path in (team.samples / GROWING).glob(name)], logger)
    answer = json.loads(run(team.home, "load", team.samples, "--json", expect=1))["files"]
    states = {file["path"].removeprefix(f"{team.samples}/"): file["state"] for file in answer}
    assert {path for path, state in states.items() if state == "failed"} == set(refused(team.samples))
    assert {path for path, state in states.items() if state == "unclaimed"} == {UNCLAIMED}
    assert {file["new"] + file["changed"] + file["kept"] for file in answer} == {0}
    hourly = [file for file in answer if f"{GROWING}/CR3000/expected/" in file["path"]]
    assert len(hourly) == 14
    for file in hourly:
        path = Path(file["path"])
        shorter = [other for other in path.parent.parent.glob(f"*/{path.name}") if is_beginning(other, path)]
        # of one that grew, the new lines alone are counted
        assert file["same"] == by_hand.toa5(path).cells - max(
            [by_hand.toa5(other).cells for other in shorter], default=0
        )


def is_beginning(path: Path, other: Path) -> bool:
    """Whether a file is the beginning of another one, and not all of it."""
    content = path.read_bytes()
    return path.stat().st_size < other.stat().st_size and other.read_bytes().startswith(content)


def test_every_real_file_is_in_one_of_these_tests(samples: Path) -> None:
    grown = [path for name in (*GROWN, "CR3000/expected/*/*") for path in (samples / GROWING).glob(name)]
    tested = {
        *(sample.path for sample in SAMPLES),
        EVENT_TABLE,
        *CONFIGURATIONS,
        UNCLAIMED,
        *refused(samples),
        *(str(path.relative_to(samples)) for path in grown),
    }
    assert tested == {str(path.relative_to(samples)) for path in samples.rglob("*") if path.is_file()}


def archived_bytes(home: Home) -> int:
    """What the archive holds."""
    return sum(path.stat().st_size for path in home.archive.rglob("*") if path.is_file())


def grown(path: Path) -> dict[str, Table]:
    """The tables of a file of LoggerNet, by the database's name for them."""
    if path.parent.name != "CR23":
        return {path.stem.split("_")[1]: by_hand.toa5(path)}
    ids = sorted({line.split(",")[0] for line in path.read_text().splitlines()})
    return {array: by_hand.arrays(path, array) for array in ids}


def cells(tables: dict[str, Table]) -> int:
    """How many readings tables hold."""
    return sum(table.cells for table in tables.values())
