"""Flags: erroneous periods that people set at run time. Each is added or withdrawn with the span that it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from database.connection import Connection
from database.errors import UsageError
from loaders import flags_log
from loaders.flag_rules import FlagRules, NewFlag
from loaders.flags_file import read_flags
from loaders.flags_log import DateOrder, LogFlags
from loaders.metadata import stored

Source = Literal["by_hand", "imported"]

# The update changes nothing: it is there so that a flag which exists returns its id, too. Such a row has an xmax.
INSERT = """
insert into metadata.flag (
    station, sensor, measurement_point, measurement_type, statistic, date_from, date_to, reason, remark, source,
    created_by
)
values (
    %(station)s, %(sensor)s, %(measurement_point)s, %(measurement_type)s, %(statistic)s,
    coalesce(%(date_from)s, '-infinity'::timestamptz), coalesce(%(date_to)s, 'infinity'::timestamptz),
    %(reason)s, %(remark)s, %(source)s, %(created_by)s
)
on conflict (station, sensor, measurement_point, measurement_type, statistic, date_from, date_to, reason, remark)
where withdrawn_at is null
do update set sensor = excluded.sensor
returning flag_id, xmax = 0 as is_new
"""

WITHDRAW = """
update metadata.flag
set withdrawn_at = clock_timestamp(), withdrawn_by = %(by)s
where flag_id = %(flag_id)s and withdrawn_at is null
returning flag_id
"""

CHANGED = """
insert into ops.changed_span (station, date_from, date_to, cause)
select flag.station, flag.date_from, flag.date_to, 'flag'
from metadata.flag
where flag.flag_id = %(flag_id)s
"""

# infinity has no value in Python
SELECT = """
select
    flag_id,
    station,
    sensor,
    measurement_point,
    measurement_type,
    statistic,
    nullif(date_from, '-infinity') as date_from,
    nullif(date_to, 'infinity') as date_to,
    reason,
    remark,
    source,
    created_at,
    created_by,
    withdrawn_at,
    withdrawn_by
from metadata.flag
where
    station = coalesce(%(station)s, station)
    and flag_id = coalesce(%(flag_id)s, flag_id)
    and (withdrawn_at is null or %(include_withdrawn)s)
order by station, flag.date_from, flag_id
"""


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag as it is on record. No date_from: from the beginning; no date_to: until now and on.

    It takes what all of sensor (`All`, or how names begin), measurement point, measurement type and statistic allow.
    """

    flag_id: int
    station: str
    sensor: str
    measurement_point: str | None
    measurement_type: str | None
    statistic: str | None
    date_from: datetime | None
    date_to: datetime | None
    reason: str
    remark: str | None
    source: Source
    created_at: datetime
    created_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None


@dataclass(frozen=True, slots=True)
class FlagImport:
    """What became of the rows of a file.

    Attributes:
        added: flags that are new.
        unchanged: rows that say what is excluded already.
        ids: of the flags that the rows are, in the file's order, each once.
        left_to_rules: names of quality rules that rows of a flagging log carry: rules judge anew by themselves.
        unknown_columns: data columns of a flagging log that the station has not; they are kept, and take nothing.
        read_as: `table`, or `flagging log` with the order in which its dates were read.
    """

    added: int
    unchanged: int
    ids: list[int]
    left_to_rules: list[str] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    read_as: str = "table"


