"""Windographer's flagging log: one row for each column and period that is excluded from the other files.

Flags that only report are left out: they blank nothing, and programs that apply a log remove whatever it names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from database.connection import Connection
from exporters.station import Recorded, Station

HEADING = ("Data Column", "Flag Name", "Start Time", "End Time", "Time Steps")

# Off the grid of averaging periods, a flag takes every step that it overlaps. A flag that came from another program by
# a name that is none of our reasons has it as its remark, and goes out by it again; what a quality rule takes goes by
# the rule's name. Columns go by their name without the unit, which is how Windographer knows them after it has read the
# other files.
PERIODS = """
with

clipped as (

    select
        columns.position,
        regexp_replace(columns.windographer_name, ' \\[[^]]*\\]$', '') as data_column,
        regexp_replace(
            case
                when flagged_periods.reason = 'other' and flagged_periods.source = 'imported'
                    then coalesce(flagged_periods.remark, 'other')
                else flagged_periods.reason
            end,
            '\\s+', ' ', 'g'
        ) as flag_name,
        greatest(flagged_periods.date_from, %(first)s) as date_from,
        least(flagged_periods.date_to, %(last)s + %(step)s) as date_to
    from cleaned.flagged_periods
    inner join exports.columns
        on flagged_periods.station = columns.station
        and (flagged_periods.measurement_point is null or flagged_periods.measurement_point = columns.measurement_point)
        and (flagged_periods.statistic is null or flagged_periods.statistic = columns.statistic)
    where flagged_periods.station = %(station)s and flagged_periods.mode = 'exclude'

),

stepped as (

    select
        position,
        data_column,
        flag_name,
        date_bin(%(step)s, date_from, %(first)s) as date_from,
        date_bin(%(step)s, date_to - interval '1 microsecond', %(first)s) + %(step)s as date_to
    from clipped
    where date_from < date_to

)

select
    data_column,
    flag_name,
    to_char(date_from at time zone 'UTC' + %(utc_offset)s, 'DD/MM/YYYY HH24:MI'),
    to_char(date_to at time zone 'UTC' + %(utc_offset)s, 'DD/MM/YYYY HH24:MI'),
    round(extract(epoch from date_to - date_from) / extract(epoch from %(step)s))::bigint::text
from stepped
order by date_from, date_to, flag_name, position
"""


@dataclass(frozen=True, slots=True)
class FlaggingLog:
    """The rows of the log, as text."""

    rows: Sequence[tuple[str, ...]]

    @property
    def flag_names(self) -> list[str]:
        """The names of the flags, each once."""
        return sorted({row[1] for row in self.rows})

    def text(self) -> str:
        """The file's content."""
        return "".join("\t".join(row) + "\r\n" for row in (HEADING, *self.rows))


def read(connection: Connection, station: Station, recorded: Recorded | None) -> FlaggingLog:
    """What is excluded from the time that the station recorded; ends are exclusive."""
    if recorded is None:
        return FlaggingLog(())
    periods = connection.execute(
        PERIODS,
        {
            "station": station.station,
            "step": station.averaging_period,
            "utc_offset": station.utc_offset,
            "first": recorded.first,
            "last": recorded.last,
        },
    )
    return FlaggingLog([tuple(str(cell) for cell in row) for row in periods])
