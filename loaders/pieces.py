"""A file's content in pieces of bounded size, each parsed under the header that holds there.

So a file of any size is read in the same memory, and of one that grew only what was appended. Where rows decide
together how a file is read, all pieces are heard before the first is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from loaders import headers
from loaders.formats.blocks import APART
from loaders.formats.detect import Format
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Cut, FormatError, LoggerFile, Undecided
from loaders.formats.recoded import as_utf8
from loaders.formats.source import Source, without_zeros_at_end
from loaders.formats.text import UTF16_MARKS, decode_lines, line_breaks

PIECE_BYTES = 8 << 20
LARGE_BYTES = 16 << 20  # of a file that isn't appended to; smaller ones are parsed whole, their rows deciding together
MOST_WHOLE = 16 << 20  # of a file whose pieces can't be read: what all of it tells is worth thirty times its size
MOST_GROWN = 64 << 20  # of one that loggers append to and that has no place for a cut: it takes a few times its size
TEXT_TAKES = 4  # times as much memory as other files do, where rows decide together and their lines are kept for it
LINE_ENDS = (b"\n", b"\r")
MOST_OF_ROW = 64 << 10  # bytes, that tell how much of a last row there is
LONGEST_NAME = 800  # bytes; of three names an index holds 2,704

Clock = tuple[Any, bool | None]  # the offset from UTC, and whether stamps mark the end of a period


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
    large = LARGE_BYTES // TEXT_TAKES if is_text(module) else getattr(module, "LARGE_BYTES", LARGE_BYTES)
    return grows(module) or (can_be_cut(module) and size > large)


def piece_bytes(module: Format) -> int:
    """How large a piece is, more or less."""
    return PIECE_BYTES // TEXT_TAKES if is_text(module) and not grows(module) else PIECE_BYTES


def is_text(module: Format) -> bool:
    """Whether files of this format are lines, and no records."""
    return not hasattr(module, "LINES_BEFORE_RECORDS")


def hears(module: Format) -> bool:
    """Whether rows decide together how files of this format are read."""
    return hasattr(module, "parse_with") or hasattr(module, "hear")


def whole(module: Format, source: Source) -> Iterator[Piece]:
    """Parse a file as one piece; raises FormatError."""
    content = source.read(0, source.size)
    file = _with_short_names(module.parse(content))
    yield Piece(file, None, _unfinished(module, content, 0, file))


def read(
    module: Format, source: Source, after: End | None = None, heard: Sequence[Hearing] | None = None
) -> Iterator[Piece]:
    """Parse a file, or what was appended to one that ended like `after`, by what its rows told when they were heard.

    Raises FormatError, also where headers of a file that doesn't grow contradict each other.
    """
    if not is_cut(module, source.size):
        return whole(module, source)
    source = _cuttable(module, source)
    heard = hear(module, source) if heard is None else heard
    return _parts(module, source, heard) if has_parts(module) else _cut(module, source, after, heard)


def hear(module: Format, source: Source) -> Sequence[Hearing]:
    """What the rows of a large file tell together, under each header; nothing where they decide nothing."""
    if not hears(module):
        return ()
    source = _cuttable(module, source)
    if has_parts(module):
        listen: Callable[[Source, int], Sequence[Hearing]] = module.hear  # type: ignore[attr-defined]  # asked before
        return listen(source, piece_bytes(module))
    hearings: list[Hearing] = []
    for part in _between_cuts(module, source, None):
        if not part.state.heading:
            hearings.append(Hearing())
        with suppress(Undecided):  # others may tell
            _parsed(module, part, hearings[-1])
    return [replace(hearing, is_over=True) for hearing in hearings]


def _cuttable(module: Format, source: Source) -> Source:
    """What can be cut at bytes; of what grows the end must be known in its own."""
    return without_zeros_at_end(as_utf8(source)) if is_text(module) and not grows(module) else source


def _parts(module: Format, source: Source, heard: Sequence[Hearing]) -> Iterator[Piece]:
    size = piece_bytes(module)
    files: Iterator[LoggerFile] = (
        module.parts_with(source, size, heard) if hears(module) else module.parts(source, size)  # type: ignore[attr-defined]  # asked before
    )
    return (Piece(_with_short_names(file), None) for file in files)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece before it is parsed: its bytes under the heading of `state`, which is how those before it ended."""

    content: bytes
    cut: Cut | None
    state: End
    is_last: bool

    @property
    def rows(self) -> bytes:
        """What is parsed now; what follows is the beginning of the next one."""
        return self.content if self.is_last or self.cut is None else self.content[: self.cut.at]

    @property
    def after_it(self) -> End | None:
        """How the file ends behind it, None where it can't be cut."""
        if self.cut is None:
            return None
        lines = self.state.lines - self.state.heading_lines + self.cut.lines
        return End(self.cut.heading, self.cut.heading_lines, self.content[self.cut.at :], lines)


