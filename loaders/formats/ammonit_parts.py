"""The parts of an Ammonit file, told line by line: information, lines of names, and the rows under these."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from loaders.formats.frame import FormatError, Rejected

SECTION = re.compile(r"\[([^\[\]]+)\]")
ENTRY = re.compile(r"([A-Za-z][\w ./-]*+)\s*+=(.*)")
REMARK = re.compile(r"#\s*([A-Za-z][\w /]*?)\s{2,}(\S.*)")
REMARKED = re.compile(r"#(?!\d)")  # before a digit it is the garbled first one of a stamp
ROW = re.compile(r"\S?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b.*[;,\t]")  # the first character may be garbled
NAMES = re.compile(r"\"?(?:date|datetime|time|timestamp|datum|zeit)\b[^;,\t]*([;,\t])", re.IGNORECASE)
DESCRIBING = re.compile(r"System|Evaluation|(?:Sensor|Eval)_\d+")
OF_A_QUANTITY = re.compile(r"[^;]+;\w+")  # a section's name in the information of older firmware
DECIDING = ("timezone", "serial_number", "serial", "Serial Number")  # of the section on the system
SERIAL_NUMBER = "Serial Number"
MOST_NAMELESS = 200_000  # rows that no names lead; of so many none is of use, and each is kept
PADDING = " ,;\t"  # what a spreadsheet adds to lines shorter than others

Sections = dict[str, dict[str, str]]


@dataclass(slots=True)
class Block:
    """A line of names with its number, and the numbers of the lines under it that are rows; lines count from 1."""

    line: int
    names: str
    rows: list[int] = field(default_factory=list)

    @property
    def separator(self) -> str:
        """The sign between fields."""
        return next(sign for sign in self.names if sign in ";,\t")


@dataclass(slots=True)
class Parts:
    """The parts of a file, which come in any order, and again where files were joined.

    Among rows a line that is neither blank nor information is one, however garbled; elsewhere what begins as a row.

    Attributes:
        nameless: rows that no names lead.
        among_rows: whether the line that comes next may be a row that doesn't look like one.
        section: the one of the information that the line which comes next belongs to.
    """

    remarks: dict[str, str] = field(default_factory=dict)
    sections: Sections = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    nameless: list[Rejected] = field(default_factory=list)
    among_rows: bool = False
    section: str = ""

    def add(self, number: int, line: str) -> None:
        """Take in a line. Raises FormatError where it tells another logger or sensor than those before."""
        text = line.strip().rstrip(PADDING)
        if named := SECTION.fullmatch(text):
            self.section, self.among_rows = named[1], False
            self.sections.setdefault(self.section, {})
        elif REMARKED.match(text):
            if remark := REMARK.fullmatch(text):
                _note(self.remarks, remark[1], remark[2], number, decides=remark[1] == SERIAL_NUMBER)
        elif not self.among_rows and (entry := ENTRY.fullmatch(text)):
            key, section = entry[1].rstrip(), self.section
            decides = key in DECIDING if section == "System" else describes(section)
            known = self.sections.setdefault(section, {}) if section else {}
            _note(known, key, entry[2].lstrip(), number, decides=decides)
        elif NAMES.match(text):
            self.blocks.append(Block(number, line.strip()))
            self.among_rows = True
        elif text and (self.among_rows or ROW.match(text)):
            if self.blocks:
                self.blocks[-1].rows.append(number)
            else:
                self._add_nameless(number, line)

    def _add_nameless(self, number: int, line: str) -> None:
        self.nameless.append(_without_names(number, line))
        if len(self.nameless) > MOST_NAMELESS:
            raise FormatError(
                f"{MOST_NAMELESS:,} rows before any line of names",
                f"line {self.nameless[0].line}",
                "have the file sent again: a line of names that begins with Date/time is expected above its rows",
            )


def _note(entries: dict[str, str], key: str, value: str, number: int, *, decides: bool) -> None:
    """Keep what the information says last; where that decides how rows are read it must be the same each time."""
    before = entries.get(key, value)
    if decides and before != value:
        raise FormatError(
            f"'{key}' is '{before}', then '{value}': files of different loggers or settings were joined",
            f"line {number}",
            "cut the file where another begins, and load the pieces",
        )
    entries[key] = value


def describes(section: str) -> bool:
    """Whether a section of the information is on the measurement."""
    return bool(DESCRIBING.fullmatch(section) or OF_A_QUANTITY.fullmatch(section))


def _without_names(number: int, line: str) -> Rejected:
    cells = max(line.count(sign) for sign in ";,\t")
    return Rejected(number, line, "a row before any line of names; names of its columns expected first", cells)
