"""A server with SSH's file transfer. It is only read from, and no server is trusted that was not known beforehand."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import asyncssh

from database.errors import SetupError
from database.home import Home
from loaders.fetching.frame import (
    LARGEST_BYTES,
    Entry,
    FileFailed,
    Session,
    SourceFailed,
    bounded,
    is_plain,
    moment,
    not_plain,
    shown,
    too_large,
)
from loaders.fetching.source_sections import SFTP
from loaders.sections import Vault

READ_BYTES = 4 << 20  # asked for at once, in many requests under way: the line is never idle
SECONDS_TO_PART = 5
LOST = (
    asyncssh.DisconnectError,
    asyncssh.ChannelOpenError,
    asyncssh.SFTPConnectionLost,
    asyncssh.SFTPNoConnection,
    OSError,
)
Answer = TypeVar("Answer")


def open_source(source: SFTP, vault: Vault, home: Home) -> Session:  # noqa: ARG001  # one signature for all kinds
    """Log in.

    Raises SourceFailed where the server doesn't answer, isn't the one that is known, or doesn't let us in; SetupError
    where what the configuration names can't be had.
    """
    return SFTPSession(source, vault)


class _Client(asyncssh.SSHClient):
    """Knows the server's key by its fingerprint, and remembers the one that was shown."""

    def __init__(self, fingerprint: str | None) -> None:
        self._fingerprint = fingerprint
        self.shown_key = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002 - asyncssh gives all four
        """Asked where a key is not among those that are known."""
        self.shown_key = f"{key.get_fingerprint()} ({key.get_algorithm()})"
        return key.get_fingerprint() == self._fingerprint


