"""What a team says of a table that no maker's format covers: a small YAML file, strictly read.

All its values are taken as text, so that no quotes are needed and nothing is what YAML would make of it (`+01:00` is a
number to YAML, `no` is false). What `propose` has left open is empty, and an empty value is never an answer.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import numpy as np
import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from loaders.formats.frame import FormatError
from loaders.formats.stamp_format import StampFormat, compiled, untold

Statistic = Literal[
    "avg", "sd", "min", "max", "gust", "median", "mode", "range", "sum", "count", "availability", "quality",
    "ti", "ti30sec",
]  # fmt: skip
SEPARATORS = {"tab": "\t", "blanks": " ", "comma": ",", "semicolon": ";", "pipe": "|"}
ZONE = re.compile(r"([+-])(\d\d):(\d\d)")
PERIOD = re.compile(r"(\d+) ?(s|min|h|d)")
SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
SIGNATURE_LINES = 100
DEMAND = "mend the description; docs/generic_csv.md says what may stand there"
TYPES = {
    "missing": "this key, which may not be left out",
    "extra_forbidden": "no such key",
    "string_type": "a text",
    "list_type": "a list",
    "tuple_type": "a list",
    "model_type": "keys with values",
    "int_parsing": "a whole number",
    "string_pattern_mismatch": "small letters, digits and _",
    "too_short": "at least one",
    "string_too_short": "an answer",
}


def _zone(value: str) -> str:
    if value not in ("UTC", "metadata") and not ZONE.fullmatch(value):
        raise ValueError("UTC, an offset like +01:00, or metadata if the station's metadata say it")
    return value


def _period(value: str) -> str:
    if not PERIOD.fullmatch(value):
        raise ValueError("a period like 10 min, 1 h or 30 s")
    return value


def _format(value: str) -> str:
    if problem := untold(value):
        raise ValueError(f"a format that tells a time ({problem})")
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from None
    return value


def _encoding(value: str) -> str:
    try:
        "a".encode(value)
    except (LookupError, UnicodeError):
        raise ValueError("an encoding that Python knows, like utf-8, cp1252 or gb18030") from None
    return value


Word = Annotated[str, Field(min_length=1)]
Pattern = Annotated[Word, AfterValidator(_pattern)]
Line = Annotated[int, Field(ge=1, le=SIGNATURE_LINES)]


class Part(BaseModel):
    """A part of a description; a key that isn't known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LinePattern(Part):
    """A line, and a regular expression that must be found in it."""

    line: Line
    matches: Pattern


class Stamp(Part):
    """How timestamps are written: their columns (joined by a blank), their format, their clock, what they mark."""

    columns: tuple[str, ...] = Field(min_length=1)
    format: Annotated[Word, AfterValidator(_format)]
    zone: Annotated[str, AfterValidator(_zone)]
    marks: Literal["begin", "end", "metadata"]

    @property
    def compiled(self) -> StampFormat:
        """The format ready for use."""
        return compiled(self.format)

    @property
    def utc_offset(self) -> np.timedelta64 | None:
        """None where the metadata say it."""
        found = ZONE.fullmatch(self.zone)
        if found is None:
            return np.timedelta64(0, "m") if self.zone == "UTC" else None
        minutes = int(found[2]) * 60 + int(found[3])
        return np.timedelta64(-minutes if found[1] == "-" else minutes, "m")

    @property
    def is_end(self) -> bool | None:
        """None where the metadata say it."""
        return None if self.marks == "metadata" else self.marks == "end"


class Quantity(Part):
    """A column of readings; its own words for missing stand in place of the general ones."""

    name: Word
    unit: str
    statistic: Statistic | None = None
    missing: tuple[str, ...] | None = None


class Description(Part):
    """All that has to be known of a file to read it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    signature: tuple[LinePattern, ...] = Field(min_length=1)
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    separator: Literal["tab", "blanks", "comma", "semicolon", "pipe"]
    decimal: Literal["point", "comma"]
    names_line: Line | None = None
    names: tuple[str, ...] | None = None
    first_line: Annotated[int, Field(ge=1)]
    timestamp: Stamp
    averaging_period: Annotated[str, AfterValidator(_period)] | None = None
    missing: tuple[str, ...]
    columns: tuple[Quantity, ...] = Field(min_length=1)
    ignored: tuple[str, ...] = ()
    logger: LinePattern | None = None
    table: str = ""
    verified: Word | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.names_line is None) == (self.names is None):
            raise ValueError("names_line, or names where the file has none; one of the two")
        if self.separator == "comma" and self.decimal == "comma":
            raise ValueError("a separator and a decimal mark that differ")
        if {"s", "z"} & self.timestamp.compiled.letters and self.timestamp.zone != "UTC":
            raise ValueError("the zone UTC, in which %s counts and into which %z is turned")
        if self.logger is not None and re.compile(self.logger.matches).groups != 1:
            raise ValueError("one pair of brackets in the pattern of the logger, around its serial")
        named = [*(column.name for column in self.columns), *self.timestamp.columns, *self.ignored]
        again = next((name for place, name in enumerate(named) if name in named[:place]), None)
        if again is not None:
            raise ValueError(f"each column once; '{again}' is named twice")
        return self

    @property
    def sign(self) -> str:
        """The sign between fields."""
        return SEPARATORS[self.separator]

    @property
    def period(self) -> np.timedelta64 | None:
        """The averaging period, where it is said."""
        found = PERIOD.fullmatch(self.averaging_period or "")
        return np.timedelta64(int(found[1]) * SECONDS[found[2]], "s") if found else None


def read(text: str) -> Description:
    """What a description says; raises FormatError with everything that is wrong in it."""
    try:
        content = yaml.load(text, Loader=TextLoader)  # noqa: S506 - it makes texts, lists and mappings, nothing else
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        raise FormatError(f"no YAML: {getattr(error, 'problem', None) or error}", where, DEMAND) from error
    except (RecursionError, ValueError) as error:
        raise FormatError(f"no YAML: {error}", "", DEMAND) from error
    try:
        return Description.model_validate(content)
    except ValidationError as refused:
        problems = [_problem(error) for error in refused.errors(include_url=False)]
        raise FormatError("; ".join(problems), "", DEMAND) from refused


def _problem(error: Mapping[str, Any]) -> str:
    place = ".".join(f"{step + 1}" if isinstance(step, int) else step for step in error["loc"]) or "the description"
    given, context = error["input"], error.get("ctx", {})
    found = "nothing" if given in ("", None) or error["type"] == "missing" else f"'{given}'"
    if not isinstance(given, str):
        found = "nothing" if error["type"] == "missing" or not given else "something else"
    expected = TYPES.get(error["type"]) or str(context.get("expected") or context.get("error") or error["msg"])
    return f"{place}: {found} found, {expected} expected"


class TextLoader(yaml.BaseLoader):
    """Every scalar is its text; a key stands once, and nothing stands for something elsewhere."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse anchors, by which a few lines can stand for millions."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias found, plain values expected")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001 - as the library has it
        """Refuse a key that stands twice, of which YAML would take the last."""
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        again = next((place for place, key in enumerate(keys) if key in keys[:place]), None)
        if again is not None:
            mark = node.value[again][0].start_mark
            raise yaml.constructor.ConstructorError(None, None, f"the key '{keys[again]}' stands twice", mark)
        return super().construct_mapping(node, deep)


def decoded(content: bytes, encoding: str) -> str:
    """Text by an encoding that was said; what it can't be becomes U+FFFD, as NUL does."""
    text = content.removeprefix(codecs.BOM_UTF8).decode(encoding, errors="replace")
    return text.removeprefix("\ufeff").replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
