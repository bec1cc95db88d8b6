"""What tests of flags do: state a mast and its clock, set and import flags, look at what is stale."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from database.connection import Connection
from database.errors import UsageError
from loaders.flags import FlagImport, add_flag, import_flags, list_flags
from loaders.metadata.importing import import_metadata
from tests.loaders.metadata_documents import Document


def set_clock(
    clocks: Connection,
    utc_offset: timedelta | None,
    date_from: str = "-infinity",
    date_to: str = "infinity",
    station: str = "hill_mast",
) -> None:
    clocks.execute("insert into metadata.loggers values (%s, %s, %s, %s)", [station, date_from, date_to, utc_offset])


def take(loader: Connection, file: Path, content: Document) -> None:
    file.write_text(json.dumps(content))
    import_metadata(loader, file, utc_offset_hours=None, timestamps=None, imported_by="the test")


def add(
    loader: Connection,
    *,
    station: str = "hill_mast",
    sensor: str | None = "Spd",
    date_from: str | None = "2016-03-09 06:20",
    date_to: str | None = "2016-03-09 10:30",
    reason: str = "icing",
    remark: str | None = None,
    **target: str | None,
) -> int:
    return add_flag(loader, station, sensor, date_from, date_to, reason, remark=remark, created_by="anna", **target)


def bring(loader: Connection, content: str | bytes, station: str | None = None) -> FlagImport:
    return import_flags(loader, content, "flags.csv", station=station, created_by="anna")


def spans(loader: Connection) -> list[Any]:
    return loader.execute(
        "select station, date_from::text, date_to::text from ops.changed_span where cause = 'flag' order by 1, 2, 3"
    ).fetchall()


def refused(loader: Connection, content: str | bytes, station: str | None = None) -> str:
    with pytest.raises(UsageError) as error:
        bring(loader, content, station)
    assert list_flags(loader) == []
    return error.value.what
