"""Everything that Dagster knows of, as a table of contents."""

from __future__ import annotations

import os
from pathlib import Path

from dagster import Definitions, definitions, in_process_executor

from database.home import Home
from orchestration.assets import landing_files, raw_readings, station_exports
from orchestration.dbt import prepare_manifest
from orchestration.dbt_models import models_of
from orchestration.jobs import files_to_exports
from orchestration.resources import HOME
from orchestration.schedules import hourly


def build_definitions(home: Home, manifest: Path) -> Definitions:
    """The definitions for one home, given the manifest that dbt made of the project."""
    return Definitions(
        assets=[landing_files, *models_of(manifest), raw_readings, station_exports],
        jobs=[files_to_exports],
        schedules=[hourly],
        resources={HOME: home},
        executor=in_process_executor,
    )


@definitions
def defs() -> Definitions:
    """Of the home that the environment names: what Dagster loads with `-m orchestration.definitions`."""
    home = Home.from_environment(os.environ)
    manifest = home.dbt / "target" / "manifest.json"
    return build_definitions(home, manifest if manifest.is_file() else prepare_manifest(home))
