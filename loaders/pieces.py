"""A file's content in pieces of bounded size, each parsed under the header that holds there.

So a file of any size is read in the same memory, and of one that grew only what was appended. Where rows decide
together how a file is read, its pieces must have decided the same; else it is read whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from loaders import headers
from loaders.formats.detect import Format
from loaders.formats.frame import Cut, FormatError, LoggerFile, Undecided
from loaders.formats.source import Source
from loaders.formats.text import UTF16_MARKS, decode_lines, line_breaks

PIECE_BYTES = 8 << 20
LARGE_BYTES = 16 << 20  # of a file that isn't appended to; smaller ones are parsed whole, their rows deciding together
TEXT_TAKES = 4  # times as much memory as other files do, where rows decide together and their lines are kept for it
LINE_ENDS = (b"\n", b"\r")
MOST_OF_ROW = 64 << 10  # bytes, that tell how much of a last row there is
LONGEST_NAME = 800  # bytes; of three names an index holds 2,704


@dataclass(frozen=True, slots=True)
class Joined:
    """Several sources one after the other."""

    parts: tuple[Source, ...]

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""
        found = []
        for part in self.parts:
            if start < part.size and end > 0:  # a file that grew for years has 50,000 parts, and each is opened
                found.append(part.read(max(start, 0), end))
            start, end = start - part.size, end - part.size
        return b"".join(found)

    @property
    def size(self) -> int:
        """How many there are."""
        return sum(part.size for part in self.parts)


@dataclass(frozen=True, slots=True)
class End:
    """How a file that may grow ends; see `raw.file_end`."""

    heading: bytes
    heading_lines: int
    unfinished: bytes
    lines: int


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A last line that doesn't end: the logger is still writing it, or a transfer broke off, or it is whole.

    Attributes:
        lines: those before it.
        bytes: how much there is from the beginning of the last row, which may have several lines; MOST_OF_ROW at most.
    """

    lines: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file.

    Attributes:
        file: what stands in it, lines counted from the beginning of the whole file.
        end: how the file ends after it, for the last piece of a format that loggers append to; else None.
        unfinished: what of it may have been cut.
        first_line: the line on which it begins.
    """

    file: LoggerFile
    end: End | None
    unfinished: Unfinished | None = None
    first_line: int = 1


def can_be_cut(module: Format) -> bool:
    """Whether files of this format can be read in pieces."""
    return hasattr(module, "cut") or has_parts(module)


def has_parts(module: Format) -> bool:
    """Whether the format itself knows how to take a file apart: no bytes before a part say all that it must know."""
    return hasattr(module, "parts")


def grows(module: Format) -> bool:
    """Whether loggers append to files of this format."""
    return can_be_cut(module) and getattr(module, "GROWS", True)


def is_cut(module: Format, size: int) -> bool:
    """Whether a file of so many bytes is read in pieces."""
    large = LARGE_BYTES // TEXT_TAKES if is_text(module) else LARGE_BYTES
    return grows(module) or (can_be_cut(module) and size > large)


def piece_bytes(module: Format) -> int:
    """How large a piece is, more or less."""
    return PIECE_BYTES // TEXT_TAKES if is_text(module) and not grows(module) else PIECE_BYTES


def is_text(module: Format) -> bool:
    """Whether files of this format are lines, and no records."""
    return not hasattr(module, "LINES_BEFORE_RECORDS")


def whole(module: Format, source: Source) -> Iterator[Piece]:
    """Parse a file as one piece; raises FormatError."""
    content = source.read(0, source.size)
    file = _with_short_names(module.parse(content))
    yield Piece(file, None, _unfinished(module, content, 0, file))


def read(module: Format, source: Source, after: End | None = None) -> Iterator[Piece]:
    """Parse a file, or what was appended to one that ended like `after`.

    Raises FormatError, also where pieces of a file that doesn't grow decide differently how it is read.
    """
    if not is_cut(module, source.size):
        return whole(module, source)
    return _parts(module, source) if has_parts(module) else _cut(module, source, after)


def _parts(module: Format, source: Source) -> Iterator[Piece]:
    parts: Callable[[Source, int], Iterator[LoggerFile]] = module.parts  # type: ignore[attr-defined]  # asked before
    return (Piece(_with_short_names(file), None) for file in parts(source, piece_bytes(module)))


def _cut(module: Format, source: Source, after: End | None) -> Iterator[Piece]:
    cut: Callable[[bytes], Cut | None] = module.cut  # type: ignore[attr-defined]  # asked before
    state = after or End(b"", 0, b"", 0)
    usual = piece_bytes(module)
    short = 0 if grows(module) else usual // 2  # the rows of a short rest may not tell enough by themselves
    position, size = 0, usual
    logger: str | None = None
    agreement = Agreement()
    while True:
        is_last = position + size + short >= source.size
        until = source.size if is_last else position + size
        content = state.heading + state.unfinished + source.read(position, until)
        found = cut(content)
        if not is_last and (found is None or found.at <= len(state.heading)):
            size *= 2  # a header, or a row, of more than a piece
            continue
        try:
            file = _parsed(module, content if is_last or found is None else content[: found.at], state)
        except Undecided:
            if is_last:
                raise
            size *= 2  # with more rows they may tell
            continue
        if not grows(module):
            agreement.add(file, is_continued=bool(state.heading))
        if logger is not None and file.logger != logger:
            raise FormatError(
                f"rows of two loggers in one file: '{logger}', then '{file.logger}'",
                f"behind line {state.lines:,}",
                "cut the file before the other logger's header and load the pieces",
            )
        logger = file.logger
        position, size = position + size, usual
        first_line, after_it = state.lines + 1, _end(content, found, state)
        unfinished = _last_row(module, content, state, after_it, file) if is_last else None
        yield Piece(file, after_it if is_last and grows(module) else None, unfinished, first_line)
        if is_last or after_it is None:
            return
        state = after_it


@dataclass(slots=True)
class Agreement:
    """What the pieces of a file that doesn't grow have decided so far, since the header under which they stand."""

    decided: dict[str, object] = field(default_factory=dict)
    clock: tuple[Any, Any] | None = None

    def add(self, file: LoggerFile, *, is_continued: bool) -> None:
        """Take in a piece, with the same header as the last one or with its own; raises Undecided where they differ."""
        if not is_continued:
            self.decided = {}
            clock = (file.utc_offset, file.timestamp_is_end_of_period)
            self.clock = self.clock or clock
            self._compare({"clock": self.clock}, {"clock": clock})
        self._compare(self.decided, file.decided)
        self.decided |= file.decided

    def _compare(self, before: Mapping[str, object], now: Mapping[str, object]) -> None:
        for what, value in now.items():
            if before.get(what, value) != value:
                raise Undecided(f"rows that tell different things of the file's {what}: {before[what]}, then {value}")