def _between_cuts(module: Format, source: Source, after: End | None) -> Iterator[Part]:
    cut: Callable[[bytes], Cut | None] = module.cut  # type: ignore[attr-defined]  # asked before
    state = after or End(b"", 0, b"", 0)
    usual = piece_bytes(module)
    position, size = 0, usual
    while True:
        is_last = position + size >= source.size
        until = source.size if is_last else position + size
        content = state.heading + state.unfinished + source.read(position, until)
        found = cut(content)
        if not is_last and (found is None or found.at <= len(state.heading)):
            size *= 2  # a header, or a row, of more than a piece
            if min(size, source.size - position) > (most := MOST_GROWN if grows(module) else MOST_WHOLE):
                raise _endless(state, most)
            continue
        part = Part(content, found, state, is_last)
        yield part
        position, size = position + size, usual
        after_it = part.after_it
        if is_last or after_it is None:
            return
        state = after_it


def _endless(state: End, most: int) -> FormatError:
    return FormatError(
        f"no place in {most >> 20} MB where the file can be cut between two rows",
        f"behind line {state.lines:,}",
        "mend what stands there (quotes that never close, a header that never ends), or load it in smaller files",
    )


def _cut(module: Format, source: Source, after: End | None, heard: Sequence[Hearing]) -> Iterator[Piece]:
    hearings = iter(heard)
    hearing = Hearing()
    logger: str | None = None
    clock: Clock | None = None
    for part in _between_cuts(module, source, after):
        state = part.state
        if not state.heading:
            hearing = next(hearings, hearing)
        file = _parsed(module, part, hearing)
        if not grows(module) and not state.heading:
            clock = _the_clock(file, clock, state.lines + 1)
        if logger is not None and file.logger != logger:
            raise FormatError(
                f"rows of two loggers in one file: '{logger}', then '{file.logger}'",
                f"behind line {state.lines:,}",
                "cut the file before the other logger's header and load the pieces"
                if grows(module) or not state.heading
                else "export the time before that line and the time after it by themselves",
            )
        logger = file.logger
        after_it = part.after_it
        unfinished = _last_row(module, part, file) if part.is_last else None
        yield Piece(file, after_it if part.is_last and grows(module) else None, unfinished, state.lines + 1)


def _the_clock(file: LoggerFile, clock: Clock | None, line: int) -> Clock:
    """The one that all headers of a file have; raises FormatError where another begins."""
    own = (file.utc_offset, file.timestamp_is_end_of_period)
    if (clock or own) != own:
        raise FormatError("headers of two clocks in one file", f"line {line}", APART)
    return own


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


def _parsed(module: Format, part: Part, hearing: Hearing) -> LoggerFile:
    """What stands in a piece; in it, and in a FormatError about it, lines are as the whole file counts them."""
    by = part.state.lines - part.state.heading_lines
    try:
        if hears(module):
            file: LoggerFile = module.parse_with(part.rows, hearing)  # type: ignore[attr-defined]  # asked before
        else:
            file = module.parse(part.rows)
        file = _with_short_names(file)
    except FormatError as error:
        raise error.moved(by) from error
    # what is wrong in the heading was told where it stands
    below = tuple(bad for bad in file.rejected if bad.line > part.state.heading_lines)
    header = headers.moved(file.header, by, part.state.heading_lines)
    return replace(file, rejected=below, header=header).moved(by)


def _last_row(module: Format, part: Part, file: LoggerFile) -> Unfinished | None:
    """The last row of a file of which this is the last piece, if it may have been cut.

    What stands behind the last place for a cut isn't asked where nothing will be appended: it may hold whole rows.
    """
    after_it = part.after_it
    if grows(module) and after_it is not None:
        return Unfinished(after_it.lines, len(after_it.unfinished)) if after_it.unfinished else None
    return _unfinished(module, part.content, part.state.lines - part.state.heading_lines, file)


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
