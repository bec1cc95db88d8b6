"""Explains a value: the database says what was done to it, the archived file which line it came from."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg

from database.connection import Connection, connect
from database.errors import StationManagerError, UsageError
from database.home import Home
from loaders import tracing
from loaders.faults import DEFECTS
from loaders.formats.frame import FormatError
from loaders.metadata import stored
from loaders.opening import NotYet, Opener
from loaders.problems import Problem, one_of, refuse, suggestion
from loaders.station_clock import StationClock
from loaders.tracing import Place
from loaders.unwrapping import Settings

MEASURED = "select measurement_point, statistic from cleaned.point_statistics where station = %s"
EXPLAIN = "select cleaned.explain_reading(%s, %s, %s, %s)"
NOT_FOUND = "the file, as it is read now, has no such reading; see: stationmanager load --replay LOGGER"


def explain(
    home: Home, settings: Settings, station: str, measurement_point: str, statistic: str, time: str
) -> dict[str, Any]:
    """Where a value came from and what was done to it, or why there is none.

    Args:
        home: the instance.
        settings: its configuration.
        station: slug or name.
        measurement_point: its name in the metadata.
        statistic: avg, sd, ...
        time: as people write it, by the station's clock unless Z or an offset stands behind it; any time of the
            averaging period.

    Returns what `cleaned.explain_reading` says (macros/explaining), and of the file also `line`, `record` and `text`;
    `problem` where the file's row can't be told.

    Raises UsageError where the station has no such point or statistic, or the time is none, MetadataError where its
    clock isn't known.
    """
    with connect(home, "loader", application="stationmanager explain") as connection:
        connection.execute("set default_transaction_read_only = on")
        slug = stored.find_station(connection, station)
        wanted = statistic.strip().lower()
        _see_that_it_is_measured(connection, slug, measurement_point, wanted)
        when = StationClock(connection, slug).utc(time)
        answer = _answer(connection, slug, measurement_point, wanted, when)
        if answer["file"]:
            answer["file"] |= _place(Opener.of(home, connection, settings), answer)
    return answer


def _see_that_it_is_measured(connection: Connection, station: str, point: str, statistic: str) -> None:
    try:
        rows: list[Any] = connection.execute(MEASURED, [station]).fetchall()
    except psycopg.errors.UndefinedTable:
        raise _not_built() from None
    points = sorted({name for name, _ in rows})
    problems = []
    if point not in points:
        near = suggestion(point, points)
        problems.append(Problem("measurement point", f'"{point}"', one_of(points, "measurement point"), near))
    else:
        there = sorted(name for own, name in rows if own == point)
        if statistic not in there:
            near = suggestion(statistic, there)
            problems.append(Problem("statistic", f'"{statistic}"', one_of(there, f"statistic of {point}"), near))
    refuse(problems, f"station {station}", "name one that there is; exports.columns lists them all", UsageError)


def _answer(connection: Connection, station: str, point: str, statistic: str, when: datetime) -> dict[str, Any]:
    try:
        row: Any = connection.execute(EXPLAIN, [station, point, statistic, when]).fetchone()
    except (psycopg.errors.UndefinedFunction, psycopg.errors.UndefinedTable):
        raise _not_built() from None
    answer: dict[str, Any] = row[0]
    return answer


def _not_built() -> UsageError:
    return UsageError("the models have not been built, so nothing can be explained", "cleaned", "stationmanager build")


def _place(opener: Opener, answer: dict[str, Any]) -> dict[str, Any]:
    """What is found in the file of an answer."""
    begin = datetime.fromisoformat(answer["timestamp"]).astimezone(UTC).replace(tzinfo=None)
    file_id, channel = answer["file"]["file_id"], answer["channel_id"]
    problem = None
    place = None
    try:
        place = tracing.find(opener, file_id, channel, np.datetime64(begin, "us"), answer["recorded_value"])
        problem = None if place else NOT_FOUND
    except (FormatError, StationManagerError) as error:
        problem = f"{error.what}; {error.remedy}" if error.remedy else error.what
    except (NotYet, *DEFECTS) as error:
        problem = f"the file can't be read any more: {error}"
    return asdict(place or Place(None, None, None)) | ({"problem": problem} if problem else {})
