"""What assets are given: the home of the instance, and dbt set up for it. Nothing here is read from the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dagster_dbt import DbtCliResource

from database.connection import connect
from database.home import PROJECT, Home
from orchestration.dbt import begun_at, dbt_lock, environment, snapshot_now

# Assets ask for it as `home: ResourceParam[Home]`. It is no configurable resource, whose values Dagster's pages show:
# a server's URL may hold a password.
HOME = "home"


@contextmanager
def dbt_of(home: Home) -> Iterator[DbtCliResource]:
    """Dagster's dbt for this home, under the lock that all dbt runs hold."""
    with dbt_lock(home), _variables(_of_a_build(home)):
        yield DbtCliResource(
            project_dir=str(PROJECT),
            profiles_dir=str(PROJECT),
            dbt_executable=str(Path(sys.executable).with_name("dbt")),
        )


def _of_a_build(home: Home) -> dict[str, str]:
    """What dbt reads for a build that begins now."""
    with connect(home, "transformer") as connection:
        return environment(home) | begun_at(snapshot_now(connection))


def dbt_target(home: Home) -> Path:
    """Where Dagster's dbt leaves its results: one folder, since one run at a time holds the lock."""
    return home.dbt / "dagster"


@contextmanager
def _variables(wanted: Mapping[str, str]) -> Iterator[None]:
    """Dagster's dbt takes the connection from this process's variables alone; they are put back afterwards."""
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
