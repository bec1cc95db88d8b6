"""Makes .venv with uv in it, on a bare Debian too, whose python3 has neither pip nor ensurepip.

Runs on the system's python3 with the standard library alone, before anything is installed.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = PROJECT / ".venv"
OLDEST = (3, 11)
UV = "uv>=0.7,<1"

sys.path.insert(0, str(PROJECT))

from database.embedded import debian  # noqa: E402 - the path is set above  # the project is not installed yet
from database.errors import StationManagerError  # noqa: E402 - the path is set above


def main() -> int:
    """Make the environment; the exit code is 1 where it can't be made, with the reason and the remedy."""
    if sys.version_info < OLDEST:
        return _fail(f"Python {sys.version.split()[0]} is too old, 3.11 is needed", "make PYTHON=python3.11 ...")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--clear", ENVIRONMENT], check=True)
    if importlib.util.find_spec("pip"):
        return _install_uv([sys.executable, "-m", "pip"], {})
    with tempfile.TemporaryDirectory() as scratch:
        try:
            packages = debian.bring(["python3-pip-whl"], Path(scratch))
        except StationManagerError as error:
            return _fail(f"there is no pip, and Debian's could not be had: {error.what}", "apt install python3-pip")
        debian.unpack(packages, Path(scratch) / "unpacked")
        wheel = next((Path(scratch) / "unpacked").glob("usr/share/python-wheels/pip-*.whl"))
        return _install_uv([sys.executable, "-m", "pip"], {"PYTHONPATH": str(wheel)})


def _install_uv(pip: list[str], surroundings: dict[str, str]) -> int:
    python = ENVIRONMENT / "bin" / "python"
    command = [*pip, "--python", str(python), "install", "--quiet", UV]
    return subprocess.run(
        command, check=False, env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"} | surroundings
    ).returncode


def _fail(what: str, remedy: str) -> int:
    sys.stderr.write(f"error: {what}\n  try  {remedy}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
