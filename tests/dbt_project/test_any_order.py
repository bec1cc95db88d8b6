"""Flags and certificates that are set, changed and withdrawn in any order end in the readings of the last state."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from database.connection import Connection, connect
from database.home import Home
from loaders.flags import add_flag, withdraw_flag
from loaders.metadata.importing import import_metadata
from orchestration import building
from orchestration.building import METADATA_TABLES
from tests.dbt_project.documents import START, document, point, vane_mounting

BEGIN = datetime(2016, 1, 10, tzinfo=UTC)
SLOTS = 48
STEP = timedelta(minutes=10)
SERIALS = ("S1", "S2")
# point, statistic, column
COLUMNS = [
    ("Spd80mN", "avg", "Spd80mN_Avg"),
    ("Spd80mN", "sd", "Spd80mN_Std"),
    ("Spd80mN", "min", "Spd80mN_Min"),
    ("Spd80mN", "max", "Spd80mN_Max"),
    ("Spd80mN", "ti", "Spd80mN_TI"),
    ("Spd60mN", "avg", "A_Avg"),
    ("Dir78m", "avg", "Dir78m_Avg"),
    ("Dir78m", "sd", "Dir78m_Std"),
]
BY_COLUMN = ("Dir78m_Std", "A_")
CHANNEL = """
insert into raw.channel (channel_id, logger, averaging_period, column_name) overriding system value
values (%s, '7', '10 minutes', %s)
"""
RECORD = """
insert into raw.reading (timestamp, channel_id, file_id, value)
select %(begin)s::timestamptz + slot * interval '10 minutes', %(channel)s, 0, %(channel)s + (slot * 7 %% 11) * 0.25
from generate_series(0, %(slots)s - 1) as slot
"""
CHOOSE = """
insert into metadata.team_table (name, path, sha256, rows, imported_by)
values ('calibration_choices', 'calibration_choices.csv', '', %s, 'a test')
"""
CHANGED = """
insert into ops.changed_span (station, date_from, date_to, cause) values (null, '-infinity', 'infinity', 'metadata')
"""
READINGS = "select * from cleaned.readings order by channel_id, timestamp"
FORGET = "truncate metadata.document, metadata.team_table, metadata.flag, ops.changed_span"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, by the day of its calibration: of one sensor no two are of one day."""

    day: int
    slope: float
    offset: float


@dataclass(frozen=True, slots=True)
class Calibrations:
    """What a document says: the certificates of two sensors, when they were exchanged, and the vane."""

    certificates: tuple[tuple[Certificate, ...], tuple[Certificate, ...]]
    exchanged_at: int
    dead_band: float | None


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag as a person says it; times are in steps of five minutes, so half of them are off the grid."""

    sensor: str
    statistic: str | None
    begin: int | None
    end: int | None
    reason: str

    def takes(self, measurement_point: str, statistic: str, column: str, slot: int) -> bool:
        """Whether it takes a reading: said in other words than the project's SQL."""
        named = self.sensor == "All" or any(name.startswith(self.sensor) for name in (measurement_point, column))
        after = self.begin is None or 2 * slot + 2 > self.begin
        before = self.end is None or 2 * slot < self.end
        return named and self.statistic in (None, statistic) and after and before


Choice = tuple[str, int]
# sets a flag; withdraws one; gives one another period; imports a document; chooses certificates by hand
Action = tuple[str, Any]


