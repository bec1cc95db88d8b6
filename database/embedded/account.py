"""Who runs the server: PostgreSQL refuses to run as root, so root hands it to an account without rights."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from database.errors import SetupError

# Debian's own account for PostgreSQL where its package is installed; nobody is on every system
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """The account that owns the cluster's files and runs its programs."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether it is the account that we run as, so that nothing has to be handed over."""
        return self.uid == os.geteuid()

    def run(self, command: Sequence[str | Path], **options: object) -> subprocess.CompletedProcess[str]:
        """Run a program as this account and return what it printed; its exit code is the caller's to judge."""
        if not self.is_ours:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        # a folder that the account can enter: root's own is closed to others
        options |= {"cwd": "/", "capture_output": True, "text": True}
        return subprocess.run([str(part) for part in command], check=False, **options)  # type: ignore[call-overload, no-any-return]  # options are told by name, which the overloads can't follow

    def own(self, path: Path, mode: int) -> None:
        """Hand over a file or folder with these rights."""
        path.chmod(mode)
        if not self.is_ours:
            os.chown(path, self.uid, self.gid)

    def reaches(self, folder: Path) -> bool:
        """Whether the account may enter a folder, by each of its parents."""
        return self.is_ours or self.run(["test", "-x", folder]).returncode == 0


def server_account() -> Account:
    """The account for the server: ourselves, or an unprivileged one where we are root."""
    if os.geteuid() != 0:
        return Account(_name_of(os.geteuid()), os.geteuid(), os.getegid())
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise SetupError(
        f"PostgreSQL does not run as root, and none of the accounts {', '.join(UNPRIVILEGED)} exists",
        "/etc/passwd",
        "run as an ordinary user, or set STATIONMANAGER_DATABASE_URL to a server with TimescaleDB",
    )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        # initdb asks for the name of its user, too
        raise SetupError(
            f"user id {uid} has no entry in the password file",
            "/etc/passwd",
            "run as a user that has one, or set STATIONMANAGER_DATABASE_URL",
        ) from None
