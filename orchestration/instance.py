"""Settings of a Dagster instance, as `stationmanager up` writes them to `dagster.yaml` in Dagster's home."""

from __future__ import annotations

# Two runs at once leave the database room for analysts. Runs of the same schedule would find nothing to do anyway.
SETTINGS = """\
# Written by stationmanager up; changes are overwritten.
telemetry:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 2
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
retention:
  schedule:
    purge_after_days: 30
  sensor:
    purge_after_days: 30
"""


def instance_settings() -> str:
    """The content of `dagster.yaml`."""
    return SETTINGS
