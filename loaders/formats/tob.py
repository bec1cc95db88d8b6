"""What Campbell's binary files TOB1, TOB2 and TOB3 have in common: a header of text, then records of one layout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loaders.formats import text
from loaders.formats.campbell import Header, check_names
from loaders.formats.delimited import fields
from loaders.formats.frame import FormatError, Table
from loaders.formats.tob_types import ALL_FLAGS, UNVERIFIED, Decoder, Kind, kind_of

EPOCH = np.datetime64("1990-01-01", "us")  # Campbell's loggers count seconds from here
DEMAND = "have the file collected again from the logger or its card; a text editor or a transfer as text spoils it"
ENVIRONMENT_FIELDS = 8
SHOWN_BYTES = 32  # of what is rejected


@dataclass(frozen=True, slots=True)
class Layout:
    """A record: the type of each of its columns, and the header in the words of TOA5.

    The first `leading` columns are time and number of the record. The others are the last ones of the header, in which
    TIMESTAMP and RECORD come first.
    """

    header: Header
    kinds: tuple[Kind, ...]
    types: tuple[str, ...]
    leading: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """A record for numpy: field `0` is the first column, and so on, without padding."""
        return np.dtype([(str(number), kind.dtype) for number, kind in enumerate(self.kinds)])

    @property
    def readings(self) -> dict[int, Decoder]:
        """Which columns are quantities, and how each becomes numbers."""
        return {
            number: kind.decode
            for number, kind in enumerate(self.kinds)
            if number >= self.leading and kind.decode is not None and self.header.may_hold_readings(self._named(number))
        }

    def table(
        self,
        records: NDArray[np.void],
        timestamps: NDArray[np.datetime64],
        lines: NDArray[np.int64],
        averaging_period: np.timedelta64 | None,
    ) -> Table:
        """The records as a table."""
        readings = self.readings
        return Table(
            name=self.header.table,
            columns=tuple(self.header.column(self._named(number)) for number in readings),
            timestamps=timestamps,
            lines=lines,
            values=tuple(decode(records[str(number)]) for number, decode in readings.items()),
            rejected_cells=tuple(np.zeros(len(records), dtype=bool) for _ in readings),
            averaging_period=averaging_period,
        )

    def is_unverified(self, table: Table) -> bool:
        """Whether it has types, or flags in a byte, that no file of a real logger has borne out."""
        flags = [number for number in self.readings if self._type(number) == "BOOL8"]
        mixed = any(
            not np.isin(values, (0, ALL_FLAGS)).all()
            for number, values in zip(self.readings, table.values, strict=True)
            if number in flags
        )
        return mixed or any(self._type(number) in UNVERIFIED for number in self.readings)

    def _type(self, number: int) -> str:
        return self.types[number].strip().upper()

    def as_dict(self) -> dict[str, object]:
        """The header for JSON."""
        return self.header.as_dict() | {"types": list(self.types)}

    def _named(self, number: int) -> int:
        return number + len(self.header.names) - len(self.kinds)


def matches(head: bytes, signature: str) -> bool:
    """Whether the first word is the format's name."""
    return re.match(f'"?{signature}"?,', text.decode(head)) is not None


def read_lines(content: bytes, count: int) -> tuple[list[list[str]], int]:
    """The fields of the header's lines, and where the bytes after them begin."""
    *lines, rest = content.split(b"\n", count)
    if len(lines) < count:
        raise FormatError(f"the header ends after {len(lines)} of {count} lines", f"line {len(lines) + 1}", DEMAND)
    return [_read_line(line, number) for number, line in enumerate(lines, 1)], len(content) - len(rest)


def _read_line(line: bytes, number: int) -> list[str]:
    cells = fields(text.decode(line).strip())  # the last line of TOB2 and TOB3 is padded with blanks
    if cells is None:
        raise FormatError("the header line ends inside a quoted field", f"line {number}", DEMAND)
    return [cell.strip() for cell in cells] or [""]


def check_environment(cells: Sequence[str], signature: str) -> None:
    """Raise where the first line is not the format's name and the seven words on the logger."""
    if cells[0] != signature:
        raise FormatError(f"'{cells[0][:40]}' found, '{signature}' expected", "line 1", DEMAND)
    if len(cells) != ENVIRONMENT_FIELDS:
        what = f"{len(cells)} fields in the environment line, {ENVIRONMENT_FIELDS} expected"
        raise FormatError(what, "line 1", DEMAND)


def read_kinds(columns: Sequence[Sequence[str]], first_line: int) -> tuple[Kind, ...]:
    """The types of all columns; `columns` are the lines of names, units, processing and types."""
    names, units, processing, types = columns
    for row, said, line in ((units, "units", 1), (processing, "processing", 2), (types, "types", 3)):
        if len(row) != len(names):
            what = f"{len(row)} columns in the line of {said}, {len(names)} in the line of names"
            raise FormatError(what, f"line {first_line + line}", DEMAND)
    check_names(names, first_line)
    return tuple(kind_of(name, first_line + 3) for name in types)


def runs(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Stretches in which a mask is true, as (first, behind the last)."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True)


def shown(content: bytes) -> str:
    """Binary content for the eye."""
    return content[:SHOWN_BYTES].hex(" ") + (" ..." if len(content) > SHOWN_BYTES else "")
