"""Where text files can be cut: behind a line, under the last header before it."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile

from loaders.formats.delimited import LONGEST_STRING
from loaders.formats.frame import Cut
from loaders.formats.text import MARK, UTF16_MARKS, decode_lines, line_breaks

MARKS = re.compile(rb"\n((?:\xef\xbb\xbf)+)")
HEADER_BYTES = 1 << 20  # within which the first row is looked for


def behind_last_line(content: bytes) -> Cut | None:
    """Cut behind the last line of a file without header; None where no line ends, or not by a byte of its own."""
    at = content.rfind(b"\n") + 1
    if not at or content.startswith(UTF16_MARKS):
        return None
    return Cut(at, line_breaks(content, at), b"", 0)


def under_last_header(content: bytes, headers: Iterable[int], header_lines: int) -> Cut | None:
    """Cut behind the last line, or before a header that is not whole yet; None where the first is not.

    Args:
        content: a file that begins with a header.
        headers: where headers begin, in order.
        header_lines: the lines of each.
    """
    whole = behind_last_line(content)
    if whole is None:
        return None
    found = list(takewhile(lambda start: start < whole.at, headers))
    if not found:
        return None
    end = _end_of_header(content, found[-1], header_lines)
    if end is None and len(found) == 1:
        return None
    if end is None:
        at, start = found[-1], found[-2]
        return Cut(at, line_breaks(content, at), _header(content, start, header_lines), header_lines)
    return Cut(whole.at, whole.lines, content[found[-1] : end], header_lines)


def written_once(
    content: bytes, above_rows: Callable[[Sequence[str]], int | None], header: re.Pattern[str] | None = None
) -> Cut | None:
    """Cut a file that loggers don't append to: before its last header, or behind the last line under its only one.

    None where the header is not whole yet, and where bytes don't show how the reader parts lines: a text in quotes that
    goes on behind the line.

    Args:
        content: a file, or rows of it under their header.
        above_rows: of the first lines, how many stand above the rows; None where no row can follow yet.
        header: where another file begins that someone appended to this one, None where this is refused.
    """
    ended = _with_line_feeds(content)
    others = _behind_own(MARKS.sub(_behind_marks, ended), header) if header else []
    if others:  # its rows are told by it alone, and those before it by their own
        return Cut(others[-1], line_breaks(content, others[-1]), b"", 0)
    whole = behind_last_line(ended)
    lines = above_rows(decode_lines(content[:HEADER_BYTES]).split("\n"))
    end = _end_of_header(ended, 0, lines) if lines else None
    if whole is None or lines is None or end is None or whole.at <= end or is_within_text(ended, end, whole.at):
        return None
    return Cut(whole.at, whole.lines, content[:end], lines)


def _behind_marks(found: re.Match[bytes]) -> bytes:
    """As many bytes, with the line's beginning behind byte order marks, where its text begins."""
    return b" " * len(found[1]) + b"\n"


def first_lines(content: bytes, lines: int) -> list[bytes]:
    """As many lines, each with one byte less than it has with its break: so their lengths tell where a line begins."""
    return _with_line_feeds(content).split(b"\n", lines)[:lines]


def _with_line_feeds(content: bytes) -> bytes:
    """As many bytes, of which an LF alone ends a line; without CRs at the end, which may be half a break."""
    if content.count(b"\r") == content.count(b"\r\n"):
        return content
    ended = content.rstrip(b"\r").replace(b"\r\r\n", b"  \n").replace(b"\r\n", b" \n")
    return ended.replace(b"\r", b"\n")


def _behind_own(content: bytes, header: re.Pattern[str]) -> list[int]:
    """Where headers begin but the file's own, before which a mark or blanks may stand."""
    pattern = re.compile(header.pattern.encode(), header.flags & ~re.UNICODE)
    own = len(content) - len(content.removeprefix(MARK).lstrip())
    return [found.start() for found in pattern.finditer(content, own + 1)]


def is_within_text(content: bytes, begin: int, end: int) -> bool:
    """Whether the last lines, as many as a text in quotes may run over, have a quote that isn't closed."""
    start = end
    for _ in range(LONGEST_STRING + 1):
        start = content.rfind(b"\n", begin, start - 1) + 1 if start > begin else begin
    return content.count(b'"', max(start, begin), end) % 2 == 1


def _header(content: bytes, start: int, header_lines: int) -> bytes:
    return content[start : _end_of_header(content, start, header_lines)]


def _end_of_header(content: bytes, start: int, header_lines: int) -> int | None:
    """Where a header's last line ends, None where the content ends before."""
    for _ in range(header_lines):
        start = content.find(b"\n", start) + 1
        if not start:
            return None
    return start
