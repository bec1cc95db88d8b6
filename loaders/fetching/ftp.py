"""A server with FTP, plain or encrypted (explicit TLS, RFC 4217). It is only listed and read from.

Names are bytes to the server, so they go through Latin-1, which changes none of them (RFC 2640 asks for UTF-8, old
loggers' servers know nothing of it). Sizes and times come from MLSD (RFC 3659), in UTC. Servers without it answer LIST
for people: there the size counts, and the date only as a text, since it has no zone and half the time no year.
"""

from __future__ import annotations

import ftplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from database.home import Home
from loaders.fetching import tls
from loaders.fetching.frame import (
    CHUNK,
    LARGEST_BYTES,
    Entry,
    FileFailed,
    Session,
    SourceFailed,
    bounded,
    is_plain,
    not_plain,
    shown,
    too_large,
)
from loaders.fetching.source_sections import FTP
from loaders.sections import Vault

AS_BYTES = "latin-1"
DEEPEST = 64  # a server may show a folder within itself
UNIX = re.compile(
    r"(?P<kind>[-dlbcps])\S{9,10}\s+\d+\s.*?\s(?P<size>\d+)\s(?P<date>[A-Z][a-z]{2}\s+\d+\s+[\d:]+) (?P<name>.+)"
)
DOS = re.compile(r"(?P<date>[\d-]+\s+\d\d:\d\d(?:[AP]M)?)\s+(?:(?P<folder><DIR>)\s{9,10}|(?P<size>\d+)\s)(?P<name>.+)")
LOST = (EOFError, OSError, ftplib.error_proto)


def open_source(source: FTP, vault: Vault, home: Home) -> Session:  # noqa: ARG001  # one signature for all kinds
    """Log in.

    Raises SourceFailed where the server doesn't answer, isn't what its certificate says, or doesn't let us in.
    """
    return FTPSession(source, vault)


