"""Rows of comma-separated text into columns, fast where the text is regular, and line by line right where it isn't.

Arrow reads the text. It needs every row on one line and of one width, so what breaks this is first mended or taken out.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

LF, COMMA, QUOTE = b'\n,"'
LONGEST_STRING = 20  # lines that a string with line breaks may run over before its quote counts as a stray one
BLOCK_BYTES = 1 << 20
LARGEST_BLOCK = 1 << 30  # Arrow counts a block's bytes in 32 bits


@dataclass(frozen=True, slots=True)
class Ragged:
    """A line that is no row: it has another number of columns, or its quotes don't close."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)  # without slots, for the cached property
class Rows:
    """Regular rows: one a line of `body`, each line ended by LF; `lines` are their numbers in the file."""

    body: bytes
    lines: NDArray[np.int64]
    ragged: tuple[Ragged, ...] = ()

    def text(self, row: int) -> str:
        """A row as text, to be shown."""
        return self._texts[row].decode()

    @cached_property
    def _texts(self) -> list[bytes]:
        return self.body.split(b"\n")


def join_rows(parts: Iterable[Rows]) -> Rows:
    """Rows of several pieces of a file as one."""
    together = list(parts)
    return Rows(
        b"".join(part.body for part in together),
        np.concatenate([part.lines for part in together]),
        tuple(ragged for part in together for ragged in part.ragged),
    )


def as_they_are(body: bytes, first_line: int) -> Rows:
    """Take every line for a row. Quick, and right only if `read_columns` then finds as many rows as lines."""
    ended = body if body.endswith(b"\n") or not body else body + b"\n"
    return Rows(ended, np.arange(first_line, first_line + ended.count(b"\n"), dtype=np.int64))


def quotes_are_tidy(body: bytes) -> bool:
    """Whether each quote opens or closes a field. Never yes of bad text; no also of some good (quotes in a string)."""
    quotes = body.count(b'"')
    if not quotes:
        return True
    opening = body.count(b',"') + body.count(b'\n"') + body.startswith(b'"')
    closing = body.count(b'",') + body.count(b'"\n')
    return opening == closing and opening + closing == quotes


def regular_rows(body: bytes, first_line: int, width: int) -> Rows:
    """Sort out what is not one row on one line: mend strings with line breaks, drop blank lines, report the rest."""
    whole = as_they_are(body, first_line).body
    if not whole:
        return Rows(whole, np.zeros(0, dtype=np.int64))
    ends = np.flatnonzero(np.frombuffer(whole, dtype=np.uint8) == LF)
    starts = np.concatenate([[0], ends[:-1] + 1])
    regular = _is_regular(whole, starts, ends, width)
    keep = regular.copy()
    pieces: list[bytes] = []
    ragged: list[Ragged] = []
    done = 0  # bytes of the body that have been dealt with
    for first, last, mended in _mend(whole, starts, ends, regular, width):
        pieces.append(whole[done : starts[first]])
        done = int(ends[last]) + 1
        text = whole[starts[first] : ends[last]].decode()
        if mended is not None:
            pieces.append(mended)
            keep[first] = True
        elif text.strip():
            ragged.append(Ragged(first_line + first, text, _why_ragged(text, width)))
    pieces.append(whole[done:])
    return Rows(b"".join(pieces), first_line + np.flatnonzero(keep), tuple(ragged))


def _is_regular(body: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64], width: int) -> NDArray[np.bool_]:
    """For each line: its quotes are where a field begins or ends, and it has `width` fields."""
    data = np.frombuffer(body, dtype=np.uint8)
    quotes = data == QUOTE
    regular: NDArray[np.bool_] = np.diff(np.cumsum(quotes, dtype=np.int64)[ends], prepend=0) % 2 == 0
    for line in np.flatnonzero(~regular):  # so that a quote too many doesn't turn the following lines inside out
        quotes[starts[line] : ends[line]] = False
    places = np.flatnonzero(quotes)
    beside_opening, beside_closing = data[places[0::2] - 1], data[places[1::2] + 1]
    tidy = np.ones(len(places), dtype=bool)
    tidy[0::2] = np.isin(beside_opening, (LF, COMMA, QUOTE))  # before the first byte stands, by index -1, the last LF
    tidy[1::2] = np.isin(beside_closing, (LF, COMMA, QUOTE))
    regular[np.searchsorted(ends, places[~tidy])] = False
    outside = np.cumsum(quotes, dtype=np.int32) % 2 == 0
    commas = np.diff(np.cumsum((data == COMMA) & outside, dtype=np.int64)[ends], prepend=0)
    regular &= (commas == width - 1) & (ends > starts)
    return regular


def _mend(
    body: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64], regular: NDArray[np.bool_], width: int
) -> Iterator[tuple[int, int, bytes | None]]:
    """The irregular lines as (first, last, the row on one line): the row is None where they make none."""
    following = 0
    for first in np.flatnonzero(~regular).tolist():
        if first < following:
            continue
        last, mended = first, None
        for candidate in range(first, min(first + LONGEST_STRING, len(ends))):
            if candidate > first and regular[candidate]:
                break
            text = body[starts[first] : ends[candidate]].decode()
            if text.count('"') % 2 == 0:
                cells = fields(text)
                if cells is not None:
                    last, mended = candidate, _one_line(cells) if len(cells) == width else None
                break
        following = last + 1
        yield first, last, mended


def fields(text: str, separator: str = ",") -> list[str] | None:
    """The fields of one row, or None where its quotes don't close, or close in the middle of a field."""
    try:
        rows = list(csv.reader([text], strict=True, delimiter=separator))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else [""]


def _one_line(cells: Sequence[str]) -> bytes:
    """A row written anew; line breaks in its strings become blanks."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([cell.replace("\n", " ") for cell in cells])
    return line.getvalue().encode()


def _why_ragged(text: str, width: int) -> str:
    cells = fields(text)
    if cells is None:
        return f"a quote stands in mid-field or never closes; {width} columns expected"
    return f"{len(cells)} columns found, {width} named in the header"


def read_columns(
    body: bytes, width: int, *, numbers: Sequence[int], strings: Sequence[int], missing: Sequence[str]
) -> dict[int, pa.ChunkedArray[Any]]:
    """Read the columns at these positions: numbers as float64 (null where a cell is one of `missing`), strings as such.

    Raises pa.ArrowInvalid where a number is none, or a row hasn't `width` fields.
    """
    types = {column: pa.float64() for column in numbers} | {column: pa.string() for column in strings}
    return _read(body, width, types, BLOCK_BYTES, missing)


def read_strings(body: bytes, width: int, strings: Sequence[int]) -> dict[int, pa.ChunkedArray[Any]]:
    """Read the columns at these positions of regular rows, however long they are."""
    block_bytes = min(len(body) + 1, LARGEST_BLOCK)
    return _read(body, width, {column: pa.string() for column in strings}, block_bytes)


def _read(
    body: bytes, width: int, types: Mapping[int, pa.DataType], block_bytes: int, missing: Sequence[str] = ()
) -> dict[int, pa.ChunkedArray[Any]]:
    if not body:
        return {column: pa.chunked_array([pa.array([], kind)]) for column, kind in types.items()}
    table = arrow_csv.read_csv(
        io.BytesIO(body),
        read_options=arrow_csv.ReadOptions(
            column_names=[str(column) for column in range(width)],
            block_size=block_bytes,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types={str(column): kind for column, kind in types.items()},
            include_columns=[str(column) for column in types],
            null_values=list(missing),
            check_utf8=False,
        ),
    )
    return {column: table[str(column)] for column in types}
