"""Encrypted connections: certificates are always checked, against the system's authorities or a team's own."""

from __future__ import annotations

import ssl
from pathlib import Path

from database.errors import SetupError
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
