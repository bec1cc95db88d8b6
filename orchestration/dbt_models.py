"""The dbt project's models, seeds and data tests as assets and checks, in the two steps of a build.

Metadata come first, since they say which files can be loaded and how; what follows from readings comes after.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, ResourceParam
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from database.connection import connect
from database.home import PROJECT, Home
from orchestration.assets import raw_readings
from orchestration.building import METADATA, changes_now, project_digest, record_build
from orchestration.resources import dbt_of, dbt_target

BUILD = ("build", "--exclude-resource-type", "unit_test")


class Lineage(DagsterDbtTranslator):
    """Where dbt's names and Dagster's meet: models by schema and name, loaders' tables as the asset that fills them."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """`cleaned/readings` for a model or seed; all of `raw` is `raw_readings`."""
        if dbt_resource_props["resource_type"] == "source" and dbt_resource_props["source_name"] == "raw":
            return raw_readings.key
        return AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The schema, which is the layer."""
        return str(dbt_resource_props["schema"])


def models_of(manifest: Path) -> list[AssetsDefinition]:
    """The assets of a project, given the manifest that dbt made of it."""
    lineage = Lineage()

    @dbt_assets(manifest=manifest, select=METADATA, dagster_dbt_translator=lineage, name="metadata_models")
    def metadata_models(context: AssetExecutionContext, home: ResourceParam[Home]) -> Iterator[Any]:
        """What the imported metadata say: stations, loggers, columns."""
        yield from _build(context, home)

    @dbt_assets(manifest=manifest, exclude=METADATA, dagster_dbt_translator=lineage, name="reading_models")
    def reading_models(context: AssetExecutionContext, home: ResourceParam[Home]) -> Iterator[Any]:
        """What follows from readings: calibrated, cleaned, ready to be exported."""
        with connect(home, "transformer") as connection:
            changes = changes_now(connection)
            yield from _build(context, home)
            if not context.is_subset:
                record_build(connection, project_digest(PROJECT), changes)

    return [metadata_models, reading_models]


def _build(context: AssetExecutionContext, home: Home) -> Iterator[Any]:
    with dbt_of(home) as dbt:
        yield from dbt.cli(list(BUILD), context=context, target_path=dbt_target(home)).stream()
