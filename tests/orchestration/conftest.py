"""dbt's manifest of the project, which Dagster's definitions are made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from database.home import Home
from orchestration.dbt import prepare_manifest


@pytest.fixture(scope="session")
def manifest(server: Home) -> Path:
    """The project's manifest; it is the same for every home."""
    return prepare_manifest(server)
