"""Flags from Windographer's flagging log: Data Column, Flag Name, Start Time, End Time (exclusive), Time Steps.

A data column is named as in the files that we export for Windographer, or as in the logger's own. A flag's name becomes
the reason that goes by it in the seed `reasons`; any other name is kept as the remark of the reason `other`. What is
excluded already by that name is left, so that a log which we wrote changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from database.connection import Connection
from database.errors import UsageError
from loaders.flag_rules import OTHER, FlagRules, NewFlag
from loaders.flag_targets import ALL, Target, Targets
from loaders.flags_file import only_station
from loaders.metadata import stored
from loaders.problems import Problem, refuse
from loaders.station_clock import StationClock

DateOrder = Literal["day-first", "month-first"]

HEADING = ("Data Column", "Flag Name", "Start Time", "End Time", "Time Steps")
MEND = "correct these rows and import the file again; nothing of it was imported"
WHEN = re.compile(
    r"(?P<a>[0-9]{1,4})[/.-](?P<b>[0-9]{1,2})[/.-](?P<c>[0-9]{1,4})[ T]+(?P<time>[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)"
    r"(?: ?(?P<half>[AP]M))?",
    re.IGNORECASE,
)
YEAR_DIGITS = 4
UNIT = re.compile(r" *\[[^\]]*\]$")

SUFFIXES = "select statistic, coalesce(windographer_suffix, '') from reference.statistics"
RULES = "select rule from reference.rules"
# By slots: a flag off the grid takes those that it overlaps, and a log names these. The last slot begins a step before
# the end.
COVERED = """
select wanted.place
from unnest(
    %(points)s::text [], %(statistics)s::text [], %(names)s::text [], %(reasons)s::text [],
    %(begins)s::timestamptz [], %(ends)s::timestamptz [], %(steps)s::interval []
) with ordinality as wanted (point, statistic, name, reason, date_from, date_to, step, place)
where
    tstzrange(wanted.date_from, greatest(wanted.date_to - wanted.step, wanted.date_from), '[]') <@ (
        select coalesce(range_agg(tstzrange(flagged.date_from - wanted.step, flagged.date_to, '()')), '{}')
        from cleaned.flagged_periods as flagged
        where
            flagged.station = %(station)s
            and flagged.mode = 'exclude'
            and flagged.measurement_point = wanted.point
            and coalesce(flagged.statistic, wanted.statistic) = wanted.statistic
            and (
                lower(regexp_replace(flagged.reason, '\\s+', ' ', 'g')) in (wanted.name, wanted.reason)
                or (flagged.reason = 'other' and lower(regexp_replace(flagged.remark, '\\s+', ' ', 'g')) = wanted.name)
            )
    )
"""


@dataclass(frozen=True, slots=True)
class LogFlags:
    """The flags of a file that are to be set, and what became of its other rows; see `flags.FlagImport`."""

    flags: list[NewFlag]
    covered: int = 0
    left_to_rules: list[str] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    read_as: str = "table"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log; times are by the station's clock."""

    line: int
    column: str
    name: str
    date_from: datetime
    date_to: datetime
    steps: int | None

    @property
    def step(self) -> timedelta | None:
        """How long a time step is, by what the row says."""
        return (self.date_to - self.date_from) / self.steps if self.steps else None


def recognises(content: bytes) -> bool:
    """Whether a file is a flagging log, by its heading."""
    heading = _decoded(content[:1000]).lstrip("\r\n").split("\n", 1)[0]
    return tuple(cell.strip().lower() for cell in heading.split("\t")) == tuple(cell.lower() for cell in HEADING)


