"""A zip for Windographer: a text file of all sensors, one for each type of sensor, and a flagging log.

The layout is that of Windographer's own text export and flagging log. Times are the station's clock and mark the
beginning of the time step.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime

from database.connection import Connection
from exporters import flagging_log
from exporters.pivot import Pivot, Slice, TextStyle
from exporters.selection import Progress, Request, Selection, select
from exporters.snapshot import in_order, snapshot
from exporters.station import Column, Station
from exporters.writing import ExportedFile, replacing
from exporters.zipping import Member, Segment, write_zip

FORMAT = "windographer"
# What Windographer reads and writes; a letter that it lacks becomes a question mark.
ENCODING = "cp1252"
STAMP = "YYYY-MM-DD HH24:MI:SS"


def export(connect: Callable[[], Connection], request: Request, on_progress: Progress) -> ExportedFile:
    """Write `<station>_windographer.zip` into the folder.

    A station that hasn't recorded anything gets files with headers and no rows.
    Raises UsageError as `select` does.
    """
    path = request.folder / f"{request.station}_windographer.zip"
    with snapshot(connect) as connections:
        selection = select(connections[0], request)
        log = flagging_log.read(connections[0], selection.station, selection.recorded)
        with replacing(path) as output, _members(selection, request) as (everything, *parts, flags):
            for member, columns in zip((everything, *parts), _columns_by_member(selection), strict=True):
                member.append(_text(header(selection, log.flag_names) + column_line(columns)))
            flags.append(_text(log.text()))
            rows = values = 0
            read = in_order(_reader(selection), selection.slices, connections)
            for done, (lines, segments) in enumerate(read, 1):
                rows, values = rows + lines.rows, values + lines.values
                for member, segment in zip((everything, *parts), segments, strict=True):
                    member.append(segment)
                on_progress(done, len(selection.slices))
            write_zip(output, [everything, *parts, flags], selection.changed)
    return ExportedFile(request.station, FORMAT, path, output.bytes, output.sha256, rows, values)


def header(selection: Selection, excluded_flags: Sequence[str]) -> str:
    """The lines above the columns' names, as Windographer writes them."""
    changed = f" {selection.changed:%d-%m-%Y %H:%M}" if selection.changed else ""
    lines = [
        f"Created{changed} by StationManager",
        "",
        *_site(selection.station),
        "Calm threshold = 0 m/s",
        "",
        "Included flags: <Unflagged data>",
        f"Excluded flags: {', '.join(excluded_flags)}",
        "",
        "Time stamps indicate the beginning of the time step.",
        "",
    ]
    return "".join(f"{line}\r\n" for line in lines)


def column_line(columns: Sequence[Column]) -> str:
    """The line of the columns' names."""
    return "\t".join(["Date/Time", *(column.windographer_name for column in columns)]) + "\r\n"


def _site(station: Station) -> list[str]:
    """Where the station stands. Windographer writes zeros for what it was not told, and so do we."""
    latitude, longitude = station.latitude or 0, station.longitude or 0
    return [
        f"Latitude = {'S' if latitude < 0 else 'N'} {abs(latitude):.6f}",
        f"Longitude = {'W' if longitude < 0 else 'E'} {abs(longitude):.6f}",
        f"Elevation = {station.elevation_m or 0:.10g} m",
    ]


def _columns_by_member(selection: Selection) -> list[list[Column]]:
    columns = selection.columns
    return [columns, *([c for c in columns if c.sensor_group == group] for group in selection.sensor_groups)]


@contextmanager
def _members(selection: Selection, request: Request) -> Iterator[list[Member]]:
    """The archive's files: all sensors, each type of sensor, the flagging log."""
    with ExitStack() as stack:
        yield [
            Member(f"{request.station}_{part}.txt", stack.enter_context(tempfile.TemporaryFile(dir=request.folder)))
            for part in ("all", *selection.sensor_groups, "flagging_log")
        ]


def _reader(selection: Selection) -> Callable[[Connection, tuple[datetime, datetime]], tuple[Slice, list[Segment]]]:
    style = TextStyle("\t", "\r\n", STAMP, selection.station.utc_offset, rounded=True)
    pivot = Pivot.of(selection.station, selection.columns, style, by_sensor_group=True)

    def read(connection: Connection, span: tuple[datetime, datetime]) -> tuple[Slice, list[Segment]]:
        lines = pivot.read(connection, span)
        return lines, [Segment.of(text) for text in lines.texts]

    return read


def _text(text: str) -> Segment:
    return Segment.of(text.encode(ENCODING, errors="replace"))
