"""A table of a logger that no parser knows, and the description that a team would write of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.masts import Mast
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, fixed, joined, stamped

MISSING = "-9999"
END = "\r\n"
DECIMALS = 3


def header(mast: Mast) -> str:
    """The logger's serial, and the names of the columns."""
    return f"Field box, no. {mast.serial}{END}{';'.join(['Date', 'Time', *mast.columns, 'Status'])}{END}"


def rows(recording: Recording) -> Texts:
    """All rows of a recording as text, with decimal commas, each with its line end."""
    texts = [fixed(recording.values[column], DECIMALS, MISSING) for column in recording.mast.columns]
    commas = [np.array([text.replace(".", ",") for text in column], dtype=object) for column in texts]
    stamps = [stamped(recording.stamps, pattern) for pattern in ("%d.%m.%Y", "%H:%M")]
    return joined([*stamps, *commas, constant("ok", len(recording.stamps))], ";", END)


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines)).encode()


def description(mast: Mast) -> str:
    """The YAML file that says how to read it."""
    columns = [
        f"  - {{name: {point.column(statistic)}, unit: '{point.unit}', statistic: {statistic}}}"
        for point in mast.points
        for statistic in point.statistics
    ]
    sign = "-" if mast.utc_offset_hours < 0 else "+"
    return "\n".join([
        "name: field_box",
        "signature:",
        "  - {line: 1, matches: '^Field box'}",
        "  - {line: 2, matches: '^Date;Time;'}",
        "separator: semicolon",
        "decimal: comma",
        "names_line: 2",
        "first_line: 3",
        "timestamp:",
        "  columns: [Date, Time]",
        "  format: '%d.%m.%Y %H:%M'",
        f"  zone: {sign}{abs(mast.utc_offset_hours):02}:00",
        f"  marks: {'end' if mast.stamps_end else 'begin'}",
        "averaging_period: 10 min",
        f"missing: [{MISSING}]",
        "columns:",
        *columns,
        "ignored: [Status]",
        "logger: {line: 1, matches: 'no. (.+)$'}",
        "",
    ])  # fmt: skip
