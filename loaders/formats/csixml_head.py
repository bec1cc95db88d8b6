"""The head of a CSIXML document: the logger, and the table's fields, in the words of a TOA5 header."""

import re
from dataclasses import dataclass
from xml.parsers import expat

from loaders.formats.campbell import DEMAND, Header, check_names
from loaders.formats.frame import FormatError

# Elements of the environment, in the order of TOA5's first line.
WORDS = ("station-name", "model", "serial-no", "os-version", "dld-name", "dld-sig", "table-name")
NUMERIC = re.compile(r"(\w+:)?(float|double|decimal|integer|boolean|byte|short|int|long|unsigned(Byte|Short|Int|Long))")
LEADING = 2  # TIMESTAMP and RECORD: attributes of a row, not fields


@dataclass(frozen=True, slots=True)
class Head:
    """A header, and the type of each field, empty where the file says none."""

    header: Header
    types: tuple[str, ...]

    @property
    def readings(self) -> list[int]:
        """Which fields are quantities, or may be."""
        return [
            number
            for number, kind in enumerate(self.types)
            if (not kind or NUMERIC.fullmatch(kind)) and self.header.may_hold_readings(LEADING + number)
        ]

    def is_boolean(self, number: int) -> bool:
        """Whether a field holds truth values."""
        return self.types[number].endswith("boolean")

    def as_dict(self) -> dict[str, object]:
        """The head for JSON."""
        return self.header.as_dict() | {"types": list(self.types)}


def read_head(data: bytes, first_line: int) -> Head:
    """Read what stands before `<data>`; raises FormatError where it is no XML, or says no fields."""
    handler = _Handler(first_line)
    try:
        handler.parser.Parse(data, False)  # expat's own signature
    except expat.ExpatError as error:
        line = f"line {first_line + error.lineno - 1}"
        raise FormatError(f"the head is no XML: {expat.ErrorString(error.code)}", line, DEMAND) from None
    where = f"line {first_line}"
    if not handler.fields:
        raise FormatError("no <field> found in the head, one for each value of a row expected", where, DEMAND)
    names = [field.get("name", "") for field in handler.fields]
    header = Header(
        line=first_line,
        environment=tuple(handler.words.get(word, "").strip() for word in WORDS),
        names=("TIMESTAMP", "RECORD", *names),
        units=("TS", "RN", *(field.get("units", "") for field in handler.fields)),
        processing=("", "", *(field.get("process", "") for field in handler.fields)),
    )
    check_names(header.names, first_line)
    return Head(header, tuple(field.get("type", "") for field in handler.fields))


class _Handler:
    """Expat's handlers: they keep the environment's words and the fields' attributes."""

    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.words: dict[str, str] = {}
        self.fields: list[dict[str, str]] = []
        self.open = ""
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.open = name
        if name == "field":
            self.fields.append({key: value.strip() for key, value in attributes.items()})

    def _end(self, _name: str) -> None:
        self.open = ""

    def _text(self, text: str) -> None:
        if self.open in WORDS:
            self.words[self.open] = self.words.get(self.open, "") + text

    def _refuse(self, *_: object) -> None:
        raise FormatError(
            "a document type found, none expected: loggers write none, and it may declare entities",
            f"line {self.first_line + self.parser.CurrentLineNumber - 1}",
            "have the file collected again from the logger",
        )
