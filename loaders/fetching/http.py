"""A web service with a token: an index in JSON that lists files, or one URL for each day. It is only asked (GET).

The token goes to the host that the configuration names and to no other, wherever an index or a redirection points.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase

from database.errors import SetupError
from database.home import Home
from loaders.fetching.frame import CHUNK, Content, Entry, FileFailed, Session, SourceFailed, bounded, shown
from loaders.fetching.source_sections import HTTP
from loaders.sections import Vault

DENIED = (requests.codes.unauthorized, requests.codes.forbidden)
ABSENT = (requests.codes.not_found, requests.codes.gone, requests.codes.no_content)


def open_source(source: HTTP, vault: Vault, home: Home) -> Session:  # noqa: ARG001  # one signature for all kinds
    """Prepare; the service is asked when it is listed."""
    return HTTPSession(source, vault)


class _Token(AuthBase):
    """Puts the token into a request to the host that it is for."""

    def __init__(self, header: str, token: str | None, origin: tuple[str, str]) -> None:
        self._header = header
        self._token = f"Bearer {token}" if token and header.lower() == "authorization" else token
        self._origin = origin

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token and _origin(request.url or "") == self._origin:
            request.headers[self._header] = self._token
        return request


class _Client(requests.Session):
    """Takes any header with a token off where a request is sent on to another host, not only `Authorization`."""

    def __init__(self, header: str) -> None:
        super().__init__()
        self._header = header

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Called for each redirection."""
        if _origin(prepared_request.url or "") != _origin(response.request.url or ""):
            prepared_request.headers.pop(self._header, None)


class HTTPSession(Session):
    """One client with its token."""

    def __init__(self, source: HTTP, vault: Vault) -> None:
        super().__init__()
        self._source = source
        self._url = source.index or source.daily or ""
        self._client = _Client(source.token_header)
        token = vault.password(source)
        # without a token, too: else a password out of a .netrc might go along
        self._client.auth = _Token(source.token_header, token, _origin(self._url))
        # given with each request: in the client's own place the environment would overrule it
        self._verify: str | None = None
        if source.ca_file is not None:
            path = vault.folder / source.ca_file.expanduser()
            if not path.is_file():
                raise SetupError("there is no such file", str(path), "name a file of certificates in PEM format")
            self._verify = str(path)

    def entries(self) -> Iterator[Entry]:
        """The files of the index; or the days, of which those behind us are asked for once."""
        return self._of_index() if self._source.index else self._of_days(datetime.now(UTC))

    def _of_index(self) -> Iterator[Entry]:
        since = self._source.since.isoformat() if self._source.since else ""
        url = self._url.replace("{since}", since)
        try:
            items: Any = json.loads(b"".join(self._get(url, None)))
            for key in self._source.items.split(".") if self._source.items else ():
                items = items[key]
            if not isinstance(items, list):
                raise TypeError("no list")  # noqa: TRY301  # told with the others
        except (ValueError, LookupError, TypeError) as error:
            raise SourceFailed(
                f"the index is not as configured: {error or type(error).__name__}", url, "check index and items"
            ) from error
        for number, item in enumerate(items):
            try:
                yield self._entry(item, url)
            except (ValueError, LookupError, TypeError, OverflowError) as error:
                what = f"item {number + 1} of the index is not as configured: {type(error).__name__}: {error}"
                self.problems.append(FileFailed(what, url, "check the keys in `fields`"))

    def _entry(self, item: Any, index: str) -> Entry:
        fields = self._source.fields
        url = urljoin(index, str(item[fields.url]))
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError(f"{url} is no web address")
        name = str(item.get(fields.name) or urlsplit(url).path.rsplit("/", 1)[-1])
        size = item.get(fields.size)
        path = shown(name.encode("utf-8", "surrogatepass"))
        # where neither size nor time is told, the address itself is the version
        return Entry(path, url, None if size is None else int(size), _moment(item.get(fields.modified)), url)

    def _of_days(self, now: datetime) -> Iterator[Entry]:
        day, today = self._source.since or now.date(), now.date()
        while day <= today:
            url = self._url.format(date=day)
            is_open = today - day < timedelta(days=self._source.again_days)
            # one that may still grow is never the version that is remembered
            version = now.isoformat() if is_open else "complete"
            yield Entry(_name_of(url, day), url, None, datetime.combine(day, time(), UTC), version)
            day += timedelta(days=1)

    def contents(self, entry: Entry) -> list[Content]:
        """The file; nothing where a day has none."""
        try:
            return super().contents(entry)
        except _NothingThere:
            if self._source.daily:
                return []
            raise

    def read(self, entry: Entry, offset: int = 0) -> Iterator[bytes]:  # noqa: ARG002  # always whole
        """A file's content; the service has answered when this returns."""
        return self._get(entry.handle, entry)

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def _get(self, url: str, entry: Entry | None) -> Iterator[bytes]:
        with ExitStack() as stack:
            with self._told(url):
                answer = stack.enter_context(self._asked(url))
            if answer.status_code in DENIED:
                raise SourceFailed(
                    f"the service does not let us in: {answer.status_code} {answer.reason}", url, "check the token"
                )
            if entry is not None and answer.status_code in ABSENT:
                raise _NothingThere(f"nothing is there: {answer.status_code} {answer.reason}", url, "check the index")
            if answer.status_code != requests.codes.ok:
                kind = SourceFailed if entry is None else FileFailed
                raise kind(
                    f"the service answers {answer.status_code} {answer.reason}", url, "it is tried again by itself"
                )
            return self._body(answer, entry or Entry(url, url), stack.pop_all())

    def _body(self, answer: requests.Response, entry: Entry, opened: ExitStack) -> Iterator[bytes]:
        with opened, self._told(entry.handle):
            yield from bounded(answer.iter_content(CHUNK), entry)

    def _asked(self, url: str) -> requests.Response:
        return self._client.get(url, timeout=self._source.timeout_s, stream=True, verify=self._verify)

    @contextmanager
    def _told(self, url: str) -> Iterator[None]:
        """Turn the library's errors into ours."""
        try:
            yield
        except requests.exceptions.SSLError as error:
            raise SourceFailed(
                f"the server's certificate is not good: {error}", url, "an authority of your own goes into ca_file"
            ) from error
        except requests.exceptions.Timeout as error:
            raise SourceFailed(f"no answer within {self._source.timeout_s:g} s", url, "is it up?") from error
        except requests.exceptions.RequestException as error:
            raise SourceFailed(f"the connection failed: {error}", url, "check the address; is it up?") from error


class _NothingThere(FileFailed):
    """There is no file at that address."""


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _name_of(url: str, day: date) -> str:
    """What a day's file is called: the end of its address, after the day itself so that no two are the same."""
    last = urlsplit(url).path.rsplit("/", 1)[-1] or "index"
    return f"{day.isoformat()}/{shown(last.encode())}"


def _moment(told: object) -> datetime | None:
    """A time of an index: ISO 8601, or seconds since 1970.

    Raises ValueError where it is neither, or has no zone.
    """
    if told is None:
        return None
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    moment = datetime.fromisoformat(str(told))
    if moment.tzinfo is None:
        raise ValueError(f"{told} has no zone")
    return moment
