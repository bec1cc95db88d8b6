"""What Campbell Scientific's text headers have in common: environment, names, units and processing, a line each."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loaders.formats.delimited import fields
from loaders.formats.frame import Column, FormatError
from loaders.formats.settings import setting

ENVIRONMENT = ("station", "model", "serial", "os", "program", "signature", "table")
PROGRAM = ("program", "signature", "os")
HEADER_LINES = 4
STATISTICS = {"Avg": "avg", "Std": "sd", "Max": "max", "Min": "min", "Tot": "sum", "Med": "median"}
SAMPLE = "Smp"
TIMES = ("TMx", "TMn")  # columns that hold when the maximum and minimum were
NAMED = re.compile(r"(Avg|Std|Max|Min|Tot|Med)(\(\d+(,\d+)*\))?$")  # BattV_Min, Spd80mNStd, Temp_Avg(3)
WIND_VECTOR = re.compile(r"_(S|D1|SD1)_WVT$")  # WindVector's mean speed, mean direction, deviation of the direction
WIND_VECTOR_STATISTICS = {"S": "avg", "D1": "avg", "SD1": "sd"}
DEMAND = "have the file collected again from the logger, or mend its header in a copy and load that"


@dataclass(frozen=True, slots=True)
class Header:
    """One header: the line it begins on, and what stands in its lines, the format's own word left out."""

    line: int
    environment: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]
    processing: tuple[str, ...]
    separator: str = ","

    @property
    def table(self) -> str:
        """The logger's name for the table."""
        return self.environment[ENVIRONMENT.index("table")]

    @property
    def serial(self) -> str:
        """The logger's serial number."""
        return self.environment[ENVIRONMENT.index("serial")]

    @property
    def layout(self) -> tuple[object, ...]:
        """What two headers share if their rows belong to one table."""
        return (self.table, self.names, self.units, self.processing)

    def column(self, position: int) -> Column:
        """A column with the statistic that its header tells."""
        name = self.names[position]
        return Column(name, self.units[position], statistic_of(name, self.processing[position]))

    def may_hold_readings(self, position: int) -> bool:
        """Whether it is neither the timestamp nor the record number nor the time of an extreme."""
        is_record = position == 1 and self.names[position].upper() == "RECORD"
        return position > 0 and not is_record and self.processing[position] not in TIMES

    def may_hold_text(self, position: int) -> bool:
        """Whether nothing in the header says that it is a quantity: no unit, and at most a sample."""
        return not self.units[position] and self.processing[position] in ("", SAMPLE)

    def as_dict(self) -> dict[str, object]:
        """The header for JSON."""
        described: dict[str, object] = dict(zip(ENVIRONMENT, self.environment, strict=True))
        return described | {
            "line": self.line,
            "names": list(self.names),
            "units": list(self.units),
            "processing": list(self.processing),
        }


def stated(headers: Iterable[tuple[Header, str | None]]) -> dict[str, object]:
    """What headers say that is compared with metadata and other files: the table, the programs, the columns' units.

    Each header comes with the stamp of its first row; what it says differently from those before holds since then.
    """
    programs: list[dict[str, str | None]] = []
    known: dict[str, str] = {}
    since_when: dict[tuple[str, str | None], list[str]] = {}
    table = ""
    for header, since in headers:
        table = header.table
        program: dict[str, str | None] = {word: header.environment[ENVIRONMENT.index(word)] or None for word in PROGRAM}
        if any(program.values()) and (not programs or program != {word: programs[-1][word] for word in PROGRAM}):
            programs.append(program | {"since": since if programs else None})
        for position, (name, unit) in enumerate(zip(header.names, header.units, strict=True)):
            if unit and unit != known.get(name) and header.may_hold_readings(position):
                since_when.setdefault((unit, since if name in known else None), []).append(name)
                known[name] = unit
    settings = [setting(names, unit=unit, date_from=since) for (unit, since), names in since_when.items()]
    return {"table": table, "programs": programs, "settings": settings}


def statistic_of(name: str, processing: str) -> str | None:
    """The statistic in the words of IEA Task 43: by the processing, and where that is silent by the name's ending."""
    if processing not in ("", "WVc"):
        return STATISTICS.get(processing)
    if vector := WIND_VECTOR.search(name):
        return WIND_VECTOR_STATISTICS[vector[1]]
    named = NAMED.search(name)
    return STATISTICS[named[1]] if named else None


def read_header(lines: Sequence[str], first_line: int, signature: str, separator: str = ",") -> Header:
    """Read the header lines of a format with this signature; raises FormatError with the line that is wrong.

    A spreadsheet pads all lines to the width of the widest: empty fields behind the names are none.
    """
    rows = [_read_line(text, first_line + number, separator) for number, text in enumerate(lines)]
    environment = _read_environment(rows[0] if rows else [], first_line, signature)
    if len(rows) < HEADER_LINES:
        raise _error(f"the header ends after {len(rows)} of {HEADER_LINES} lines", first_line + len(rows))
    names = rows[1]
    while len(names) > 1 and not names[-1] and not any(row[len(names) - 1 : len(names)] != [""] for row in rows[2:]):
        names.pop()
    units, processing = (row if any(row[len(names) :]) else row[: len(names)] for row in rows[2:])
    first_name = names[0] if names else ""
    if first_name.upper() != "TIMESTAMP":
        raise _error(f"the first column is named '{first_name[:40]}', 'TIMESTAMP' expected", first_line + 1)
    check_names(names, first_line + 1)
    for row, said, line in ((units, "units", first_line + 2), (processing, "processing", first_line + 3)):
        if len(row) != len(names):
            raise _error(f"{len(row)} columns in the line of {said}, {len(names)} in the line of names", line)
    if units[0] not in ("TS", ""):
        raise _error(f"the line of units begins with '{units[0]}', 'TS' expected", first_line + 2)
    if processing[0]:
        raise _error(f"the line of processing begins with '{processing[0]}', an empty field expected", first_line + 3)
    return Header(first_line, environment, tuple(names), tuple(units), tuple(processing), separator)


def _read_line(text: str, line: int, separator: str) -> list[str]:
    cells = fields(text, separator)
    if cells is None:
        raise _error("the header line ends inside a quoted field", line)
    return [cell.strip() for cell in cells]


def _read_environment(cells: list[str], line: int, signature: str) -> tuple[str, ...]:
    expected = len(ENVIRONMENT) + 1
    if not any(cells[expected:]):  # a spreadsheet pads the first line to the width of the others
        cells = cells[:expected]
    if not cells or cells[0] != signature:
        found = f"'{cells[0][:40]}'" if cells and cells[0] else "nothing"
        raise _error(f"{found} found, '{signature}' expected", line)
    if len(cells) != expected:
        raise _error(f"{len(cells)} fields in the environment line, {expected} expected", line)
    return tuple(cells[1:])


def check_names(names: Sequence[str], line: int) -> None:
    """Raise where a column has no name or one that another has."""
    if "" in names:
        raise _error(f"column {list(names).index('') + 1} has no name", line)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise _error(f"two columns are named '{twice[0]}', each name once expected", line)


def _error(what: str, line: int) -> FormatError:
    return FormatError(what, f"line {line}", DEMAND)
