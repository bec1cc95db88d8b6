"""An IMAP server in a process of its own, and before it a line by TLS that is listened to and can be cut."""

from __future__ import annotations

import imaplib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.loaders.fetching.conftest import PASSWORD

USER = "mast"


@contextmanager
def serving(*, certificate: Path | None = None, key: Path | None = None) -> Iterator[int]:
    """Serve an empty mailbox on a free port; with a certificate only after STARTTLS."""
    port = _free_port()
    encryption = ["--cert", str(certificate), "--key", str(key)] if certificate else ["--no-tls"]
    program = Path(sys.executable).with_name("pymap")
    arguments = ["--host", "127.0.0.1", "--port", str(port), *encryption]
    login = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    process = subprocess.Popen([str(program), *arguments, *login], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


class Line:
    """Ends TLS before a server, keeps what the client says, and can cut the line after so many bytes of answers."""

    def __init__(self, server_port: int, context: ssl.SSLContext) -> None:
        self.asked: list[bytes] = []
        self.cut_after_bytes: int | None = None
        self._server_port = server_port
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                raw, _ = self._listener.accept()
                thread = threading.Thread(target=self._carry, args=(raw,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _carry(self, raw: socket.socket) -> None:
        with (
            suppress(OSError),
            self._context.wrap_socket(raw, server_side=True) as client,
            socket.create_connection(("127.0.0.1", self._server_port)) as server,
        ):
            back = threading.Thread(target=self._answer, args=(server, client), daemon=True)
            back.start()
            while piece := client.recv(65536):
                self.asked.append(piece)
                server.sendall(piece)
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            back.join(5)

    def _answer(self, server: socket.socket, client: ssl.SSLSocket) -> None:
        carried = 0
        with suppress(OSError):
            while piece := server.recv(65536):
                carried += len(piece)
                if self.cut_after_bytes is not None and carried > self.cut_after_bytes:
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(piece)
            client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)


class Mailbox:
    """What somebody with a mail program of his own does with the mailbox, and sees in it."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        self._client = imaplib.IMAP4("127.0.0.1", port)
        if context:
            self._client.starttls(context)
        self._client.login(USER, PASSWORD)

    def put(self, mail: bytes, *flags: str, folder: str = "INBOX") -> None:
        answer = self._client.append(folder, " ".join(flags), imaplib.Time2Internaldate(time.time()), mail)
        assert answer[0] == "OK"

    def state(self, folder: str = "INBOX") -> list[bytes]:
        """UIDs and flags of all mails."""
        self._client.select(folder, readonly=True)
        _, found = self._client.uid("FETCH", "1:*", "(UID FLAGS)")
        return [line for line in found if isinstance(line, bytes)]

    def close(self) -> None:
        self._client.logout()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise TimeoutError(port)
