"""Ammonit Meteo-40 and Meteo-42 statistics: a part of CSV and a part of information in INI form, in one file.

The CSV part begins with a line of names: `Date/time` (`datetime` where names have units), then for each statistic
`label;quantity;Avg (unit)` or, from older firmware, without the unit; the logger's own channels have names such as
`A1;channel;Avg (V)` or `A1;Avg`. Since semicolons are part of names, what follows the first name is the sign between
fields: a comma or tab. An empty cell, NaN, None and - are recorded as missing. Which side of the averaging period
stamps mark isn't stated.

The information part (`[System]`, `[Evaluation]`, `[Sensor_1]`, `[Eval_1]`...) states the clock's zone, the averaging
period and the sensors; older firmware has a section for each `[label;quantity]` instead. A file that has it alone, as
the logger saves and sends its configuration, holds settings and no readings. Of the information only what describes the
measurement is kept: the rest holds accounts and addresses. Where files were joined both parts come again: each block of
rows is read under its own names, and information that tells another logger, clock or sensor is refused.

Unverified: no measurement file was to be had. Names and missing words are those that seven public programs expect of
such files; the information part is checked against configurations of real loggers.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from loaders.formats import ammonit_slices, blocks, cells, dates, grid
from loaders.formats.ammonit_parts import (
    NAMES,
    OF_A_QUANTITY,
    SECTION,
    SERIAL_NUMBER,
    Block,
    Parts,
    Sections,
    describes,
)
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, FormatError, LoggerFile, Rejected, Table
from loaders.formats.grid import Dialect
from loaders.formats.settings import Setting, number, setting
from loaders.formats.source import Source
from loaders.formats.text import decode_lines
from loaders.formats.zones import utc_offset

NAME = "ammonit"
VERIFIED = False
GROWS = False
MAKER = re.compile(r"Ammonit|\bMeteo-4[02]|^\[(?:Sensor|Eval)_\d+\]|^cecs_[a-z_]+=", re.MULTILINE)
DESCRIBING_SYSTEM = ("name", "config_id", "timezone", "longitude", "latitude", "altitude")
DESCRIBING_REMARKS = ("Data Logger Type", "Serial Number", "Data Logger Location", "Software Version", "Date/time")
STATISTICS = {"avg": "avg", "max": "max", "min": "min", "stddev": "sd", "count": "count", "sum": "sum"}
STATISTIC = re.compile(
    rf"(?:^|[^A-Za-z])({'|'.join(STATISTICS)})[^\w\[(]*+(?:[\[(][^\[\]()]*+[\])])?\W*+$", re.IGNORECASE
)
LABEL = re.compile(rf"[^;]+;(?:\w+;)?(?:{'|'.join(STATISTICS)})(?: ?[\[(][^\[\]()]*[\])])?", re.IGNORECASE)
UNIT = re.compile(r"[\[(]([^\[\]()]*)[\])]$")
INTERVAL = re.compile(r"(\d+) *(s|sec|min|h)")
SECONDS = {"s": 1, "sec": 1, "min": 60, "h": 3600}
MISSING = cells.spellings(("NAN", "NONE", "-", ""))
Zones = dict[np.timedelta64 | None, int]  # with the line of the first row that has one

SEND_AGAIN = "have the logger send the file again"


def matches(head: bytes) -> bool:
    """Whether the maker, its loggers or a sensor's section is named, or most names are those of statistics."""
    lines = decode_lines(head).split("\n")
    if MAKER.search("\n".join(lines)) and any(SECTION.fullmatch(line.strip()) or NAMES.match(line) for line in lines):
        return True
    at = next((at for at, line in enumerate(lines) if line.strip()), 0)
    found = NAMES.match(lines[at])
    labels = _fields(lines[at], found[1])[1:] if found else []
    whole = labels if at + 1 < len(lines) else labels[:-1]  # the head may end within a long line
    return 2 * sum(LABEL.fullmatch(label.strip()) is not None for label in whole) > len(whole)


