"""What all sections of the configuration have in common, and where their secrets are kept: never in the file itself."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from database.errors import SetupError
from loaders.metadata.task43 import misfit

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Section(BaseModel):
    """A table of stationmanager.toml; a key that isn't known is an error."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)


class SecretSection(Section):
    """A section with a password: it names the environment variable or the file that holds it."""

    password_env: str | None = None
    password_file: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.password_env is not None and self.password_file is not None:
            raise misfit("password_env or password_file, not both")
        return self


@dataclass(frozen=True, slots=True)
class Vault:
    """Where secrets come from: the environment, and files whose names are relative to a folder."""

    folder: Path
    environ: Mapping[str, str]

    def password(self, section: SecretSection) -> str | None:
        """The section's password, None where it names none.

        Raises SetupError where it can't be had, or where others could have it.
        """
        if section.password_env is not None:
            password = self.environ.get(section.password_env)
            if not password:
                what = f"the environment variable {section.password_env} is not set, a password expected"
                raise SetupError(what, "password_env", "set it where StationManager is started")
            return password
        if section.password_file is None:
            return None
        try:
            password = self.read(section.password_file).decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise SetupError("no text in UTF-8", str(section.password_file), "save it as UTF-8") from error
        if not password:
            raise SetupError("nothing in it, a password expected", str(section.password_file))
        return password

    def read(self, name: Path) -> bytes:
        """A file that only its owner can read."""
        path = self.folder / name
        try:
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                if mode & OTHERS:
                    what = f"others than its owner have rights to it ({mode:04o}), which no secret's file may grant"
                    raise SetupError(what, str(path), f"chmod 600 {path}")
                return file.read()
        except OSError as error:
            what = f"the file of a secret can't be read: {error.strerror}"
            raise SetupError(what, str(path), "put it there, or mend its name in stationmanager.toml") from error
