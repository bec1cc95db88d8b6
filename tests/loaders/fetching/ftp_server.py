"""An FTP server in a thread of its own, plain or by TLS: real files, and faults on demand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pyftpdlib.authorizers import DummyAuthorizer  # type: ignore[import-untyped]  # it has no types
from pyftpdlib.handlers import DTPHandler, FTPHandler, TLS_DTPHandler, TLS_FTPHandler  # type: ignore[import-untyped]  # it has no types
from pyftpdlib.ioloop import IOLoop  # type: ignore[import-untyped]  # it has no types
from pyftpdlib.servers import FTPServer  # type: ignore[import-untyped]  # it has no types

from tests.loaders.fetching.conftest import PASSWORD


@dataclass
class Server:
    """Where it is, what it does wrong, and what it was asked."""

    port: int = 0
    breaks_after_bytes: int | None = None
    breaks_quietly: bool = False
    asked: list[str] = field(default_factory=list)
    bytes_sent: int = 0


def _data_handler(base: type, server: Server) -> type:
    class Handler(base):  # type: ignore[misc]  # the library has no types
        """Cuts the line in the middle of a file."""

        def send(self, data: bytes) -> int:
            limit = server.breaks_after_bytes
            is_file = getattr(self, "file_obj", None) is not None
            if is_file and limit is not None and self.tot_bytes_sent + len(data) > limit:
                if server.breaks_quietly:  # as if the file were at its end
                    self.transfer_finished = True
                else:
                    self.cmd_channel.close()
                self.close()
                return 0
            sent: int = super().send(data)
            server.bytes_sent += sent
            return sent

    return Handler


@contextmanager
def serving(root: Path, *, certificate: Path | None = None, without: tuple[str, ...] = ()) -> Iterator[Server]:
    """Serve a folder on a free port, with all rights, so that only we keep ourselves from using them."""
    server = Server()
    authorizer = DummyAuthorizer()
    authorizer.add_user("mast", PASSWORD, str(root), perm="elradfmwMT")
    base = TLS_FTPHandler if certificate else FTPHandler

    class Handler(base):  # type: ignore[misc, valid-type]  # the library has no types
        """Keeps what it is asked."""

        use_sendfile = False
        unicode_errors = "surrogateescape"  # names go out as they are on the disk

        def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
            server.asked.append(cmd)
            super().pre_process_command(line, cmd, arg)

    Handler.authorizer = authorizer
    Handler.proto_cmds = {name: told for name, told in Handler.proto_cmds.items() if name not in without}
    Handler.dtp_handler = _data_handler(TLS_DTPHandler if certificate else DTPHandler, server)
    if certificate:
        Handler.certfile = str(certificate)
        Handler.tls_control_required = Handler.tls_data_required = True
    loop = IOLoop()
    acceptor = FTPServer(("127.0.0.1", 0), Handler, ioloop=loop)
    server.port = acceptor.address[1]
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            loop.loop(timeout=0.05, blocking=False)
        acceptor.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        stop.set()
        thread.join(10)
