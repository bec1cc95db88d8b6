"""Export a station, in any of the formats: the one way in for the command line and for Dagster."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from database.connection import Connection
from database.errors import UsageError
from exporters import wide_csv, windographer
from exporters.selection import Progress, Request
from exporters.writing import ExportedFile

Exporter = Callable[[Callable[[], Connection], Request, Progress], ExportedFile]

FORMATS: Mapping[str, Exporter] = {windographer.FORMAT: windographer.export, wide_csv.FORMAT: wide_csv.export}


def export(
    connect: Callable[[], Connection], file_format: str, request: Request, on_progress: Progress
) -> ExportedFile:
    """Write one file of one station. `connect` opens connections as exporter.

    Raises UsageError for an unknown format or station, SetupError where the file can't be written.
    """
    if file_format not in FORMATS:
        raise UsageError(f"there is no format {file_format!r}", "export --format", f"one of {', '.join(FORMATS)}")
    return FORMATS[file_format](connect, request, on_progress)
