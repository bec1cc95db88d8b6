"""The embedded cluster of one home: made, started, mended after a crash, and stopped."""

from __future__ import annotations

import fcntl
import hashlib
import json
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from database.connection import ROLES
from database.embedded.account import Account, server_account
from database.embedded.programs import Programs, find_programs
from database.embedded.settings import HOST_BASED_AUTHENTICATION, Machine, configuration
from database.errors import SetupError
from database.home import Home
from database.private_files import write_private

DATABASE = "stationmanager"
FIRST_PORT = 54320
PORTS_TRIED = 200
STARTS_TRIED = 5
BUILTIN_LOCALE_SINCE = 17
# A Unix socket's whole path may have 107 bytes; PostgreSQL adds `/.s.PGSQL.54320`
LONGEST_SOCKET_FOLDER = 90
# Backends notice within seconds that their server is gone
SECONDS_FOR_ORPHANS = 30

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the cluster of a home lies and listens; kept in `cluster.json` of the home."""

    data: str
    socket_folder: str
    log_folder: str
    port: int


def start(home: Home, report: Report) -> Cluster:
    """Start the cluster of a home, making it first if it isn't there. Running already is fine.

    Raises SetupError where it can't be had or doesn't start, with the server's own last words.
    """
    home.path.mkdir(parents=True, exist_ok=True)
    with _locked(home):
        account = server_account()
        cluster = _recorded(home) or _placed(home, account)
        programs = find_programs(report)
        credentials = _ensure_credentials(home, cluster)
        _ensure_folders(cluster, account)
        if not (Path(cluster.data) / "PG_VERSION").exists():
            report("Making the database cluster")
            _initialise(cluster, programs, account, credentials["passwords"]["owner"])
        _refuse_other_version(cluster, programs)
        if not _is_running(cluster):
            _clear_after_crash(cluster)
            cluster = _start_server(home, cluster, programs, account)
    return cluster


def stop(home: Home) -> bool:
    """Stop the cluster, if it runs; readers are disconnected, what was committed stays. Returns whether it ran."""
    cluster = _recorded(home)
    if cluster is None:
        return False
    if not _is_running(cluster):
        return False
    account, programs = server_account(), find_programs(lambda _: None)
    answer = account.run([programs / "pg_ctl", "stop", "-D", cluster.data, "-m", "fast", "-w", "-t", "120"])
    if answer.returncode != 0:
        raise SetupError(f"the server did not stop: {answer.stderr.strip()}", cluster.data, "see its log beside it")
    return True


def is_running(home: Home) -> bool:
    """Whether the cluster of a home runs."""
    cluster = _recorded(home)
    return cluster is not None and _is_running(cluster)


@contextmanager
def _locked(home: Home) -> Iterator[None]:
    """Two starts at once: the second waits and finds the work done."""
    with (home.path / "cluster.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _recorded(home: Home) -> Cluster | None:
    try:
        return Cluster(**json.loads((home.path / "cluster.json").read_text()))
    except FileNotFoundError:
        return None


def _record(home: Home, cluster: Cluster) -> None:
    write_private(home.path / "cluster.json", json.dumps(asdict(cluster), indent=2))
    credentials = json.loads(home.credentials.read_text())
    credentials["server"] = {"host": "127.0.0.1", "port": str(cluster.port), "dbname": DATABASE}
    write_private(home.credentials, json.dumps(credentials, indent=2))


def _placed(home: Home, account: Account) -> Cluster:
    """Where a new cluster goes: into the home, or beside it where the server's account can't enter the home."""
    name = hashlib.sha256(str(home.path).encode()).hexdigest()[:12]
    base = home.path / "cluster"
    if not account.reaches(home.path):
        base = Path("/var/lib/stationmanager") / name
    socket_folder = base / "socket"
    if len(str(socket_folder).encode()) > LONGEST_SOCKET_FOLDER:
        socket_folder = Path(tempfile.gettempdir()) / f"stationmanager-{name}"
    cluster = Cluster(str(base / "data"), str(socket_folder), str(base / "log"), _free_port())
    write_private(home.path / "cluster.json", json.dumps(asdict(cluster), indent=2))
    return cluster


def _free_port() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SetupError(f"no port is free from {FIRST_PORT} on", "127.0.0.1", "stop another instance: stationmanager down")


def _ensure_credentials(home: Home, cluster: Cluster) -> dict[str, dict[str, str]]:
    """Passwords come before the cluster: a cluster whose password nobody knows could not be mended."""
    if home.credentials.exists():
        credentials: dict[str, dict[str, str]] = json.loads(home.credentials.read_text())
        return credentials
    if (Path(cluster.data) / "PG_VERSION").exists():
        raise SetupError(
            "the cluster is there, but its passwords are not",
            str(home.credentials),
            "put the file back from a backup, or restore a dump into an empty home: stationmanager restore FILE",
        )
    passwords: dict[str, str] = {role: secrets.token_urlsafe(24) for role in ROLES}
    credentials = {"server": {}, "passwords": passwords}
    write_private(home.credentials, json.dumps(credentials, indent=2))
    _record(home, cluster)
    return credentials


def _ensure_folders(cluster: Cluster, account: Account) -> None:
    base = Path(cluster.data).parent
    base.mkdir(parents=True, exist_ok=True)
    # the account enters it; what is inside is closed to others
    account.own(base, 0o755)
    for folder in (Path(cluster.socket_folder), Path(cluster.log_folder)):
        folder.mkdir(exist_ok=True)
        account.own(folder, 0o700)


def _initialise(cluster: Cluster, programs: Programs, account: Account, password: str) -> None:
    """Make the cluster under another name and rename it when it is whole, so that half of one is never started."""
    data = Path(cluster.data)
    making = data.with_name("data.making")
    if making.exists():
        shutil.rmtree(making)
    making.mkdir()
    account.own(making, 0o700)
    password_file = data.with_name("password")
    write_private(password_file, password)
    account.own(password_file, 0o600)
    locale = ["--locale=C"]
    if programs.major_version >= BUILTIN_LOCALE_SINCE:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    try:
        command: list[str | Path] = [programs / "initdb", "-D", making, "-U", "owner", "--pwfile", password_file]
        answer = account.run([*command, "--encoding=UTF8", "--auth=scram-sha-256", "--data-checksums", *locale])
    finally:
        password_file.unlink()
    if answer.returncode != 0:
        raise SetupError(f"initdb failed: {answer.stderr.strip()}", cluster.data, "see the message; then again")
    with (making / "postgresql.conf").open("a") as main:
        main.write("\ninclude = 'stationmanager.conf'\n")
    (making / "pg_hba.conf").write_text(HOST_BASED_AUTHENTICATION)
    making.rename(data)


def _refuse_other_version(cluster: Cluster, programs: Programs) -> None:
    made_with = int((Path(cluster.data) / "PG_VERSION").read_text())
    if made_with != programs.major_version:
        raise SetupError(
            f"the cluster was made by PostgreSQL {made_with}, and {programs.major_version} is found now",
            cluster.data,
            f"put PostgreSQL {made_with} on the PATH, or restore a dump into an empty home",
        )


def _is_running(cluster: Cluster) -> bool:
    """Whether the process that the lock file names is our server: its number may be another program's by now."""
    lock_file = Path(cluster.data) / "postmaster.pid"
    return lock_file.exists() and _works_in(lock_file.read_text().split("\n", 1)[0], cluster.data)