def read_log(
    connection: Connection, content: bytes, path: str, *, station: str | None, dates: DateOrder | None
) -> LogFlags:
    """The flags of a log that are not in effect yet.

    Args:
        connection: as the loader.
        content: the file.
        path: what it is called, for errors.
        station: slug or name; a log names none, so it is needed where there are several.
        dates: how its dates are written; else day first, as Windographer and we write them, unless that can't be.

    Raises UsageError with every wrong row, and where the station has none of the columns.
    """
    slug = stored.find_station(connection, station) if station else only_station([*stored.stations(connection)], path)
    order, entries = _entries(content, path, dates)
    columns = _DataColumns.of(connection, Targets.of(connection, slug))
    known = [columns.find(entry.column) for entry in entries]
    ambiguous = [
        Problem(f"{path}, line {entry.line}", f'"{entry.column}"', f"one column, and it may be {' or '.join(told)}")
        for entry, found in zip(entries, known, strict=True)
        if len(found) > 1 and (told := [f"{point} {statistic}" for point, statistic in sorted(found)])
    ]
    refuse(ambiguous, path, "name the column as the files exported for Windographer do", UsageError)
    if entries and not any(known):
        what = f'station {slug} has none of the columns, such as "{entries[0].column}"'
        raise UsageError(what, path, "name the station that the log is of with --station")
    rules, clock = FlagRules(connection), StationClock(connection, slug)
    flags = [_flag(rules, clock, slug, *row) for row in zip(entries, known, strict=True)]
    covered = _covered(connection, slug, entries, flags)
    names_of_rules = _rules(connection) - set(rules.reason_by_name)
    left = [entry.name.lower() in names_of_rules and entry.line not in covered for entry in entries]
    return LogFlags(
        [
            flag
            for flag, entry, is_left in zip(flags, entries, left, strict=True)
            if not is_left and entry.line not in covered
        ],
        len(covered),
        sorted({entry.name for entry, is_left in zip(entries, left, strict=True) if is_left}),
        list(dict.fromkeys(entry.column for entry, found in zip(entries, known, strict=True) if not found)),
        f"flagging log, {order}",
    )


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _entries(content: bytes, path: str, dates: DateOrder | None) -> tuple[DateOrder, list[Entry]]:
    """The rows, by the first order of day and month in which all of them can be."""
    orders: Sequence[DateOrder] = (dates,) if dates else ("day-first", "month-first")
    lines = [(number, line) for number, line in enumerate(_decoded(content).splitlines(), 1) if line.strip()][1:]
    first: list[Problem] = []
    for order in orders:
        problems: list[Problem] = []
        entries = list(_parsed(lines, path, order, problems))
        problems += _uneven(entries, path)
        if not problems:
            return order, entries
        first = first or problems
    refuse(first, path, MEND, UsageError)
    raise AssertionError("problems raise")


def _parsed(lines: Sequence[tuple[int, str]], path: str, order: DateOrder, problems: list[Problem]) -> Iterator[Entry]:
    for number, line in lines:
        place = f"{path}, line {number}"
        cells = [" ".join(cell.split()) for cell in line.split("\t")]
        if len(cells) < len(HEADING) - 1 or not all(cells[:2]):
            problems.append(Problem(place, f"{len(cells)} cells", "a data column, a flag's name, and two times"))
            continue
        begin, end = (_time(cells[column], order) for column in (2, 3))
        if begin is None or end is None:
            at = 2 if begin is None else 3
            example = "09/01/2016 15:30, the day first" if order == "day-first" else "01/09/2016 15:30, the month first"
            problems.append(Problem(f"{place}, column {HEADING[at]}", f'"{cells[at]}"', f"a time like {example}"))
        elif begin >= end:
            expected = f"a time after {cells[2]}, as the end is exclusive"
            problems.append(Problem(f"{place}, column {HEADING[3]}", f'"{cells[3]}"', expected))
        else:
            steps = cells[4] if len(cells) == len(HEADING) else ""
            yield Entry(number, cells[0], cells[1], begin, end, int(steps) if steps.isdecimal() else None)


