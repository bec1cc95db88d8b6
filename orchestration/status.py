"""What is loaded, waiting, failed or behind: the ledger and the change log, read for people and alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from database.connection import Connection, connect
from database.home import Home
from loaders.identifying import Formats
from orchestration import metadata_tests

Severity = Literal["ok", "warning", "error"]
ORDER: tuple[Severity, ...] = ("ok", "warning", "error")

FINDINGS = """
select
    'file_failed' as kind,
    'error' as severity,
    null as station,
    format('%s: %s (%s)', path, error ->> 'what', error ->> 'remedy') as text
from raw.file
where state = 'failed' and not starts_with(error ->> 'what', 'needs converter')

union all

select
    'needs_converter',
    'warning',
    null,
    format('%s (%s files, the first is %s): %s', error ->> 'what', count(*), min(path), min(error ->> 'remedy'))
from raw.file
where state = 'failed' and starts_with(error ->> 'what', 'needs converter')
group by error ->> 'what'

union all

select
    'file_unclaimed',
    'warning',
    null,
    format(
        '%s files of logger %s wait: no metadata name it (stationmanager metadata import, or load --logger)',
        count(*),
        coalesce(logger, '(not stated)')
    )
from raw.file
where state = 'unclaimed'
group by logger

union all

select
    'file_landed',
    'warning',
    null,
    format('%s files are received and not read yet (stationmanager build)', count(*))
from raw.file
where state = 'landed'
having count(*) > 0

union all

select
    'rows_rejected',
    'warning',
    null,
    format('%s: %s readings could not be read, see raw.rejected_row', path, readings_rejected)
from raw.file
where readings_rejected > 0

union all

select
    'source_failed',
    'error',
    null,
    format(
        '%s: %s%s (%s%s)',
        source,
        error ->> 'what',
        case when error ? 'others' then format(', and %s others', error ->> 'others') else '' end,
        error ->> 'remedy',
        case
            when next_attempt_at > clock_timestamp()
                then format(
                    '; tried again from %s on, at once by stationmanager fetch %s',
                    to_char(next_attempt_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
                    source
                )
            else ''
        end
    )
from ops.source
where is_configured and error is not null

union all

select
    'source_late',
    'warning',
    null,
    case
        when coalesce(last_success_at, first_attempt_at) < clock_timestamp() - interval '1 day'
            then format(
                '%s: not fetched since %s (stationmanager fetch)',
                source,
                coalesce(to_char(last_success_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), 'it was configured')
            )
        else format(
            '%s: no new file since %s, one expected every %s hours',
            source,
            to_char(coalesce(last_new_at, first_attempt_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
            round(extract(epoch from late_after) / 3600, 1)
        )
    end
from ops.source
where
    is_configured
    and source <> 'landing'
    and (
        coalesce(last_success_at, first_attempt_at) < clock_timestamp() - interval '1 day'
        or coalesce(last_new_at, first_attempt_at) < clock_timestamp() - late_after
    )

union all

select
    'models_behind',
    'warning',
    null,
    'changes have come since the last build (stationmanager build)'
where
    (select count(*) from ops.changed_span where cause <> 'judged')
    <> coalesce((select changes from ops.build order by build_id desc limit 1), 0)

order by 2, 1, 4
"""

# Views of dbt, which analysts may read: what files say of their loggers, against the metadata and the files before
SETTINGS = """
select
    'logger_settings' as kind,
    'warning' as severity,
    station,
    format(
        '%s: the %s is %s in the files of logger %s from %s on%s, and %s in the metadata (%s, %s)',
        measurement_point,
        replace(what, '_', ' '),
        in_file,
        logger,
        to_char(date_from at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
        case
            when date_to < 'infinity' then to_char(date_to at time zone 'UTC', '" until "YYYY-MM-DD HH24:MI "UTC"')
        end,
        in_metadata,
        column_name,
        path
    ) as text
from cleaned.logger_settings_differences

union all

select
    'logger_settings',
    'warning',
    station,
    format(
        '%s: logger %s changed its settings on %s and the metadata tell of no change: the %s was %s and is %s (%s, %s)',
        measurement_point,
        logger,
        to_char(changed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
        replace(what, '_', ' '),
        in_files_before,
        in_file,
        column_name,
        path
    )
from cleaned.logger_settings_changes

union all

select
    'logger_program',
    'warning',
    station,
    format(
        'logger %s runs another program since %s and the metadata tell of no change: it was %s and is %s (%s)',
        logger,
        to_char(changed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
        in_files_before,
        in_file,
        path
    )
from cleaned.logger_program_changes

union all

select
    'recorded_unit',
    'warning',
    station,
    format(
        '%s: the unit is %s in the files of logger %s from %s on, but its readings stand under %s, its first (%s)',
        column_name,
        in_file,
        logger,
        to_char(date_from at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
        recorded_unit,
        path
    )
from cleaned.recorded_unit_differences

union all

select
    'logger_clock',
    'warning',
    station,
    format(
        'stamps of logger %s were read %s from %s on%s, but the metadata say %s (%s; once they are right: '
        'stationmanager load --replay %s)',
        logger,
        case what when 'utc_offset' then 'as UTC' || in_file else 'as the ' || in_file || ' of the period' end,
        to_char(date_from at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
        case
            when date_to < 'infinity' then to_char(date_to at time zone 'UTC', '" until "YYYY-MM-DD HH24:MI "UTC"')
        end,
        in_metadata,
        path,
        logger
    )
from cleaned.logger_clock_differences

order by 3, 4
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that somebody should know."""

    kind: str
    severity: Severity
    station: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """The state of an instance; the severity is that of its worst finding."""

    severity: Severity
    files: dict[str, int]
    readings: int
    findings: list[Finding]


def read(home: Home) -> Status:
    """Read the state. The number of readings is the ledger's: counting them would take long."""
    with connect(home, "loader") as connection:
        files = dict(_rows(connection, "select state, count(*) from raw.file group by state order by state"))
        readings = _rows(connection, "select coalesce(sum(readings_new), 0)::bigint from raw.file")[0][0]
        findings = [Finding(*row) for row in _rows(connection, FINDINGS)]
    with connect(home, "analyst") as connection:
        if _rows(connection, "select to_regclass('cleaned.recorded_unit_differences')") != [(None,)]:
            findings += [Finding(*row) for row in _rows(connection, SETTINGS)]
    findings += [Finding(found.kind, "warning", found.station, found.text) for found in metadata_tests.standing(home)]
    findings += _bad_descriptions(home)
    findings.sort(key=lambda finding: -ORDER.index(finding.severity))
    severity: Severity = max((finding.severity for finding in findings), key=ORDER.index, default="ok")
    return Status(severity, files, readings, findings)


def _bad_descriptions(home: Home) -> list[Finding]:
    """Descriptions of formats that are not valid: no file is read by them."""
    return [
        Finding("description_invalid", "warning", None, f"{problem.where}: {problem.what} ({problem.remedy})")
        for problem in Formats.of(home).problems
    ]


def _rows(connection: Connection, query: str) -> list[tuple]:  # type: ignore[type-arg]  # rows differ
    return connection.execute(query.encode()).fetchall()
