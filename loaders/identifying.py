"""Which format a file has: those that are known, and beside them those that the team has described itself.

A description goes before a known format. It was written by someone who knows these files, so nothing may change what is
made of them, not even an upgrade that knows their format; and it can't do harm where its signature is too wide, since a
file with other columns than it names is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from database.errors import SetupError
from database.home import Home
from loaders import described_formats
from loaders.containers.packets import is_detached_signature
from loaders.formats import headerless
from loaders.formats.detect import FORMATS, HEAD_BYTES, Format
from loaders.formats.frame import FormatError, LoggerFile
from loaders.formats.generic_csv import DescribedCsv
from loaders.formats.source import Source, blocks
from loaders.formats.text import decode

BY_HEADER = tuple(module for module in FORMATS if module.NAME != headerless.NAME)
NO_TEXT = re.compile(r"[^\t\n\v\f\r -\x7e\x85\xa0-\ufffc\U00010000-\U0010ffff]")
TO_DESCRIBE = "stationmanager describe FILE proposes a description of it (docs/generic_csv.md)"
TO_ASK = "if a logger of yours wrote it, open an issue with a sample; the file is kept"
BY_PROGRAM = "if a program of its maker reads it, name that as a [[converter]] (docs/converters.md)"
LARGEST_DOCUMENT = 16 << 20  # bytes
STATIONS = re.compile(r'"measurement_location"\s*:\s*\[')
DOCUMENT = FormatError(
    "an IEA Task 43 document: it says what was measured with, and has no readings in it",
    "",
    "stationmanager metadata import FILE takes it in, and reads the files that waited for it",
)
SIGNATURE = FormatError(
    "an OpenPGP signature of another file: there are no readings in it", "", "load the file that it is the signature of"
)

NOTHING = FormatError("there is nothing in the file but blanks or zeros", "", "have it collected again from the logger")


@dataclass(frozen=True, slots=True)
class Overruling:
    """A description that takes a file of a known format for its own; where it can't read it, both are named."""

    described: DescribedCsv
    known: Format

    @property
    def NAME(self) -> str:  # noqa: N802 - as modules of formats have it
        """The description's."""
        return self.described.NAME

    @property
    def VERIFIED(self) -> bool:  # noqa: N802 - as modules of formats have it
        """As the description says."""
        return self.described.VERIFIED

    def matches(self, head: bytes) -> bool:
        """As the description says."""
        return self.described.matches(head)

    def parse(self, content: bytes) -> LoggerFile:
        """Read a whole file as described."""
        try:
            return self.described.parse(content)
        except FormatError as error:
            remedy = (
                f"narrow the signature of '{self.described.description.name}', if the file is not meant by it: "
                f"it is {self.known.NAME}; else {error.remedy}"
            )
            raise FormatError(error.what, error.where, remedy) from error


@dataclass(frozen=True, slots=True)
class Formats:
    """All formats of an instance, as its folder of descriptions was when it was read; workers may be sent it.

    Attributes:
        described: those that the team has described.
        problems: what is wrong with other descriptions; each stands for itself and holds up no file but its own.
    """

    described: tuple[DescribedCsv, ...] = ()
    problems: tuple[SetupError, ...] = ()

    @classmethod
    def of(cls, home: Home) -> Self:
        """Those of an instance."""
        found = described_formats.read(home.formats)
        return cls(found.formats, found.problems)

    def find(self, content: bytes, name: str) -> Format | None:
        """The format of a file, None where nothing knows it; FormatError where two descriptions take it for theirs.

        Args:
            content: the file.
            name: what it is called, for the error, and for a format that says a part of what it is by the file's name.
                Which format it is, is told by content alone.
        """
        head = content[:HEAD_BYTES]
        known = next((module for module in BY_HEADER if module.matches(head)), None)
        try:
            described = described_formats.detect(head, self.described)
        except FormatError as error:
            raise FormatError(error.what, name, error.remedy) from None
        if described is None:
            return _of_file(known, name) if known else (headerless if headerless.matches(head) else None)
        return Overruling(described, known) if known else described

    def unknown(self, source: Source) -> FormatError:
        """What to say of a file that has none of these formats."""
        if not any(block.strip(b"\x00 \t\r\n") for block in blocks(source)):
            return NOTHING
        if is_detached_signature(source):
            return SIGNATURE
        content = source.read(0, LARGEST_DOCUMENT)
        if is_document(content):
            return DOCUMENT
        text = is_text(content)
        remedies = [TO_DESCRIBE if text else BY_PROGRAM, TO_ASK]
        if self.problems and text:
            remedies.insert(0, f"mend the description that may be meant for it ({_listed(self.problems)})")
        return FormatError("no known format begins like this", "line 1" if text else "", "; ".join(remedies))


def _of_file(known: Format, name: str) -> Format:
    """The format, told the file's name where it asks for it."""
    of_file = getattr(known, "of_file", None)
    found: Format = of_file(name) if of_file else known
    return found


def is_text(content: bytes) -> bool:
    """Whether a file begins like text, which a description could read."""
    text = decode(content[:HEAD_BYTES])
    if len(content) > HEAD_BYTES:  # the last line may be cut within a letter
        text = text.rpartition("\n")[0] or text
    return bool(text) and NO_TEXT.search(text) is None


def is_document(content: bytes) -> bool:
    """Whether a file is a document of metadata, be it a broken one."""
    begins = decode(content[:HEAD_BYTES]).lstrip().startswith("{")
    return begins and STATIONS.search(decode(content)) is not None


def _listed(problems: tuple[SetupError, ...]) -> str:
    return "; ".join(f"{problem.where}: {problem.what}" for problem in problems)
