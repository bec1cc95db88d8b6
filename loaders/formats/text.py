"""From a file's bytes to text that every parser can rely on: decoded, LF alone between lines, no NUL."""

import codecs

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def line_breaks(content: bytes, end: int) -> int:
    """How many lines `decode_lines` makes of the first bytes."""
    breaks = content.count(b"\n", 0, end)
    if b"\r" in content:
        breaks += content.count(b"\r", 0, end) - content.count(b"\r\n", 0, end)
    return breaks


def decode(content: bytes) -> str:
    """Decode by byte order mark, else strict UTF-8, else cp1252; never fails.

    Where the whole is not UTF-8 each line is tried by itself, so that one garbled line doesn't change how the
    header's degree sign is read. NUL, which a power cut leaves in files and PostgreSQL can't store, becomes U+FFFD.
    """
    if content.startswith(UTF16_MARKS):
        text = content.decode("utf-16", errors="replace")
    else:
        text = _decode_bytes(content.removeprefix(codecs.BOM_UTF8))
    return text.replace("\x00", "\ufffd")


def decode_lines(content: bytes) -> str:
    """Decode, with CRLF and bare CR turned into LF."""
    text = decode(content)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _decode_bytes(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(_decode_line(line) for line in content.splitlines(keepends=True))


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")
