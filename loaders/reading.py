"""Brings parsed files of one logger in: normalised, copied, and with all that the ledger says of them, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np

from database.connection import Connection
from database.errors import MetadataError
from loaders import ledger, rejecting
from loaders.channels import Channels
from loaders.clock import Logger, to_utc_begin
from loaders.copying import copy_readings
from loaders.faults import told
from loaders.formats.frame import LoggerFile, Table
from loaders.ledger import LedgerRow
from loaders.pieces import Piece, Unfinished
from loaders.ranking import Before, Extent
from loaders.readings import ChannelRows, Counts, add_up, as_stamp, as_utc, only
from loaders.rejecting import Lost, Stamps

Pieces = Callable[[], Iterator[Piece]]


@dataclass(frozen=True, slots=True)
class Readable:
    """A file that can be read and whose logger is known; its pieces can be gone through more than once."""

    row: LedgerRow
    logger: Logger
    pieces: Pieces
    described: dict[str, Any]  # what the ledger says of it, by column


@dataclass(slots=True)
class Survey:
    """What has to be known of a file before its readings go in, and what could not be read of it."""

    file: Readable
    station: str = ""
    extent: Extent = field(default_factory=Extent)
    clock: dict[str, Any] = field(default_factory=dict)
    rejected: list[Lost] = field(default_factory=list)

    @property
    def begins(self) -> np.datetime64:
        """When its first reading is from; now, where it has none."""
        return np.datetime64("now") if self.extent.first is None else self.extent.first

    @property
    def ends(self) -> np.datetime64:
        """When its last reading is from; now, where it has none."""
        return np.datetime64("now") if self.extent.last is None else self.extent.last

    def add(self, rows: Sequence[ChannelRows], unfinished: Unfinished | None) -> None:
        """Take in the readings of a piece."""
        tables = {id(one.timestamps): (one.timestamps, one.lines) for one in rows}  # shared by a table's channels
        self.extent.add(list(tables.values()), unfinished)


def bring_in(connection: Connection, files: Sequence[Readable]) -> dict[int, Counts]:
    """Bring files of one logger in, in one transaction; returns what became of each one's readings, by its id.

    One that the metadata don't suffice for is recorded as waiting for them. Raises FormatError where a piece can't be
    read, and then nothing is changed.
    """
    logger = files[0].logger
    counts: dict[int, Counts] = {}
    with connection.transaction():
        lock(connection, logger.serial)
        rows = {row.file_id: row for row in ledger.find(connection, "file_id = any(%s)", [_id(file) for file in files])}
        files = [replace(file, row=rows[_id(file)]) for file in files]
        # another load may have been faster
        counts |= {_id(file): file.row.as_same for file in files if file.row.state == "loaded"}
        channels = Channels(connection, logger)
        surveys = _survey(connection, channels, [file for file in files if file.row.state != "loaded"])
        files = [survey.file for survey in surveys]
        _settle_before(connection, surveys)
        copied = add_up(
            count for wave in _waves(channels, surveys) for count in copy_readings(connection, wave).items()
        )
        counts |= {_id(file): copied.get(_id(file), Counts()) for file in files}
        _settle_after(connection, surveys, counts)
    return counts


def _id(file: Readable) -> int:
    return file.row.file_id


def lock(connection: Connection, serial: str) -> None:
    """Until the transaction ends nobody else brings this logger's files in: what stands in the way stays the same."""
    connection.execute("select pg_advisory_xact_lock(hashtext('raw.channel'), hashtext(%s))", [serial])


def _survey(connection: Connection, channels: Channels, files: Sequence[Readable]) -> list[Survey]:
    """Go through the files until no table turns out to average over other periods than those before it were told."""
    while True:
        version = channels.version
        surveys = [_surveyed(connection, channels, file) for file in files]
        if channels.version == version:
            return [survey for survey in surveys if survey is not None]


def _surveyed(connection: Connection, channels: Channels, file: Readable) -> Survey | None:
    survey = Survey(file)
    try:
        for piece in file.pieces():
            found: list[ChannelRows] = []
            for table in piece.file.tables:
                channels.confirm(table)
                rows, clock = _normalised(channels, survey, piece.file, table)
                survey.clock = clock or survey.clock
                found += rows
            survey.add(found, piece.unfinished)
    except MetadataError as error:
        described = file.described | {"error": told(error) | {"waits_for": "metadata"}}
        ledger.settle(connection, _id(file), "failed", **described)
        return None
    survey.station = file.logger.station_at(survey.ends)
    return survey


