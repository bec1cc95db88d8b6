"""A maker's program as configured: which files it is for, how it is called, and what it writes."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from loaders.metadata.task43 import misfit
from loaders.sections import SecretSection

PLACEHOLDER = re.compile(r"\{(file|folder|password)\}")
HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{2}( ?[0-9A-Fa-f]{2})*")
ANY_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Converter(SecretSection):
    """A command that turns a maker's own file into one that can be read.

    Attributes:
        name: what it is called in messages.
        matches: a pattern of the file's name (`*.rld`), in any case.
        signature: the first bytes of the file, in hexadecimal.
        command: the program and its arguments, with {file}, {folder} and {password} in them; no shell reads it.
        timeout_s: after this it is ended, with all that it has started.
        output: a pattern of the files that it writes, relative to the folder.
        work_folder: where the private folder of each call is made, for a program on another host that sees it too.
    """

    name: Annotated[str, Field(min_length=1)]
    matches: str | None = None
    signature: str | None = None
    command: Annotated[tuple[str, ...], Field(min_length=1)]
    timeout_s: Annotated[float, Field(gt=0)] = 600
    output: str = "*"
    work_folder: Path | None = None

    @field_validator("signature")
    @classmethod
    def _is_hexadecimal(cls, value: str | None) -> str | None:
        if value is not None and not HEXADECIMAL.fullmatch(value):
            raise misfit("bytes in hexadecimal, like 02 04 00 00")
        return value

    @field_validator("command")
    @classmethod
    def _has_placeholders(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        used = {word for argument in value for word in ANY_PLACEHOLDER.findall(argument)}
        if not used <= {"file", "folder", "password"} or not used & {"file", "folder"}:
            raise misfit("a command with {file} or {folder} in it, and {password} where it needs one, and no others")
        return value

    @field_validator("output")
    @classmethod
    def _stays_in_the_folder(cls, value: str) -> str:
        path = PurePosixPath(value)
        if not value or path.is_absolute() or ".." in path.parts:
            raise misfit("a pattern within the folder, like *.txt")
        return value

    @model_validator(mode="after")
    def _is_for_something(self) -> Self:
        if self.matches is None and self.signature is None:
            raise misfit("matches or signature, to say which files it is for")
        return self

    def is_for(self, content: bytes, name: str) -> bool:
        """Whether the file's name and its first bytes are as it wants them."""
        by_name = self.matches is None or fnmatchcase(name.lower(), self.matches.lower())
        return by_name and (self.signature is None or content.startswith(bytes.fromhex(self.signature)))

    @property
    def wants_password(self) -> bool:
        """Whether the command has a place for one."""
        return any("{password}" in argument for argument in self.command)

    def call(self, file: Path, folder: Path, password: str | None) -> list[str]:
        """The command with everything in its place."""
        given = {"file": str(file), "folder": str(folder), "password": password or ""}
        return [PLACEHOLDER.sub(lambda found: given[found[1]], argument) for argument in self.command]
