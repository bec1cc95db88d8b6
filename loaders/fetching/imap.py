"""A mailbox: what is attached to its mails. The folder is opened to be examined only, and mails are peeked into.

So no mail is marked as seen, moved or deleted (RFC 3501: EXAMINE, BODY.PEEK). A mail never changes under its UID, so
it is transferred once, as long as the folder keeps its UIDVALIDITY.
"""

from __future__ import annotations

import email
import email.policy
import imaplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.message import Message

from imapclient import IMAPClient  # type: ignore[import-untyped]  # it has no types
from imapclient.exceptions import IMAPClientError, LoginError  # type: ignore[import-untyped]  # it has no types

from database.home import Home
from loaders.fetching import tls
from loaders.fetching.frame import Content, Entry, FileFailed, Session, SourceFailed, shown
from loaders.fetching.source_sections import IMAP
from loaders.sections import Vault

AT_ONCE = 500  # mails whose time is asked for in one command: many servers take 8,000 characters
DEEPEST = 8  # mails one in another; a container may be as deep
MAILS = (".eml",)


def open_source(source: IMAP, vault: Vault, home: Home) -> Session:  # noqa: ARG001  # one signature for all kinds
    """Log in, and open the folder without the right to change it.

    Raises SourceFailed where the server doesn't answer, isn't what its certificate says, or doesn't let us in.
    """
    return MailSession(source, vault)


class MailSession(Session):
    """A connection with one user's rights, in one folder."""

    def __init__(self, source: IMAP, vault: Vault) -> None:
        super().__init__()
        self._source = source
        is_encrypted = source.security == "tls"
        port = source.port or (993 if is_encrypted else 143)
        self._where = f"{source.username}@{source.host}:{port}"
        context = tls.context(source.ca_file, vault)
        password = vault.password(source) or ""
        with self._told(None):
            self._client = IMAPClient(
                source.host, port, ssl=is_encrypted, ssl_context=context, timeout=source.timeout_s
            )
        try:
            with self._told(None):
                if not is_encrypted:
                    self._client.starttls(context)
                self._client.login(source.username, password)
                told = self._client.select_folder(source.folder, readonly=True)
        except BaseException:
            self.close()
            raise
        self._client.normalise_times = False  # the zone is wanted too
        self._validity = int(told[b"UIDVALIDITY"])

    def entries(self) -> Iterator[Entry]:
        """All mails of the folder, or those that the server finds for sender, subject and day."""
        with self._told(None):
            uids = sorted(self._client.search(self._criteria(), charset=self._charset()))
            for begin in range(0, len(uids), AT_ONCE):
                some = uids[begin : begin + AT_ONCE]
                found = self._client.fetch(some, ["INTERNALDATE"])
                # one that is not found was deleted meanwhile
                yield from (self._entry(uid, found[uid]) for uid in some if uid in found)

    def _entry(self, uid: int, told: dict[bytes, object]) -> Entry:
        # no size: some servers only estimate it
        moment = told.get(b"INTERNALDATE")
        modified = moment.astimezone(UTC) if isinstance(moment, datetime) else None
        return Entry(f"{shown(self._source.folder.encode())}/{self._validity}.{uid}", uid, None, modified)

    def _criteria(self) -> list[object]:
        wanted: list[object] = ["ALL"]
        if self._source.sender:
            wanted += ["FROM", self._source.sender]
        if self._source.subject:
            wanted += ["SUBJECT", self._source.subject]
        if self._source.since:
            # servers compare days of their own zone; what is too early is left out afterwards
            wanted += ["SINCE", self._source.since - timedelta(days=1)]
        return wanted

    def _charset(self) -> str | None:
        return None if f"{self._source.sender}{self._source.subject}".isascii() else "UTF-8"

    def read(self, entry: Entry, offset: int = 0) -> Iterator[bytes]:  # noqa: ARG002  # always whole
        """A mail as it came, at once: no server takes one that is large."""
        yield self._mail(entry)

    def _mail(self, entry: Entry) -> bytes:
        with self._told(entry.path):
            found = self._client.fetch([entry.handle], ["BODY.PEEK[]"])
        mail = found.get(entry.handle, {}).get(b"BODY[]")
        if not isinstance(mail, bytes):
            raise FileFailed("it is gone", entry.path, "nothing: it was deleted after it was listed")
        return mail

    def contents(self, entry: Entry) -> list[Content]:
        """What is attached to a mail, and to mails that are attached to it, of the names that are wanted."""
        found: dict[str, Content] = {}
        for name, content in attachments(self._mail(entry)):
            path = f"{entry.path}/{name}"
            number = 2
            while path in found:  # two of one name are two files
                path, number = f"{entry.path}/{number}/{name}", number + 1
            if self._source.wants_file(name):
                found[path] = Content(path, [content])
        return list(found.values())

    def close(self) -> None:
        """End the connection; not by CLOSE, which would remove what somebody marked as deleted."""
        with suppress(OSError, IMAPClientError, imaplib.IMAP4.error):
            self._client.logout()
        with suppress(OSError):
            self._client.shutdown()

    @contextmanager
    def _told(self, path: str | None) -> Iterator[None]:
        """Turn the library's errors into ours."""
        where = f"{self._where}, {path}" if path else self._where
        lost = (IMAPClientError, imaplib.IMAP4.error, OSError)
        with tls.faults_told(self._where, where, self._source.timeout_s, lost, "check host and folder; is it up?"):
            try:
                yield
            except LoginError as error:
                raise SourceFailed(
                    f"the server does not let us in: {error}", self._where, "check username and password"
                ) from error


def attachments(mail: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents of all that is attached to a mail, as deep as mails are in it; its own text isn't."""
    yield from _attached(email.message_from_bytes(mail, policy=email.policy.default), 0)


def _attached(mail: Message, depth: int) -> Iterator[tuple[str, bytes]]:
    for part in mail.walk():  # which also goes into a mail that is attached as one
        if part.is_multipart():
            continue
        name = _name_of(part)
        if name is None:
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        if name.lower().endswith(MAILS) and depth < DEEPEST:  # attached as a file
            yield from _attached(email.message_from_bytes(content, policy=email.policy.default), depth + 1)
        else:
            yield name, content


def _name_of(part: Message) -> str | None:
    """What an attachment is called, without any folder (RFC 2183 tells receivers to drop it); none for a text."""
    name = part.get_filename()
    if name is None:
        if part.get_content_disposition() != "attachment":
            return None
        name = "attachment"
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    return shown(plain.encode("utf-8", "surrogateescape")) if plain not in {"", ".", ".."} else "attachment"
