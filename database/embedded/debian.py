"""Debian's own packages of PostgreSQL and TimescaleDB, unpacked into a private prefix beside the system.

apt does the work with a configuration of its own (own lists, own cache, an empty status), so that nothing of the system
changes, and checks every signature. The programs are given the prefix's own C library by patchelf: they run on an older
Debian, too. See docs/decisions/0002-private-timescaledb.md.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from database.errors import SetupError

PACKAGES = Path(__file__).with_name("debian-packages.txt")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SUITE = "trixie"  # the first whose archive holds TimescaleDB
TOOLS = ("apt-get", "apt-cache", "dpkg-deb")
WAYS_OUT = (
    "start the container of compose.yaml and set STATIONMANAGER_DATABASE_URL; or, on Debian 13: "
    "apt install postgresql-17-timescaledb"
)

Report = Callable[[str], None]


def cache_folder() -> Path:
    """Where the prefix is kept for the next clone. Root's own cache is closed to the account that runs the server."""
    if os.geteuid() == 0:
        return Path("/var/cache/stationmanager")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stationmanager"


def private_prefix(report: Report) -> Path:
    """The prefix, made if it is not there yet (about 40 MB to download, 150 MB on disk).

    Raises SetupError where this is no Debian, or apt can't bring the packages; its remedy names the other ways.
    """
    content = PACKAGES.read_bytes()
    prefix = cache_folder() / f"postgresql-{hashlib.sha256(content).hexdigest()[:12]}"
    if prefix.exists():
        return prefix
    missing = [tool for tool in TOOLS if shutil.which(tool) is None] + [str(KEYRING)] * (not KEYRING.exists())
    if missing:
        raise SetupError("no PostgreSQL with TimescaleDB is to be had: this is no Debian", missing[0], WAYS_OUT)
    report("Bringing PostgreSQL with TimescaleDB from Debian's packages (once, about 40 MB)")
    prefix.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=prefix.parent) as scratch:
        made = Path(scratch) / "prefix"
        unpack(_download(Path(scratch), report), made)
        _give_libraries(made, prefix)
        _publish(made, prefix)
    return prefix


def _publish(made: Path, prefix: Path) -> None:
    """Show the finished prefix under its name; where another set-up was faster, theirs serves as well."""
    made.chmod(0o755)
    try:
        made.rename(prefix)
    except OSError:
        if not prefix.exists():
            raise


def bring(packages: Sequence[str], scratch: Path) -> list[Path]:
    """Download packages by name, or as name=version, with apt's own check of their signatures."""
    return _Apt(scratch).download(packages)


def _download(scratch: Path, report: Report) -> list[Path]:
    apt = _Apt(scratch)
    wanted = _pinned()
    available = apt.versions(list(wanted))
    absent = [name for name in wanted if not available.get(name)]
    if absent:
        raise SetupError(f"the archive has no package {', '.join(absent)}", SUITE, WAYS_OUT)
    for name in (name for name, version in wanted.items() if version not in available[name]):
        report(f"Debian has replaced {name} {wanted[name]}; taking {available[name][0]}, signed alike")
        wanted[name] = available[name][0]
    return apt.download([f"{name}={version}" for name, version in wanted.items()])


