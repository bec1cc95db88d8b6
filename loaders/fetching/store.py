"""A bucket of S3, or of what speaks like it, or any other store that fsspec knows. It is only listed and read from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import fsspec  # type: ignore[import-untyped]  # it has no types
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]  # it has no types

from database.errors import SetupError
from database.home import Home
from loaders.fetching.frame import LARGEST_BYTES, Entry, FileFailed, Session, SourceFailed, bounded, shown, too_large
from loaders.fetching.source_sections import Store
from loaders.sections import Vault

# What stores call the time of the last change, and what else changes with the content
TIMES = ("LastModified", "last_modified", "updated", "modified", "mtime", "created")
BLOCK_BYTES = 16 << 20  # that are asked for at once
VERSIONS = ("ETag", "etag", "md5Hash", "content_md5", "generation")


def open_source(source: Store, vault: Vault, home: Home) -> Session:  # noqa: ARG001  # one signature for all kinds
    """Prepare; most stores are asked only when they are listed.

    Raises SetupError where the library for that kind of store isn't there.
    """
    return StoreSession(source, vault)


class StoreSession(Session):
    """A store with one user's keys, or with none."""

    def __init__(self, source: Store, vault: Vault) -> None:
        super().__init__()
        self._source = source
        protocol = source.url.partition("://")[0]
        options = _s3_options(source, vault) if protocol == "s3" else dict(source.options)
        if password := vault.password(source):
            options[source.password_option] = password
        try:
            # nothing is kept from an earlier listing: what is there now counts
            self._store = fsspec.filesystem(protocol, skip_instance_cache=True, use_listings_cache=False, **options)
        except (ImportError, ValueError, TypeError) as error:
            raise SetupError(
                f"a store of kind {protocol}:// can't be opened: {error}",
                f"[[source]] '{source.name}'",
                "install what fsspec asks for into the project's environment, and check the options",
            ) from error
        self._root = str(self._store._strip_protocol(source.url)).rstrip("/")  # as in the paths that it gives

    def entries(self) -> Iterator[Entry]:
        """All objects below the URL."""
        with self._told(None):
            found: dict[str, dict[str, Any]] = self._store.find(self._root, detail=True)
        for key, told in found.items():
            path = key.removeprefix(f"{self._root}/")
            if path and not path.endswith("/"):  # what marks a folder
                shown_path = shown(path.encode("utf-8", "surrogateescape"))
                yield Entry(shown_path, key, told.get("size"), *_state(told))

    def read(self, entry: Entry, offset: int = 0) -> Iterator[bytes]:
        """An object's content, from an offset on; a large one in blocks, all of one state of it."""
        if entry.size is not None and entry.size > LARGEST_BYTES:
            raise too_large(entry)
        if entry.size is None or entry.size <= BLOCK_BYTES:
            with self._told(entry.path):
                content: bytes = self._store.cat_file(entry.handle, start=offset or None)
            yield from bounded([content], entry)
            return
        for start in range(offset, entry.size, BLOCK_BYTES):
            with self._told(entry.path):
                yield self._store.cat_file(entry.handle, start=start, end=min(start + BLOCK_BYTES, entry.size))
        with self._told(entry.path):
            now = self._store.info(entry.handle)
        if (now.get("size"), *_state(now)) != (entry.size, entry.modified, entry.version):
            raise FileFailed("it was changed while it was read", entry.path, "it is fetched again by itself")

    @contextmanager
    def _told(self, path: str | None) -> Iterator[None]:
        """Turn the libraries' errors into ours."""
        where = f"{self._source.url}, {path}" if path else self._source.url
        try:
            yield
        except FileNotFoundError as error:
            if path is None:
                raise SourceFailed("there is no such bucket or folder", where, "check url") from error
            raise FileFailed("it is gone", where, "nothing: it was deleted after it was listed") from error
        except PermissionError as error:
            if path is None:
                raise SourceFailed(f"the store does not let us in: {error}", where, "check the keys") from error
            raise FileFailed(f"it can't be read: {error}", where, "check the rights of the keys") from error
        except (OSError, BotoCoreError, ClientError, aiohttp.ClientError) as error:
            raise SourceFailed(
                f"the store failed: {error or type(error).__name__}", where, "check url and endpoint; is it up?"
            ) from error


def _s3_options(source: Store, vault: Vault) -> dict[str, Any]:
    """S3's options in the library's own words. Without keys it looks where Amazon's own tools look for them."""
    client: dict[str, Any] = {"region_name": source.region} if source.region else {}
    if source.ca_file is not None:
        client["verify"] = str(vault.folder / source.ca_file.expanduser())
    return {
        "anon": source.anonymous,
        "key": source.access_key,
        "endpoint_url": source.endpoint,
        "client_kwargs": client,
        "config_kwargs": {
            "connect_timeout": source.timeout_s,
            "read_timeout": source.timeout_s,
            "retries": {"max_attempts": 2, "mode": "standard"},
        },
    } | dict(source.options)


def _state(told: dict[str, Any]) -> tuple[datetime | None, str | None]:
    """When an object was last changed, and what else tells one state of it from another."""
    version = next((str(told[name]) for name in VERSIONS if told.get(name)), None)
    return _moment(next((told[name] for name in TIMES if told.get(name) is not None), None)), version


def _moment(told: object) -> datetime | None:
    if isinstance(told, datetime):
        return told if told.tzinfo else told.replace(tzinfo=UTC)
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    try:
        return _moment(datetime.fromisoformat(str(told))) if told is not None else None
    except ValueError:
        return None
