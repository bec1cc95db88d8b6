"""What is run together. Which assets depend on which is said by the assets."""

from __future__ import annotations

from dagster import AssetSelection, define_asset_job, in_process_executor

# One process for all: every further one would cost seconds of start-up, and the database does the work.
files_to_exports = define_asset_job(
    "files_to_exports",
    selection=AssetSelection.all(),
    description="The whole way: what landed is loaded, calibrated, cleaned and exported.",
    executor_def=in_process_executor,
)
