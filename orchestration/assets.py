"""What is there before dbt and after it: the files that landed, the readings in them, the exported files.

Assets say what exists and call the packages that make it. dbt's models are in `dbt_models`.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    TableRecord,
    asset,
)

from database.connection import connect
from database.home import Home
from exporters import station, windographer
from exporters.exporting import export
from exporters.selection import Request
from exporters.writing import ExportedFile
from loaders import loading
from loaders.results import FileResult
from orchestration import status

FILES_CAN_BE_READ = "files_can_be_read"


@asset(group_name="raw", kinds={"file"})
def landing_files(home: ResourceParam[Home]) -> MaterializeResult[None]:
    """Files that lie in the landing folder, where people and programs put what loggers sent; nothing is removed."""
    sizes = [path.stat().st_size for path in home.landing.rglob("*") if path.is_file()]
    return MaterializeResult(
        metadata={"folder": MetadataValue.path(home.landing), "files": len(sizes), "bytes": sum(sizes)}
    )


@asset(
    deps=[landing_files, AssetKey(["metadata", "loggers"])],
    check_specs=[AssetCheckSpec(FILES_CAN_BE_READ, asset="raw_readings")],
    group_name="raw",
    kinds={"timescaledb"},
)
def raw_readings(context: AssetExecutionContext, home: ResourceParam[Home]) -> MaterializeResult:  # type: ignore[type-arg]  # beside a check Dagster takes the bare class alone
    """Readings exactly as the loggers recorded them, from every file that was ever received and that metadata claim."""
    landing = [home.landing] if home.landing.is_dir() else []
    landed = loading.load(home, landing)
    waited = loading.load_waiting(home)
    failed = [file for file in (*landed.files, *waited.files) if file.state == "failed"]
    for file in failed:
        context.log.warning("%s could not be loaded: %s", file.path, (file.error or {}).get("what"))
    state = status.read(home)
    return MaterializeResult(
        metadata={"readings": state.readings, **{f"files_{name}": number for name, number in state.files.items()}},
        check_results=[_files_can_be_read(failed)],
    )


@asset(
    deps=[
        AssetKey(["exports", "stations"]),
        AssetKey(["exports", "columns"]),
        AssetKey(["cleaned", "readings"]),
        AssetKey(["cleaned", "channel_periods"]),
        AssetKey(["cleaned", "flagged_periods"]),
    ],
    group_name="exports",
    kinds={"file"},
)
def station_exports(context: AssetExecutionContext, home: ResourceParam[Home]) -> MaterializeResult[None]:
    """A zip for Windographer of every station. Of a station that hasn't changed it is the same to the byte."""
    files = list(_export_all(context, home))
    return MaterializeResult(
        metadata={
            "folder": MetadataValue.path(home.exports),
            "stations": len(files),
            "values": sum(file.values for file in files),
            "files": MetadataValue.table([TableRecord(_described(file)) for file in files]) if files else "none",
        }
    )


def _export_all(context: AssetExecutionContext, home: Home) -> Iterator[ExportedFile]:
    connect_exporter = partial(connect, home, "exporter", application="stationmanager export")
    with connect_exporter() as connection:
        slugs = station.known(connection)
    for slug in slugs:
        context.log.info("Exporting %s", slug)
        yield export(connect_exporter, windographer.FORMAT, Request(slug, home.exports), lambda _done, _all: None)


def _described(file: ExportedFile) -> dict[str, str | int]:
    return {
        "station": file.station,
        "file": Path(file.path).name,
        "rows": file.rows,
        "values": file.values,
        "sha256": file.sha256,
    }


def _files_can_be_read(failed: list[FileResult]) -> AssetCheckResult:
    """One bad file must not keep the others from the analysts, so that it is a check and not an error."""
    reasons = {file.path: f"{(file.error or {}).get('what')}: {(file.error or {}).get('remedy')}" for file in failed}
    return AssetCheckResult(
        check_name=FILES_CAN_BE_READ,
        passed=not failed,
        severity=AssetCheckSeverity.ERROR,
        metadata={"failed": MetadataValue.json(reasons)},
    )
