"""Campbell Scientific TOACI1: TOA5's rows under two header lines, which LoggerNet writes for old Campbell programs.

No units, no processing and no serial number: a column's statistic is the ending of its name. As with TOA5 the file
states no zone, and not whether a stamp marks the beginning or the end of its averaging period (the logger's own rule
is the end). NAN, INF and blank are recorded as missing.

Unverified: no such file is among the project's samples. The header is as Campbell's own library writes it, and the
parser was tried once on a table that a public project keeps as TOACI1 and as TOA5: the same 1,422 rows and values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from loaders.formats import cutting, toa5
from loaders.formats.campbell import DEMAND, Header, check_names, stated
from loaders.formats.delimited import fields
from loaders.formats.frame import Cut, FormatError, LoggerFile, Rejected
from loaders.formats.text import MARK, decode_lines
from loaders.formats.toa5_blocks import Block

NAME = "toaci1"
VERIFIED = False
SIGNATURE = "TOACI1"
HEADER_LINES = 2
FIRST_LINE = re.compile(rb'^(?:%s)?"?TOACI1"?,' % MARK, re.MULTILINE)
TIME, RECORD = "TMSTAMP", "RECNBR"
ENDING = re.compile(r"_(AVG|STD|MAX|MIN|TOT|MED|TMX|TMN)(\(\d+(,\d+)*\))?$", re.IGNORECASE)  # old loggers: Ta_6_AVG
PROCESSING = {"TMX": "TMx", "TMN": "TMn"}


def matches(head: bytes) -> bool:
    """Whether the first word is the format's name."""
    return re.match(f'\\n*"?{SIGNATURE}"?,', decode_lines(head)) is not None


def parse(content: bytes) -> LoggerFile:
    """Read one file; lines and cells that can't be read go to `rejected`. Raises FormatError for a bad header."""
    data = decode_lines(content).encode()
    blocks, rejected = split_at_headers(data)
    tables = []
    for group in toa5.by_layout(blocks):
        table, bad = toa5.read_table(group)
        rejected += bad
        if len(table.timestamps):
            tables.append(table)
    rejected.sort(key=lambda line: line.line)
    if rejected and not data.endswith(b"\n"):
        rejected[-1] = toa5.say_if_unfinished(rejected[-1], last_line=data.count(b"\n") + 1)
    return LoggerFile(
        format=NAME,
        logger=None,
        tables=tuple(tables),
        rejected=tuple(rejected),
        header={"headers": list(describe(blocks))} | stated(toa5.since(blocks)),
        created=None,
        utc_offset=None,
        timestamp_is_end_of_period=None,
    )


def cut(content: bytes) -> Cut | None:
    """Where a file that LoggerNet still appends to can be cut."""
    return cutting.under_last_header(content, (found.start() for found in FIRST_LINE.finditer(content)), HEADER_LINES)


def split_at_headers(data: bytes) -> tuple[list[Block], list[Rejected]]:
    """Cut the file before each line that begins with the format's name; the last header may still be in writing."""
    starts = [found.start() for found in FIRST_LINE.finditer(data)]
    if not starts or data[: starts[0]].strip():
        raise FormatError(f"the file doesn't begin with '{SIGNATURE}'", "line 1", DEMAND)
    blocks: list[Block] = []
    rejected: list[Rejected] = []
    line = 1 + data.count(b"\n", 0, starts[0])
    for start, end in pairwise([*starts, len(data)]):
        *head, body = data[start:end].split(b"\n", HEADER_LINES)
        if len(head) < HEADER_LINES and body:  # the file ends within the header
            head, body = [*head, body], b""
        try:
            blocks.append(Block(read_header([text.decode() for text in head], line), line + HEADER_LINES, body))
        except FormatError as error:
            if not blocks or body:
                raise
            rejected += [Rejected(number, text.decode(), error.what, 0) for number, text in enumerate(head, line)]
        line += data.count(b"\n", start, end)
    return blocks, rejected


def read_header(lines: list[str], first_line: int) -> Header:
    """The two lines in the words of a TOA5 header; raises FormatError with the line that is wrong."""
    if len(lines) < HEADER_LINES:
        raise _error(f"the header ends after {len(lines)} of {HEADER_LINES} lines", first_line + len(lines))
    environment, names = (_fields(text, first_line + number) for number, text in enumerate(lines))
    while len(environment) > 3 and not environment[-1]:  # noqa: PLR2004  # a spreadsheet pads the first line
        environment = environment[:-1]
    if len(environment) != 3:  # noqa: PLR2004  # the format's name, the station's and the table's
        raise _error(f"{len(environment)} fields in the first line, 3 expected", first_line)
    if names[0].upper() != TIME:
        raise _error(f"the first column is named '{names[0][:40]}', '{TIME}' expected", first_line + 1)
    has_record = names[1:2] == [RECORD]
    header = Header(
        line=first_line,
        environment=(environment[1], "", "", "", "", "", environment[2]),
        names=("TIMESTAMP", *["RECORD"][:has_record], *names[1 + has_record :]),
        units=("",) * len(names),
        processing=tuple(processing_of(name) for name in names),
    )
    check_names(header.names, first_line + 1)
    return header


def processing_of(name: str) -> str:
    """TOA5's word for what a name ends with, empty where it ends with none."""
    found = ENDING.search(name)
    return PROCESSING.get(found[1].upper(), found[1].title()) if found else ""


def _fields(text: str, line: int) -> list[str]:
    cells = fields(text)
    if cells is None:
        raise _error("the header line ends inside a quoted field", line)
    return [cell.strip() for cell in cells] or [""]


def _error(what: str, line: int) -> FormatError:
    return FormatError(what, f"line {line}", DEMAND)


def describe(blocks: list[Block]) -> Iterator[dict[str, object]]:
    """The headers that differ, each where it first stands."""
    for group in toa5.by_layout(blocks):
        header = group[0].header
        yield {
            "station": header.environment[0],
            "table": header.table,
            "line": header.line,
            "names": list(header.names),
        }
