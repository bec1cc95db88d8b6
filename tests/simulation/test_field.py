"""The demo's field: the same bytes each time, valid documents, and files that say what the loggers recorded.

The writer and the parser are both ours, so what is read back proves the writer; the parser is proved by real files.
"""

import csv
import hashlib
import json
from collections import Counter
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import numpy as np
import pytest

from loaders.formats import toa5
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile
from simulation import demo
from simulation.field import Simulated, simulate_demo_field, write_demo_field
from simulation.metadata import document

SCHEMA = (
    Path(__file__).parents[3] / "shared" / "samples" / "iea_task43" / "iea43_wra_data_model.schema_v1.3.0-2024.03.json"
)


MASTS = (demo.RIDGE, demo.PLAIN)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("field")
    write_demo_field(folder, years=1)
    return folder


@pytest.fixture(scope="module")
def simulated() -> tuple[Simulated, Simulated]:
    return simulate_demo_field(years=1)


def read_whole(folder: Path) -> list[LoggerFile]:
    return [toa5.parse(path.read_bytes()) for path in sorted(folder.iterdir()) if path.name != demo.BROKEN_FILE]


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    paths = write_demo_field(tmp_path, years=1)
    assert digests(tmp_path) == digests(folder)
    assert sorted(digests(tmp_path)) == sorted(str(path.relative_to(tmp_path)) for path in paths)


def test_another_seed_gives_other_weather(folder: Path, tmp_path: Path) -> None:
    write_demo_field(tmp_path, years=1, seed=7)
    name = "files/pampa_norte/PampaNorte_Diez_2022_07_14.dat"
    assert digests(tmp_path)[name] != digests(folder)[name]


def test_every_file_of_the_masts_is_told_to_be_toa5(folder: Path) -> None:
    files = [path for mast in MASTS for path in (folder / "files" / mast.slug).iterdir()]
    assert {detect(path.read_bytes()) for path in files} == {toa5}


@pytest.mark.parametrize("which", [0, 1], ids=[demo.RIDGE.slug, demo.PLAIN.slug])
def test_the_files_say_what_the_loggers_recorded(
    folder: Path, simulated: tuple[Simulated, Simulated], which: int
) -> None:
    recording = simulated[which].recording
    mast = recording.mast
    row_of = {stamp: row for row, stamp in enumerate(recording.stamps.astype("datetime64[us]").tolist())}
    seen = np.zeros(len(row_of), dtype=int)
    for file in read_whole(folder / "files" / mast.slug):
        (table,) = file.tables
        assert (file.logger, tuple(column.name for column in table.columns)) == (mast.serial, mast.columns)
        rows = np.array([row_of[stamp] for stamp in table.timestamps.tolist()])
        seen[rows] += 1
        for column, values, bad in zip(table.columns, table.values, table.rejected_cells, strict=True):
            assert np.array_equal(values[~bad], recording.values[column.name][rows][~bad], equal_nan=True)
    assert seen.max() == 2
    missing = np.flatnonzero((seen == 0) & recording.exists)
    assert len(missing) == (2 if mast is demo.RIDGE else 2 * 144)


def test_exactly_one_file_cannot_be_read_at_all(folder: Path) -> None:
    content = (folder / "files" / demo.RIDGE.slug / demo.BROKEN_FILE).read_bytes()
    with pytest.raises(FormatError):
        toa5.parse(content)


def test_the_lines_that_cannot_be_read_are_those_that_the_constants_name(folder: Path) -> None:
    rejected = [line for path in demo_files(folder) for line in toa5.parse(path.read_bytes()).rejected]
    assert len(rejected) == demo.REJECTED_LINES
    assert sum(line.readings for line in rejected) == demo.REJECTED_READINGS


def demo_files(folder: Path) -> list[Path]:
    files = (path for mast in MASTS for path in (folder / "files" / mast.slug).iterdir())
    return [path for path in files if path.name != demo.BROKEN_FILE]


def test_some_files_came_twice_and_one_has_two_headers(folder: Path) -> None:
    counts = Counter(digests(folder / "files").values())
    assert sum(count - 1 for count in counts.values()) == demo.DUPLICATED_FILES
    headers = [toa5.parse(path.read_bytes()).header["headers"] for path in demo_files(folder)]
    assert sum(isinstance(header, list) and len(header) == 2 for header in headers) == 1


def test_the_erroneous_periods_are_a_table_of_the_technicians_notes(folder: Path) -> None:
    rows = list(csv.DictReader((folder / "erroneous_periods.csv").read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == ["Station", "Sensor", "Start", "Stop", "Reason"]
    assert Counter(row["Reason"] for row in rows) == {"Icing": 4, "Installation": 2, "Maintenance": 1}
    assert {row["Station"] for row in rows} == {demo.RIDGE.slug, demo.PLAIN.slug}


@pytest.mark.skipif(not SCHEMA.is_file(), reason="the schemas of ../shared/samples are not here")
def test_the_documents_are_valid_by_the_published_schema(folder: Path) -> None:
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for path in (folder / "metadata").iterdir():
        assert list(validator.iter_errors(json.loads(path.read_text(encoding="utf-8")))) == []


def test_the_documents_name_every_column_that_the_loggers_write() -> None:
    for mast in MASTS:
        written = json.dumps(document(mast))
        assert all(f'"column_name": "{column}"' in written for column in mast.columns)