class SFTPSession(Session):
    """A connection with one user's rights. Names are bytes: what a logger calls its files need not be UTF-8."""

    def __init__(self, source: SFTP, vault: Vault) -> None:
        super().__init__()
        self._source = source
        self._where = f"{source.username}@{source.host}:{source.port}"
        fingerprint, known_hosts = _known(source, vault)
        self._client = _Client(fingerprint)
        key = _key(source, vault)
        password = vault.password(source)
        self._runner = asyncio.Runner()
        try:
            self._connection, self._sftp = self._run(self._connect(known_hosts, key, password))
        except BaseException:
            self._runner.close()
            raise

    async def _connect(
        self, known_hosts: object, key: asyncssh.SSHKey | None, password: str | None
    ) -> tuple[asyncssh.SSHClientConnection, asyncssh.SFTPClient]:
        connection = await asyncssh.connect(
            self._source.host,
            self._source.port,
            username=self._source.username,
            password=password,
            client_keys=[key] if key else None,
            known_hosts=known_hosts,
            client_factory=lambda: self._client,
            # nothing that happens to lie in the home of whoever runs this decides how it connects
            config=None,
            agent_path=None,
            connect_timeout=self._source.timeout_s,
            login_timeout=self._source.timeout_s,
        )
        try:
            async with asyncio.timeout(self._source.timeout_s):
                return connection, await connection.start_sftp_client(path_encoding=None)
        except BaseException:
            connection.abort()
            raise

    def entries(self) -> Iterator[Entry]:
        """All files, folder by folder."""
        folders = [(os.fsencode(self._source.path), b"")]
        while folders:
            path, prefix = folders.pop()
            try:
                found = self._run(self._names(path))
            except FileFailed as error:
                if not prefix:
                    raise SourceFailed(error.what, error.where, error.remedy) from error
                self.problems.append(FileFailed(error.what, shown(prefix), error.remedy))
                continue
            for name, told in found:
                inner = os.path.join(path, name)  # noqa: PTH118  # bytes
                mode = told.permissions or 0
                if stat.S_ISDIR(mode):
                    folders += [(inner, prefix + name + b"/")] if self._source.recursive else []
                elif stat.S_ISREG(mode):
                    yield Entry(shown(prefix + name), inner, told.size, moment(told.mtime))

    async def _names(self, path: bytes) -> list[tuple[bytes, asyncssh.SFTPAttrs]]:
        found: list[tuple[bytes, asyncssh.SFTPAttrs]] = []
        async with asyncio.timeout(self._source.timeout_s) as limit:
            async for item in self._sftp.scandir(path):
                limit.reschedule(asyncio.get_running_loop().time() + self._source.timeout_s)
                name = item.filename if isinstance(item.filename, bytes) else os.fsencode(item.filename)
                if is_plain(name):
                    found.append((name, await self._followed(os.path.join(path, name), item.attrs)))  # noqa: PTH118  # bytes
                elif name not in {b".", b".."}:
                    self.problems.append(not_plain(name))
        return found

    async def _followed(self, path: bytes, told: asyncssh.SFTPAttrs) -> asyncssh.SFTPAttrs:
        """What a link to a file leads to; one to a folder could lead round in circles."""
        if stat.S_ISLNK(told.permissions or 0):
            with suppress(asyncssh.SFTPNoSuchFile):  # it leads nowhere
                target = await self._sftp.stat(path)
                return target if stat.S_ISREG(target.permissions or 0) else told
        return told

    def read(self, entry: Entry, offset: int = 0) -> Iterator[bytes]:
        """A file's content, from an offset on."""
        if entry.size is not None and entry.size > LARGEST_BYTES:
            raise too_large(entry)
        yield from bounded(self._content(entry, offset), entry)

    def _content(self, entry: Entry, offset: int) -> Iterator[bytes]:
        # not a context manager, which would wait for a server that hangs to close the file
        file = self._run(self._opened(entry), entry)
        while piece := self._run(self._in_time(file.read(READ_BYTES, offset)), entry):
            yield piece
            offset += len(piece)
        self._run(self._in_time(file.close()), entry)

    async def _opened(self, entry: Entry) -> Any:
        async with asyncio.timeout(self._source.timeout_s):
            return await self._sftp.open(entry.handle, "rb", encoding=None)

    async def _in_time(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        async with asyncio.timeout(self._source.timeout_s):
            return await work

    def close(self) -> None:
        """End the connection."""
        self._runner.run(self._part())
        self._runner.close()

    async def _part(self) -> None:
        self._connection.close()
        with suppress(*LOST, asyncssh.Error):  # among them that it takes too long
            await asyncio.wait_for(self._connection.wait_closed(), SECONDS_TO_PART)
        self._connection.abort()

    def _run(self, work: Coroutine[Any, Any, Answer], entry: Entry | None = None) -> Answer:
        with self._told(entry.path if entry else None):
            return self._runner.run(work)

    @contextmanager
    def _told(self, path: str | None) -> Iterator[None]:
        """Turn the library's errors into ours."""
        where = f"{self._where}, {path}" if path else self._where
        try:
            yield
        except asyncssh.HostKeyNotVerifiable as error:
            shown_key = self._client.shown_key or "none that can be used"
            raise SourceFailed(
                f"the server's host key is not the one that is known: {shown_key}",
                self._where,
                "have whoever runs the server read its key to you; if it is this one, let host_key say it",
            ) from error
        except asyncssh.PermissionDenied as error:
            raise SourceFailed(
                "the server does not let us in", self._where, "check username, key_file and password"
            ) from error
        except TimeoutError as error:
            raise SourceFailed(
                f"no answer within {self._source.timeout_s:g} s", where, "is it up, and is the line good?"
            ) from error
        except LOST as error:
            raise SourceFailed(f"the connection failed: {error}", where, "is it up, and is the line good?") from error
        except asyncssh.SFTPError as error:
            raise FileFailed(
                f"it can't be read: {error.reason}", path or self._where, "check path, and the rights there"
            ) from error


def _known(source: SFTP, vault: Vault) -> tuple[str | None, object]:
    """The fingerprint, and the keys in the library's own words."""
    if source.known_hosts is not None:
        path = vault.folder / source.known_hosts.expanduser()
        if not path.is_file():
            raise SetupError("there is no such file", str(path), f"ssh-keyscan -p {source.port} {source.host}")
        try:
            return None, asyncssh.read_known_hosts(str(path))
        except (ValueError, OSError) as error:
            raise SetupError(f"no known_hosts file: {error}", str(path), "make it with ssh-keyscan") from error
    assert source.host_key is not None
    if source.host_key.startswith("SHA256:"):
        return source.host_key.rstrip("="), ([], [], [])
    try:
        return None, ([asyncssh.import_public_key(source.host_key)], [], [])
    except asyncssh.KeyImportError as error:
        raise SetupError(
            "host_key is neither a public key nor a fingerprint",
            f"[[source]] '{source.name}'",
            "write it as ssh-keyscan prints it without the host (ssh-ed25519 AAAA...), or as SHA256:...",
        ) from error


def _key(source: SFTP, vault: Vault) -> asyncssh.SSHKey | None:
    if source.key_file is None:
        return None
    path: Path = vault.folder / source.key_file
    try:
        return asyncssh.import_private_key(vault.read(source.key_file), vault.password(source.passphrase))
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise SetupError(
            f"the key can't be used: {error}", str(path), "is its passphrase right (passphrase_file, passphrase_env)?"
        ) from error
