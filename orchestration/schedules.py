"""When jobs run."""

from __future__ import annotations

from dagster import DefaultScheduleStatus, ScheduleDefinition

from orchestration.jobs import files_to_exports

# Loggers send once an hour at most. It runs from the start: a file that landed must not wait for a click.
hourly = ScheduleDefinition(
    name="hourly",
    job=files_to_exports,
    cron_schedule="0 * * * *",
    default_status=DefaultScheduleStatus.RUNNING,
)
