"""An SFTP server of its own process thread: real files, a password and a key, and faults on demand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import asyncssh

from tests.loaders.fetching.conftest import PASSWORD


@dataclass
class Faults:
    """What the server does wrong, and what it was asked to do."""

    breaks_after_bytes: int | None = None  # of each file; then the line is cut
    hangs: bool = False
    refused: bytes | None = None  # what the name of a file ends with that nobody may read
    bytes_read: int = 0
    asked: set[str] = field(default_factory=set)
    names: list[bytes] | None = None  # what it says that the folder holds


class _Files(asyncssh.SFTPServer):
    faults: Faults

    def __init__(self, chan: asyncssh.SSHServerChannel[bytes], root: Path, faults: Faults) -> None:
        super().__init__(chan, chroot=str(root).encode())
        self._channel = chan
        self.faults = faults

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        if self.faults.hangs:
            try:
                await asyncio.sleep(3600)
            finally:
                cast(BinaryIO, file_obj).close()
        content = super().read(file_obj, offset, size)
        assert isinstance(content, bytes)
        limit = self.faults.breaks_after_bytes
        if limit is not None and offset + len(content) > limit:
            self._channel.get_connection().abort()
        self.faults.bytes_read += len(content)
        return content

    async def scandir(self, path: bytes):  # type: ignore[no-untyped-def]  # an async generator, as the library wants it
        if self.faults.names is not None:
            for name in self.faults.names:
                yield asyncssh.SFTPName(name, attrs=asyncssh.SFTPAttrs(permissions=0o100644, size=3, mtime=0, atime=0))
            return
        async for item in super().scandir(path):
            yield item

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if self.faults.refused and path.endswith(self.faults.refused):
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        self.faults.asked.add("write" if pflags & ~asyncssh.FXF_READ else "read")
        return super().open(path, pflags, attrs)

    def remove(self, path: bytes) -> None:
        self.faults.asked.add("remove")

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        self.faults.asked.add("rename")

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        self.faults.asked.add("setstat")


class _Login(asyncssh.SSHServer):
    def __init__(self, authorized: asyncssh.SSHKey) -> None:
        self._authorized = authorized

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("mast", PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key.public_data == self._authorized.public_data


@dataclass
class Server:
    """A running server: where it is, and its keys."""

    port: int
    host_key: asyncssh.SSHKey
    user_key: asyncssh.SSHKey
    faults: Faults

    @property
    def public_key(self) -> str:
        return self.host_key.export_public_key().decode().strip()


@contextmanager
def serving(root: Path, *, has_sftp: bool = True) -> Iterator[Server]:
    """Serve a folder on a free port of this machine."""
    host_key, user_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    faults = Faults()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Login(user_key),
            server_host_keys=[host_key],
            sftp_factory=(lambda channel: _Files(channel, root, faults)) if has_sftp else False,
        )

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        yield Server(acceptor.get_port(), host_key, user_key, faults)
    finally:
        asyncio.run_coroutine_threadsafe(_stop(acceptor), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _stop(acceptor: asyncssh.SSHAcceptor) -> None:
    acceptor.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
