"""Files that can be read only with another one: a Meteo-32's rows need the .rowinfo that says what they are.

The two come in any order, together or not. What says something is remembered when it is received, by each name that it
comes by, since the same content may come with every day's rows; what lacks it waits until it is there.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from database.connection import Connection
from database.errors import StationManagerError
from loaders.archive import Archive
from loaders.formats import meteo32
from loaders.formats.detect import HEAD_BYTES, Format
from loaders.formats.frame import Cut, FormatError, LoggerFile
from loaders.formats.text import decode_lines
from loaders.ledger import LedgerRow

WAITS_FOR = "companion"  # what the ledger says that a file waits for which lacks the other
LONGEST_KEY = 2000  # bytes; PostgreSQL's indexes take 2,704
SUFFIX = re.compile(r"\.[^./\\]*$")
LINE = re.compile(r"line (\d+)")

REMEMBER = """
insert into raw.companion (name, file_id)
select %s, file_id from raw.file where sha256 = %s
on conflict (name, file_id) do update set received_at = clock_timestamp()
"""

# of several by one name the last that came: it was sent again because the others were not right
FIND = """
select file.sha256
from raw.companion
inner join raw.file using (file_id)
where companion.name = %s and file.state <> 'failed'
order by companion.received_at desc, file_id desc
limit 1
"""

THERE = """
select companion.name
from raw.companion
inner join raw.file using (file_id)
where companion.name = any(%s) and file.state <> 'failed'
"""

WAKE = """
update raw.file
set state = 'landed', error = null
from raw.companion
inner join raw.file as other on companion.file_id = other.file_id and other.state <> 'failed'
where
    file.state = 'failed'
    and file.error ->> 'waits_for' = 'companion'
    and companion.name = file.error ->> 'companion'
returning file.file_id
"""


class CompanionMissing(StationManagerError):
    """The file that says what this one holds has not come yet."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "rows of an Ammonit Meteo-32 without the .rowinfo file that says what they are",
            name,
            f"load {key_of(name)}.rowinfo from the same folder or archive: this file waits, and loads by itself then",
        )
        self.companion = key_of(name)

    def as_dict(self) -> dict[str, str]:
        """For the ledger: with what it waits for, and by which name."""
        return super().as_dict() | {"waits_for": WAITS_FOR, "companion": self.companion}


@dataclass(frozen=True, slots=True)
class RowsWithInformation:
    """The format of rows whose information came in a file of its own; lines count from the rows' first."""

    information: bytes

    @property
    def NAME(self) -> str:  # noqa: N802 - stands for a module, whose constants are in capitals
        """As the module has it."""
        return meteo32.NAME

    @property
    def VERIFIED(self) -> bool:  # noqa: N802 - stands for a module, whose constants are in capitals
        """As the module has it."""
        return meteo32.VERIFIED

    @property
    def GROWS(self) -> bool:  # noqa: N802 - stands for a module, whose constants are in capitals
        """As the module has it."""
        return meteo32.GROWS

    def matches(self, head: bytes) -> bool:
        """As the module has it."""
        return meteo32.matches(head)

    def parse(self, content: bytes) -> LoggerFile:
        """Read the rows; the header says which information they were read with."""
        above = self._lines_above
        try:
            file = meteo32.parse(meteo32.joined(self.information, content.removeprefix(codecs.BOM_UTF8)))
        except FormatError as error:
            raise FormatError(error.what, _moved(error.where, above), error.remedy) from error
        header = file.header | {"information_sha256": sha256(self.information).hexdigest()}
        return replace(file, header=header).moved(-above)

    def cut(self, content: bytes) -> Cut | None:
        """As the module has it, of the rows alone: what is above them comes with each piece."""
        rows = content.removeprefix(codecs.BOM_UTF8)
        above = len(meteo32.joined(self.information, b""))
        found = meteo32.cut(meteo32.joined(self.information, rows))
        if found is None:
            return None
        return Cut(
            found.at - above + len(content) - len(rows),
            found.lines - self._lines_above,
            found.heading[above:],
            found.heading_lines - self._lines_above,
        )

    @property
    def _lines_above(self) -> int:
        return decode_lines(self.information.rstrip()).count("\n") + 1


def completed(connection: Connection, archive: Archive, found: Format, head: bytes, name: str) -> Format:
    """The format by which a file is read: with the other file's content where it needs one.

    Args:
        connection: as the role that loads.
        archive: has the other file.
        found: the format that the file itself has.
        head: how the file begins.
        name: what it is called now, with its folder or archive.

    Raises CompanionMissing where the other file has not come.
    """
    if found is not meteo32 or not _begins_with_rows(head):
        return found
    information = companion_of(connection, archive, name)
    if information is None:
        raise CompanionMissing(name)
    return RowsWithInformation(information)


def companion_of(connection: Connection, archive: Archive, name: str) -> bytes | None:
    """The content of the file that says what the file of that name holds; None where it has not come."""
    row = connection.execute(FIND, [key_of(name)]).fetchone()
    return archive.get(row[0]) if row else None


def served(connection: Connection, rows: Sequence[LedgerRow]) -> LedgerRow:
    """Of rows of one content by several names the first by whose name the other file has come, if there is one."""
    if len(rows) == 1:
        return rows[0]
    there = {name for (name,) in connection.execute(THERE, [[key_of(row.path) for row in rows]]).fetchall()}
    return next((row for row in rows if key_of(row.path) in there), rows[0])


def is_information(file: LoggerFile) -> bool:
    """Whether a file says what others hold and has no readings of its own."""
    return file.format == meteo32.NAME and "start" not in file.header


def is_read_by_name(found: Format) -> bool:
    """Whether a file's name has a part in how it is read: another file came by it, or it says what the file is of."""
    return isinstance(found, RowsWithInformation) or hasattr(found, "file_name")


def says_of_others(head: bytes) -> bool:
    """Whether a file that begins so says what others hold, and has no rows of its own."""
    if not meteo32.matches(head):
        return False
    return not any(meteo32.START.match(line.strip()) for line in decode_lines(head).split("\n"))


def remember(connection: Connection, name: str, sha256: str) -> None:
    """Remember such a file by a name that it came by; to be said each time that it comes, once it is on the ledger."""
    connection.execute(REMEMBER, [key_of(name), sha256])


def wake(connection: Connection) -> list[int]:
    """Let the files that wait for others go on as far as those have come; returns the woken ones."""
    return [file_id for (file_id,) in connection.execute(WAKE).fetchall()]


def key_of(name: str) -> str:
    """What the names of both have in common: the path without its suffix; its digest where no index can hold it."""
    key = SUFFIX.sub("", name)
    return key if len(key.encode()) <= LONGEST_KEY else sha256(key.encode()).hexdigest()


def _begins_with_rows(head: bytes) -> bool:
    first = decode_lines(head[:HEAD_BYTES]).split("\n", 1)[0]
    return meteo32.START.match(first.strip()) is not None


def _moved(where: str, above: int) -> str:
    """A place in both files as one, as the place in the one that it is in."""
    found = LINE.fullmatch(where)
    if found is None:
        return where
    line = int(found[1])
    return f"line {line - above}" if line > above else f"line {line} of the .rowinfo file"
