"""What NRG Systems' text files have in common: a header of sections with a key and its value on a line, and settings.

A section is one or more blocks: a key that comes again begins the next (a channel, a logger, a date from which).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from loaders.formats import grid
from loaders.formats.frame import FormatError
from loaders.formats.settings import Setting, number, setting

Block = dict[str, str]
Sections = dict[str, list[Block]]

LENGTH = re.compile(r"(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>m|ft)", re.ASCII | re.IGNORECASE)
METRES = {"m": 1.0, "ft": 0.3048}
STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[ T]+(\d\d:\d\d:\d\d)", re.ASCII)
NO_SERIAL = re.compile(r"(SN:)?\s*(none|n/?a|-*)", re.IGNORECASE)  # what stands where no one entered one
TITLE = re.compile(r"[^:\t]+(?:\t{2,})?")  # a spreadsheet pads it with tabs; one tab alone follows a key
DATA = re.compile(r"^Data[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Export:
    """A file cut at its line `Data`: the header's sections, and all that follows, from this line."""

    sections: Sections
    body: str
    first_line: int


def split_at_data(text: str, title: str) -> Export:
    """Cut a file that begins with this title; raises FormatError where it has no data or holds two exports."""
    found = DATA.search(text)
    if found is None:
        raise FormatError(
            "the header doesn't end: no line 'Data' follows it",
            f"line {text.count(chr(10)) + 1}",
            "have the file sent or exported again: it was cut off within its header",
        )
    line = text.count("\n", 0, found.start()) + 1
    body = text[found.end() + 1 :]
    again = re.search(rf"^{re.escape(title)}\b", body, re.MULTILINE)
    if again is not None:
        raise FormatError(
            f"a second file begins in mid-file: '{title}' found, a row expected",
            f"line {line + 1 + body.count(chr(10), 0, again.start())}",
            "cut the file before this line and load the pieces",
        )
    return Export(read_sections(text[: found.start()].split("\n")), body, line + 1)


def above_rows(lines: Sequence[str]) -> int | None:
    """How many lines stand above the rows: the header, the line `Data` and that of the names."""
    return next((at + 2 for at, line in enumerate(lines) if DATA.fullmatch(line)), None)


def split_names(export: Export, first: str) -> tuple[tuple[str, ...], bytes]:
    """The names of the columns, made unique, and the rows; raises FormatError where the first isn't `first`."""
    line, _, rows = export.body.partition("\n")
    names = grid.named(line.split("\t"))
    if names[0] != first:
        raise FormatError(
            f"the first column is named '{names[0][:40]}', '{first}' expected",
            f"line {export.first_line}",
            "have the file sent or exported again: the line of names is missing",
        )
    return grid.unique(names), rows.encode()


def read_sections(lines: Iterable[str], title: re.Pattern[str] = TITLE) -> Sections:
    """Sections by title, in the order of the file."""
    sections: Sections = {}
    blocks: list[Block] = sections.setdefault("", [])
    for line in lines:
        if not line.strip():
            continue
        if title.fullmatch(line):
            blocks = sections.setdefault(line.strip(), [])
            continue
        key, _, value = line.partition("\t" if "\t" in line else ":")
        key = key.strip().rstrip(":").strip()
        if not blocks or key in blocks[-1]:
            blocks.append({})
        blocks[-1][key] = value.strip()
    return {title: blocks for title, blocks in sections.items() if title or blocks}


def told(sections: Sections, title: str, key: str) -> str | None:
    """What the first block of a section says; None where it says nothing."""
    blocks = sections.get(title) or [{}]
    return blocks[0].get(key) or None


def setting_of(block: Block, columns: Sequence[str], *, height_m: float | None) -> Setting:
    """What a sensor's block says."""
    return setting(
        columns,
        serial_number=serial_of(block.get("Serial Number", "")),
        height_m=height_m,
        slope=number(block.get("Scale Factor")),
        offset=number(block.get("Offset")),
        unit=block.get("Units", "").strip("-") or None,
        date_from=iso_stamp(block.get("Effective Date", "")),
        description=block.get("Description") or None,
    )


def serial_of(text: str) -> str | None:
    """A serial number without its label, None for the words that stand for none."""
    return None if NO_SERIAL.fullmatch(text.strip()) else text.strip().removeprefix("SN:").strip()


def metres(text: str) -> float | None:
    """A height in metres from `50   m` or `187ft`; None where it has no unit, or is the 0 of a field left alone."""
    found = LENGTH.fullmatch(text.strip())
    height = float(found["number"]) * METRES[found["unit"].lower()] if found else 0
    return round(height, 4) or None


def iso_stamp(text: str) -> str | None:
    """`YYYY-MM-DD hh:mm:ss` with one T between, None where it is no time of the calendar."""
    found = STAMP.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return datetime.fromisoformat("T".join(found.groups())).isoformat()
    except ValueError:
        return None
