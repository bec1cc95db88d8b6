"""The configuration of an instance: `stationmanager.toml`, strictly read, so that a misspelt key is never overlooked.

A new kind of section is a model of `sections.Section` in the module that uses it, and one line in `Configuration`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Self, get_args

from pydantic import BaseModel, Field, ValidationError, model_validator

from database.errors import SetupError
from database.home import Home
from loaders.converter_section import Converter
from loaders.fetching.source_sections import KINDS, Source
from loaders.metadata.task43 import misfit
from loaders.metadata.validating import EXPECTED, as_found
from loaders.problems import Problem, one_of, refuse, suggestion
from loaders.sections import SecretSection, Section, Vault

FILE = "stationmanager.toml"
REMEDY = "mend the file; docs/configuration.md lists all keys"


class Password(SecretSection):
    """A password of archives, of private keys, or both; `matches` says by name for which files it is tried."""

    matches: str = "*"

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.password_env is None and self.password_file is None:
            raise misfit("password_env or password_file")
        return self

    def is_for(self, name: str) -> bool:
        """Whether it is tried on a file of that name, whatever its case."""
        return fnmatchcase(Path(name).name.lower(), self.matches.lower())


class OpenPGPKey(Section):
    """A private key as exported; its passphrase, if it has one, is among the passwords."""

    key_file: Path


class Configuration(Section):
    """All that the file says; each section may stand in it any number of times."""

    converters: tuple[Converter, ...] = Field(default=(), alias="converter")
    passwords: tuple[Password, ...] = Field(default=(), alias="password")
    openpgp_keys: tuple[OpenPGPKey, ...] = Field(default=(), alias="openpgp_key")
    sources: tuple[Annotated[Source, Field(discriminator="kind")], ...] = Field(default=(), alias="source")

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        for field, info in type(self).model_fields.items():
            names = [section.name for section in getattr(self, field) if hasattr(section, "name")]
            again = next((name for place, name in enumerate(names) if name in names[:place]), None)
            if again is not None:
                raise misfit(f"each [[{info.alias}]] by a name of its own, '{again}' once")
        return self

    def passwords_for(self, name: str, vault: Vault) -> list[str]:
        """The passwords to be tried on a file of that name."""
        return [found for section in self.passwords if section.is_for(name) and (found := vault.password(section))]

    def keys(self, vault: Vault) -> list[bytes]:
        """The OpenPGP private keys."""
        return [vault.read(section.key_file) for section in self.openpgp_keys]


def path_of(home: Home, environ: Mapping[str, str]) -> Path:
    """The file: what `STATIONMANAGER_CONFIG` names, else the one in the home."""
    return Path(environ.get("STATIONMANAGER_CONFIG") or home.path / FILE).expanduser()


def read(path: Path) -> Configuration:
    """What the file says; nothing is configured where there is none.

    Raises SetupError with every key that is wrong.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Configuration()
    except OSError as error:
        raise SetupError(f"the configuration can't be read: {error.strerror}", str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"no TOML: {error}", str(path), "mend the file; text stands in quotes") from error
    try:
        return Configuration.model_validate_json(json.dumps(content, default=str))
    except ValidationError as refused:
        errors = [error | {"loc": _without_kind(error["loc"])} for error in refused.errors(include_url=False)]
        refuse([_problem(error, content) for error in errors], str(path), REMEDY, SetupError)
        raise


def _problem(error: Mapping[str, Any], content: Mapping[str, Any]) -> Problem:
    context = error.get("ctx", {})
    key = str(error["loc"][-1]) if error["loc"] else ""
    place = _place(error["loc"], content)
    match error["type"]:
        case "extra_forbidden":
            return Problem(place, f"the key '{key}'", "no such key", suggestion(key, _known_keys(Configuration)))
        case "misfit":
            found = "something else" if isinstance(error["input"], dict) else as_found(error["input"])
            return Problem(place, found, context["expected"], context["remedy"])
        case "missing":
            return Problem(place, "nothing", "this key, which may not be left out")
        case "union_tag_not_found" | "union_tag_invalid":
            found = as_found(context["tag"]) if "tag" in context else "nothing"
            return Problem(f"{place}, kind", found, one_of(KINDS, "kind"))
        case kind:
            expected = "a day like 2024-01-31" if kind.startswith("date_") else EXPECTED.get(kind, error["msg"])
            return Problem(place, as_found(error["input"]), expected.format(**context))


def _without_kind(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """A place without the kind of source by which pydantic has chosen the section."""
    return loc[:2] + loc[3:] if loc[:1] == ("source",) else loc


def _place(loc: tuple[int | str, ...], content: Mapping[str, Any]) -> str:
    """Which key it is, as a person would point at it: [[converter]] 'sdr', timeout_s."""
    words: list[str] = []
    within: Any = content
    for step in loc:
        try:
            within = within[step]
        except (LookupError, TypeError):  # the key that is missing
            within = None
        if not words:
            words.append(f"[[{step}]]")
        elif isinstance(step, int) and isinstance(within, dict):
            name = within.get("name")
            words[-1] += f" '{name}'" if isinstance(name, str) else f" {step + 1}"
        else:
            words.append(f"item {step + 1}" if isinstance(step, int) else step)
    return ", ".join(words)


def _known_keys(annotation: Any) -> set[str]:
    """All keys of a model and of the sections within it, however they are wrapped in unions and lists."""
    known: set[str] = set()
    for part in get_args(annotation):
        known |= _known_keys(part)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, info in annotation.model_fields.items():
            known |= {info.alias or name} | _known_keys(info.annotation)
    return known
