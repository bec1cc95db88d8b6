"""quality_rules.csv: what a team sets other than the defaults, for a station, sensor, quantity or statistic."""

from __future__ import annotations

from loaders.metadata.team.cells import Cells
from loaders.metadata.team.known import Known
from loaders.metadata.vocabulary import MEASUREMENT_TYPES, STATISTICS

MODE = "mode"
MODES = ("exclude", "report", "off")
NAMES_SHOWN = 40  # a mast's points; a floating lidar has hundreds
SAID_ONCE = ("station", "sensor", "measurement_type", "statistic", "rule", "parameter")


def judge(rows: list[Cells], known: Known) -> None:
    """Note what is wrong with each row, and what is set twice."""
    lines: dict[tuple[str, ...], int] = {}
    for row in rows:
        _judge_row(row, known)
        before = lines.setdefault(row.said(SAID_ONCE), row.line)
        if before != row.line:
            row.wrong("parameter", f"each once: line {before} sets the same", "delete one of the two rows")


def _judge_row(row: Cells, known: Known) -> None:
    station = row.station(known.stations)
    rule = row.word("rule", known.parameters, "rule")
    if rule:
        parameters = known.parameters[rule]
        row.word("parameter", parameters, f"parameter of {rule}")
    if row["parameter"] == MODE:
        row.word("value", MODES, "mode")
    else:
        row.number("value")
    quantity = row.word("measurement_type", MEASUREMENT_TYPES, "measurement type of IEA Task 43")
    row.word("statistic", STATISTICS, "statistic of IEA Task 43")
    points = [
        point for point in known.points if station in ("", point.station) and quantity in ("", point.measurement_type)
    ]
    named = [point for point in points if point.name.startswith(row["sensor"])]
    if row["sensor"] and not named:
        shown = [*(point.name for point in points[:NAMES_SHOWN]), *(["..."] if len(points) > NAMES_SHOWN else [])]
        expected = f"how the name of a measurement point begins: {', '.join(shown)}" if points else "a blank cell"
        row.wrong("sensor", expected, "" if points else f"no point here measures {quantity or 'anything'}")
    elif not row.problems:
        _judge_statistic(row, {quantity} if quantity else {point.measurement_type for point in named}, known)


def _judge_statistic(row: Cells, quantities: set[str], known: Known) -> None:
    """A statistic is named where the rule has a number for each, and where there are none to be replaced."""
    number = f"{row['parameter']} of {row['rule']}"
    by_statistic = known.by_statistic.get((row["rule"], row["parameter"]))
    if row["statistic"] and by_statistic is None:
        row.wrong("statistic", "a blank cell", f"{number} is one for all statistics")
    is_for_all = not (row["measurement_type"] or row["sensor"])  # then for those that have a default
    if not row["statistic"] and by_statistic and not (is_for_all or quantities & by_statistic):
        remedy = f"{row['rule']} has no default of {row['parameter']} for {', '.join(sorted(quantities))}"
        row.wrong("statistic", "the statistic that the number is for", remedy)
