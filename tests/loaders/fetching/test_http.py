"""A web service with a token, against a real server: its index, its days, and where the token does not go."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from tests.loaders.fetching.conftest import FEW_BYTES, LARGE_BYTES, PASSWORD, Instance, most_memory_of


class Service:
    """A server by TLS: what it has at which path, and the requests that it got."""

    def __init__(self, context: ssl.SSLContext) -> None:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append((self.path, self.headers.get("Authorization"), self.headers.get("X-Key")))
                if service.token is not None and self.headers.get("Authorization") != service.token:
                    self.send_error(401)
                    return
                answer = service.files.get(self.path)
                if answer is None:
                    self.send_error(404)
                elif isinstance(answer, str):
                    self.send_response(302)
                    self.send_header("Location", answer)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                else:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer[: service.breaks_after_bytes])

            def log_message(self, *arguments: object) -> None:
                pass

        self.files: dict[str, bytes | str] = {}
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.token: str | None = None
        self.breaks_after_bytes: int | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(made)
    return made


@pytest.fixture
def service(context: ssl.SSLContext) -> Iterator[Service]:
    running = Service(context)
    yield running
    running.close()


@pytest.fixture
def other(context: ssl.SSLContext) -> Iterator[Service]:
    running = Service(context)
    yield running
    running.close()


def section(ca_file: Path, *further: str) -> str:
    lines = ['name = "api"', 'kind = "http"', 'password_env = "PASSWORD"', f'ca_file = "{ca_file}"', "timeout_s = 5"]
    return "\n".join([*lines, *further])


def index(*items: object) -> bytes:
    return json.dumps({"data": {"files": items}}).encode()


@pytest.fixture
def api(fetching: Instance, service: Service, ca_file: Path) -> Instance:
    fetching.configure(section(ca_file, f'index = "{service.url}/index?from={{since}}"', 'items = "data.files"'))
    service.token = f"Bearer {PASSWORD}"
    return fetching


def test_files_of_the_index_come_in_once(api: Instance, service: Service) -> None:
    service.files = {
        "/index?from=": index(
            {"name": "a.dat", "size": 3, "modified": "2024-01-01T00:00:00Z", "url": "/files/1"},
            {"name": "b.dat", "url": f"{service.url}/files/2"},
        ),
        "/files/1": b"one",
        "/files/2": b"three",
    }
    first = api.fetch_one("api")
    assert (first.listed, first.new, first.error) == (2, 2, None)
    assert api.ledger() == {"http:api/a.dat": 3, "http:api/b.dat": 5}
    assert api.fetch_one("api").new == 0
    assert service.paths == ["/index?from=", "/files/2", "/files/1", "/index?from="]


def test_a_file_of_another_size_comes_anew(api: Instance, service: Service) -> None:
    service.files = {"/index?from=": index({"name": "a", "size": 3, "url": "/1"}), "/1": b"one"}
    api.fetch_one("api")
    service.files = {"/index?from=": index({"name": "a", "size": 5, "url": "/1"}), "/1": b"three"}
    assert api.fetch_one("api").new == 1


def test_the_index_may_call_things_by_other_names(fetching: Instance, service: Service, ca_file: Path) -> None:
    fetching.configure(
        section(ca_file, f'index = "{service.url}/i"', 'fields = {name = "fileName", modified = "t", url = "href"}')
    )
    service.files = {"/i": json.dumps([{"fileName": "a", "t": 1704067200, "href": "1"}]).encode(), "/1": b"one"}
    assert fetching.fetch_one("api").new == 1


def test_a_wrong_token_is_told(api: Instance, service: Service) -> None:
    service.token = "Bearer another"  # noqa: S105  # it is a test's
    error = api.fetch_one("api").error
    assert error is not None
    assert error["what"] == "the service does not let us in: 401 Unauthorized"


@pytest.mark.parametrize("way", ["link", "redirection"])
@pytest.mark.parametrize("header", ["Authorization", "X-Key"])
def test_the_token_goes_to_no_other_host(
    fetching: Instance, service: Service, other: Service, ca_file: Path, way: str, header: str
) -> None:
    fetching.configure(section(ca_file, f'index = "{service.url}/i"', f'token_header = "{header}"'))
    link = f"{other.url}/1" if way == "link" else "/1"
    service.files = {"/i": json.dumps([{"name": "a", "url": link}]).encode(), "/1": f"{other.url}/1"}
    other.files = {"/1": b"one"}
    assert fetching.fetch_one("api").new == 1
    assert service.asked[0][1:] == ((f"Bearer {PASSWORD}", None) if header == "Authorization" else (None, PASSWORD))
    assert other.asked == [("/1", None, None)]


def test_a_server_of_nobody_known_is_refused(fetching: Instance, service: Service) -> None:
    fetching.configure(f'name = "api"\nkind = "http"\npassword_env = "PASSWORD"\nindex = "{service.url}/i"')
    error = fetching.fetch_one("api").error
    assert error is not None
    assert error["what"].startswith("the server's certificate is not good: ")
    assert service.asked == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]x",
        b"7",
        b"{}",
        b'{"data": []}',
        b'{"data": {"files": {"a": 1}}}',
        b"\xff\xfe",
        b'"data"',
        b"null",
    ],
)
def test_an_index_that_is_none_is_told(api: Instance, service: Service, content: bytes) -> None:
    service.files = {"/index?from=": content}
    error = api.fetch_one("api").error
    assert error is not None
    assert error["what"].startswith("the index is not as configured: ")


def test_a_bad_item_does_not_hold_up_the_others(api: Instance, service: Service) -> None:
    bad: list[object] = [
        7,
        None,
        {},
        {"name": "x"},
        {"name": "x", "url": "file:///etc/passwd"},
        {"name": "x", "url": "/1", "size": "many"},
        {"name": "x", "url": "/1", "modified": "yesterday"},
        {"name": "x", "url": "/1", "modified": "2024-01-01 00:00"},
        {"name": "x", "url": "/1", "modified": 1e300},
        {"name": "../../x", "url": "/1"},
        {"name": "/etc/x", "url": "/1"},
        {"name": "gone", "url": "/gone"},
    ]
    service.files = {"/index?from=": index(*bad, {"name": "good", "url": "/1"}), "/1": b"one"}
    result = api.fetch_one("api")
    assert (result.new, result.failed) == (1, len(bad))
    assert api.ledger() == {"http:api/good": 3}


def test_a_transfer_that_breaks_leaves_nothing_half_done(api: Instance, service: Service) -> None:
    content = b"x" * 100_000
    service.files = {"/index?from=": index({"name": "a", "url": "/1"}), "/1": content}
    service.breaks_after_bytes = 50_000
    broken = api.fetch_one("api")
    assert (broken.new, api.archived()) == (0, {})
    service.breaks_after_bytes = None
    assert api.fetch_one("api").new == 1
    assert list(api.archived().values()) == [content]


def test_a_day_is_asked_for_until_it_is_over(fetching: Instance, service: Service, ca_file: Path) -> None:
    days = [datetime.now(UTC).date() - timedelta(days=ago) for ago in range(5)]
    fetching.configure(
        section(ca_file, f'daily = "{service.url}/{{date:%Y%m%d}}.csv"', f"since = {days[4]}", "again_days = 2")
    )
    paths = [f"/{day:%Y%m%d}.csv" for day in days]
    service.files = {paths[4]: b"oldest", paths[2]: b"before", paths[0]: b"today"}
    first = fetching.fetch_one("api")
    assert (first.listed, first.new, first.failed) == (5, 3, 0)
    assert service.paths == paths[::-1]
    service.asked.clear()
    service.files[paths[0]] = b"today, more"
    fetching.fetch_one("api")
    assert service.paths == [paths[1], paths[0]]
    assert set(fetching.archived().values()) == {b"oldest", b"before", b"today", b"today, more"}


def test_a_large_file_needs_no_memory(api: Instance, service: Service) -> None:
    service.files = {"/index?from=": index({"name": "a.dat", "url": "/files/1"}), "/files/1": bytes(LARGE_BYTES)}
    assert most_memory_of(lambda: api.fetch_one("api")) < FEW_BYTES
    assert api.ledger() == {"http:api/a.dat": LARGE_BYTES}
