"""What a file is and what it says, before it is loaded and without a database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loaders.containers.frame import Member
from loaders.formats import headerless
from loaders.formats.csv_proposal import propose
from loaders.formats.detect import HEAD_BYTES, Format
from loaders.formats.frame import Column, FormatError, LoggerFile, Rejected, Table
from loaders.formats.source import Bytes
from loaders.identifying import Formats, Overruling
from loaders.metadata.slug import slug
from loaders.periods import told_by
from loaders.unwrapping import Failure, Unwrapper

FIRST_REJECTED = 5
QUESTION = re.compile(r"^(?P<indent> *)(?:- )?(?P<key>\w+):\s+# (?P<asked>say.*)$")
PARENT = re.compile(r"^(?P<key>\w+):\s*(#.*)?$")
Error = dict[str, str]


@dataclass(frozen=True, slots=True)
class ColumnDescription:
    """A column as the file names it, with how many numbers it has, how many missing values, and their extremes."""

    name: str
    unit: str
    statistic: str | None
    numbers: int
    missing: int
    minimum: float | None
    maximum: float | None


@dataclass(frozen=True, slots=True)
class TableDescription:
    """A table of a file; stamps are by the logger's clock, as the file has them.

    Attributes:
        averaging_period_s: as the file states or its rows tell it, in seconds; None where neither does.
    """

    name: str
    rows: int
    averaging_period_s: float | None
    first: datetime | None
    last: datetime | None
    columns: tuple[ColumnDescription, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a proposed description leaves open: where it stands in the proposal, and between what."""

    line: int
    key: str
    asked: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The description of a table that no format covers, to be answered and saved."""

    text: str
    questions: tuple[Question, ...]
    save_as: Path


@dataclass(frozen=True, slots=True)
class FileDescription:
    """What is known of one file; one that can't be read has an error, and a proposal if it is a table all the same.

    Attributes:
        overrules: the known format that the file has as well, where a description of the team goes before it.
        utc_offset_h: of its stamps, where the file states it, in hours.
        rejected_readings: how many of them could not be read; `rejected` has the first lines.
        settings: of the sensors, as the file states them.
    """

    path: str
    format: str | None = None
    format_verified: bool | None = None
    overrules: str | None = None
    logger: str | None = None
    created: datetime | None = None
    utc_offset_h: float | None = None
    timestamp_is_end_of_period: bool | None = None
    tables: tuple[TableDescription, ...] = ()
    rejected_lines: int = 0
    rejected_readings: int = 0
    rejected: tuple[Rejected, ...] = ()
    settings: tuple[dict[str, object], ...] = ()
    header: dict[str, object] = field(default_factory=dict)
    error: Error | None = None
    proposal: Proposal | None = None


def describe(content: bytes, name: str, unwrapper: Unwrapper, folder: Path) -> list[FileDescription]:
    """The file, or each of the files that are wrapped in it.

    Args:
        content: the file.
        name: what it is called.
        unwrapper: knows passwords, programs and formats.
        folder: where descriptions of formats are kept.
    """
    return [
        FileDescription(part.name, error=part.error.as_dict())
        if isinstance(part, Failure)
        else _described(part, unwrapper.formats, folder)
        for part in unwrapper.unwrap(Bytes(content), name)
    ]


def _described(member: Member, formats: Formats, folder: Path) -> FileDescription:
    try:
        found = formats.find(member.source.read(0, HEAD_BYTES), member.name)
    except FormatError as error:
        return FileDescription(member.name, error=_told(error))
    if found is None or found.NAME == headerless.NAME:
        return _unknown(member, formats, folder)
    overrules = found.known.NAME if isinstance(found, Overruling) else None
    try:
        return _read(member.name, found, found.parse(member.content), overrules)
    except FormatError as error:
        return FileDescription(member.name, found.NAME, found.VERIFIED, overrules, error=_told(error))


def _read(name: str, found: Format, file: LoggerFile, overrules: str | None) -> FileDescription:
    header = dict(file.header)
    settings = header.pop("settings", [])
    return FileDescription(
        path=name,
        format=file.format,
        format_verified=found.VERIFIED and not file.is_unverified,
        overrules=overrules,
        logger=file.logger,
        created=file.created,
        utc_offset_h=None if file.utc_offset is None else file.utc_offset / np.timedelta64(1, "h"),
        timestamp_is_end_of_period=file.timestamp_is_end_of_period,
        tables=tuple(_table(table) for table in file.tables),
        rejected_lines=len({rejected.line for rejected in file.rejected}),
        rejected_readings=sum(rejected.readings for rejected in file.rejected),
        rejected=file.rejected[:FIRST_REJECTED],
        settings=tuple(settings) if isinstance(settings, list) else (),
        header=header,
    )


def _table(table: Table) -> TableDescription:
    stamps = table.timestamps
    period = told_by(stamps) if table.averaging_period is None else table.averaging_period
    return TableDescription(
        name=table.name,
        rows=len(stamps),
        averaging_period_s=None if period is None else period / np.timedelta64(1, "s"),
        first=stamps.min().astype("datetime64[us]").item() if len(stamps) else None,
        last=stamps.max().astype("datetime64[us]").item() if len(stamps) else None,
        columns=tuple(map(_column, table.columns, table.values, table.rejected_cells)),
    )


def _column(column: Column, values: NDArray[np.float64], rejected: NDArray[np.bool_]) -> ColumnDescription:
    is_missing = np.isnan(values)
    numbers = values[~is_missing & ~rejected]
    return ColumnDescription(
        name=column.name,
        unit=column.unit,
        statistic=column.statistic,
        numbers=len(numbers),
        missing=int((is_missing & ~rejected).sum()),
        minimum=float(numbers.min()) if len(numbers) else None,
        maximum=float(numbers.max()) if len(numbers) else None,
    )


def _unknown(member: Member, formats: Formats, folder: Path) -> FileDescription:
    """A file of no format: what to do with it, and if it is a table, a description to begin with."""
    error = formats.unknown(member.source)
    content = member.content
    try:
        text = propose(content)
    except FormatError as refused:
        if headerless.matches(content):
            error = refused
        return FileDescription(member.name, error=_told(error))
    stem = slug(Path(member.name).stem) or "described"
    save_as = folder / f"{stem}.yaml"
    remedy = f"answer what is asked and save it as {save_as}; stationmanager load --retry reads what failed before"
    told = FormatError(error.what, error.where, remedy)
    return FileDescription(member.name, error=_told(told), proposal=Proposal(text, tuple(_questions(text)), save_as))


def _questions(text: str) -> Iterator[Question]:
    """All that a proposal asks, by key and the key that it stands under."""
    parent = ""
    for number, line in enumerate(text.splitlines(), 1):
        if asked := QUESTION.match(line):
            key = f"{parent}.{asked['key']}" if asked["indent"] else asked["key"]
            yield Question(number, key, asked["asked"])
        if above := PARENT.match(line):
            parent = above["key"]


def _told(error: FormatError) -> Error:
    return {"what": error.what, "where": error.where, "remedy": error.remedy}
