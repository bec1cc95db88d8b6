"""What a large file says of itself is what it says when it is read whole: also where its header changed on the way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from loaders import parsing, pieces
from loaders.formats import toa5
from loaders.formats.source import Bytes

# program, its signature, columns with their units
HEADERS = (
    ("CPU:mast.CR1X", "1", {"Spd80_Avg": "m/s", "T_Avg": "Deg C"}),
    ("CPU:mast.CR1X", "2", {"Spd80_Avg": "mph", "T_Avg": "Deg C"}),
    ("CPU:new.CR1X", "3", {"Spd80_Avg": "m/s", "T_Avg": "Deg C", "P_Avg": "mbar"}),
)
BEGIN = datetime.fromisoformat("2021-03-01")
runs = st.lists(st.tuples(st.sampled_from(HEADERS), st.integers(1, 30)), min_size=1, max_size=5)


def written(blocks: list[tuple[tuple[str, str, dict[str, str]], int]]) -> bytes:
    """A TOA5 file with a header before each run of rows."""
    lines, step = [], 0
    for (program, signature, columns), rows in blocks:
        units = ["TS", "RN", *columns.values()]
        lines += [
            f'"TOA5","mast","CR1000X","4711","CR1000X.Std.05","{program}","{signature}","Table1"',
            ",".join(f'"{name}"' for name in ("TIMESTAMP", "RECORD", *columns)),
            ",".join(f'"{unit}"' for unit in units),
            ",".join(f'"{word}"' for word in ("", "", *["Avg"] * len(columns))),
        ]
        for _ in range(rows):
            stamp = BEGIN + timedelta(minutes=10 * step)
            lines.append(f'"{stamp:%Y-%m-%d %H:%M:%S}",{step},' + ",".join(["7.5"] * len(columns)))
            step += 1
    return "".join(f"{line}\r\n" for line in lines).encode()


def in_any_order(header: dict[str, Any]) -> dict[str, Any]:
    """The header, its settings a column each: in which order and with which others they are told says nothing."""
    told = [setting | {"columns": [column]} for setting in header["settings"] for column in setting["columns"]]
    return header | {"settings": sorted(told, key=str)}


@settings(deadline=None, max_examples=300)
@given(runs, st.integers(200, 4000))
def test_programs_and_units_are_those_of_the_whole(
    blocks: list[tuple[tuple[str, str, dict[str, str]], int]], size: int
) -> None:
    content = written(blocks)
    found = parsing.Found()
    before, pieces.PIECE_BYTES = pieces.PIECE_BYTES, size
    try:
        for piece in pieces.read(toa5, Bytes(content)):
            found.add(piece)
    finally:
        pieces.PIECE_BYTES = before
    assert in_any_order(found.header) == in_any_order(toa5.parse(content).header)
