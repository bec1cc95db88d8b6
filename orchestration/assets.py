"""What is there before dbt and after it: the files that landed, the readings in them, the exported files.

Assets say what exists and call the packages that make it. dbt's models are in `dbt_models`.
"""

import os
from collections.abc import Iterator, Sequence
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
from loaders import ledger
from loaders.fetching.fetching import fetch
from loaders.fetching.remembered import SourceResult
from loaders.ledger import LedgerRow
from loaders.loading import load_waiting
from loaders.unwrapping import Settings
from orchestration import status

FILES_CAN_BE_READ = "files_can_be_read"
SOURCES_ANSWER = "sources_answer"


@asset(
    check_specs=[AssetCheckSpec(SOURCES_ANSWER, asset="landing_files")],
    group_name="raw",
    kinds={"file"},
)
def landing_files(home: ResourceParam[Home]) -> MaterializeResult:  # type: ignore[type-arg]  # beside a check Dagster takes the bare class alone
    """Files that were fetched from the configured sources and the landing folder; nothing is removed there."""
    sources = fetch(home, Settings.of(home, os.environ))
    return MaterializeResult(
        metadata={
            "folder": MetadataValue.path(home.landing),
            "listed": sum(source.listed for source in sources),
            "files": sum(source.new for source in sources),
            "bytes": sum(source.bytes for source in sources),
        },
        check_results=[_sources_answer(sources)],
    )


@asset(
    deps=[landing_files, AssetKey(["metadata", "loggers"])],
    check_specs=[AssetCheckSpec(FILES_CAN_BE_READ, asset="raw_readings")],
    group_name="raw",
    kinds={"timescaledb"},
)
def raw_readings(context: AssetExecutionContext, home: ResourceParam[Home]) -> MaterializeResult:  # type: ignore[type-arg]  # beside a check Dagster takes the bare class alone
    """Readings exactly as the loggers recorded them, from every file that was ever received and that metadata claim."""
    read = load_waiting(home)
    context.log.info("%s files were read", len(read.files))
    with connect(home, "loader", application="dagster") as connection:
        failed = ledger.find(connection, "state = 'failed'")
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


def _sources_answer(sources: Sequence[SourceResult]) -> AssetCheckResult:
    """Each source fails alone: what comes from the others goes on."""
    reasons = {source.name: str(source.error.get("what")) for source in sources if source.error}
    return AssetCheckResult(
        check_name=SOURCES_ANSWER,
        passed=not reasons,
        severity=AssetCheckSeverity.WARN,
        metadata={"failed": MetadataValue.json(reasons)},
    )


def _files_can_be_read(failed: Sequence[LedgerRow]) -> AssetCheckResult:
    """One bad file must not keep the others from the analysts, so that it is a check and not an error."""
    reasons = {file.path: f"{(file.error or {}).get('what')}: {(file.error or {}).get('remedy')}" for file in failed}
    return AssetCheckResult(
        check_name=FILES_CAN_BE_READ,
        passed=not failed,
        severity=AssetCheckSeverity.ERROR,
        metadata={"failed": MetadataValue.json(reasons)},
    )