def _works_in(process: str, folder: str) -> bool:
    """Whether a process is alive and its working directory is the folder: PostgreSQL's is the cluster's data."""
    try:
        return Path(f"/proc/{process}/cwd").readlink() == Path(folder).resolve()
    except OSError:
        return False


def _clear_after_crash(cluster: Cluster) -> None:
    """Take away the lock file of a server that is gone, once its last backends are gone too."""
    lock_file = Path(cluster.data) / "postmaster.pid"
    if not lock_file.exists():
        return
    until = time.monotonic() + SECONDS_FOR_ORPHANS
    while any(_works_in(entry.name, cluster.data) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        if time.monotonic() > until:
            raise SetupError(
                "the server has crashed, and processes of it still run",
                cluster.data,
                f"end them (ps -ef | grep '{cluster.data}'), then again",
            )
        time.sleep(0.1)
    lock_file.unlink()
    # the socket's folder is this cluster's alone; its lock names the same process
    for left in Path(cluster.socket_folder).iterdir():
        left.unlink()


def _start_server(home: Home, cluster: Cluster, programs: Programs, account: Account) -> Cluster:
    """Start it on its port, or on another one where that is taken: also by who comes between the look and the start."""
    log = Path(cluster.log_folder) / "start.log"
    for _ in range(STARTS_TRIED):
        if not _port_is_free(cluster.port):
            cluster = replace(cluster, port=_free_port())
        _record(home, cluster)
        _configure(cluster, account)
        answer = account.run([programs / "pg_ctl", "start", "-D", cluster.data, "-l", log, "-w", "-t", "300"])
        if answer.returncode == 0:
            return cluster
        if _port_is_free(cluster.port):
            break
    raise SetupError(
        f"the server did not start: {_last_words(log.parent)}", str(log.parent), "see the message; then again"
    )


def _configure(cluster: Cluster, account: Account) -> None:
    settings = Path(cluster.data) / "stationmanager.conf"
    settings.write_text(
        configuration(
            Machine.here(),
            port=cluster.port,
            socket_folder=Path(cluster.socket_folder),
            log_folder=Path(cluster.log_folder),
        )
    )
    account.own(settings, 0o600)


def _port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _last_words(logs: Path) -> str:
    """The server's last complaint, from the newest of its logs that has one."""
    for log in sorted(logs.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True):
        telling = [line for line in log.read_text(errors="replace").splitlines() if "FATAL:" in line]
        if telling:
            return telling[-1].split("FATAL:", 1)[1].strip()
    return "it left no message"
