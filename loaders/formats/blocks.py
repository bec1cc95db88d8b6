"""Files that someone has appended to each other: cut at each header, read one by one, and put together again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from loaders.formats.frame import FormatError, Table


@dataclass(frozen=True, slots=True)
class Block:
    """A header and its rows, and the line of the file on which it begins."""

    first_line: int
    text: str


def cut(text: str, header: re.Pattern[str]) -> list[Block]:
    """Cut before each place where a header begins; what stands before the first one belongs to it."""
    starts = [0, *(found.start() for found in list(header.finditer(text))[1:])]
    blocks = []
    line = 1
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        blocks.append(Block(line, text[start:end]))
        line += text.count("\n", start, end)
    return blocks


def the_logger(names: Iterable[tuple[str | None, int]]) -> str | None:
    """The one name that all headers have; they come with the line of each. Raises FormatError where they differ."""
    first: str | None = None
    for number, (name, line) in enumerate(names):
        if number and name != first:
            raise FormatError(
                f"rows of two instruments in one file: '{first}', then '{name}'",
                f"line {line}",
                "cut the file before this line and load the pieces",
            )
        first = name
    return first


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