def parse(content: bytes) -> LoggerFile:
    """Read one file; lines and cells that can't be read go to `rejected`.

    Raises FormatError where neither part is found, and where day and month can't be told apart.
    """
    lines = decode_lines(content).split("\n")
    parts = Parts()
    for at, line in enumerate(lines, 1):
        parts.add(at, line)
    read = []
    for block in parts.blocks:
        if block.rows:
            rows = [""] * (block.rows[-1] - block.line)  # what is no row is a blank line, so that lines keep numbers
            for at in block.rows:
                rows[at - block.line - 1] = lines[at - 1]
            read.append(read_rows(parts, block, rows, block.line + 1, Hearing()))
    return put_together(parts, read)


def parts(source: Source, size: int) -> Iterator[LoggerFile]:
    """Read a large file, whose information mostly stands behind its rows, in slices of these."""
    return parts_with(source, size, hear(source, size))


def hear(source: Source, size: int) -> list[Hearing]:
    """What the rows of a large file tell together, under each line of names."""
    return ammonit_slices.hear(source, size, read_rows)


def parts_with(source: Source, size: int, heard: Sequence[Hearing]) -> Iterator[LoggerFile]:
    """The same, once its rows have been heard."""
    zones: Zones = {}
    return ammonit_slices.read(source, size, heard, read_rows, partial(put_together, zones=zones))


def put_together(parts: Parts, read: Sequence[Read], zones: Zones | None = None) -> LoggerFile:
    """What all information says, and some of the rows. Raises FormatError where neither part is found.

    Zones are those of the rows before these.
    """
    if not parts.blocks and not parts.sections:
        raise FormatError(
            "neither a line of names that begins with a date or time nor a part of information found",
            "line 1",
            SEND_AGAIN,
        )
    names = tuple(dict.fromkeys(name for block in parts.blocks for name in _names(block)[1:]))
    rejected = [*parts.nameless, *(bad for rows in read for bad in rows.rejected)]
    kept = {name: parts.sections[name] for name in parts.sections if describes(name)}
    if "System" in kept:
        kept["System"] = _only(kept["System"], DESCRIBING_SYSTEM)
    return LoggerFile(
        format=NAME,
        logger=parts.remarks.get(SERIAL_NUMBER) or _serial_in(parts.sections),
        tables=blocks.joined(table for rows in read for table in rows.tables),
        rejected=tuple(sorted(rejected, key=lambda bad: bad.line)),
        header={"remarks": _only(parts.remarks, DESCRIBING_REMARKS), **kept, "settings": _settings(kept, names)},
        created=None,
        utc_offset=_zone(parts, read, {} if zones is None else zones),
        timestamp_is_end_of_period=None,
    )


def _zone(parts: Parts, read: Sequence[Read], zones: Zones) -> np.timedelta64 | None:
    """The stamps' own zone, else the clock's that the information states."""
    stated = utc_offset(parts.sections.get("System", {}).get("timezone", ""))
    for rows in read:
        if rows.tables:
            zones.setdefault(stated if rows.zone is None else rows.zone, int(rows.tables[0].lines[0]))
    if len(zones) > 1:
        raise FormatError(
            "stamps of several zones found",
            f"line {max(zones.values())}",
            "cut the file where another begins, and load the pieces",
        )
    return next(iter(zones), stated)


