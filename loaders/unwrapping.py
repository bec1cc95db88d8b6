"""Files as they come to be read: taken out of their containers, and turned by their makers' programs where needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from database.connection import Connection
from database.errors import StationManagerError
from database.home import Home
from loaders import converters
from loaders.configuration import Configuration, path_of, read
from loaders.containers.frame import Member, Unreadable
from loaders.containers.unpacking import unpack
from loaders.sections import Vault

# A logger's own password, as its metadata state it, opens what that logger sent
LOGGERS_PASSWORDS = """
select distinct logger ->> 'encryption_pin_or_key'
from metadata.current_location
cross join lateral jsonb_path_query(content, '$.logger_main_config[*]') as logger
where logger ->> 'encryption_pin_or_key' <> ''
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration of an instance, and where its secrets are."""

    configuration: Configuration
    vault: Vault

    @classmethod
    def of(cls, home: Home, environ: Mapping[str, str]) -> Settings:
        """Read `stationmanager.toml`; raises SetupError with every key that is wrong."""
        path = path_of(home, environ)
        return cls(read(path), Vault(path.parent, environ))


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, or a part of one, that can't be had, and why."""

    name: str
    error: StationManagerError


@dataclass(frozen=True, slots=True)
class Unwrapper:
    """Takes files out of what they are wrapped in, with the passwords and programs that are configured."""

    settings: Settings
    loggers_passwords: tuple[str, ...]

    def unwrap(self, content: bytes, name: str) -> list[Member | Failure]:
        """The files in a file, in their order; a file that is not wrapped is its own and only member."""
        return list(self._converted(self._unpacked(content, name)))

    def _unpacked(self, content: bytes, name: str) -> Sequence[Member | Unreadable]:
        passwords = [*self.settings.configuration.passwords_for(name, self.settings.vault), *self.loggers_passwords]
        return unpack(content, name, passwords=passwords, keys=self.settings.configuration.keys(self.settings.vault))

    def _converted(self, members: Sequence[Member | Unreadable]) -> Iterator[Member | Failure]:
        for member in members:
            if isinstance(member, Unreadable):
                yield Failure(member.name, member.error)
            elif self._wants_converter(member):
                yield from self._by_program(member)
            else:
                yield member

    def _wants_converter(self, member: Member) -> bool:
        configured = converters.find(member.content, member.name, self.settings.configuration.converters)
        return configured is not None or converters.known_binary(member.content, member.name) is not None

    def _by_program(self, member: Member) -> Iterator[Member | Failure]:
        password = next(iter(self.loggers_passwords), None) if len(self.loggers_passwords) == 1 else None
        try:
            programs, vault = self.settings.configuration.converters, self.settings.vault
            made = converters.convert(member.content, member.name, programs, vault, password=password)
        except StationManagerError as error:
            yield Failure(member.name, error)
            return
        for file in made:
            for inner in self._unpacked(file.content, file.name):
                yield Failure(inner.name, inner.error) if isinstance(inner, Unreadable) else inner


def loggers_passwords(connection: Connection) -> tuple[str, ...]:
    """The passwords that the metadata state for loggers."""
    return tuple(password for (password,) in connection.execute(LOGGERS_PASSWORDS).fetchall())