def five_minutes(steps: int) -> str:
    return (BEGIN + steps * timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%MZ")


numbers = st.sampled_from([(0.04, 0.1), (0.045, 0.3), (0.05, 0.2), (-0.05, 0.2)])
certificates = st.lists(st.tuples(st.integers(1, 3), numbers), max_size=2, unique_by=lambda each: each[0]).map(
    lambda listed: tuple(Certificate(day, *pair) for day, pair in sorted(listed))
)
calibrations = st.builds(
    Calibrations,
    st.tuples(certificates, certificates),
    st.integers(10, 2 * SLOTS - 10),
    st.sampled_from([None, 0.0, 180.0]),
)
times = st.none() | st.integers(0, 2 * SLOTS)
flags = (
    st.builds(
        Flag,
        st.sampled_from(["All", "Spd", "Spd80mN", *BY_COLUMN]),
        st.sampled_from([None, None, "avg"]),
        times,
        times,
        st.sampled_from(["icing", "maintenance", "birds"]),
    )
    .filter(lambda flag: flag.begin is None or flag.end is None or flag.begin < flag.end)
    .filter(lambda flag: not (flag.sensor == "Dir78m_Std" and flag.statistic))
)
choices = st.lists(st.tuples(st.sampled_from(SERIALS), st.integers(1, 3)), max_size=2, unique=True)
actions = st.one_of(
    flags.map(lambda flag: ("flag", flag)),
    flags.map(lambda flag: ("flag", flag)),
    st.integers(0, 5).map(lambda number: ("withdraw", number)),
    st.tuples(st.integers(0, 5), times).map(lambda change: ("change", change)),
    calibrations.map(lambda said: ("document", said)),
    choices.map(lambda chosen: ("choose", chosen)),
)


class Desk:
    """Where analysts work: a station with readings, and the commands that alter what they mean."""

    def __init__(self, home: Home, folder: Path) -> None:
        self._home = home
        self._path = folder / "mast.json"
        self.flags: dict[int, Flag] = {}

    def forget(self) -> None:
        """Leave nothing but the readings, and nothing of what was made of them."""
        self.flags = {}
        with connect(self._home, "owner") as owner:
            owner.execute(FORGET)
            for table in METADATA_TABLES:
                owner.execute(f"delete from cleaned.{table}".encode())  # noqa: S608  # names of ours

    def read(self) -> list[Any]:
        with connect(self._home, "analyst") as analyst:
            return analyst.execute(READINGS).fetchall()

    def do(self, action: Action) -> None:
        """What a command does: the change, and what puts it into effect."""
        with connect(self._home, "loader") as loader:
            self._act(loader, *action)

    def _act(self, loader: Connection, what: str, given: Any) -> None:
        if what == "document":
            self._path.write_text(json.dumps(as_document(given)))
            import_metadata(loader, self._path, utc_offset_hours=None, timestamps=None, imported_by="a test")
            building.apply_metadata(self._home)
        elif what == "choose":
            loader.execute(CHOOSE, [Jsonb(as_rows(given))])
            loader.execute(CHANGED)
            building.apply_metadata(self._home)
        elif what == "flag":
            self._flag(loader, given)
        elif what == "withdraw" and given < len(self.flags):
            self._withdraw(loader, given)
        elif what == "change" and given[0] < len(self.flags):
            flag = replace(self._withdraw(loader, given[0]), end=given[1])
            if flag.begin is None or flag.end is None or flag.begin < flag.end:
                self._flag(loader, flag)

    def _flag(self, loader: Connection, flag: Flag) -> None:
        begin, end = (None if steps is None else five_minutes(steps) for steps in (flag.begin, flag.end))
        flag_id = add_flag(
            loader,
            "mast",
            flag.sensor,
            begin,
            end,
            flag.reason,
            remark=None,
            statistic=flag.statistic,
            created_by="a test",
        )
        self.flags[flag_id] = flag
        building.apply_flags(self._home)

    def _withdraw(self, loader: Connection, place: int) -> Flag:
        flag_id = list(self.flags)[place]
        withdraw_flag(loader, flag_id, "a test")
        building.apply_flags(self._home)
        return self.flags.pop(flag_id)


def as_document(said: Calibrations) -> dict[str, Any]:
    """The document of the mast with these calibrations; all else is as ever."""
    exchanged = (BEGIN + said.exchanged_at * timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S")
    periods = [(START, exchanged), (exchanged, None)]
    sensors = [
        {
            "serial_number": serial,
            "date_from": date_from,
            "date_to": date_to,
            "calibration": [
                {"slope": each.slope, "offset": each.offset, "date_of_calibration": f"2015-06-0{each.day}"}
                for each in certificates
            ],
        }
        for serial, (date_from, date_to), certificates in zip(SERIALS, periods, said.certificates, strict=True)
    ]
    names: dict[str, dict[str, str]] = {}
    for measurement_point, statistic, column in COLUMNS:
        names.setdefault(measurement_point, {})[column] = statistic
    vane: dict[str, Any] = {
        "measurement_type_id": "wind_direction",
        "mounting_arrangement": [vane_mounting(said.dead_band)],
    }
    return document(
        point("Spd80mN", names["Spd80mN"], sensors=sensors),
        point("Spd60mN", names["Spd60mN"]),
        point("Dir78m", names["Dir78m"], logger={"slope": 1, "offset": 0, "measurement_units_id": "deg"}, **vane),
    )


def as_rows(chosen: Sequence[Choice]) -> list[dict[str, Any]]:
    return [
        {"line": line, "serial_number": serial, "date_of_calibration": f"2015-06-0{day}"}
        for line, (serial, day) in enumerate(chosen, 2)
    ]


@pytest.fixture(scope="module")
def desk(new_home: Callable[[str], Home], built: str, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    home = new_home(built)
    with connect(home, "owner") as owner:
        for channel, (_, _, column) in enumerate(COLUMNS, 1):
            owner.execute(CHANNEL, [channel, column])
            owner.execute(RECORD, {"begin": BEGIN, "channel": channel, "slots": SLOTS})
    return Desk(home, tmp_path_factory.mktemp("document"))


@example(
    first=Calibrations(certificates=((), ()), exchanged_at=10, dead_band=None),
    steps=[
        ("flag", Flag("All", None, None, None, "icing")),
        ("flag", Flag("Dir78m_Std", None, None, None, "birds")),
    ],
    shuffled=random.Random(1),  # noqa: S311  # an order, no secret
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=calibrations,
    steps=st.lists(actions, min_size=2, max_size=7),
    shuffled=st.randoms(use_true_random=False),
)
def test_any_order_ends_in_the_readings_of_the_last_state(
    desk: Desk, first: Calibrations, steps: list[Action], shuffled: Any
) -> None:
    history = [("document", first), *steps]
    desk.forget()
    for action in history:
        desk.do(action)
    after_all, standing = desk.read(), list(desk.flags.values())

    once = [next(action for action in reversed(history) if action[0] == "document")]
    once += [action for action in history if action[0] == "choose"][-1:]
    other_order = [("flag", flag) for flag in standing]
    shuffled.shuffle(other_order)
    desk.forget()
    for action in [*once, *other_order]:
        desk.do(action)
    assert desk.read() == after_all
    assert excluded(after_all) == expected(standing)


def excluded(rows: list[Any]) -> list[str | None]:
    """What takes each reading out, in the order of columns and slots."""
    return [row[12] for row in rows]


def expected(standing: list[Flag]) -> list[str | None]:
    """The same, said of each reading by itself: of several flags the one counts that begins first, then ends first."""
    found: list[str | None] = []
    for measurement_point, statistic, column in COLUMNS:
        for slot in range(SLOTS):
            taking = [flag for flag in standing if flag.takes(measurement_point, statistic, column, slot)]
            found.append(min(taking, key=rank).reason if taking else None)
    return found


def rank(flag: Flag) -> tuple[float, float, str]:
    # a column's flag begins no earlier than the metadata of the column do, which is before the first reading
    first = -1 if flag.sensor in BY_COLUMN else float("-inf")
    begin = first if flag.begin is None else flag.begin
    end = float("inf") if flag.end is None else flag.end
    return (begin, end, flag.reason)