@dataclass(frozen=True, slots=True)
class Read:
    """Rows, and the zone that their stamps have."""

    tables: tuple[Table, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    zone: np.timedelta64 | None = None


def _names(block: Block) -> tuple[str, ...]:
    """The names of columns, with that of the stamps."""
    labels = grid.named(_fields(block.names, block.separator))
    if "" in labels:
        raise FormatError(f"column {labels.index('') + 1} has no name", f"line {block.line}", SEND_AGAIN)
    return (labels[0], *grid.unique(labels[1:]))


def read_rows(parts: Parts, block: Block, rows: Sequence[str], first_line: int, hearing: Hearing) -> Read:
    """Read rows under a line of names, with what the information says."""
    names = _names(block)
    body = "\n".join(rows).encode()
    mark = grid.decimal_mark(body, block.separator, hearing)
    read = grid.read(
        body,
        first_line,
        len(names),
        Dialect(block.separator, mark),
        stamp=0,
        readings=range(1, len(names)),
        missing=MISSING,
    )
    evaluations = _evaluations(parts.sections)
    columns = {position: _column(name, evaluations) for position, name in enumerate(names) if position}
    may_be_texts = [position for position, column in columns.items() if column.statistic is None]
    read = grid.without_texts(read, may_be_texts, hearing)
    stamps = dates.read(read.stamps, read.rows.lines, hearing)
    return Read(*grid.to_table(read, stamps.times, columns, dates.EXPECTED, _period(parts.sections)), stamps.utc_offset)


def _fields(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error as error:
        raise FormatError(f"the names can't be read: {error}", "the line of names", SEND_AGAIN) from None


def _evaluations(sections: Sections) -> list[dict[str, str]]:
    """What is recorded of each sensor, with its label and, where that is said, its quantity as `type`."""
    older = [
        dict(zip(("label", "type"), name.split(";"), strict=True)) | section
        for name, section in sections.items()
        if OF_A_QUANTITY.fullmatch(name)
    ]
    return [*(section for name, section in sections.items() if name.startswith("Eval_")), *older]


def _column(name: str, evaluations: Sequence[dict[str, str]]) -> Column:
    statistic, unit = STATISTIC.search(name), UNIT.search(name)
    evaluation = next((section for section in evaluations if _belongs(name, section)), {})
    said = unit[1] if unit else evaluation.get("unit", "")
    return Column(name, said, STATISTICS[statistic[1].lower()] if statistic else None)


def _belongs(name: str, evaluation: dict[str, str]) -> bool:
    """Whether a column's name begins with this label of a sensor, as a whole word, and has its quantity."""
    label, quantity = evaluation.get("label", ""), evaluation.get("type", "")
    if not label or not name.startswith(label) or name[len(label) : len(label) + 1].isalnum():
        return False
    parts = name.split(";")
    return not quantity or len(parts) < len(("label", "quantity", "statistic")) or parts[-2] == quantity


def _settings(sections: Sections, names: Sequence[str]) -> list[Setting]:
    """One for each evaluation, with the sensor that it names."""
    settings = []
    for evaluation in _evaluations(sections):
        sensor = sections.get(f"Sensor_{evaluation.get('sensors', '').strip()}", {})
        model = sensor.get("model") or evaluation.get("sensor_model")
        settings.append(
            setting(
                [column for column in names if _belongs(column, evaluation)],
                serial_number=sensor.get("serial_number") or None,
                height_m=number(sensor.get("height") or evaluation.get("sensor_height")),
                slope=number(evaluation.get("var_slope")),
                offset=number(evaluation.get("var_offset")),
                unit=evaluation.get("unit") or None,
                description=" ".join(filter(None, (evaluation.get("label"), model))) or None,
            )
        )
    return settings


def _only(entries: dict[str, str], keys: Sequence[str]) -> dict[str, str]:
    return {key: value for key, value in entries.items() if key in keys}


def _serial_in(sections: Sections) -> str | None:
    system = sections.get("System", {})
    return next((system[key] for key in ("serial_number", "serial", SERIAL_NUMBER) if system.get(key)), None)


def _period(sections: Sections) -> np.timedelta64 | None:
    """The averaging period, unless the logger makes statistics of further periods: a file doesn't say which it has."""
    evaluation = sections.get("Evaluation", {})
    found = INTERVAL.fullmatch(evaluation.get("stat_interval", "").strip())
    if found is None or "true" in (evaluation.get("stat_bis_active"), evaluation.get("stat_ter_active")):
        return None
    return np.timedelta64(int(found[1]) * SECONDS[found[2]], "s")
