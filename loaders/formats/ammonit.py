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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from loaders.formats import ammonit_slices, blocks, cells, dates, grid
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
SECTION = re.compile(r"\[([^\[\]]+)\]")
ENTRY = re.compile(r"([A-Za-z][\w ./-]*+)\s*+=(.*)")
REMARK = re.compile(r"#\s*([A-Za-z][\w /]*?)\s{2,}(\S.*)")
REMARKED = re.compile(r"#(?!\d)")  # before a digit it is the garbled first one of a stamp
ROW = re.compile(r"\S?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b.*[;,\t]")  # the first character may be garbled
NAMES = re.compile(r"\"?(?:date|datetime|time|timestamp|datum|zeit)\b[^;,\t]*([;,\t])", re.IGNORECASE)
DESCRIBING = re.compile(r"System|Evaluation|(?:Sensor|Eval)_\d+")
OF_A_QUANTITY = re.compile(r"[^;]+;\w+")  # a section's name in the information of older firmware
DESCRIBING_SYSTEM = ("name", "config_id", "timezone", "longitude", "latitude", "altitude")
DECIDING = ("timezone", "serial_number", "serial", "Serial Number")  # of the section on the system
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
SERIAL_NUMBER = "Serial Number"
PADDING = " ,;\t"  # what a spreadsheet adds to lines shorter than others
SEND_AGAIN = "have the logger send the file again"

Sections = dict[str, dict[str, str]]


@dataclass(slots=True)
class Block:
    """Where a line of names stands, and each row under it."""

    names_at: int
    rows: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Parts:
    """The parts of a file: remarks and sections of the information, blocks of rows, and rows that no names lead."""

    remarks: dict[str, str] = field(default_factory=dict)
    sections: Sections = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)


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
    parts = _part(lines)
    if not parts.blocks and not parts.sections:
        raise FormatError(
            "neither a line of names that begins with a date or time nor a part of information found",
            "line 1",
            SEND_AGAIN,
        )
    read = [_read_block(lines, parts, block) for block in parts.blocks]
    names = tuple(dict.fromkeys(name for block in read for name in block.names))
    rejected = [bad for block in read for bad in block.rejected]
    rejected += [_without_names(lines, at) for at in parts.nameless]
    kept = {name: parts.sections[name] for name in parts.sections if _describes(name)}
    if "System" in kept:
        kept["System"] = _only(kept["System"], DESCRIBING_SYSTEM)
    return LoggerFile(
        format=NAME,
        logger=parts.remarks.get(SERIAL_NUMBER) or _serial_in(parts.sections),
        tables=blocks.joined(table for block in read for table in block.tables),
        rejected=tuple(sorted(rejected, key=lambda bad: bad.line)),
        header={"remarks": _only(parts.remarks, DESCRIBING_REMARKS), **kept, "settings": _settings(kept, names)},
        created=None,
        utc_offset=_zone(parts, read),
        timestamp_is_end_of_period=None,
        decided=read[0].decided if read else {},
    )


def parts(source: Source, size: int) -> Iterator[LoggerFile]:
    """Read a large file, whose information mostly stands behind its rows, in slices of these."""
    return ammonit_slices.read(source, size, parse, _has_rows)


def _has_rows(content: bytes) -> bool:
    """Whether rows stand under the one line of names, or there is what only the whole file can tell."""
    try:
        found = _part(decode_lines(content).split("\n"))
    except FormatError:
        return True
    return len(found.blocks) != 1 or bool(found.blocks[0].rows)


