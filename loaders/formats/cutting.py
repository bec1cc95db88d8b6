"""Where text files that loggers append to for years can be cut: behind a line, under the last header before it."""

from collections.abc import Iterable
from itertools import takewhile

from loaders.formats.frame import Cut
from loaders.formats.text import UTF16_MARKS, line_breaks


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


def _header(content: bytes, start: int, header_lines: int) -> bytes:
    return content[start : _end_of_header(content, start, header_lines)]


def _end_of_header(content: bytes, start: int, header_lines: int) -> int | None:
    """Where a header's last line ends, None where the content ends before."""
    for _ in range(header_lines):
        start = content.find(b"\n", start) + 1
        if not start:
            return None
    return start