def add_flag(
    connection: Connection,
    station: str,
    sensor: str | None,
    date_from: str | None,
    date_to: str | None,
    reason: str,
    *,
    remark: str | None,
    measurement_point: str | None = None,
    measurement_type: str | None = None,
    statistic: str | None = None,
    created_by: str,
) -> int:
    """Add a flag and return its id; a flag that is there already is left, and its id returned.

    Args:
        connection: as the loader.
        station: slug or name.
        sensor: `All`, or a prefix of measurement point names and column names; may be left out where a point or a
            type is named.
        date_from: as written by people: the station's clock unless an offset is written; None is from the beginning.
        date_to: exclusive; None is until now and on.
        reason: a word of the seed `reasons`, in any case; `other` needs a remark.
        remark: anything else there is to say.
        measurement_point: None is any, as far as the others allow.
        measurement_type: None is any, as far as the others allow.
        statistic: None is all of them.
        created_by: who.

    Raises UsageError with all that is wrong at once, MetadataError where the station's clock is not known.
    """
    slug = stored.find_station(connection, station)
    written = {
        "sensor": sensor,
        "measurement_point": measurement_point,
        "measurement_type": measurement_type,
        "statistic": statistic,
        "from": date_from,
        "to": date_to,
        "reason": reason,
        "remark": remark,
    }
    flag = FlagRules(connection).by_hand(slug, written)
    with connection.transaction():
        flag_id, _ = _insert(connection, flag, "by_hand", created_by)
    return flag_id


def import_flags(
    connection: Connection,
    content: bytes | str,
    path: str,
    *,
    station: str | None,
    created_by: str,
    dates: DateOrder | None = None,
) -> FlagImport:
    """Add all flags of a file, or none where a row is wrong. A flag that is there already is left.

    The file is a CSV table, or Windographer's flagging log, which is told by its heading; see `flags_file` and
    `flags_log`. `station` is for rows that name none, `dates` for logs whose days and months could be either.

    Raises UsageError with every wrong row, MetadataError where a station's clock is not known.
    """
    raw = content.encode() if isinstance(content, str) else content
    if flags_log.recognises(raw):
        log = flags_log.read_log(connection, raw, path, station=station, dates=dates)
    else:
        log = LogFlags(read_flags(connection, raw, path, station=station))
    with connection.transaction():
        outcomes = [_insert(connection, flag, "imported", created_by) for flag in log.flags]
    added = sum(is_new for _, is_new in outcomes)
    return FlagImport(
        added,
        len(outcomes) - added + log.covered,
        list(dict.fromkeys(flag_id for flag_id, _ in outcomes)),
        log.left_to_rules,
        log.unknown_columns,
        log.read_as,
    )


def list_flags(connection: Connection, station: str | None = None, *, include_withdrawn: bool = False) -> list[Flag]:
    """Flags in order of station and time."""
    slug = None if station is None else stored.find_station(connection, station)
    return _select(connection, {"station": slug, "flag_id": None, "include_withdrawn": include_withdrawn})


def withdraw_flag(connection: Connection, flag_id: int, by: str) -> Flag:
    """Withdraw a flag, which stays on record; returns it. Raises UsageError where there is none to withdraw."""
    with connection.transaction():
        withdrawn = connection.execute(WITHDRAW, {"flag_id": flag_id, "by": by}).fetchone()
        flags = _select(connection, {"station": None, "flag_id": flag_id, "include_withdrawn": True})
        if withdrawn is None:
            raise _nothing_to_withdraw(flag_id, flags)
        connection.execute(CHANGED, {"flag_id": flag_id})
    return flags[0]


def _nothing_to_withdraw(flag_id: int, flags: Sequence[Flag]) -> UsageError:
    if not flags:
        return UsageError(
            f"there is no flag {flag_id}", "metadata.flag", "stationmanager flag list shows those there are"
        )
    what = f"flag {flag_id} was withdrawn already, by {flags[0].withdrawn_by} at {flags[0].withdrawn_at}"
    return UsageError(what, "metadata.flag", "nothing is left to do")


def _select(connection: Connection, given: Mapping[str, object]) -> list[Flag]:
    rows: list[Any] = connection.execute(SELECT, given).fetchall()
    return [Flag(*row) for row in rows]


def _insert(connection: Connection, flag: NewFlag, source: Source, created_by: str) -> tuple[int, bool]:
    """The flag's id, and whether it is new."""
    given = asdict(flag) | asdict(flag.target) | {"source": source, "created_by": created_by}
    row: Any = connection.execute(INSERT, given).fetchone()
    flag_id, is_new = row
    if is_new:
        connection.execute(CHANGED, {"flag_id": flag_id})
    return flag_id, is_new
