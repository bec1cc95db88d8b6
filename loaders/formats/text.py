"""From a file's bytes to text that every parser can rely on: decoded, LF alone between lines, no NUL, no marks."""

import codecs
import re

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MARK = codecs.BOM_UTF8  # also before a line in mid-file, where files that have one were appended to each other
MARKS = re.compile("^\ufeff+", re.MULTILINE)


def line_breaks(content: bytes, end: int) -> int:
    """How many lines `decode_lines` makes of the first bytes."""
    if content.startswith(UTF16_MARKS):
        return decode_lines(content[: end + end % 2]).count("\n")  # behind a byte of a break, that is behind it
    breaks = content.count(b"\n", 0, end)
    if b"\r" in content:
        breaks += sum(sign * content.count(some, 0, end) for sign, some in ((1, b"\r"), (-1, b"\r\n"), (-1, b"\r\r\n")))
    return breaks


def decode(content: bytes) -> str:
    """Decode by byte order mark, else strict UTF-8, else cp1252; never fails.

    Where the whole is not UTF-8 each line is tried by itself, so that one garbled line doesn't change how the
    header's degree sign is read. NUL, which a power cut leaves in files and PostgreSQL can't store, becomes U+FFFD.
    """
    if content.startswith(UTF16_MARKS):
        text = content.decode("utf-16", errors="replace")
    else:
        text = _decode_bytes(content.removeprefix(MARK))
    return text.replace("\x00", "\ufffd")


def decode_lines(content: bytes) -> str:
    """Decode, with CRLF, bare CR, and the CR CR LF of a transfer turned into LF; without marks before lines."""
    text = decode(content)
    if "\r" in text:
        text = text.replace("\r\r\n", "\r\n").replace("\r\n", "\n").replace("\r", "\n")
    return MARKS.sub("", text) if "\ufeff" in text else text


def _decode_bytes(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(_decode_line(line) for line in content.splitlines(keepends=True))


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.removeprefix(MARK).decode("cp1252", errors="replace")