def _time(text: str, order: DateOrder) -> datetime | None:
    """A time as it is written; None where it is none. Years of four digits in front are ISO's order."""
    found = WHEN.fullmatch(text)
    if found is None:
        return None
    parts = [found["a"], found["b"], found["c"]]
    if len(parts[0]) != YEAR_DIGITS:
        parts = [parts[2], *(parts[1::-1] if order == "day-first" else parts[:2])]
    clock = f"{found['time']}:00"[: len("00:00:00")] if found["time"].count(":") == 1 else found["time"]
    form, half = ("%I:%M:%S %p", f" {found['half']}") if found["half"] else ("%H:%M:%S", "")
    try:
        return datetime.strptime(f"{'-'.join(parts)} {clock}{half}", f"%Y-%m-%d {form}")
    except ValueError:
        return None


def _uneven(entries: Sequence[Entry], path: str) -> list[Problem]:
    """Rows whose steps are of another length than those of the first: a date was misread, or a number is wrong."""
    stepped = [entry for entry in entries if entry.step]
    return [
        Problem(
            f"{path}, line {entry.line}, column {HEADING[4]}",
            f"{entry.steps} steps, of {entry.step} each",
            f"steps of {stepped[0].step}, as in line {stepped[0].line}",
            "if the month stands first, say --dates month-first",
        )
        for entry in stepped
        if entry.step != stepped[0].step
    ]


@dataclass(frozen=True, slots=True)
class _DataColumns:
    """What each column is called, and which measurement points and statistics it may be."""

    by_name: dict[str, set[tuple[str, str]]]

    @classmethod
    def of(cls, connection: Connection, targets: Targets) -> _DataColumns:
        suffixes: dict[str, str] = dict(_rows(connection, "reference.statistics", SUFFIXES))
        by_name: dict[str, set[tuple[str, str]]] = {}
        for point in targets.points:
            for column, statistic in point.columns:
                exported = f"{point.name} {suffixes.get(statistic, statistic)}".strip()
                for name in (exported, f"{point.name}_{statistic}", column):
                    by_name.setdefault(name, set()).add((point.name, statistic))
        return cls(by_name)

    def find(self, column: str) -> set[tuple[str, str]]:
        return self.by_name.get(column) or self.by_name.get(UNIT.sub("", column), set())


def _flag(rules: FlagRules, clock: StationClock, station: str, entry: Entry, found: set[tuple[str, str]]) -> NewFlag:
    """A row as a flag; a column that the station has not is kept by its name, and takes nothing."""
    point, statistic = next(iter(found)) if found else (entry.column, None)
    reason = rules.reason_by_name.get(entry.name.lower(), OTHER)
    return NewFlag(
        station,
        Target(ALL, point, None, statistic),
        clock.utc(entry.date_from.isoformat()),
        clock.utc(entry.date_to.isoformat()),
        reason,
        entry.name if reason == OTHER else None,
    )


def _covered(connection: Connection, station: str, entries: Sequence[Entry], flags: Sequence[NewFlag]) -> set[int]:
    """Lines of rows whose every slot is excluded already by a flag or rule of that name."""
    rows = [(entry, flag) for entry, flag in zip(entries, flags, strict=True) if flag.target.statistic]
    default = next((entry.step for entry in entries if entry.step), timedelta(microseconds=1))
    given = {
        "station": station,
        "points": [flag.target.measurement_point for _, flag in rows],
        "statistics": [flag.target.statistic for _, flag in rows],
        "names": [entry.name.lower() for entry, _ in rows],
        "reasons": [None if flag.reason == OTHER else flag.reason for _, flag in rows],
        "begins": [flag.date_from for _, flag in rows],
        "ends": [flag.date_to for _, flag in rows],
        "steps": [entry.step or default for entry, _ in rows],
    }
    places = [place for (place,) in _rows(connection, "cleaned.flagged_periods", COVERED, given)]
    return {rows[place - 1][0].line for place in places}


def _rules(connection: Connection) -> set[str]:
    return {rule for (rule,) in _rows(connection, "reference.rules", RULES)}


def _rows(connection: Connection, table: str, query: str, given: dict[str, Any] | None = None) -> list[Any]:
    """A query's rows; none where dbt has not made the table yet."""
    if connection.execute("select to_regclass(%s)", [table]).fetchone() == (None,):
        return []
    return connection.execute(query.encode(), given).fetchall()
