"""Molas lidar text: facts in UTF-8, Chinese names and rows in GBK."""

from __future__ import annotations

from collections.abc import Sequence

from simulation.masts import Mast
from simulation.profiles import profile
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, fixed, joined, stamped
from simulation.zephir import levels

END = "\r\n"
HOUSEKEEPING = (
    "年月日",
    "时间",
    "经度",
    "纬度",
    "内温(℃)",
    "外温(℃)",
    "气压(hPa)",
    "湿度(%)",
    "雨刮器计数",
    "样本数",
)
PER_ALTITUDE = (
    "水平风速(m/s)",
    "水平风速偏差(m/s)",
    "水平风速最小(m/s)",
    "水平风速最大(m/s)",
    "水平风向(°)",
    "z方向风速(m/s)",
    "z方向偏差(m/s)",
    "信噪比(dB)",
    "信噪比最小(dB)",
    "数据可靠性(%)",
)


def header(mast: Mast) -> str:
    """The facts, which stand in UTF-8."""
    heights = "\t".join(f"{point.height_m:g}" for point in reversed(levels(mast)))
    facts = ("HeaderSize=4", f"ID System={mast.serial}", f"Location={mast.name}", f"Altitudes (m)=\t{heights}")
    return "".join(line + END for line in facts)


def names(mast: Mast) -> str:
    """The names."""
    heights = [f"{point.height_m:g}m" for point in reversed(levels(mast))]
    return "\t".join([*HOUSEKEEPING, *(height + name for height in heights for name in PER_ALTITUDE)]) + END


def rows(recording: Recording) -> Texts:
    """All rows."""
    count = len(recording.stamps)
    cells = [stamped(recording.stamps, "%Y-%m-%d"), stamped(recording.stamps, "%H:%M:%S")]
    cells += [
        constant(text, count)
        for text in ("E108°3\u20324.2\u2033", "N26°29\u203255\u2033", "31.2", "18.4", "912.3", "71", "0", "598")
    ]
    for level in profile(recording):
        measured = (level.speed, level.deviation, level.lowest, level.highest, level.direction)
        cells += [fixed(values, 2, "NaN") for values in measured]
        cells += [constant(text, count) for text in ("0.05", "0.31", "-8.2", "-9.9", "97")]
    return joined(cells, "\t", END)


def file(header_text: str, names_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes, in two encodings."""
    return header_text.encode() + (names_text + "".join(lines)).encode("gbk")