class _Encrypted(ftplib.FTP_TLS):
    """Data connections go on with the session of the control connection, which many servers insist on."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """Open a data connection, encrypted."""
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321  # it is encrypted below
        assert isinstance(self.sock, ssl.SSLSocket)
        try:
            return self.context.wrap_socket(connection, server_hostname=self.host, session=self.sock.session), size
        except BaseException:
            connection.close()
            raise


class FTPSession(Session):
    """A connection with one user's rights."""

    def __init__(self, source: FTP, vault: Vault) -> None:
        super().__init__()
        self._source = source
        self._where = f"{source.username}@{source.host}:{source.port}"
        password = vault.password(source) or ""
        if source.kind == "ftps":
            context = tls.context(source.ca_file, vault)
            self._ftp: ftplib.FTP = _Encrypted(context=context, timeout=source.timeout_s, encoding=AS_BYTES)
        else:
            self._ftp = ftplib.FTP(timeout=source.timeout_s, encoding=AS_BYTES)  # noqa: S321  # it is what they have
        try:
            with self._told(None):
                self._ftp.connect(source.host, source.port)
                self._ftp.login(source.username, password)
                if isinstance(self._ftp, ftplib.FTP_TLS):
                    self._ftp.prot_p()
                self._ftp.cwd(source.path.encode().decode(AS_BYTES))
        except BaseException:
            self._ftp.close()
            raise

    def entries(self) -> Iterator[Entry]:
        """All files, folder by folder."""
        folders = [""]
        while folders:
            folder = folders.pop()
            try:
                with self._told(_shown(folder)):
                    found = list(self._names(folder))
            except FileFailed as error:
                if not folder:
                    raise SourceFailed(error.what, error.where, error.remedy) from error
                self.problems.append(error)
                continue
            for item in found:
                if isinstance(item, Entry):
                    yield item
                elif self._source.recursive and item.count("/") < DEEPEST:
                    folders.append(item)

    def _names(self, folder: str) -> Iterator[Entry | str]:
        """Files and folders in a folder."""
        try:
            for name, facts in self._ftp.mlsd(folder, ["type", "size", "modify"]):
                kind = facts.get("type", "").lower()
                if kind in {"file", "dir"} and self._is_plain(name):
                    path = _within(folder, name)
                    yield (
                        path
                        if kind == "dir"
                        else Entry(
                            _shown(path),
                            path,
                            int(facts["size"]) if facts.get("size", "").isdecimal() else None,
                            _moment(facts.get("modify")),
                        )
                    )
        except ftplib.error_perm as error:
            if not str(error).startswith("50"):  # 500 to 504: it doesn't know the command
                raise
            yield from self._listed(folder)

    def _listed(self, folder: str) -> Iterator[Entry | str]:
        """The same from a listing that is made for people.

        Raises SourceFailed where a line is of no known kind.
        """
        lines: list[str] = []
        self._ftp.retrlines(f"LIST {folder}".rstrip(), lines.append)
        for line in lines:
            match = UNIX.fullmatch(line) or DOS.fullmatch(line)
            if match is None:
                if not line.strip() or re.fullmatch(r"total \d+", line):
                    continue
                raise SourceFailed(
                    f"the server lists files in a way that is not known: {_shown(line)!r}",
                    self._where,
                    "if the server can be told to, let it answer MLSD",
                )
            told = match.groupdict()
            is_folder = told.get("folder") or told.get("kind") == "d"
            if (
                told["name"] in {".", ".."}
                or told.get("kind", "-") not in {"-", "d"}
                or not self._is_plain(told["name"])
            ):
                continue
            path = _within(folder, told["name"])
            yield path if is_folder else Entry(_shown(path), path, int(told["size"]), version=told["date"])

    def _is_plain(self, name: str) -> bool:
        raw = name.encode(AS_BYTES)
        if not is_plain(raw) or b"\r" in raw:
            self.problems.append(not_plain(raw))
            return False
        return True

    def read(self, entry: Entry, offset: int = 0) -> Iterator[bytes]:
        """A file's content, from an offset on (RFC 3659, REST)."""
        if entry.size is not None and entry.size > LARGEST_BYTES:
            raise too_large(entry)
        with self._told(entry.path):
            self._ftp.voidcmd("TYPE I")
            with self._ftp.transfercmd(f"RETR {entry.handle}", offset or None) as data:
                try:
                    yield from bounded(iter(lambda: data.recv(CHUNK), b""), entry)
                except FileFailed as error:  # the server is still sending: this connection can't be used any more
                    raise SourceFailed(error.what, error.where, error.remedy) from error
                if isinstance(data, ssl.SSLSocket):
                    with suppress(OSError):  # some servers end without a word; whether all came, the size tells
                        data.unwrap()
            self._ftp.voidresp()

    def close(self) -> None:
        """End the connection."""
        with suppress(*LOST, ftplib.Error):
            self._ftp.quit()
        self._ftp.close()

    @contextmanager
    def _told(self, path: str | None) -> Iterator[None]:
        """Turn the library's errors into ours."""
        where = f"{self._where}, {path}" if path else self._where
        remedy = "is it up, and is the line good?"
        with tls.faults_told(self._where, where, self._source.timeout_s, (*LOST, ftplib.Error), remedy):
            try:
                yield
            except (ftplib.error_perm, ftplib.error_temp) as error:
                if str(error).startswith("530"):
                    raise SourceFailed(
                        "the server does not let us in", self._where, "check username and password"
                    ) from error
                if not str(error).startswith(("45", "5")):  # of the passing ones only those of a file itself
                    raise SourceFailed(f"the server says: {error}", where, "it is tried again by itself") from error
                raise FileFailed(
                    f"it can't be read: {error}", path or self._where, "check path, and the rights there"
                ) from error


def _within(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _shown(name: str) -> str:
    return shown(name.encode(AS_BYTES, "replace"))


def _moment(text: str | None) -> datetime | None:
    """A time of MLSD: YYYYMMDDHHMMSS in UTC, with or without a fraction."""
    try:
        return None if text is None else datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
