"""Where a value came from and what was done to it: of files whose lines are known, loaded, flagged and judged."""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from database.connection import Connection, connect
from database.errors import UsageError
from database.home import PROJECT, Home
from loaders.explaining import NOT_FOUND
from loaders.explaining import explain as explain_value
from loaders.metadata.importing import import_metadata
from loaders.unwrapping import Settings
from orchestration.cli.explaining import told
from tests.commands import run
from tests.loaders.campaign import at, document, toa5

CARD = "4712"
BOX = "4713"
WINDY = "4714"
EPOCH = datetime(1990, 1, 1)  # of Campbell's seconds
HEADER = (
    f'"TOB1","Card Mast","CR1000","{CARD}","CR1000.Std.32","CPU:card.CR1","1","Ten"',
    '"SECONDS","NANOSECONDS","RECORD","Spd_Avg"',
    '"SECONDS","NANOSECONDS","RN","m/s"',
    '"","","","Avg"',
    '"ULONG","ULONG","ULONG","IEEE4"',
)


def metadata() -> dict[str, Any]:
    """Masts: with a certificate, with turbulence intensities too, with binary files, and one that never sent any."""
    whole = document()
    (mast,) = whole["measurement_location"]
    (point,) = mast["measurement_point"]
    certificate = {
        "slope": 0.04,
        "offset": 0.1,
        "date_of_calibration": "2019-11-05",
        "report_file_name": "A-17.pdf",
        "measurement_type_id": None,
    }
    point["sensor"] = [
        {
            "oem": "Thies",
            "serial_number": "S-1",
            "sensor_type_id": "anemometer",
            "date_from": "2020-01-01T00:00:00",
            "date_to": None,
            "calibration": [certificate],
        }
    ]
    (other,) = document(logger_serial_number=CARD)["measurement_location"]
    (field,) = document(logger_serial_number=BOX)["measurement_location"]
    windy = json.loads(json.dumps(mast)) | {"name": "Windy Mast"}
    windy["logger_main_config"][0]["logger_serial_number"] = WINDY
    windy["measurement_point"][0]["logger_measurement_config"][0]["column_name"] = [
        {"column_name": f"Spd_{statistic}", "statistic_type_id": statistic, "is_ignored": False}
        for statistic in ("avg", "sd", "ti")
    ]
    others = [other | {"name": "Card Mast"}, field | {"name": "Field Box"}, windy]
    whole["measurement_location"] += others
    return whole