def _part(lines: Sequence[str]) -> Parts:
    """Tell the parts apart; they come in any order, and again where files were joined.

    Among rows a line that is neither blank nor information is one, however garbled; elsewhere what begins as a row.
    """
    parts = Parts()
    section = ""
    among_rows = False
    for at, line in enumerate(lines):
        text = line.strip().rstrip(PADDING)
        if named := SECTION.fullmatch(text):
            section, among_rows = named[1], False
            parts.sections.setdefault(section, {})
        elif REMARKED.match(text):
            if remark := REMARK.fullmatch(text):
                _note(parts.remarks, remark[1], remark[2], at, decides=remark[1] == SERIAL_NUMBER)
        elif not among_rows and (entry := ENTRY.fullmatch(text)):
            key = entry[1].rstrip()
            decides = key in DECIDING if section == "System" else _describes(section)
            _note(parts.sections.setdefault(section, {}), key, entry[2].lstrip(), at, decides=decides)
        elif NAMES.match(text):
            parts.blocks.append(Block(at))
            among_rows = True
        elif text and (among_rows or ROW.match(text)):
            (parts.blocks[-1].rows if parts.blocks else parts.nameless).append(at)
    parts.sections.pop("", None)
    return parts


def _note(entries: dict[str, str], key: str, value: str, at: int, *, decides: bool) -> None:
    """Keep what the information says last; where that decides how rows are read it must be the same each time."""
    before = entries.get(key, value)
    if decides and before != value:
        raise FormatError(
            f"'{key}' is '{before}', then '{value}': files of different loggers or settings were joined",
            f"line {at + 1}",
            "cut the file where another begins, and load the pieces",
        )
    entries[key] = value


def _describes(section: str) -> bool:
    return bool(DESCRIBING.fullmatch(section) or OF_A_QUANTITY.fullmatch(section))


def _without_names(lines: Sequence[str], at: int) -> Rejected:
    cells = max(lines[at].count(sign) for sign in ";,\t")
    return Rejected(at + 1, lines[at], "a row before any line of names; names of its columns expected first", cells)


def _zone(parts: Parts, read: Sequence[Read]) -> np.timedelta64 | None:
    """The stamps' own zone, else the clock's that the information states."""
    stated = utc_offset(parts.sections.get("System", {}).get("timezone", ""))
    zones = {block.zone if block.zone is not None else stated for block in read if block.tables}
    if len(zones) > 1:
        raise FormatError("stamps of several zones found", "", "cut the file where another begins, and load the pieces")
    return zones.pop() if zones else stated


@dataclass(frozen=True, slots=True)
class Read:
    """What a block says, and the zone that its stamps have."""

    names: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    zone: np.timedelta64 | None = None
    decided: Mapping[str, object] = field(default_factory=dict)


def _read_block(lines: Sequence[str], parts: Parts, block: Block) -> Read:
    line = lines[block.names_at].strip()
    separator = next(sign for sign in line if sign in ";,\t")
    labels = grid.named(_fields(line, separator))
    if "" in labels:
        raise FormatError(f"column {labels.index('') + 1} has no name", f"line {block.names_at + 1}", SEND_AGAIN)
    names = grid.unique(labels[1:])
    if not block.rows:
        return Read(names)
    first, width = block.names_at + 1, len(labels)
    rows = [""] * (block.rows[-1] + 1 - first)  # what is no row becomes a blank line, so that lines keep their numbers
    for at in block.rows:
        rows[at - first] = lines[at]
    body = "\n".join(rows).encode()
    mark = grid.decimal_mark(body, separator)
    read = grid.read(
        body,
        first + 1,
        width,
        Dialect(separator, mark),
        stamp=0,
        readings=range(1, width),
        missing=MISSING,
    )
    stamps = dates.read(read.stamps, read.rows.lines)
    evaluations = _evaluations(parts.sections)
    columns = {position: _column(name, evaluations) for position, name in enumerate(names, 1)}
    may_be_texts = [position for position, column in columns.items() if column.statistic is None]
    decided = stamps.decided | grid.texts_in(read, may_be_texts) | grid.decided(read, mark)
    read = grid.without_texts(read, may_be_texts)
    tables, rejected = grid.to_table(read, stamps.times, columns, dates.EXPECTED, _period(parts.sections))
    return Read(names, tables, rejected, stamps.utc_offset, decided)


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
