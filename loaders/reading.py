"""Reads one file: parse, claim, normalise, and bring its readings in, with all that the ledger says of it."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from database.connection import Connection
from database.errors import MetadataError, StationManagerError
from loaders import channels, ledger
from loaders.clock import Logger, Loggers, to_utc_begin
from loaders.copying import ChannelRows, Counts, copy_readings
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile, Table
from loaders.ledger import LedgerRow

UNKNOWN_FORMAT = FormatError(
    "no known format begins like this",
    "line 1",
    "if a logger of yours wrote it, open an issue with a sample; the file is kept",
)


def read_file(
    connection: Connection,
    row: LedgerRow,
    content: bytes,
    loggers: Loggers,
    logger_option: str | None,
    *,
    overrules: bool,
) -> Counts:
    """Parse a file and bring its readings in, in one transaction with all that the ledger says of it."""
    found = detect(content)
    if found is None:
        raise UNKNOWN_FORMAT
    file = found.parse(content)
    name = logger_option or file.logger
    try:
        logger = loggers.find(name)
    except MetadataError as error:
        ledger.settle(connection, row.file_id, "failed", error=told(error) | {"waits_for": "metadata"})
        return Counts()
    described = {
        "format": file.format,
        "format_verified": found.VERIFIED,
        "logger": logger.serial if logger else name,
        "claimed_by": "option" if logger_option else "header",
        "header": file.header,
        "created_at": file.created,
        "loader_version": loader_version(),
        "error": None,
    }
    if logger is None:
        ledger.settle(connection, row.file_id, "unclaimed", **described)
        return Counts()
    try:
        with connection.transaction():
            # one load at a time for each logger: what stands in a file's way must not change while it is asked
            connection.execute("select pg_advisory_xact_lock(hashtext('raw.channel'), hashtext(%s))", [logger.serial])
            now = ledger.find(connection, "file_id = %s", row.file_id)[0]
            if now.state == "loaded" and not overrules:  # another load was faster
                return Counts(same=now.readings_new + now.readings_same + now.readings_changed, kept=now.readings_kept)
            return _bring_in(connection, now, file, logger, described, overrules=overrules)
    except MetadataError as error:
        described["error"] = told(error) | {"waits_for": "metadata"}
        ledger.settle(connection, row.file_id, "failed", **described)
        return Counts()


def _bring_in(
    connection: Connection,
    row: LedgerRow,
    file: LoggerFile,
    logger: Logger,
    described: dict[str, Any],
    *,
    overrules: bool,
) -> Counts:
    batch: list[ChannelRows] = []
    clock: dict[str, Any] = {}
    for table in file.tables:
        rows, clock = _normalised(connection, file, table, logger)
        batch += rows
    stamps = [rows.timestamps for rows in batch if len(rows.timestamps)]
    first, last = (min(part.min() for part in stamps), max(part.max() for part in stamps)) if stamps else (None, None)
    ledger.settle(
        connection,
        row.file_id,
        "loaded",
        first_timestamp=_utc(first),
        last_timestamp=_utc(last),
        overrules_at=datetime.now(UTC) if overrules else None,
        **described,
        **clock,
    )
    station = logger.station_at(max((table.timestamps.max() for table in file.tables), default=np.datetime64("now")))
    counts = copy_readings(connection, row.file_id, station, batch, overrules=overrules)
    # of a file that is read once more, what it brought itself stays what it brought
    brought = min(row.readings_new, counts.same)
    _keep_rejected(connection, row.file_id, file)
    ledger.settle(
        connection,
        row.file_id,
        "loaded",
        readings_new=counts.new + brought,
        readings_same=counts.same - brought,
        readings_changed=counts.changed,
        readings_kept=counts.kept,
        readings_rejected=sum(rejected.readings for rejected in file.rejected),
        loaded_at=datetime.now(UTC),
    )
    return counts


def _normalised(
    connection: Connection, file: LoggerFile, table: Table, logger: Logger
) -> tuple[list[ChannelRows], dict[str, Any]]:
    """A table's readings by channel, with UTC stamps of the beginning, and the clock that was applied."""
    if not len(table.timestamps):
        return [], {}
    period, is_assumed = channels.averaging_period(connection, logger, table)
    timestamps, offset, is_end = to_utc_begin(
        table.timestamps,
        logger,
        period,
        utc_offset=file.utc_offset,
        timestamp_is_end_of_period=file.timestamp_is_end_of_period,
    )
    ids = channels.ensure(connection, logger, table.name, table.columns, period, is_assumed=is_assumed)
    rows = []
    for column, values, rejected in zip(table.columns, table.values, table.rejected_cells, strict=True):
        if rejected.any():
            good = ~rejected
            rows.append(ChannelRows(ids[column.name], timestamps[good], values[good], table.lines[good]))
        else:
            rows.append(ChannelRows(ids[column.name], timestamps, values, table.lines))
    return rows, {"utc_offset": offset.item(), "timestamp_is_end_of_period": is_end}


def _keep_rejected(connection: Connection, file_id: int, file: LoggerFile) -> None:
    connection.execute("delete from raw.rejected_row where file_id = %s", [file_id])
    if not file.rejected:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy("copy raw.rejected_row (file_id, line, text, reason, readings) from stdin") as copy,
    ):
        for rejected in file.rejected:
            # PostgreSQL's text can't hold a NUL
            text = rejected.text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
            copy.write_row((file_id, rejected.line, text, rejected.reason, rejected.readings))


def told(error: FormatError | StationManagerError) -> dict[str, str]:
    """An error as the ledger keeps it."""
    return {"what": error.what, "where": error.where, "remedy": error.remedy}


def _utc(stamp: np.datetime64 | None) -> datetime | None:
    if stamp is None:
        return None
    naive: Any = stamp.item()
    moment: datetime = naive.replace(tzinfo=UTC)
    return moment


def loader_version() -> str:
    """The version that read a file, for the ledger."""
    return version("stationmanager")
