"""What Campbell files say of their logger, held against metadata and each other, from the file to `status`."""

from __future__ import annotations

import json
from pathlib import Path

from database.home import Home
from tests.commands import run
from tests.loaders.formats.toa5_files import header
from tests.orchestration.test_logger_settings import claim, config, document

COLUMN = "Spd_Avg"
OLD, NEW = (f"CPU:hill.CR1X, signature {signature}, CR1000X.Std.05" for signature in (2438, 77))
NAMES = ("TIMESTAMP", "RECORD", COLUMN)


def day(number: int, *, unit: str = "m/s", signature: str = "2438", table: str = "Ten") -> str:
    head = header(NAMES, ("TS", "RN", unit), ("", "", "Avg"), table=table).replace("2438", signature)
    return head + "".join(f'"2024-03-{number:02} {hour:02}:00:00",{hour},5.5\n' for hour in range(24))


def load(home: Home, folder: Path, *files: str) -> list[tuple[str, str]]:
    """Load the files, build, and tell what `status` finds in their headers."""
    paths = [folder / f"{number}.dat" for number in range(len(files))]
    for path, content in zip(paths, files, strict=True):
        path.write_text(content)
    run(home, "load", *paths)
    run(home, "build")
    kinds = ("logger_settings", "logger_program", "recorded_unit")
    findings = json.loads(run(home, "status", "--json"))["findings"]
    return [(found["kind"], found["text"].rpartition(" (")[0]) for found in findings if found["kind"] in kinds]


def test_a_unit_and_a_program_that_changed_are_told(instance: Home, tmp_path: Path) -> None:
    names = [{"column_name": COLUMN, "statistic_type_id": "avg"}]
    claim(instance, document({"Spd": [config(column_name=names)]}, serial="4711", offset=0))
    told = load(
        instance,
        tmp_path,
        day(1),
        day(1, table="Daily", unit="meters/second"),
        day(2),
        day(2, table="Daily", unit="meters/second"),
    )
    assert told == []
    told = load(instance, tmp_path, day(3, unit="mph", signature="77"), day(4, unit="mph", signature="77"))
    changed = "2024-03-03 00:00 UTC"
    files = f"in the files of logger 4711 from {changed}"
    anew = "changed its settings on"
    untold = "and the metadata tell of no change:"
    assert sorted(told) == [
        ("logger_program", f"logger 4711 runs another program since {changed} {untold} it was {OLD} and is {NEW}"),
        ("logger_settings", f"Spd: logger 4711 {anew} {changed} {untold} the unit was m/s and is mph"),
        ("logger_settings", f"Spd: the unit is mph {files} on, and m/s in the metadata"),
        ("recorded_unit", f"{COLUMN}: the unit is mph {files} on, but its readings stand under m/s, its first"),
    ]
