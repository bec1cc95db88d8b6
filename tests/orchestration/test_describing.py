"""The command describe, with neither home nor database: what a file is, and how to read what nothing reads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from database.home import Home
from loaders.formats.source import Bytes
from loaders.identifying import Formats
from tests.commands import run
from tests.loaders.campaign import toa5
from tests.loaders.containers.wrapping import aes_zipped
from tests.loaders.test_described_formats import DESCRIPTION, FILE

Write = Callable[[str, bytes], Path]
ODD = "Box 12\nWhen|Wind (mph)|T|Note\n" + "".join(
    f"{day:02}/03/2024 {hour:02}:00|{day}.{hour}|{'-999' if hour == 3 else '1.5'}|ok\n"
    for day in range(1, 4)
    for hour in range(12)
)
ANSWERS = {
    "name": "box",
    "timestamp.format": "'%d/%m/%Y %H:%M'",
    "timestamp.zone": "+01:00",
    "timestamp.marks": "end",
    "missing": "[-999]",
}


@pytest.fixture
def nowhere(tmp_path: Path) -> Home:
    """A home that is not there."""
    return Home(tmp_path / "nowhere")


def described(home: Home, path: Path, expect: int = 0) -> list[dict[str, Any]]:
    answer = json.loads(run(home, "describe", path, "--json", expect=expect))
    files: list[dict[str, Any]] = answer["files"]
    return files


def save_answered(proposal: dict[str, Any]) -> None:
    """Answer what a proposal asks, in its own lines, and save it where it says."""
    lines = proposal["text"].splitlines()
    for question in proposal["questions"]:
        at = question["line"] - 1
        lines[at] = re.sub(r"#.*", ANSWERS[question["key"]], lines[at])
    path = Path(proposal["save_as"])
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines))


def test_a_file_that_takes_an_unverified_way_of_a_verified_format_is_unverified(nowhere: Home, write: Write) -> None:
    for clock, is_verified in (("2350", True), ("2400", False)):
        (file,) = described(nowhere, write(f"{clock}.dat", f"213,2021,60,{clock},1\r\n".encode()))
        assert (file["format"], file["format_verified"]) == ("mixed_array", is_verified)


def test_all_that_a_file_says_is_told(nowhere: Home, write: Write) -> None:
    content = toa5({0: [5.0], 1: [None], 2: [7.5], 3: ["x"], **{step: [6.0] for step in range(4, 12)}})
    path = write("a.dat", content)
    (file,) = described(nowhere, path)
    (table,) = file["tables"]
    assert {key: file[key] for key in ("path", "format", "format_verified", "logger", "utc_offset_h", "error")} == {
        "path": str(path), "format": "toa5", "format_verified": True, "logger": "4711", "utc_offset_h": None,
        "error": None,
    }  # fmt: skip
    assert table == {
        "name": "Ten",
        "rows": 12,
        "averaging_period_s": 600,
        "first": "2021-03-01T00:00:00Z",
        "last": "2021-03-01T01:50:00Z",
        "columns": [
            {"name": "Spd_Avg", "unit": "m/s", "statistic": "avg", "numbers": 10, "missing": 1, "minimum": 5.0,
             "maximum": 7.5},
        ],
    }  # fmt: skip
    assert (file["rejected_readings"], file["rejected"][0]["line"]) == (1, 8)
    shown = run(nowhere, "describe", path)
    for words in (
        "toa5, verified", "4711", "zone         not in the file: the metadata must say it",
        "table Ten: 12 rows, every 10 min, 2021-03-01 00:00:00 to 2021-03-01 01:50:00",
        "1 readings in 1 lines", "line 8: ",
    ):  # fmt: skip
        assert words in shown
    assert not nowhere.path.exists()


def test_what_a_container_holds_is_told_file_by_file(nowhere: Home, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "mail.zip", "w") as archive:
        archive.writestr("a.dat", toa5({0: [5.0]}))
        archive.writestr("b.rld", b"\x02\x04\x00\x00....")
        archive.writestr("c.bin", b"\x00\x01")
    files = described(nowhere, tmp_path / "mail.zip", expect=1)
    assert [(file["path"].rpartition("/")[2], file["format"]) for file in files] == [
        ("a.dat", "toa5"), ("b.rld", None), ("c.bin", None),
    ]  # fmt: skip
    assert [file["error"] and file["error"]["what"].split(":")[0] for file in files] == [
        None, "needs converter", "no known format begins like this",
    ]  # fmt: skip
    assert files[2]["proposal"] is None
    shown = run(nowhere, "describe", tmp_path / "mail.zip", expect=1)
    assert "mail.zip: 3 files" in shown
    assert "needs converter: an encrypted file of an NRG SymphoniePRO" in shown


def test_a_proposal_is_answered_saved_and_reads_the_file(nowhere: Home, write: Write) -> None:
    path = write("Odd box.csv", ODD.encode())
    (file,) = described(nowhere, path, expect=1)
    proposal = file["proposal"]
    asked = {question["key"]: question for question in proposal["questions"]}
    assert asked.keys() == ANSWERS.keys()
    assert asked["timestamp.format"]["asked"] == "say which: %d/%m/%Y %H:%M or %m/%d/%Y %H:%M"
    assert asked["timestamp.zone"]["asked"] == "say which: UTC, an offset like +01:00, or metadata"
    assert proposal["save_as"] == str(nowhere.formats / "odd_box.yaml")

    # unanswered it is no description, and says which answers are missing
    nowhere.formats.mkdir(parents=True)
    Path(proposal["save_as"]).write_text(proposal["text"])
    answer = json.loads(run(nowhere, "describe", path, "--json", expect=1))
    (problem,) = answer["invalid_descriptions"]
    assert problem["where"] == proposal["save_as"]
    assert "timestamp.zone: nothing found" in problem["what"]
    assert proposal["save_as"] in Formats.of(nowhere).unknown(Bytes(ODD.encode())).remedy

    save_answered(proposal)
    (file,) = described(nowhere, path)
    (table,) = file["tables"]
    assert (file["format"], file["format_verified"], file["utc_offset_h"]) == ("csv:box", False, 1.0)
    assert (table["rows"], table["first"], table["last"]) == (36, "2024-03-01T00:00:00Z", "2024-03-03T11:00:00Z")
    assert [(column["name"], column["unit"], column["missing"]) for column in table["columns"]] == [
        ("Wind (mph)", "mph", 0), ("T", "", 3),
    ]  # fmt: skip


def test_what_failed_without_its_description_loads_with_it(mast: Home, write: Write) -> None:
    path = write("odd.csv", ODD.encode())
    (file,) = json.loads(run(mast, "load", path, "--logger", "4711", "--json", expect=1))["files"]
    assert file["state"] == "failed"
    assert "stationmanager describe FILE proposes a description" in file["error"]["remedy"]

    (proposed,) = described(mast, path, expect=1)
    save_answered(proposed["proposal"])
    (file,) = json.loads(run(mast, "load", "--retry", "--json"))["files"]
    assert (file["state"], file["format"], file["new"], file["rejected"]) == ("loaded", "csv:box", 72, 0)
    # 01/03/2024 00:00 at +01:00 marks the end of an hour
    assert file["first"] == "2024-02-29T22:00:00Z"


def test_the_proposal_alone_is_on_standard_output(nowhere: Home, write: Write) -> None:
    shown = run(nowhere, "describe", write("odd.csv", ODD.encode()), expect=1)
    proposed = yaml.load(shown, Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts, lists and mappings
    assert (proposed["separator"], proposed["timestamp"]["columns"]) == ("pipe", ["When"])


def test_a_description_that_goes_before_a_known_format_says_so(nowhere: Home, write: Write) -> None:
    nowhere.formats.mkdir(parents=True)
    (nowhere.formats / "box.yaml").write_text(DESCRIPTION)
    (file,) = described(nowhere, write("box.csv", FILE))
    assert (file["format"], file["overrules"]) == ("csv:solar_box", None)
    (nowhere.formats / "wide.yaml").write_text(
        DESCRIPTION.replace("solar_box", "wide").replace("'^SolarBox 3'", "TOA5").replace("'^Date;Time;GHI'", "'.'")
    )
    (file,) = described(nowhere, write("a.dat", toa5({0: [5.0]})), expect=1)
    assert (file["format"], file["overrules"]) == ("csv:wide", "toa5")
    assert file["error"]["remedy"].startswith(
        "narrow the signature of 'wide', if the file is not meant by it: it is toa5"
    )


def test_settings_that_a_file_carries_are_shown(nowhere: Home, samples: Path) -> None:
    path = samples / "nrg/004310_2022-03-17_00.00_000835_meas.txt"
    (file,) = described(nowhere, path)
    first = file["settings"][0]
    assert (first["columns"][0], first["height_m"], first["slope"], first["offset"], first["unit"]) == (
        "Ch2_Anem_85.00m_S_Avg_m/s", 85.0, 0.0935, 0.139, "m/s",
    )  # fmt: skip
    assert "settings of the sensors, as the file states them" in run(nowhere, "describe", path)


def test_the_password_of_a_logger_opens_its_file_where_there_is_a_database(
    home: Home, claim: Callable[..., None], tmp_path: Path
) -> None:
    claim(home, encryption_pin_or_key="geheim")
    (tmp_path / "a.zip").write_bytes(aes_zipped({"a.dat": toa5({0: [5.0]})}, "geheim", 256))
    (file,) = described(home, tmp_path / "a.zip")
    assert file["format"] == "toa5"
    (file,) = described(Home(tmp_path / "nowhere"), tmp_path / "a.zip", expect=1)
    assert "encrypted" in file["error"]["what"]
