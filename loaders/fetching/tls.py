"""Encrypted connections: certificates are always checked, against the system's authorities or a team's own."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from database.errors import SetupError
from loaders.fetching.frame import SourceFailed
from loaders.sections import Vault


def context(ca_file: Path | None, vault: Vault) -> ssl.SSLContext:
    """What checks certificates and names.

    Raises SetupError where the file of the authorities can't be used.
    """
    path = None if ca_file is None else vault.folder / ca_file.expanduser()
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:  # also what is no certificate
        raise SetupError(
            f"ca_file can't be used: {error}", str(path), "name a file of certificates in PEM format"
        ) from error


@contextmanager
def faults_told(
    server: str, where: str, timeout_s: float, lost: tuple[type[Exception], ...], remedy: str
) -> Iterator[None]:
    """Turn what can happen to a connection into SourceFailed.

    Args:
        server: the server, whose certificate it may be.
        where: what was being done there.
        timeout_s: how long it had to answer.
        lost: the library's errors that mean that the connection failed.
        remedy: what to do about those.
    """
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise SourceFailed(
            f"the server's certificate is not good: {error.verify_message}",
            server,
            "host as in the certificate; an authority of your own goes into ca_file",
        ) from error
    except TimeoutError as error:
        what = f"no answer within {timeout_s:g} s"
        raise SourceFailed(what, where, "is it up, and is the line good?") from error
    except lost as error:
        raise SourceFailed(f"the connection failed: {error or type(error).__name__}", where, remedy) from error
