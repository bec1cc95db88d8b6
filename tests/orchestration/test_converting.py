"""A maker's encrypted file: it waits for its program, and goes on by itself once that is configured."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from database.home import Home
from tests.commands import run
from tests.loaders import decrypting
from tests.loaders.campaign import SERIAL, toa5

PASSWORD = "geheim"  # noqa: S105 - of a file made here
ROWS = {step: [5.0 + step] for step in range(6)}
WHAT = "needs converter: an encrypted file of an NRG SymphoniePRO, which SymphoniePRO Desktop reads"


def configure(home: Home, mode: str, timeout_s: float = 60) -> None:
    (home.path / "stationmanager.toml").write_text(
        f"""
[[converter]]
name = "symphonie pro"
matches = "*.rld"
command = ["{sys.executable}", "{decrypting.__file__}", "{mode}", "{{file}}", "{{folder}}", "{{password}}"]
output = "*.txt"
timeout_s = {timeout_s}
"""
    )


@pytest.fixture
def waiting(
    instance: Home, claim: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Home, Path]:
    """A mast whose logger encrypts, and a file of it that was loaded while there was no converter."""
    monkeypatch.setenv("CONVERTER_TEST_PIDS", str(tmp_path / "pids"))
    claim(instance, encryption_pin_or_key=PASSWORD)
    path = tmp_path / f"{SERIAL}_2021-03-01.rld"
    path.write_bytes(decrypting.encrypt(toa5(ROWS), PASSWORD))
    (file,) = load(instance, path, expect=1)
    assert (file["state"], file["error"]["what"], file["error"]["where"]) == ("failed", WHAT, str(path))
    assert 'matches = "*.rld" in stationmanager.toml' in file["error"]["remedy"]
    return instance, path


def load(home: Home, *arguments: object, expect: int = 0) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = json.loads(run(home, "load", *arguments, "--json", expect=expect))["files"]
    return files


def status(home: Home) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(home, "status", "--json"))
    return answer


def test_a_file_that_needs_a_converter_waits_and_goes_on_by_itself(waiting: tuple[Home, Path]) -> None:
    home, path = waiting
    (finding,) = [found for found in status(home)["findings"] if found["kind"] == "needs_converter"]
    assert finding["severity"] == "warning"
    assert finding["text"].startswith(f"{WHAT} (1 files, the first is {path}): name a [[converter]] with matches")
    ledger = run(home, "sql", "--json", "select state, error ->> 'waits_for' as waits_for from raw.file")
    assert json.loads(ledger) == [{"state": "failed", "waits_for": "configuration"}]

    configure(home, "well")
    run(home, "build")
    now = status(home)
    assert (now["readings"], now["files"], now["findings"]) == (len(ROWS), {"loaded": 2}, [])


@pytest.mark.parametrize(
    ("mode", "what"),
    [
        ("half", "the converter 'symphonie pro' ended with exit code 1: the disk is full"),
        ("crash", "the converter 'symphonie pro' was ended by SIGABRT"),
        ("hang", "the converter 'symphonie pro' did not end within 3 s, and said nothing"),
    ],
)
def test_what_a_failing_program_leaves_is_not_loaded_and_is_read_once_it_works(
    waiting: tuple[Home, Path], mode: str, what: str
) -> None:
    home, path = waiting
    configure(home, mode, timeout_s=3)
    (file,) = load(home, path, expect=1)
    assert file["state"] == "failed"
    assert file["error"]["what"].startswith(what)
    now = status(home)
    kinds = {finding["kind"] for finding in now["findings"]}
    assert (now["readings"], kinds) == (0, {"file_failed", "models_behind"})

    configure(home, "well")
    assert sum(file["new"] for file in load(home, "--retry")) == len(ROWS)
    assert status(home)["files"] == {"loaded": 2}