def tob1(values: dict[int, float]) -> bytes:
    """Binary records, one a step."""
    records = [
        struct.pack("<IIIf", int((at(step) - EPOCH).total_seconds()), 0, number, value)
        for number, (step, value) in enumerate(values.items())
    ]
    return "".join(f"{line}\r\n" for line in HEADER).encode() + b"".join(records)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the loggers sent, by the order in which they came."""
    folder = tmp_path_factory.mktemp("files")
    first = toa5({step: [None if step == 3 else 80 if step == 6 else 10 + step] for step in range(12) if step != 5})
    cut = first.replace(b'"2021-03-01 00:40:00",4,14\r\n', b'"2021-03-01 00:40:00",4\r\n')
    assert cut != first
    (folder / "first.dat").write_bytes(cut)
    again = b'"2021-03-01 02:20:00",4,9.25\r\n'  # the row of a stamp that was there two rows before
    (folder / "second.dat").write_bytes(toa5({2: [9.5], 9: [19], 14: [9], 15: [9]}) + again)
    (folder / "other.dat").write_bytes(toa5({step: [1] for step in (30, 31, 32)}, columns=["Other_Avg"]))
    turbulence: dict[int, list[float]] = {0: [10, 1, 0.1], 1: [0, 0, 0]}
    (folder / "windy.dat").write_bytes(toa5(turbulence, columns=["Spd_avg", "Spd_sd", "Spd_ti"], serial=WINDY))
    (folder / "card.dat").write_bytes(tob1({step: 3 + step for step in range(6)}))
    return folder


@pytest.fixture(scope="module")
def field(new_home: Callable[[str], Home], built: str, files: Path) -> Home:
    """An instance on which all files were loaded, a flag was set, and rules have judged."""
    home = new_home(built)
    (files / "metadata.json").write_text(json.dumps(metadata()))
    run(home, "metadata", "import", files / "metadata.json")
    for name in ("first", "second", "other", "card", "windy"):
        run(home, "load", files / f"{name}.dat", "--json", expect=0)
    growing = files / "growing.dat"
    growing.write_bytes(toa5({step: [5 + step] for step in range(50, 53)}))
    run(home, "load", growing)
    with growing.open("ab") as file:
        file.write(b'"%s",3,99\r\n' % f"{at(53):%Y-%m-%d %H:%M:%S}".encode())
    run(home, "load", growing)
    run(home, "build")
    run(home, "flag", "add", "test_mast", "--sensor", "Spd", "--from", "2021-03-01 01:15", "--to",
        "2021-03-01 01:25", "--reason", "icing", "--remark", "seen on the camera")  # fmt: skip
    return home


@pytest.fixture
def analyst(field: Home) -> Iterator[Connection]:
    """Who reads the database."""
    with connect(field, "analyst") as connection:
        yield connection


def explain(home: Home, when: int | str, station: str = "test_mast", statistic: str = "avg") -> dict[str, Any]:
    """What is said of a step, or of a time as it is written."""
    time = f"{at(when):%Y-%m-%dT%H:%MZ}" if isinstance(when, int) else when
    return explain_value(home, Settings.of(home, os.environ), station, "Spd", statistic, time)


def text(answer: dict[str, Any]) -> str:
    return "\n".join(f"{label} {words}" for label, words in told(answer))


def test_a_valid_value_comes_from_a_line_by_a_certificate(field: Home, files: Path) -> None:
    answer = explain(field, 0)
    line = '"2021-03-01 00:00:00",0,10'
    assert (answer["value"], answer["recorded_value"], answer["cause"]) == (pytest.approx(7.94), 10, "valid")
    assert (answer["status"], answer["unit"], answer["straddles_change"]) == ("recalibrated", "m/s", False)
    assert answer["file"]["path"] == str(files / "first.dat")
    assert (answer["file"]["line"], answer["file"]["record"], answer["file"]["text"]) == (5, None, line)
    assert (files / "first.dat").read_text().splitlines()[4] == line
    assert datetime.fromisoformat(answer["file"]["loaded_at"]).tzinfo
    kept = {key: answer["calibration"][key] for key in ("sensor", "certificate", "calibrated_on", "slope", "offset")}
    assert kept == {
        "sensor": "S-1", "certificate": "A-17.pdf", "calibrated_on": "2019-11-05", "slope": 0.04, "offset": 0.1,
    }  # fmt: skip
    assert answer["logger_settings"] == {
        "logger": "4711", "table": "Ten", "column": "Spd_Avg", "unit": "m/s", "slope": 0.05, "offset": 0.2,
    }  # fmt: skip
    assert "applied recorded * 0.8 - 0.06" in text(answer)
    assert answer["flags"] == answer["replaced"] == []
    assert answer["because"] is answer["rejected"] is None


def test_a_time_off_the_grid_is_told_with_the_slot_that_it_lies_in(field: Home) -> None:
    answer = explain(field, "2021-03-01T00:17:30Z")
    assert datetime.fromisoformat(answer["timestamp"]).replace(tzinfo=None) == at(1)
    assert answer["recorded_value"] == 11
    assert "2021-03-01 00:10 UTC, 10 min (the slot that 2021-03-01 00:17:30 lies in)" in text(answer)


def test_a_value_that_replaced_another_names_both_files(field: Home, files: Path) -> None:
    answer = explain(field, 2)
    assert (answer["recorded_value"], answer["file"]["line"]) == (9.5, 5)
    assert answer["file"]["path"] == str(files / "second.dat")
    (lost,) = answer["replaced"]
    assert (lost["value"], lost["file"]["path"]) == (12, str(files / "first.dat"))
    assert f"replaced 12 m/s of {files / 'first.dat'}, at " in text(answer)


def test_of_two_rows_of_a_stamp_in_a_file_the_later_is_named(field: Home) -> None:
    answer = explain(field, 14)
    assert (answer["recorded_value"], answer["file"]["line"]) == (9.25, 9)
    assert [(lost["value"], lost["file"]["sha256"]) for lost in answer["replaced"]] == [(9, answer["file"]["sha256"])]


def test_a_file_that_grew_counts_its_lines_from_its_beginning(field: Home) -> None:
    before, after = explain(field, 50)["file"], explain(field, 53)["file"]
    assert (before["line"], after["line"], after["text"]) == (5, 8, '"2021-03-01 08:50:00",3,99')
    assert before["file_id"] != after["file_id"]


@pytest.mark.parametrize("step", [7, 8])
def test_a_flag_is_told_with_who_set_it(field: Home, step: int) -> None:
    answer = explain(field, step)
    assert (answer["value"], answer["recorded_value"]) == (None, 10 + step)
    assert (answer["cause"], answer["excluded_by"]) == ("erroneous_period: icing", "icing")
    (flag,) = answer["flags"]
    assert (flag["source"], flag["mode"], flag["remark"]) == ("by_hand", "exclude", "seen on the camera")
    assert flag["created_by"]
    assert "flag 1 icing (seen on the camera) takes it out, 2021-03-01 01:15 to 2021-03-01 01:25, by " in text(answer)


def test_a_rule_is_told_with_the_parameter_that_decided(field: Home) -> None:
    answer = explain(field, 6)
    assert (answer["value"], answer["calibrated_value"]) == (None, pytest.approx(63.94))
    assert (answer["cause"], answer["excluded_by"]) == ("rule: range", "range")
    told_of = [(flag["reason"], flag["parameter"], flag["parameter_value"]) for flag in answer["flags"]]
    assert ("range", "maximum", "60") in told_of
    assert "rule range takes it out, 2021-03-01 01:00 to 2021-03-01 01:10, maximum is 60" in text(answer)


def test_what_the_logger_recorded_as_missing_is_told_with_its_token(field: Home) -> None:
    answer = explain(field, 3)
    assert (answer["value"], answer["recorded_value"], answer["cause"]) == (None, None, "recorded_missing")
    assert (answer["file"]["line"], answer["file"]["text"]) == (8, '"2021-03-01 00:30:00",3,"NAN"')


def test_a_rejected_line_is_told(field: Home, files: Path) -> None:
    answer = explain(field, 4)
    assert (answer["file"], answer["cause"]) == (None, "rejected")
    assert (answer["rejected"]["line"], answer["rejected"]["text"]) == (9, '"2021-03-01 00:40:00",4')
    assert f"because line 9 of {files / 'first.dat'} could not be read: " in text(answer)


@pytest.mark.parametrize(
    ("when", "cause", "because"),
    [
        (5, "logger_silent", "first.dat covers this time and has no row for it: the logger did not log"),
        (31, "not_in_file", "other.dat has a row for this time, without the column Spd_Avg"),
        (20, "no_file", "no file of logger 4711 covers it; the last before ends at 2021-03-01 02:30 ("),
        ("2031-01-01T00:00Z", "no_file", "growing.dat), none after"),
        ("2019-12-31T23:59Z", "not_expected", "no logger measurement configuration of the metadata names a column"),
    ],
)
def test_a_reading_that_never_came_is_told_why(field: Home, when: int | str, cause: str, because: str) -> None:
    answer = explain(field, when)
    assert (answer["cause"], answer["value"], answer["file"]) == (cause, None, None)
    assert because in answer["because"]
    assert f"exported none: {cause}" in text(answer)


def test_a_logger_that_never_sent_a_file_is_told(field: Home) -> None:
    answer = explain(field, 0, "Field Box")
    assert (answer["cause"], answer["channel_id"]) == ("no_file", None)
    assert answer["because"] == "no file of logger 4713 covers it; there is none before, none after"


def test_a_turbulence_intensity_is_told_with_how_it_was_computed(field: Home) -> None:
    answer = explain(field, 0, "windy_mast", "ti")
    assert (answer["value"], answer["recorded_value"]) == (pytest.approx(0.100755668), 0.1)
    assert "applied deviation / average, both re-calibrated" in text(answer).replace("  ", "")
    calm = explain(field, 1, "windy_mast", "ti")
    assert (calm["value"], calm["recorded_value"], calm["cause"]) == (None, 0, "valid")
    assert "the average is not above 0" in calm["because"]


def test_a_binary_file_is_told_with_its_record(field: Home, files: Path) -> None:
    answer = explain(field, 4, "card_mast")
    assert answer["file"]["path"] == str(files / "card.dat")
    assert (answer["recorded_value"], answer["file"]["line"], answer["file"]["record"]) == (7, None, 5)
    assert f"file {files / 'card.dat'}, record 5" in text(answer)


def test_the_command_and_the_function_say_the_same(field: Home, analyst: Connection) -> None:
    answer = json.loads(run(field, "explain", "Test Mast", "Spd", "AVG", "2021-03-01 01:10", "--json"))
    row: Any = analyst.execute(
        "select cleaned.explain_reading('test_mast', 'Spd', 'avg', '2021-03-01 01:10Z')"
    ).fetchone()
    found = {key: answer["file"].pop(key) for key in ("line", "record", "text")}
    assert row[0] == answer
    assert found["line"] == 11
    assert run(field, "explain", "Test Mast", "Spd", "avg", "2021-03-01 01:10").startswith("value of")


def test_what_is_explained_is_what_is_exported(field: Home, analyst: Connection) -> None:
    rows = analyst.execute(
        "select value, calibrated_value, recorded_value, calibration_status, excluded_by"
        ", station, statistic, timestamp from cleaned.readings"
    ).fetchall()
    assert {station for *_, station, _, _ in rows} == {"test_mast", "card_mast", "windy_mast"}
    for *expected, station, statistic, timestamp in rows:
        answer: Any = analyst.execute(
            "select cleaned.explain_reading(%s, 'Spd', %s, %s)", [station, statistic, timestamp]
        ).fetchone()
        keys = ("value", "calibrated_value", "recorded_value", "status", "excluded_by")
        assert [answer[0][key] for key in keys] == expected


@pytest.mark.parametrize(
    ("arguments", "what", "remedy"),
    [
        (("test_mst", "Spd", "avg"), 'there is no station "test_mst"', "did you mean test_mast?"),
        (
            ("test_mast", "Spt", "avg"),
            'found "Spt", expected Spd, the only measurement point; did you mean Spd?',
            "name",
        ),
        (
            ("test_mast", "Spd", "agv"),
            'found "agv", expected avg, the only statistic of Spd; did you mean avg?',
            "name",
        ),
        (("test_mast", "Spd", "avg", "noon"), 'found "noon", expected a time like 2016-01-09 15:30', ""),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(
    field: Home, arguments: tuple[str, ...], what: str, remedy: str
) -> None:
    station, point, statistic, time = (*arguments, "2021-03-01")[:4]
    with pytest.raises(UsageError) as error:
        explain_value(field, Settings.of(field, os.environ), station, point, statistic, time)
    assert what in error.value.what
    assert remedy in error.value.remedy


def test_sql_tells_a_wrong_name_with_a_hint(analyst: Connection) -> None:
    with pytest.raises(psycopg.errors.NoDataFound) as error:
        analyst.execute("select cleaned.explain_reading('test_mast', 'Spd', 'sd', '2021-03-01')")
    assert error.value.diag.message_primary == "station test_mast has no sd of Spd"
    assert error.value.diag.message_hint == "it has Spd avg"


def test_before_the_first_build_the_remedy_is_named(home: Home, files: Path) -> None:
    with connect(home, "loader") as loader:
        path = files / "metadata.json"
        import_metadata(loader, path, utc_offset_hours=None, timestamps=None, imported_by="a test")
    with pytest.raises(UsageError) as error:
        explain(home, 0)
    assert error.value.remedy == "stationmanager build"


def test_a_clock_that_was_mended_since_finds_the_line_as_it_was_loaded(field: Home, files: Path) -> None:
    content = metadata()
    content["measurement_location"][0]["logger_main_config"][0] |= {"offset_from_utc_hrs": 1}
    (files / "mended.json").write_text(json.dumps(content))
    run(field, "metadata", "import", files / "mended.json")
    try:
        assert [explain(field, step)["file"]["line"] for step in (0, 1, 9)] == [5, 6, 13]
    finally:
        run(field, "metadata", "import", files / "metadata.json")


def test_a_file_that_is_gone_or_says_otherwise_now_leaves_the_rest(field: Home, analyst: Connection) -> None:
    sha256 = explain(field, 5 + 10)["file"]["sha256"]
    archived = field.archive / sha256[:2] / sha256
    content = archived.read_bytes()
    archived.unlink()
    try:
        answer = explain(field, 15)
    finally:
        archived.write_bytes(content)
    assert (answer["value"], answer["file"]["line"]) == (pytest.approx(7.14), None)
    assert answer["file"]["problem"].startswith("an archived file is gone; put it back")
    assert ", no line: an archived file is gone" in text(answer)
    with connect(field, "owner") as owner:
        owner.execute("update raw.reading set value = 8 where timestamp = %s", ["2021-03-01 02:30Z"])
        try:
            assert explain(field, 15)["file"]["problem"] == NOT_FOUND
        finally:
            owner.execute("update raw.reading set value = 9 where timestamp = %s", ["2021-03-01 02:30Z"])


def test_the_document_tells_every_key_and_every_cause(field: Home) -> None:
    page = (PROJECT / "docs" / "explain.md").read_text()
    keys, of_file, causes = re.findall(r"(?:^\| .*\n){3,}", page, re.MULTILINE)
    answer = explain(field, 15)
    assert set(words(keys)) == answer.keys()
    assert set(words(of_file)) - {"problem"} <= answer["file"].keys()
    known = {"not_expected", "no_file", "logger_silent", "rejected", "not_in_file", "recorded_missing"}
    assert set(words(causes)) == known | {"erroneous_period: <reason>", "rule: <name>"}


def words(table: str) -> list[str]:
    """What stands in code marks in the first cells of a table."""
    return [word for row in table.splitlines()[2:] for word in re.findall(r"`([^`]+)`", row.split("|")[1])]