def _normalised(
    channels: Channels, survey: Survey, content: LoggerFile, table: Table
) -> tuple[list[ChannelRows], dict[str, Any]]:
    """A table's readings by channel, with UTC stamps of the beginning, and the clock that was applied."""
    if not len(table.timestamps):
        return [], {}
    timestamps, offset, is_end = _clocked(channels, survey, content, table, table.timestamps)
    ids = _ids(channels, table)
    rows = []
    for column, values, rejected in zip(table.columns, table.values, table.rejected_cells, strict=True):
        one = ChannelRows(_id(survey.file), survey.station, ids[column.name], timestamps, values, table.lines)
        rows.append(only(one, ~rejected) if rejected.any() else one)
    return rows, {"utc_offset": offset.item(), "timestamp_is_end_of_period": is_end}


def _clocked(
    channels: Channels, survey: Survey, content: LoggerFile, table: Table, stamps: Stamps
) -> tuple[Stamps, np.timedelta64, bool]:
    """Stamps of a table in UTC, marking the beginning, with the offset and label that applied to the last of them."""
    return to_utc_begin(
        stamps,
        survey.file.logger,
        channels.averaging_period(table)[0],
        utc_offset=content.utc_offset,
        timestamp_is_end_of_period=content.timestamp_is_end_of_period,
    )


def _ids(channels: Channels, table: Table) -> dict[str, int]:
    period, is_assumed = channels.averaging_period(table)
    return channels.ids(table.name, table.columns, period, is_assumed=is_assumed)


def _lost(channels: Channels, survey: Survey, content: LoggerFile) -> Iterator[Lost]:
    """What could not be read of a piece, and when it would have been."""

    def to_utc(table: Table, stamps: Stamps) -> Stamps:
        return _clocked(channels, survey, content, table, stamps)[0]

    return rejecting.locate(content, to_utc, partial(_ids, channels))


def _waves(channels: Channels, surveys: Sequence[Survey]) -> Iterator[list[ChannelRows]]:
    """The readings in as few batches as may be, in none of which two tables or files overlap in a channel.

    A file holds two tables by one name where its header was changed on the way; each piece begins a batch of its own.
    """
    batch: list[ChannelRows] = []
    until: dict[int, np.datetime64] = {}
    for survey in sorted(surveys, key=lambda survey: survey.begins):
        for number, piece in enumerate(survey.file.pieces()):
            survey.rejected += _lost(channels, survey, piece.file)
            if number:
                yield batch
                batch, until = [], {}
            for table in piece.file.tables:
                rows = [one for one in _normalised(channels, survey, piece.file, table)[0] if len(one.timestamps)]
                if any(one.channel_id in until and one.timestamps.min() <= until[one.channel_id] for one in rows):
                    yield batch
                    batch, until = [], {}
                batch += rows
                until |= {one.channel_id: one.timestamps.max() for one in rows}
    yield batch


def _settle_before(connection: Connection, surveys: Sequence[Survey]) -> None:
    """What decides between these files' values and others' stands on the ledger before they are compared."""
    for survey in surveys:
        row = survey.file.row
        extent, rank = survey.extent, survey.extent.rank(row.whole_bytes, _before(connection, row))
        described = survey.file.described | survey.clock
        for name, stamp in (("first", extent.first), ("last", extent.last), ("rank", rank)):
            described[f"{name}_timestamp"] = None if stamp is None else as_utc(stamp)
        ledger.settle(connection, row.file_id, "loaded", **described)


def _before(connection: Connection, row: LedgerRow) -> Before | None:
    if row.continues_file_id is None:
        return None
    last, rank = ledger.last_and_rank(connection, row.continues_file_id)
    end = ledger.end_of(connection, row.continues_file_id)
    return Before(as_stamp(last), as_stamp(rank), is_unfinished=end is not None and bool(end.unfinished))


def _settle_after(connection: Connection, surveys: Sequence[Survey], counts: dict[int, Counts]) -> None:
    with connection.pipeline():
        for survey in surveys:
            count = counts[_id(survey.file)]
            # of a file that is read once more, what it brought itself stays what it brought
            brought = min(survey.file.row.readings_new, count.same)
            ledger.settle(
                connection,
                _id(survey.file),
                "loaded",
                readings_new=count.new + brought,
                readings_same=count.same - brought,
                readings_changed=count.changed,
                readings_kept=count.kept,
                readings_rejected=sum(lost.bad.readings for lost in survey.rejected),
                rejected_lines=len({lost.bad.line for lost in survey.rejected}),
                error=_first_of(survey.rejected),
                loaded_at=datetime.now(UTC),
            )
    files = [_id(survey.file) for survey in surveys]
    rejecting.keep(connection, files, [(_id(survey.file), lost) for survey in surveys for lost in survey.rejected])
    rejecting.tell(connection, files, [survey.station for survey in surveys])


def _first_of(rejected: Sequence[Lost]) -> dict[str, object] | None:
    """The ledger's word on a file of which not all could be read: the first line, and how many others there are."""
    if not rejected:
        return None
    first = rejected[0].bad
    return {
        "what": first.reason,
        "where": f"line {first.line}",
        "remedy": "the other lines are loaded; see raw.rejected_row",
        "others": len({lost.bad.line for lost in rejected}) - 1,
    }
