"""What all rules find doesn't depend on when readings came, and only what a change bears on is judged."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from benchmarks import mast as bench
from benchmarks.flags import recalibrated
from database.connection import Connection, connect
from database.home import PROJECT, Home
from loaders.flags import add_flag, withdraw_flag
from loaders.metadata.importing import import_metadata
from orchestration.building import apply_flags, apply_metadata
from orchestration.dbt import run_dbt, snapshot_now

SUN = PROJECT / "macros" / "rules" / "sun.sql"
START = datetime.fromisoformat("2021-01-01 00:00+00:00")
# hours after START at which a piece of the record ends: several of them in the midst of what a rule finds
ENDS = [0, 52.5, 77, 101.5, 130, 180, 222.5, 290, 336]

# column, from and to in hours after START, value: a dead anemometer, still sensors, a spike, a frozen vane, ...
FAULTS = [
    ("Spd100mN_avg", 50, 55, 0),
    ("Spd100mN_std", 50, 55, 0),
    ("Spd40mS_avg", 98, 104, 6.25),
    ("Spd40mS_std", 98, 104, 0.5),
    ("Spd60mN_avg", 77, 77.17, 70),
    ("Spd80mN_std", 120, 121, 16),
    ("Spd80mS_min", 140, 140.5, 30),
    ("Tmp98m_avg", 74, 84, -5),
    ("Tmp98m_std", 74, 84, 0),
    ("Tmp50m_avg", 128, 128.17, 30),
    ("Tmp2m_avg", 210, 230, -3),
    ("Dir38m_avg", 214, 226, 90),
    ("Dir38m_std", 214, 226, 0),
    ("Spd60mS_avg", 214, 226, 7.5),
    ("Tmp50m_avg", 212, 228, -2),
    ("Prs10m_avg", 170, 200, 963),
    ("Prs10m_std", 170, 200, 0),
    ("Prs10m_avg", 240, 241, 930),
    ("Ghi2m_avg", 286, 293, 1500),
    ("Bat2m_avg", 176, 184, 10.5),
    ("Spd80mN_avg", 300, 306, 1),
    ("Spd80mS_avg", 300, 306, 8),
    ("Tmp98m_avg", 298, 308, 1.5),
    ("Dir78m_avg", 300, 310, 270),
    ("Dir98m_avg", 300, 310, 350),
    ("Dir98m_avg", 51, 53, 7999),
]
SPOIL = """
update raw.reading as reading
set value = fault.value
from unnest(%s::text[], %s::timestamptz[], %s::timestamptz[], %s::float8[])
    as fault (column_name, date_from, date_to, value)
inner join raw.channel as channel using (column_name)
where reading.channel_id = channel.channel_id
    and reading.timestamp >= fault.date_from and reading.timestamp < fault.date_to
