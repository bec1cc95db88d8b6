"""Parses a file once, to tell what all its pieces have, and gives them again to whoever brings them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from loaders.formats.detect import Format
from loaders.formats.frame import FormatError, Rejected, Undecided
from loaders.formats.source import Source
from loaders.headers import together
from loaders.pieces import MOST_WHOLE, PIECE_BYTES, End, Piece, grows, has_parts, hear, is_cut, read, whole

# Of text, since to parse it again takes longer. A cell is kept in nine bytes, and in a file has two or more: 23 MB of
# cells of one digit, the most that there can be, raised the peak by 181 MB
KEPT_BYTES = 32 << 20


@dataclass(slots=True)
class Found:
    """What a file's pieces have: whether there are rows, which whole lines are none, and what they say of the file."""

    has_rows: bool = False
    is_unverified: bool = False
    header: dict[str, object] = field(default_factory=dict)
    last_header: dict[str, object] = field(default_factory=dict)
    created: datetime | None = None
    first: Rejected | None = None
    lines: int = 0

    def add(self, piece: Piece) -> None:
        """Take in a piece."""
        # what no logger appends to is all that will ever come
        unfinished = piece.unfinished if piece.end is not None else None
        bad = [one for one in piece.file.rejected if unfinished is None or one.line <= unfinished.lines]
        self.has_rows |= any(len(table.timestamps) for table in piece.file.tables)
        self.first = self.first or next(iter(bad), None)
        self.lines += len({one.line for one in bad})
        self.is_unverified |= piece.file.is_unverified
        if piece.file.header != self.last_header:
            self.last_header = piece.file.header
            self.header = together(self.header, self.last_header, piece.first_line, _first_stamp(piece))
        self.created = max(filter(None, (self.created, piece.file.created)), default=None)

    def refuse_unreadable(self) -> None:
        """Raise FormatError with the reason of the first line, where there are lines and none of them is a row."""
        if self.first is not None and not self.has_rows:
            raise FormatError(
                self.first.reason,
                f"line {self.first.line}",
                f"none of the file's {self.lines:,} lines could be read as a row; if the logger wrote them like this, "
                "open an issue with the file: it is kept, and read again by the next version",
            )


def _first_stamp(piece: Piece) -> str | None:
    """When the piece's first row was stamped, by the logger's clock."""
    rows = [(table.lines[0], table.timestamps[0]) for table in piece.file.tables if len(table.lines)]
    return str(min(rows)[1].astype("datetime64[s]")) if rows else None


@dataclass(frozen=True, slots=True)
class GoneThrough:
    """A file that was parsed once: its first piece, how it ends, what it has, and all pieces once more.

    As long as the pieces are small together they stay in memory; others are parsed anew each time.
    """

    first: Piece
    end: End | None
    found: Found
    again: Callable[[], Iterator[Piece]]


def again(module: Format, source: Source, after: End | None = None) -> Iterator[Piece]:
    """Parse what was loaded once more; raises FormatError."""
    if grows(module) or not is_cut(module, source.size):
        return read(module, source, after)
    return go_through(module, source).again()


def go_through(module: Format, source: Source, after: End | None = None) -> GoneThrough:
    """Parse a file, in pieces if they can be read, else whole unless it is too large for that; raises FormatError."""
    if grows(module) or not is_cut(module, source.size):
        is_kept = not grows(module) or source.size <= PIECE_BYTES
        return _gone_through(partial(read, module, source, after), is_kept=is_kept)
    try:
        parse = partial(read, module, source, heard=hear(module, source))
        return _gone_through(parse, is_kept=not has_parts(module) and source.size <= KEPT_BYTES)
    except FormatError as error:
        if source.size > MOST_WHOLE or (has_parts(module) and not isinstance(error, Undecided)):  # it knows all
            raise
        # all rows together may tell more than those of a piece, or tell the error that it is
        return _gone_through(partial(whole, module, source), is_kept=True)


def _gone_through(parse: Callable[[], Iterator[Piece]], *, is_kept: bool) -> GoneThrough:
    found = Found()
    if is_kept:
        kept = list(parse())
        for piece in kept:
            found.add(piece)
        return GoneThrough(kept[0], kept[-1].end, found, partial(iter, kept))
    first = next(parse())
    for piece in parse():  # one at a time in memory
        found.add(piece)
    return GoneThrough(first, piece.end, found, parse)
