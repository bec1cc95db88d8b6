"""What a rule found in the time that it judged anew takes the place of what it had found there, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import Connection, connect
from database.home import Home

SLOTS = 40
START = datetime(2016, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=10)
# station, measurement point, statistic, parameter: what a rule tells apart
KEYS = [
    ("hill", "Spd", "avg", "maximum"),
    ("hill", "Spd", "avg", "minimum"),
    ("hill", "Spd", None, None),
    ("hill", "Dir", None, "maximum"),
    ("dale", "Spd", "avg", "maximum"),
]

Taken = dict[int, list[bool]]
Period = tuple[datetime, datetime]

TABLE = """
create table cleaned.a_rule (
    station text not null, measurement_point text not null, statistic text,
    date_from timestamptz not null, date_to timestamptz not null, parameter text
);
"""
FOUND = "create temporary table found (like cleaned.a_rule) on commit drop"
STALE = """
create temporary table stale on commit drop as
select
    station,
    'digest' as made_of,
    pg_current_snapshot()::text as snapshot,
    range_agg(tstzrange(date_from, date_to)) as periods
from unnest(%s::text[], %s::timestamptz[], %s::timestamptz[]) as listed (station, date_from, date_to)
group by station
"""
STANDING = "select station, measurement_point, statistic, parameter, date_from, date_to from cleaned.a_rule"
SPANS = "select station, date_from, date_to from ops.changed_span where cause = 'judged' order by station, date_from"


@pytest.fixture(scope="module")
def judging(new_home: Callable[[str], Home], migrated: str) -> Iterator[Connection]:
    """A database with the table of a rule."""
    with connect(new_home(migrated), "owner") as connection:
        connection.execute(TABLE)
        yield connection


def at(slot: int) -> datetime:
    return START + slot * STEP


def periods(taken: list[bool]) -> list[Period]:
    """Runs of slots that are taken, as periods."""
    edges = [slot for slot, (before, now) in enumerate(pairwise([False, *taken, False])) if before != now]
    return [(at(begin), at(end)) for begin, end in zip(edges[::2], edges[1::2], strict=True)]


slots_taken = st.lists(st.booleans(), min_size=SLOTS, max_size=SLOTS)
windows = st.lists(
    st.tuples(st.sampled_from(["hill", "dale"]), st.integers(0, SLOTS), st.integers(1, 12)), min_size=1, max_size=3
)
judgements = st.tuples(windows, st.lists(slots_taken, min_size=len(KEYS), max_size=len(KEYS)))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(judgements, min_size=1, max_size=4))
def test_judging_piece_by_piece_ends_as_judging_all_at_once(
    judging: Connection, steps: list[tuple[list[tuple[str, int, int]], list[list[bool]]]]
) -> None:
    truth: Taken = {key: [False] * SLOTS for key in range(len(KEYS))}
    for stale, now in steps:
        before = {key: list(taken) for key, taken in truth.items()}
        with judging.transaction():
            found = judge(judging, stale, now)
        for key, (station, *_) in enumerate(KEYS):
            for slot in range(SLOTS):
                if any(name == station and begin <= slot < begin + length for name, begin, length in stale):
                    truth[key][slot] = now[key][slot]
        assert found == sorted_rows(truth)
        assert spans(judging) == changed(before, truth)
    judging.execute("delete from cleaned.a_rule")


def judge(connection: Connection, stale: list[tuple[str, int, int]], now: list[list[bool]]) -> list[tuple[object, ...]]:
    """Judge anew within the windows; what is found reaches beyond them, as a rule's does."""
    connection.execute("delete from ops.changed_span where cause = 'judged'")
    connection.execute(FOUND)
    connection.execute(
        STALE,
        [
            [station for station, _, _ in stale],
            [at(begin) for _, begin, _ in stale],
            [at(begin + length) for _, begin, length in stale],
        ],
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into found (station, measurement_point, statistic, parameter, date_from, date_to)"
            " values (%s, %s, %s, %s, %s, %s)",
            [(*key, *period) for key, taken in zip(KEYS, now, strict=True) for period in periods(taken)],
        )
    connection.execute("select ops.judge('cleaned', 'a_rule', 'pg_temp.found', 'pg_temp.stale')")
    return sorted(connection.execute(STANDING).fetchall(), key=str)


def sorted_rows(truth: Taken) -> list[tuple[object, ...]]:
    return sorted(((*KEYS[key], *period) for key, taken in truth.items() for period in periods(taken)), key=str)


def changed(before: Taken, now: Taken) -> list[tuple[object, ...]]:
    """The spans of each station in which any slot is judged otherwise."""
    found: list[tuple[object, ...]] = []
    for station in ("dale", "hill"):
        keys = [key for key, (name, *_) in enumerate(KEYS) if name == station]
        differs = [any(before[key][slot] != now[key][slot] for key in keys) for slot in range(SLOTS)]
        found += [(station, *period) for period in periods(differs)]
    return found


def spans(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute(SPANS).fetchall()


def test_what_was_seen_is_on_record_with_the_judgement(judging: Connection) -> None:
    with judging.transaction():
        judge(judging, [("hill", 0, 5)], [[False] * SLOTS for _ in KEYS])
    seen = judging.execute(
        "select model, station, made_of, cluster = ops.cluster() from ops.seen_change order by station"
    ).fetchall()
    assert ("a_rule", "hill", "digest", True) in seen
