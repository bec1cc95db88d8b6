"""The command line as programs and people meet it: answers, exit codes, errors with their remedy."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from database.connection import connect
from database.home import Home
from tests.commands import run
from tests.loaders.campaign import toa5


@pytest.fixture
def loaded(mast: Home, write: Callable[[str, bytes], Path]) -> Home:
    """An instance with an hour of readings, built."""
    run(mast, "load", write("a.dat", toa5({step: [5.0 + step] for step in range(6)})))
    run(mast, "build")
    return mast


def test_the_version_is_that_on_the_ledger(loaded: Home) -> None:
    with connect(loaded, "loader") as connection:
        (version,) = connection.execute("select distinct loader_version from raw.file").fetchall()
    assert run(loaded, "--version") == f"stationmanager {version[0]}\n"
    assert "metadata import, load, build" in run(loaded, expect=2)


def test_load_answers_what_became_of_every_file(mast: Home, write: Callable[[str, bytes], Path]) -> None:
    path = write("a.dat", toa5({step: [5.0] for step in range(6)}))
    (file,) = json.loads(run(mast, "load", path, "--json"))["files"]
    sha256 = file.pop("sha256")
    assert len(sha256) == 64
    assert file == {
        "path": str(path), "format": "toa5", "logger": "4711", "state": "loaded",
        "new": 6, "same": 0, "changed": 0, "kept": 0, "rejected": 0,
        "first": "2021-03-01T00:00:00Z", "last": "2021-03-01T00:50:00Z", "error": None,
    }  # fmt: skip
    assert run(mast, "file", "get", sha256[:10]) == path.read_bytes().decode().replace("\r\n", "\n")


def test_the_files_of_a_station_are_listed_and_a_mistyped_one_is_no_empty_list(loaded: Home) -> None:
    assert len(json.loads(run(loaded, "file", "list", "test_mast", "--json"))["files"]) == 1
    error = json.loads(run(loaded, "file", "list", "test_mst", "--json", expect=1))["error"]
    assert error["what"] == 'there is no station "test_mst"; the stations are test_mast'
    assert error["remedy"].startswith("did you mean test_mast?")


def test_a_load_that_leaves_a_file_out_exits_with_1_and_names_it(
    mast: Home, write: Callable[[str, bytes], Path]
) -> None:
    bad, good = write("bad.dat", b"nothing"), write("good.dat", toa5({step: [5.0] for step in range(6)}))
    answer = run(mast, "load", bad, good, expect=1)
    assert f"failed: {bad}: no known format begins like this" in answer
    assert "6 new" in answer


def test_sql_gives_objects_with_times_in_utc(loaded: Home) -> None:
    rows = json.loads(
        run(loaded, "sql", "--json", "select timestamp, value, 'infinity'::timestamptz as never from cleaned.readings"
            " order by 1 limit 1")
    )  # fmt: skip
    assert rows == [{"timestamp": "2021-03-01T00:00:00Z", "value": 5.0, "never": "infinity"}]


def test_a_wrong_query_is_an_error_for_programs(loaded: Home) -> None:
    error = json.loads(run(loaded, "sql", "--json", "select nothing", expect=1))["error"]
    assert error["what"].startswith('column "nothing" does not exist')
    assert error["where"] == "select nothing"


def test_a_flag_is_in_effect_when_the_command_returns_and_gone_when_withdrawn(loaded: Home) -> None:
    def clean() -> list[float | None]:
        rows = run(loaded, "sql", "--json", "select value, excluded_by from cleaned.readings order by timestamp")
        return [row["value"] for row in json.loads(rows)]

    before = clean()
    flag = json.loads(
        run(loaded, "flag", "add", "test_mast", "--sensor", "Spd", "--from", "2021-03-01 00:10", "--to",
            "2021-03-01 00:30", "--reason", "icing", "--json")
    )  # fmt: skip
    assert clean() == [5.0, None, None, *before[3:]]
    run(loaded, "flag", "withdraw", flag["id"])
    assert clean() == before
    listed = json.loads(run(loaded, "flag", "list", "--withdrawn", "--json"))["flags"]
    assert [(row["flag_id"], row["withdrawn_at"] is not None) for row in listed] == [(flag["id"], True)]


def test_the_flagging_log_that_we_export_changes_nothing_when_it_comes_back(loaded: Home, tmp_path: Path) -> None:
    for period, reason in ((("00:15", "00:25"), "icing"), (("00:40", "00:50"), "sensor fault")):
        begin, end = (f"2021-03-01 {time}" for time in period)
        run(loaded, "flag", "add", "test_mast", "--sensor", "Spd", "--statistic", "avg", "--from", begin, "--to", end,
            "--reason", reason)  # fmt: skip
    (exported,) = json.loads(run(loaded, "export", "test_mast", "--json"))["files"]
    with zipfile.ZipFile(exported["path"]) as archive:
        log = archive.extract("test_mast_flagging_log.txt", tmp_path)
    assert len(Path(log).read_text().splitlines()) == 3
    answer = json.loads(run(loaded, "flag", "import", log, "--json"))
    assert (answer["added"], answer["unchanged"], answer["unknown_columns"]) == (0, 2, [])
    assert len(json.loads(run(loaded, "flag", "list", "--json"))["flags"]) == 2


def test_an_export_of_no_reading_is_an_error_and_leaves_the_earlier_file(loaded: Home) -> None:
    (file,) = json.loads(run(loaded, "export", "--json"))["files"]
    content = Path(file["path"]).read_bytes()
    for stations in ((), ("test_mast",)):
        period = ("--from", "2031-01-01", "--to", "2031-02-01")
        error = json.loads(run(loaded, "export", *stations, *period, "--json", expect=1))["error"]
        assert error["what"].startswith("test_mast has no reading from 2031-01-01 00:00:00 to 2031-02-01 00:00:00")
    assert Path(file["path"]).read_bytes() == content


def test_an_export_of_all_stations_leaves_out_those_without_a_reading_in_the_period(
    loaded: Home, write: Callable[[str, bytes], Path]
) -> None:
    silent = json.loads(run(loaded, "metadata", "export", "test_mast").replace("4711", "4712"))
    silent["measurement_location"][0]["name"] = "a_silent_mast"
    run(loaded, "metadata", "import", write("silent.json", json.dumps(silent).encode()))
    period = ("--from", "2021-03-01", "--to", "2021-03-02")
    files = json.loads(run(loaded, "export", *period, "--json"))["files"]
    assert [(file["station"], file["rows"]) for file in files] == [("test_mast", 6)]
    error = json.loads(run(loaded, "export", "a_silent_mast", *period, "--json", expect=1))["error"]
    assert error["what"].endswith("nor any other")


def test_an_unchanged_build_does_nothing(loaded: Home) -> None:
    assert json.loads(run(loaded, "build", "--json")) == {"built": False, "files": []}


def test_status_says_what_waits_and_how_bad_it_is(loaded: Home, write: Callable[[str, bytes], Path]) -> None:
    assert json.loads(run(loaded, "status", "--json")) == {
        "severity": "ok", "files": {"loaded": 1}, "readings": 6, "findings": [],
    }  # fmt: skip
    run(loaded, "load", write("b.dat", toa5({1: [5.0]}, serial="999")))
    status = json.loads(run(loaded, "status", "--json"))
    assert (status["severity"], status["files"]) == ("warning", {"loaded": 1, "unclaimed": 1})
    assert [finding["kind"] for finding in status["findings"]] == ["file_unclaimed"]


def test_an_error_names_the_remedy(tmp_path: Path) -> None:
    error = json.loads(run(Home(tmp_path / "nowhere"), "status", "--json", expect=1))["error"]
    assert error == {
        "what": "there is no database here yet",
        "where": str(tmp_path / "nowhere"),
        "remedy": "stationmanager up (or make demo, from the clone)",
    }
