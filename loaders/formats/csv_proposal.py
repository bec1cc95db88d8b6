"""Proposes the description of a table that no format covers: fills in what the file shows, and asks for the rest.

An order of day and month, a zone, begin or end, a mark that may part decimals or thousands, a number that may stand for
missing: these are left empty with the choices beside them, and the description is not valid until someone has answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from loaders.formats.campbell import statistic_of
from loaders.formats.csv_sketch import Sketch, sketch
from loaders.formats.stamp_format import compiled
from loaders.formats.text import decode_lines

SAMPLE_LINES = 5000
SIGNATURE_CHARACTERS = 200
MISSING_WORDS = {"", "nan", "na", "n/a", "null", "none", "-", "--", "---", "inf", "-inf", "+inf", "#n/a"}
SUSPECTS = {-999, -9999, -99999, -99, -99.9, -999.9, -999.99, 999, 9999, 99999, 9998, 999.9, 99.99, 9999.99}
SUSPECTS |= {6999, -6999, 7999, -7999}
NUMBER = {
    "point": re.compile(r"[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?"),
    "comma": re.compile(r"[+-]?(\d+(?:,\d*)?|,\d+)([eE][+-]?\d+)?"),
}
BY_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
UNIT = re.compile(r"[\[(]([^\[\]()0-9][^\[\]()]{0,11})[\])]")
SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")
SECOND_US = 1_000_000
PERIODS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def propose(content: bytes) -> str:
    """A description as YAML, with `# say which` where the file leaves something open.

    Raises FormatError where the file is no table with timestamps.
    """
    lines = decode_lines(content).split("\n")[:SAMPLE_LINES]
    shown = sketch(lines)
    decimal = _decimal(shown)
    proposal = [
        "name:  # say: a word for this kind of file, like solar_box",
        "signature:  # what the first lines of every such file have",
        *_signature(lines, shown),
        f"separator: {shown.separator}",
        f"decimal: {decimal}" if decimal else "decimal:  # say which: comma or point (1,234 may be both)",
        *_names(shown),
        f"first_line: {shown.first_line}",
        *_timestamp(shown),
        *_columns(shown, decimal or "point"),
    ]
    return "\n".join(proposal) + "\n"


def _signature(lines: Sequence[str], shown: Sketch) -> list[str]:
    """The line of names, or, where there is none, whatever the first line begins with, which someone must judge."""
    if shown.names_line is None:
        return ["  - line: 1", "    matches:  # say: a regular expression that no other kind of file has in this line"]
    text = lines[shown.names_line - 1]
    pattern = "^" + SPECIAL.sub(r"\\\g<0>", text[:SIGNATURE_CHARACTERS]).replace("\t", r"\t")
    return [f"  - line: {shown.names_line}", f"    matches: {_quoted(pattern)}"]


def _names(shown: Sketch) -> list[str]:
    if shown.names_line is not None:
        return [f"names_line: {shown.names_line}"]
    return ["names:  # the file names no columns; give them better ones here and below", *_listed(shown.names)]


def _timestamp(shown: Sketch) -> Iterator[str]:
    yield "timestamp:"
    yield f"  columns: [{', '.join(_quoted(shown.names[position]) for position in shown.stamp)}]"
    if len(shown.formats) == 1:
        yield f"  format: {_quoted(shown.formats[0])}"
    else:
        yield f"  format:  # say which: {' or '.join(shown.formats) or 'the letters are those of strptime'}"
    zoned = shown.formats and all("%z" in text for text in shown.formats)
    yield "  zone: UTC" if zoned else "  zone:  # say which: UTC, an offset like +01:00, or metadata"
    yield "  marks:  # say which: begin or end of the averaging period, or metadata"
    if step := _step(shown):
        yield f"# averaging_period: {step}  # the usual step between rows; true if the logger averages over it"


def _step(shown: Sketch) -> str:
    """The most frequent step between rows."""
    if not shown.formats:
        return ""
    texts = [" ".join(parts) for parts in zip(*(shown.cells[position] for position in shown.stamp), strict=True)]
    times = compiled(shown.formats[0]).read(pa.chunked_array([pa.array(texts, pa.string())]))
    steps = np.diff(times[~np.isnat(times)]).astype(np.int64)
    values, counts = np.unique(steps[steps > 0], return_counts=True)
    seconds, rest = divmod(int(values[counts.argmax()]), SECOND_US) if len(values) else (0, 0)
    for size, unit in PERIODS:
        if seconds and not rest and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return ""


def _decimal(shown: Sketch) -> str:
    """The mark before decimals; empty where every comma may as well part thousands."""
    if shown.separator == "comma":
        return "point"
    others = [cells for position, cells in enumerate(shown.cells) if position not in shown.stamp]
    commas = {cell for cells in others for cell in cells if "," in cell and NUMBER["comma"].fullmatch(cell)}
    points = any("." in cell and NUMBER["point"].fullmatch(cell) for cells in others for cell in cells)
    if not commas:
        return "point"
    by_thousands = all(BY_THOUSANDS.fullmatch(cell) for cell in commas)
    return "" if points or by_thousands else "comma"


def _columns(shown: Sketch, decimal: str) -> Iterator[str]:
    """Columns with numbers as readings, the others as ignored, and the words for missing that all have together."""
    readings: list[int] = []
    ignored: list[int] = []
    for position, cells in enumerate(shown.cells):
        if position not in shown.stamp:
            is_read = shown.names[position].strip() and _holds_readings(cells, decimal)
            (readings if is_read else ignored).append(position)
    words = {cell for position in readings for cell in shown.cells[position] if not NUMBER[decimal].fullmatch(cell)}
    missing = sorted(word for word in words if word.lower() in MISSING_WORDS)
    suspects = sorted({cell for position in readings for cell in shown.cells[position] if _is_suspect(cell, decimal)})
    listed = f"[{', '.join(map(_quoted, missing))}]"
    if suspects:
        numbers = ", ".join(map(_quoted, suspects))
        yield f"missing:  # say which: {listed}, or with those of {numbers} that stand for missing, not for a value"
    else:
        yield f"missing: {listed}"
    for word in sorted(words - set(missing))[:5]:
        yield f"# {_quoted(word)} is no number: its cell is rejected, unless it is named as missing"
    yield "columns:" if readings else "columns:  # say: no column of numbers was found"
    for position in readings:
        yield from _quantity(shown, position)
    if ignored:
        yield "ignored:  # no numbers, or numbers of rows"
        yield from _listed(dict.fromkeys(shown.names[position].strip() for position in ignored))


def _quantity(shown: Sketch, position: int) -> Iterator[str]:
    name = shown.names[position]
    in_name = UNIT.search(name)
    unit = shown.units[position] or (in_name[1] if in_name else "")
    yield f"  - name: {_quoted(name)}"
    yield f"    unit: {_quoted(unit)}"
    if statistic := statistic_of(name, ""):
        yield f"    statistic: {statistic}"


def _holds_readings(cells: Sequence[str], decimal: str) -> bool:
    """Whether it has numbers that don't just count the rows, or has recorded nothing but that nothing was measured."""
    has_numbers = any(NUMBER[decimal].fullmatch(cell) for cell in cells)
    return (has_numbers and not _counts_rows(cells)) or all(cell.lower() in MISSING_WORDS for cell in cells)


def _counts_rows(cells: Sequence[str]) -> bool:
    """Whether the column is a record number: each cell one more than the last."""
    if len(cells) < 3 or not all(cell.isascii() and cell.isdigit() for cell in cells):  # noqa: PLR2004 - two steps
        return False
    numbers = [int(cell) for cell in cells]
    return all(after == before + 1 for before, after in pairwise(numbers))


def _is_suspect(cell: str, decimal: str) -> bool:
    return NUMBER[decimal].fullmatch(cell) is not None and float(cell.replace(",", ".")) in SUSPECTS


def _listed(names: Sequence[str] | dict[str, None]) -> list[str]:
    return [f"  - {_quoted(name)}" for name in names]


def _quoted(text: str) -> str:
    """A text as YAML takes it for nothing else."""
    return "'" + text.replace("'", "''") + "'" if text.isprintable() else json.dumps(text)