"""
# a row that was stamped late, into the next averaging period, which comes with another piece of the record
LATE = """
update raw.reading set timestamp = timestamp + interval '14 minutes' where timestamp = %s
"""
# ten days of a clear sky, by a clock that is an hour fast
CLEAR_SKY = """
update raw.reading as reading
set value = 1200 * greatest(sky.cos_zenith, 0) ^ 1.2
from (
    select shown.timestamp, shown.channel_id, sun.cos_zenith
    from (
        select reading.timestamp, reading.channel_id, reading.timestamp - interval '55 minutes' as true_time
        from raw.reading as reading
        inner join raw.channel as channel using (channel_id)
        where channel.column_name = 'Ghi2m_avg' and reading.timestamp between %s and %s
            -- the late row has its sky already, and would get another one with each piece, of which no rule is told
            and reading.timestamp = date_bin('10 minutes', reading.timestamp, 'epoch')
    ) as shown
    cross join {sun} as sun
) as sky
where reading.timestamp = sky.timestamp and reading.channel_id = sky.channel_id
"""
FOUND = """
select station, measurement_point, statistic, parameter, date_from, date_to
from cleaned.{}
order by station, measurement_point, statistic, parameter, date_from
"""
SET = """
insert into metadata.team_table (name, path, sha256, rows, imported_by)
values ('quality_rules', 'quality_rules.csv', '', %s, 'a test')
"""

Findings = dict[str, list[Any]]


class Mast:
    """A mast to which pieces of the record come in any order."""

    def __init__(self, instance: Home, rules: list[str], folder: Path) -> None:
        self.home = instance
        self.rules = rules
        self.folder = folder

    def __enter__(self) -> Mast:
        self._opened = connect(self.home, "owner")
        self.owner: Connection = self._opened.__enter__()
        bench.import_document(self.home, self.folder)
        self._channels = bench.add_channels(self.owner)
        run_dbt(self.home, ["build", "--exclude-resource-type", "unit_test", "test"])
        return self

    def __exit__(self, *reason: Any) -> None:
        self._opened.__exit__(*reason)

    def add(self, date_from: datetime, date_to: datetime) -> None:
        """Bring in a piece of the record with all that is wrong in it."""
        with self.owner.transaction():
            bench.add_readings(self.owner, self._channels, date_from, date_to)
            columns, begins, ends, values = zip(*FAULTS, strict=True)
            sun = sun_of_the_project("shown.true_time", "50", "8")
            self.owner.execute(SQL(CLEAR_SKY).format(sun=SQL(sun)), [START, at(240)])
            self.owner.execute(LATE, [at(130) - timedelta(minutes=10)])
            self.owner.execute(
                SPOIL,
                [
                    list(columns),
                    [at(hour) for hour in begins],
                    [at(h) for h in ends],
                    [float(value) for value in values],
                ],
            )

    def judge(self, snapshot: str | None = None) -> None:
        run_dbt(self.home, ["run", "--select", "path:models/cleaned/rules"], snapshot=snapshot)

    def found(self) -> Findings:
        return {rule: self.rows(SQL(FOUND).format(Identifier(rule))) for rule in self.rules}

    def rows(self, query: Any, *given: Any) -> list[Any]:
        return self.owner.execute(query, given).fetchall()

    def looked_at(self) -> dict[str, datetime]:
        """When each rule last judged something."""
        return dict(self.rows("select model, max(seen_at) from ops.seen_change group by model"))


def sun_of_the_project(time: str, latitude: str, longitude: str) -> str:
    """The macro `sun` as SQL."""
    macro = Environment(autoescape=True).from_string(SUN.read_text()).module.sun  # type: ignore[attr-defined]
    return str(macro(time, latitude, longitude))


def at(hours: float) -> datetime:
    return START + timedelta(minutes=10 * round(6 * hours))


@pytest.fixture(scope="module")
def mast(
    new_home: Callable[[str], Home], built: str, manifest: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mast]:
    nodes = manifest["nodes"].values()
    rules = sorted(node["name"] for node in nodes if node["config"].get("materialized") == "periods")
    with Mast(new_home(built), rules, tmp_path_factory.mktemp("documents")) as opened:
        pieces = [(at(begin), at(end)) for begin, end in pairwise(ENDS)]
        random.Random(4).shuffle(pieces)  # noqa: S311  # no secret
        for piece in pieces:
            opened.add(*piece)
            opened.judge()
        yield opened


def test_a_record_that_comes_in_pieces_in_any_order_is_judged_as_if_it_came_at_once(mast: Mast) -> None:
    in_pieces = mast.found()
    mast.owner.execute("delete from ops.seen_change")
    mast.judge()
    assert mast.found() == in_pieces
    told = {rule for rule, found in in_pieces.items() if found}
    assert told >= {"range", "relation_of_statistics", "flat_line", "cadence", "clock"}


def test_a_gap_of_three_years_ago_is_judged_and_nothing_else_is_looked_at(mast: Mast) -> None:
    before = mast.found()
    day = START - timedelta(days=3 * 365)
    mast.add(day, day + timedelta(days=1))
    mast.owner.execute(
        "update raw.reading set value = 99 from raw.channel where channel.channel_id = reading.channel_id"
        " and column_name = 'Spd60mN_avg' and timestamp = %s",
        [day],
    )
    mast.judge()
    assert mast.rows("select min(timestamp), max(timestamp) from cleaned.slots") == [
        (day, day + timedelta(hours=23, minutes=50))
    ]
    after = mast.found()
    assert ("bench_mast", "Spd60mN", "avg", "maximum", day, day + timedelta(minutes=10)) in after["range"]
    for rule in mast.rules:
        assert [period for period in after[rule] if period[4] >= START - timedelta(days=60)] == before[rule]


def test_nothing_is_judged_where_nothing_changed(mast: Mast) -> None:
    mast.judge()
    before = mast.looked_at()
    mast.judge()
    assert mast.looked_at() == before
    assert mast.rows("select count(*) from cleaned.slots") == [(0,)]


def test_with_another_setting_only_its_rule_judges_anew(mast: Mast) -> None:
    mast.judge()
    before, looked_at = mast.found(), mast.looked_at()
    highest = {
        "line": 2,
        "rule": "range",
        "sensor": "Spd60mN",
        "statistic": "avg",
        "parameter": "maximum",
        "value": "80",
    }
    mast.owner.execute(SET, [Jsonb([highest])])
    mast.judge()
    assert {rule for rule, time in mast.looked_at().items() if time != looked_at[rule]} == {"range"}
    mast.owner.execute(SET, [Jsonb([{"line": 2, "rule": "range", "parameter": "mode", "value": "off"}])])
    mast.judge()
    assert mast.found() == before | {"range": []}
    mast.owner.execute(SET, [Jsonb([])])
    mast.judge()
    assert mast.found() == before


def test_flags_and_certificates_are_judged_by_as_if_they_had_been_there_at_once(mast: Mast) -> None:
    mast.judge()
    before = mast.found()
    with connect(mast.home, "loader") as loader:
        # the dead anemometer is taken out by hand but for its first hour, and what it was beside
        to = f"{at(60):%Y-%m-%dT%H:%MZ}"
        flag_id = add_flag(
            loader,
            bench.STATION,
            "Spd100mN",
            f"{at(51):%Y-%m-%dT%H:%MZ}",
            to,
            "icing",
            remark=None,
            created_by="a test",
        )
        apply_flags(mast.home)
        mast.judge()
        flagged = mast.found()
        say(mast, loader, recalibrated())
        mast.judge()
        in_pieces = mast.found()
        mast.owner.execute("delete from ops.seen_change")
        mast.judge()
        assert mast.found() == in_pieces
        assert before != flagged != in_pieces
        withdraw_flag(loader, flag_id, "a test")
        apply_flags(mast.home)
        say(mast, loader, bench.document())
        mast.judge()
    assert mast.found() == before


def test_a_flag_off_the_grid_that_comes_during_a_build_is_judged_by_as_if_it_had_been_there_at_once(mast: Mast) -> None:
    """Tower shadow looks at nothing around a reading, and what a flag begins within is gone with it."""
    mast.judge()
    before = mast.found()
    shadow = before["tower_shadow"][0]
    begins, ends = shadow[4] + timedelta(minutes=5), shadow[4] + timedelta(minutes=63)
    with connect(mast.home, "loader") as loader:
        began_at = snapshot_now(loader)
        flag_id = add_flag(
            loader,
            bench.STATION,
            "Dir",
            f"{begins:%Y-%m-%dT%H:%MZ}",
            f"{ends:%Y-%m-%dT%H:%MZ}",
            "icing",
            remark=None,
            created_by="a test",
        )
        mast.judge(began_at)  # the tables of flags were made before the flag came
        assert mast.found() == before
        apply_flags(mast.home)
        mast.judge()
        in_pieces = mast.found()
        assert not [found for found in in_pieces["tower_shadow"] if found[4] < ends and found[5] > shadow[4]]
        mast.owner.execute("delete from ops.seen_change")
        mast.judge()
        assert mast.found() == in_pieces
        withdraw_flag(loader, flag_id, "a test")
        apply_flags(mast.home)
        mast.judge()
    assert mast.found() == before


def say(mast: Mast, loader: Connection, document: dict[str, Any]) -> None:
    """Import a document."""
    path = mast.folder / "document.json"
    path.write_text(json.dumps(document))
    import_metadata(loader, path, utc_offset_hours=None, timestamps=None, imported_by="a test")
    apply_metadata(mast.home)
