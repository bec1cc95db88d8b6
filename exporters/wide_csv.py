"""One wide CSV a station: ISO 8601 UTC timestamps, a column a measurement point and statistic, all digits."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

from database.connection import Connection
from exporters.pivot import Pivot, TextStyle
from exporters.selection import Progress, Request, Selection, select
from exporters.snapshot import in_order, snapshot
from exporters.writing import ExportedFile, replacing

FORMAT = "csv"
STYLE = TextStyle(",", "\n", 'YYYY-MM-DD"T"HH24:MI:SS"Z"', timedelta(0), rounded=False)


def export(connect: Callable[[], Connection], request: Request, on_progress: Progress) -> ExportedFile:
    """Write `<station>.csv` into the folder; its columns stand in the order of the Windographer files.

    A station that hasn't recorded anything gets its header and no rows. Raises UsageError as `select` does.
    """
    path = request.folder / f"{request.station}.csv"
    with snapshot(connect) as connections:
        selection = select(connections[0], request)
        pivot = Pivot.of(selection.station, selection.columns, STYLE, by_sensor_group=False)
        rows = values = 0
        with replacing(path) as output:
            output.write(header(selection))
            for done, lines in enumerate(in_order(pivot.read, selection.slices, connections), 1):
                output.write(lines.texts[0])
                rows, values = rows + lines.rows, values + lines.values
                on_progress(done, len(selection.slices))
    return ExportedFile(request.station, FORMAT, path, output.bytes, output.sha256, rows, values)


def header(selection: Selection) -> bytes:
    """The line of the columns' names, quoted where a name asks for it."""
    line = io.StringIO()
    names = (column.column_name for column in selection.columns)
    csv.writer(line, lineterminator="\n").writerow(["timestamp", *names])
    return line.getvalue().encode()
