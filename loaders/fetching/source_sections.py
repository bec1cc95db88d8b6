"""The sources as configured: one section a kind, and what all have in common. Nothing here speaks to them."""

from __future__ import annotations

import re
from datetime import date
from fnmatch import translate
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from loaders.metadata.task43 import misfit
from loaders.sections import SecretSection, Section

LANDING = "landing"  # the drop folder's name, which is always a source
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
UNFINISHED = re.compile(r"(^|/)\.[^/]*$|\.(part|partial|tmp|filepart|crdownload)$", re.IGNORECASE)
Text = Annotated[str, Field(min_length=1)]
Port = Annotated[int, Field(gt=0, le=65535)]
Seconds = Annotated[float, Field(ge=0)]


class AnySource(SecretSection):
    """What holds for every source.

    Attributes:
        name: what it is called on the command line, in the ledger and in messages.
        logger: serial of the logger that all its files belong to, whatever their headers say.
        include: patterns of paths within the source, in any case; a file that fits one of them is wanted.
        exclude: patterns of those that are not wanted all the same.
        since: files that were changed before that day (UTC) are not wanted.
        late_after_h: after so many hours without a new file `status` tells.
        timeout_s: after this without an answer the source counts as broken off.
    """

    name: str
    logger: Text | None = None
    include: Annotated[tuple[Text, ...], Field(min_length=1)] = ("*",)
    exclude: tuple[Text, ...] = ()
    since: date | None = None
    late_after_h: Annotated[float, Field(gt=0)] | None = None
    timeout_s: Annotated[float, Field(gt=0)] = 60

    @field_validator("name")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            raise misfit("a name of letters, digits, dots, dashes and underscores")
        return value

    @model_validator(mode="after")
    def _landing_is_landing(self) -> Self:
        if (self.name == LANDING) != (getattr(self, "kind", None) == LANDING):
            raise misfit('name = "landing" and kind = "landing" for the drop folder, and for nothing else')
        return self

    def wants_entry(self, path: str) -> bool:
        """Whether something that the source lists is wanted, by its path."""
        return self.wants_file(path)

    def wants_file(self, path: str) -> bool:
        """Whether a file is wanted, by its path; one that others are still writing is not, as its name tells."""
        return self._wanted.fullmatch(path) is not None and UNFINISHED.search(path) is None

    @cached_property
    def _wanted(self) -> re.Pattern[str]:
        included = "|".join(translate(pattern) for pattern in self.include)
        excluded = "|".join(translate(pattern) for pattern in self.exclude)
        return re.compile((f"(?!{excluded})" if excluded else "") + f"(?:{included})", re.IGNORECASE)


class FileSource(AnySource):
    """A tree of files that others write to while we read.

    Attributes:
        recursive: whether folders within it are looked into.
        settle_s: a file that was changed less than so many seconds ago may be half-written, and waits.
        appends: whether its files only ever grow at their end, so that only what is new of them is transferred.
    """

    recursive: bool = True
    settle_s: Seconds = 5
    appends: bool = False


class Folder(FileSource):
    """A folder of this machine, or a share that is mounted; relative to the configuration."""

    kind: Literal["folder"]
    path: Path


class Landing(FileSource):
    """The drop folder of the home, where others may only add."""

    kind: Literal["landing"] = "landing"
    name: str = LANDING


class SFTP(FileSource):
    """A server with SSH. Its host key is known beforehand: by itself, by its fingerprint, or by a known_hosts file."""

    kind: Literal["sftp"]
    host: Text
    port: Port = 22
    username: Text
    path: Text = "."
    key_file: Path | None = None
    passphrase_env: str | None = None
    passphrase_file: Path | None = None
    host_key: Text | None = None
    known_hosts: Path | None = None

    @model_validator(mode="after")
    def _both_are_known(self) -> Self:
        if self.key_file is None and self.password_env is None and self.password_file is None:
            raise misfit("key_file, password_env or password_file, to log in with")
        if (self.host_key is None) == (self.known_hosts is None):
            raise misfit("host_key or known_hosts, one of them, so that no other server can take its place")
        return self

    @property
    def passphrase(self) -> SecretSection:
        """Where the passphrase of the key is."""
        return SecretSection(password_env=self.passphrase_env, password_file=self.passphrase_file)


class FTP(FileSource):
    """A server with FTP; `ftps` is the same, encrypted by TLS after the greeting (explicit)."""

    kind: Literal["ftp", "ftps"]
    host: Text
    port: Port = 21
    username: Text = "anonymous"
    path: Text = "."
    ca_file: Path | None = None


class Store(AnySource):
    """A bucket of S3 or of whatever speaks like it, or any other store that fsspec knows."""

    kind: Literal["store"]
    url: Text
    endpoint: Text | None = None
    region: Text | None = None
    access_key: Text | None = None
    anonymous: bool = False
    ca_file: Path | None = None
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)
    password_option: Text = "secret"  # noqa: S105  # a name of an option

    @field_validator("url")
    @classmethod
    def _has_a_protocol(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9+.-]*://.+", value):
            raise misfit("a place like s3://bucket/folder")
        return value


class IMAP(AnySource):
    """A mailbox, by TLS from the start or after STARTTLS. `include` and `exclude` are for names of attachments."""

    kind: Literal["imap"]
    host: Text
    port: Port | None = None
    security: Literal["tls", "starttls"] = "tls"
    username: Text
    folder: Text = "INBOX"
    sender: Text | None = None
    subject: Text | None = None
    ca_file: Path | None = None

    def wants_entry(self, path: str) -> bool:  # noqa: ARG002  # every mail
        """Every mail of the folder is looked into; `include` and `exclude` are for what is attached to it."""
        return True


class Fields(Section):
    """What an index calls what is said of a file; only `url` must be there."""

    name: Text = "name"
    size: Text = "size"
    modified: Text = "modified"
    url: Text = "url"


class HTTP(AnySource):
    """A web service: an index in JSON that lists files, or one URL for each day.

    Attributes:
        index: URL of the JSON; {since} in it becomes the day from which files are wanted.
        items: where in the JSON the list is, as keys with dots between; the JSON itself if left out.
        fields: what the JSON calls name, size, modified and url.
        daily: URL of a day's file, with {date:%Y-%m-%d} or the like in it.
        again_days: so many days back from today a day's file is asked for again.
        token_header: header that holds the password; `Authorization` holds it after the word Bearer.
    """

    kind: Literal["http"]
    index: Text | None = None
    items: Text | None = None
    fields: Fields = Field(default_factory=Fields)
    daily: Text | None = None
    again_days: Annotated[int, Field(gt=0)] = 3
    token_header: Text = "Authorization"  # noqa: S105  # a name of a header
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.index is None) == (self.daily is None):
            raise misfit("index or daily, one of them")
        if self.daily is not None and ("{date:" not in self.daily or self.since is None):
            raise misfit("daily with a place-holder like {date:%Y-%m-%d} in it, and since, the first day")
        url = self.index or self.daily or ""
        if urlsplit(url).scheme not in {"http", "https"}:
            raise misfit("a URL that begins with https://")
        return self


Source = Folder | Landing | SFTP | FTP | Store | IMAP | HTTP
KINDS = ("folder", "landing", "sftp", "ftp", "ftps", "store", "imap", "http")