def _pinned() -> dict[str, str]:
    lines = [line for line in PACKAGES.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


class _Apt:
    """apt with its own sources, lists, cache and an empty status, all in one folder."""

    def __init__(self, folder: Path) -> None:
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True)
        (folder / "status").touch()
        (folder / "debian.list").write_text(_sources())
        settings = {
            "Dir::Etc::sourcelist": folder / "debian.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State": folder,
            "Dir::State::lists": folder / "lists",
            "Dir::State::status": folder / "status",
            "Dir::Cache": folder / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            # apt would hand the download to an account that can't enter this folder
            "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
        }
        self._folder = folder
        self._options = [part for key, value in settings.items() if value != "" for part in ("-o", f"{key}={value}")]
        self._run("apt-get", "update", "-qq")

    def _run(self, program: str, *arguments: str, cwd: Path | None = None) -> str:
        command = [program, *self._options, *arguments]
        answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=_plain(os.environ))
        if answer.returncode != 0:
            last = (answer.stderr.strip() or answer.stdout.strip() or "no message").splitlines()[-1]
            raise SetupError(f"{program} {arguments[0]} failed: {last}", "Debian's packages", WAYS_OUT)
        return answer.stdout

    def versions(self, packages: Sequence[str]) -> dict[str, list[str]]:
        """Each package's versions in the archive, newest first."""
        found: dict[str, list[str]] = {}
        for line in self._run("apt-cache", "madison", *packages).splitlines():
            name, version, _ = (part.strip() for part in line.split("|"))
            versions = found.setdefault(name, [])
            if version not in versions:
                versions.append(version)
        return found

    def download(self, packages: Sequence[str]) -> list[Path]:
        """The packages' files, in a folder of their own."""
        folder = self._folder / "packages"
        folder.mkdir()
        self._run("apt-get", "download", "-qq", *packages, cwd=folder)
        return sorted(folder.glob("*.deb"))


def _plain(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in English, since we read what apt says."""
    return {**environ, "LC_ALL": "C.UTF-8"}


def _sources() -> str:
    """The machine's own sources of Debian, with the suite set to ours: mirrors and proxies stay as they are."""
    answer = subprocess.run(
        [_found("apt-get"), "indextargets", "--no-release-info", "Created-By: Packages"]
        + ["--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    own_suite = _codename()
    lines = set()
    for line in answer.stdout.splitlines():
        uri, release, component = line.split()
        suffix = release.removeprefix(own_suite)
        if component == "main" and suffix in {"", "-updates", "-security"} and "debian" in uri:
            lines.add(f"deb [signed-by={KEYRING}] {uri} {SUITE}{suffix} main\n")
    if not lines:
        raise SetupError(f"apt has no source of Debian {own_suite}, main", "/etc/apt", WAYS_OUT)
    return "".join(sorted(lines))


def _found(program: str) -> str:
    return shutil.which(program) or program


def _codename() -> str:
    lines = Path("/etc/os-release").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line).get("VERSION_CODENAME", "").strip('"')


def unpack(packages: Sequence[Path], prefix: Path) -> None:
    """Unpack packages into a folder, without LLVM's part."""
    for package in packages:
        subprocess.run([_found("dpkg-deb"), "-x", package, prefix], check=True)
    # just-in-time compilation needs LLVM, which is larger than all the rest and off here
    for library in prefix.glob("usr/lib/postgresql/*/lib/llvmjit.so"):
        library.unlink()


def _give_libraries(made: Path, final: Path) -> None:
    """Let the programs load the C library and all others from the prefix, under the name that it will have."""
    loader = next(path for path in made.glob("usr/lib/*/ld-linux-*.so.*"))
    libraries = loader.parent.relative_to(made)
    patchelf = Path(sys.executable).with_name("patchelf")
    for program in made.glob("usr/lib/postgresql/*/bin/*"):
        if program.read_bytes()[:4] != b"\x7fELF":
            continue
        own = program.parent.parent.relative_to(made) / "lib"
        interpreter, paths = str(final / libraries / loader.name), f"{final / libraries}:{final / own}"
        command: list[str | Path] = [
            patchelf,
            "--set-interpreter",
            interpreter,
            "--force-rpath",
            "--set-rpath",
            paths,
            program,
        ]
        subprocess.run(command, check=True)


def _renew() -> None:
    """Write the list anew with the versions that the archive has today."""
    with tempfile.TemporaryDirectory() as scratch:
        names = list(_pinned())
        versions = _Apt(Path(scratch)).versions(names)
    comments = [line for line in PACKAGES.read_text().splitlines() if line.startswith("#")]
    PACKAGES.write_text("\n".join(comments + [f"{name}={versions[name][0]}" for name in sorted(names)]) + "\n")


if __name__ == "__main__":
    _renew()