def _with_short_names(file: LoggerFile) -> LoggerFile:
    """The file, whose names an index of PostgreSQL must hold together; raises FormatError where it can't."""
    names = {"logger": [file.logger or ""], "table": [table.name for table in file.tables]}
    names["column"] = [column.name for table in file.tables for column in table.columns]
    for kind, some in names.items():
        for name in some:
            if (size := len(name.encode(errors="replace"))) > LONGEST_NAME:
                raise FormatError(
                    f"the {kind}'s name has {size:,} bytes, {LONGEST_NAME} at most expected: '{name[:40]}...'",
                    "the header",
                    "have the file collected again from the logger: its header is damaged",
                )
    return file


def _parsed(module: Format, content: bytes, state: End) -> LoggerFile:
    """What stands in a piece; in it, and in a FormatError about it, lines are as the whole file counts them."""
    by = state.lines - state.heading_lines
    try:
        file = _with_short_names(module.parse(content))
    except FormatError as error:
        raise error.moved(by) from error
    # what is wrong in the heading was told where it stands
    below = tuple(bad for bad in file.rejected if bad.line > state.heading_lines)
    header = headers.moved(file.header, by, state.heading_lines)
    return replace(file, rejected=below, header=header).moved(by)


def _end(content: bytes, found: Cut | None, state: End) -> End | None:
    if found is None:
        return None
    lines = state.lines - state.heading_lines + found.lines
    return End(found.heading, found.heading_lines, content[found.at :], lines)


def _last_row(module: Format, content: bytes, state: End, after_it: End | None, file: LoggerFile) -> Unfinished | None:
    """The last row of a file of which this is the last piece, if it may have been cut.

    What stands behind the last place for a cut isn't asked where nothing will be appended: it may hold whole rows.
    """
    if grows(module) and after_it is not None:
        return Unfinished(after_it.lines, len(after_it.unfinished)) if after_it.unfinished else None
    return _unfinished(module, content, state.lines - state.heading_lines, file)


def _unfinished(module: Format, content: bytes, lines_before: int, file: LoggerFile) -> Unfinished | None:
    """The last row of a file that came as a whole, where it is text and no line ends behind it."""
    if content.startswith(UTF16_MARKS):  # whose lines don't end by a byte of its own
        content = decode_lines(content).encode()
    content = content.rstrip(b"\x00")
    if not is_text(module) or content.endswith(LINE_ENDS):
        return None
    last = max(content.rfind(end) for end in LINE_ENDS) + 1
    lines = lines_before + line_breaks(content, last)
    row = max((int(table.lines.max()) for table in file.tables if len(table.lines)), default=lines + 1)
    of_row = decode_lines(content[-MOST_OF_ROW:]).split("\n")[row - lines - 2 :]
    return Unfinished(lines, min(len("\n".join(of_row).encode()), MOST_OF_ROW))
