"""Files as they come to be read: taken out of their containers, and turned by their makers' programs where needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from database.connection import Connection
from database.errors import StationManagerError
from database.home import Home
from loaders import converters
from loaders.configuration import Configuration, path_of, read
from loaders.containers.frame import Member, Unreadable
from loaders.containers.packets import is_detached_signature
from loaders.containers.spool import Spool
from loaders.containers.unpacking import unpack
from loaders.formats import headerless, nomad
from loaders.formats.detect import HEAD_BYTES
from loaders.formats.frame import FormatError
from loaders.formats.source import Source
from loaders.identifying import Formats
from loaders.sections import Vault

NEVER_READ = {headerless.NAME, nomad.NAME}  # formats that are told and always refused: a program may know more
DIGITS = 16  # of a digest that only has to differ

# A logger's own password, as its metadata state it, opens what that logger sent
LOGGERS_PASSWORDS = """
select distinct
    logger ->> 'logger_serial_number' as serial,
    logger ->> 'encryption_pin_or_key' as password,
    document_id
from metadata.current_location
cross join lateral jsonb_path_query(content, '$.logger_main_config[*]') as logger
where logger ->> 'encryption_pin_or_key' <> ''
order by 1, 2, 3
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
        return cls(read(path), Vault(path.parent, dict(environ)))


@dataclass(frozen=True, slots=True)
class LoggersPassword:
    """What opens the files of a logger, and which document of the metadata says so."""

    serial: str
    password: str
    document_id: int

    def is_named_in(self, name: str) -> bool:
        """Whether the serial stands in a file's name, as makers' programs write it there: with any leading zeros."""
        serial = re.escape(self.serial.strip().lstrip("0"))
        return bool(serial) and re.search(rf"(?<![0-9a-z])0*{serial}(?![0-9a-z])", name, re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, or a part of one, that can't be had, and why."""

    name: str
    error: StationManagerError


@dataclass(frozen=True, slots=True)
class Unwrapper:
    """Takes files out of what they are wrapped in, with the passwords and programs that are configured.

    It can be sent to other processes.

    Attributes:
        settings: as configured.
        loggers_passwords: as the metadata state them.
        formats: which need no program.
        scratch: the folder where there is room for what comes out, by default the system's for such files.
    """

    settings: Settings
    loggers_passwords: tuple[LoggersPassword, ...] = ()
    formats: Formats = field(default_factory=Formats)
    scratch: Path | None = None

    @property
    def setup(self) -> str:
        """A digest of all that is configured, without any secret: what failed need not be tried again with the same."""
        told = [self.settings.configuration.model_dump_json()]
        told += [f"{one.serial} {one.document_id}" for one in self.loggers_passwords]
        told += [one.description.model_dump_json() for one in self.formats.described]
        return sha256("\0".join(told).encode()).hexdigest()[:DIGITS]

    def unwrap(self, source: Source, name: str) -> list[Member | Failure]:
        """The files in a file, in their order; a file that is not wrapped is its own and only member."""
        spool = Spool(self.scratch)
        return list(self._converted(self._unpacked(source, name, spool), spool))

    def _unpacked(self, source: Source, name: str, spool: Spool) -> Sequence[Member | Unreadable]:
        configuration, vault = self.settings.configuration, self.settings.vault
        passwords = [*configuration.passwords_for(name, vault), *(one.password for one in self.loggers_passwords)]
        return unpack(source, name, spool=spool, passwords=passwords, keys=configuration.keys(vault))

    def _converted(self, members: Sequence[Member | Unreadable], spool: Spool) -> Iterator[Member | Failure]:
        for member in members:
            if isinstance(member, Unreadable):
                yield Failure(member.name, member.error)
            elif self._needs_program(member):
                yield from self._by_program(member, spool)
            else:
                yield member

    def _needs_program(self, member: Member) -> bool:
        """Whether no format of ours reads it, and a program is configured for it, or is known to be its maker's."""
        head = member.source.read(0, HEAD_BYTES)
        try:
            found = self.formats.find(head, member.name)
        except FormatError:  # several descriptions are for it: who reads it says so
            return False
        if is_detached_signature(member.source) or (found is not None and found.NAME not in NEVER_READ):
            return False
        configured = converters.find(head, member.name, self.settings.configuration.converters)
        is_known = found is None and converters.known_binary(head, member.name) is not None
        return configured is not None or is_known

    def _by_program(self, member: Member, spool: Spool) -> Iterator[Member | Failure]:
        programs, vault = self.settings.configuration.converters, self.settings.vault
        try:
            password = self._password_of(member.name)
            made = converters.convert(member.source, member.name, programs, vault, password=password, spool=spool)
        except StationManagerError as error:
            yield Failure(member.name, error)
            return
        for file in made:
            for inner in self._unpacked(file.source, file.name, spool):
                yield Failure(inner.name, inner.error) if isinstance(inner, Unreadable) else inner

    def _password_of(self, name: str) -> str | None:
        """The password of the logger that the file's name names; if it names none, of the only logger that has one."""
        named = [one for one in self.loggers_passwords if one.is_named_in(name.rpartition("/")[2])]
        passwords = {one.password for one in named or self.loggers_passwords}
        return passwords.pop() if len(passwords) == 1 else None


def loggers_passwords(connection: Connection) -> tuple[LoggersPassword, ...]:
    """The passwords that the metadata state for loggers."""
    return tuple(LoggersPassword(*row) for row in connection.execute(LOGGERS_PASSWORDS).fetchall())
