"""Files that someone has appended to each other: cut at each header, read one by one, and put together again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from loaders.formats.evidence import Hearing
from loaders.formats.frame import FormatError, LoggerFile, Table

APART = "cut the file before this line and load the pieces"


@dataclass(frozen=True, slots=True)
class Block:
    """A header and its rows, and the line of the file on which it begins."""

    first_line: int
    text: str


def cut(text: str, header: re.Pattern[str]) -> list[Block]:
    """Cut before each place where a header begins, but the file's own; blanks before that belong to it."""
    own = len(text) - len(text.lstrip())
    starts = [0, *(found.start() for found in header.finditer(text, own + 1))]
    blocks = []
    line = 1
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        blocks.append(Block(line, text[start:end]))
        line += text.count("\n", start, end)
    return blocks


def read(
    text: str, header: re.Pattern[str], read_one: Callable[[str, Hearing], LoggerFile], hearing: Hearing | None = None
) -> LoggerFile:
    """Read each file in the text by its own header; rows under the first may have been told of in other pieces.

    Raises FormatError, besides what `read_one` raises, where they are of two loggers or of two clocks.
    """
    found = cut(text, header)
    hearings = [hearing or Hearing(), *(Hearing() for _ in found[1:])]
    files = [_moved(read_one, block, heard) for block, heard in zip(found, hearings, strict=True)]
    logger = the_logger((file.logger, block.first_line) for file, block in zip(files, found, strict=True))
    the_clock(
        (file.utc_offset, file.timestamp_is_end_of_period, block.first_line)
        for file, block in zip(files, found, strict=True)
    )
    if len(files) == 1:
        return files[0]
    return replace(
        files[-1],
        logger=logger,
        tables=joined(table for file in files for table in file.tables),
        rejected=tuple(bad for file in files for bad in file.rejected),
        header=_headers(files, found),
        created=max((file.created for file in files if file.created), default=None),
        is_unverified=any(file.is_unverified for file in files),
    )


def _moved(read_one: Callable[[str, Hearing], LoggerFile], block: Block, hearing: Hearing) -> LoggerFile:
    """What stands in a block, with lines as the whole file counts them."""
    by = block.first_line - 1
    try:
        return read_one(block.text, hearing).moved(by)
    except FormatError as error:
        raise error.moved(by) from None


def _headers(files: Iterable[LoggerFile], found: Iterable[Block]) -> dict[str, object]:
    """The last header, by whose settings the logger went on, and above it each that differs from those before."""
    different: list[dict[str, object]] = []
    headers: list[dict[str, object]] = []
    for file, block in zip(files, found, strict=True):
        if file.header not in headers:
            headers.append(file.header)
            different.append({"line": block.first_line} | {k: v for k, v in file.header.items() if k != "settings"})
        last = file.header
    return last if len(different) == 1 else last | {"headers": different}


def refuse_another(lines: Iterable[str], first_line: int, names: re.Pattern[str]) -> None:
    """Raise FormatError where names of columns stand among rows: what follows would be read under the wrong ones."""
    for number, line in enumerate(lines, first_line):
        if names.match(line):
            raise FormatError(f"a second header among the rows: '{line[:60]}'", f"line {number}", APART)


def the_logger(names: Iterable[tuple[str | None, int]]) -> str | None:
    """The one name that all headers have; they come with the line of each. Raises FormatError where they differ."""
    first: str | None = None
    for number, (name, line) in enumerate(names):
        if number and name != first:
            raise FormatError(
                f"rows of two instruments in one file: '{first}', then '{name}'",
                f"line {line}",
                APART,
            )
        first = name
    return first


def the_clock(
    clocks: Iterable[tuple[np.timedelta64 | None, bool | None, int]],
) -> tuple[np.timedelta64 | None, bool | None]:
    """The offset from UTC, and the side of the period that stamps mark, which all headers have.

    They come with the line of each. Raises FormatError where they differ.
    """
    first, *others = clocks
    for *clock, line in others:
        if tuple(clock) != first[:2]:
            raise FormatError("headers of two clocks in one file", f"line {line}", APART)
    return first[:2]


def joined(tables: Iterable[Table]) -> tuple[Table, ...]:
    """Tables of one name, with the same columns and period, as one; in the order of their first rows."""
    groups: dict[tuple[object, ...], list[Table]] = {}
    for table in tables:
        groups.setdefault((table.name, table.columns, str(table.averaging_period)), []).append(table)
    return tuple(group[0] if len(group) == 1 else _one(group) for group in groups.values())


def _one(tables: list[Table]) -> Table:
    return replace(
        tables[0],
        timestamps=np.concatenate([table.timestamps for table in tables]),
        lines=np.concatenate([table.lines for table in tables]),
        values=tuple(np.concatenate(parts) for parts in zip(*(table.values for table in tables), strict=True)),
        rejected_cells=tuple(
            np.concatenate(parts) for parts in zip(*(table.rejected_cells for table in tables), strict=True)
        ),
    )
