"""The formats that a team has described itself: YAML files in `STATIONMANAGER_HOME/formats`, told by signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from database.errors import SetupError
from loaders.formats import csv_description
from loaders.formats.detect import HEAD_BYTES
from loaders.formats.frame import FormatError
from loaders.formats.generic_csv import DescribedCsv


@dataclass(frozen=True, slots=True)
class Described:
    """The formats that could be read, and what is wrong with the others: one bad file must not hold up the rest."""

    formats: tuple[DescribedCsv, ...]
    problems: tuple[SetupError, ...]


def read(folder: Path) -> Described:
    """All descriptions in a folder, in the order of their files' names; none where there is no folder."""
    formats: dict[str, DescribedCsv] = {}
    problems: list[SetupError] = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            found = DescribedCsv(csv_description.read(path.read_text("utf-8")))
        except FormatError as error:
            where = f"{path}, {error.where}" if error.where else str(path)
            problems.append(SetupError(error.what, where, error.remedy))
        except OSError as error:
            what = f"the description can't be read: {error.strerror}"
            problems.append(SetupError(what, str(path), "see that it is a file, and that this account may read it"))
        except UnicodeDecodeError:
            problems.append(SetupError("no text in UTF-8", str(path), "save it as UTF-8"))
        else:
            if found.NAME in formats:
                what = f"a second description by the name '{found.description.name}'"
                problems.append(SetupError(what, str(path), "give it a name of its own"))
            formats.setdefault(found.NAME, found)
    return Described(tuple(formats.values()), tuple(problems))


def detect(content: bytes, formats: Sequence[DescribedCsv]) -> DescribedCsv | None:
    """The described format that a file has, or None; FormatError where two descriptions take it for theirs."""
    head = content[:HEAD_BYTES]
    found = [one for one in formats if one.matches(head)]
    if len(found) > 1:
        names = ", ".join(one.description.name for one in found)
        remedy = "narrow their signatures, so that one of them matches"
        raise FormatError(f"several descriptions take it for theirs: {names}", "", remedy)
    return found[0] if found else None
