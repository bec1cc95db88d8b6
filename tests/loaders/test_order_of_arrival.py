"""Whatever files come, in whatever order: the table is the same, and every reading is accounted for."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import connect
from database.home import Home
from loaders.loading import load
from tests.loaders.campaign import claim_mast, toa5

# A file: readings at some of twelve steps, few enough values that files agree, differ and miss
rows = st.dictionaries(st.integers(0, 11), st.sampled_from([None, 1.0, 2.0]), min_size=4, max_size=12)
campaigns = st.lists(rows, min_size=2, max_size=4)


@pytest.fixture(scope="module")
def field(new_home: Callable[[str], Home], built: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An instance for all examples of this module; each empties the tables first."""
    home = new_home(built)
    claim_mast(home, tmp_path_factory.mktemp("metadata"))
    return home


def loaded(home: Home, contents: list[bytes]) -> tuple[list[tuple[object, ...]], int]:
    """The table after loading files in this order into an empty one, and how many readings the ledger accounts for."""
    with connect(home, "owner") as connection:
        connection.execute("truncate raw.reading, raw.rejected_row, raw.superseded_reading, raw.file, raw.channel")
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(contents):
            path = Path(folder) / f"{number}.dat"
            path.write_bytes(content)
            load(home, [path])
    with connect(home, "owner") as connection:
        table = connection.execute(
            "select timestamp, value, sha256 from raw.reading inner join raw.file using (file_id) order by 1, 3"
        ).fetchall()
        accounted = connection.execute(
            "select sum(readings_new + readings_same + readings_changed + readings_kept + readings_rejected)::int"
            " from raw.file"
        ).fetchone()
    assert accounted is not None
    return table, int(str(accounted[0]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(campaigns, st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_shows(field: Home, campaign: list[dict[int, float | None]], random: object) -> None:
    contents = list({toa5({step: [value] for step, value in sorted(rows.items())}) for rows in campaign})
    contents.sort()
    in_order, accounted = loaded(field, contents)
    random.shuffle(contents)  # type: ignore[attr-defined]  # hypothesis' Random
    shuffled, accounted_shuffled = loaded(field, contents)
    assert shuffled == in_order
    assert accounted == accounted_shuffled == sum(content.count(b"\r\n") - 4 for content in contents)
