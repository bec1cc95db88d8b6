"""Commands of erroneous periods: flag add, import, list, withdraw."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from database.connection import connect
from database.errors import UsageError
from loaders import flags
from loaders.flag_targets import ALL
from loaders.flags_log import DateOrder
from orchestration import building
from orchestration.cli.console import JsonOption, answers, home, print_json, print_table, say

HELP = """Erroneous periods that people set: what is wrong, from when to when, why, and who says so.

A flag is in effect when the command returns, rewrites no reading, and is never deleted: withdrawing it ends it. It may
take a station as a whole, all names that begin alike, a measurement point or type, or one statistic of these:

stationmanager flag add hill_top --sensor Spd80 --from "2024-01-20 06:20" --to "2024-01-20 10:30" --reason icing
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=HELP, no_args_is_help=True)
    group.command("add")(add)
    group.command("import")(import_file)
    group.command("list")(list_flags)
    group.command("withdraw")(withdraw)
    app.add_typer(group, name="flag")


def add(
    station: Annotated[str, typer.Argument(help="The station's name, as in `sql 'select * from exports.stations'`.")],
    reason: Annotated[str, typer.Option(help="icing, maintenance, sensor fault, ...; an unknown one lists them all.")],
    sensor: Annotated[
        str | None, typer.Option(help="All, or how the names of measurement points or columns begin, as in Spd.")
    ] = None,
    measurement_point: Annotated[str | None, typer.Option(help="Only this one, by its whole name.")] = None,
    measurement_type: Annotated[str | None, typer.Option(help="Only these: wind_speed, wind_direction, ...")] = None,
    date_from: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="First moment, by the station's clock unless Z or +hh:mm is written; without it from the beginning.",
        ),
    ] = None,
    date_to: Annotated[
        str | None, typer.Option("--to", help="First moment that is good again; without it until now and on.")
    ] = None,
    statistic: Annotated[str | None, typer.Option(help="Only this one: avg, sd, min, max, ...")] = None,
    remark: Annotated[str | None, typer.Option(help="Free text; needed where the reason is `other`.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Take a period out of the cleaned readings. It is in effect when the command returns.

    What it takes is what --sensor, --measurement-point, --measurement-type and --statistic allow together: name at
    least one of the first three (--sensor All is the whole station). A period off the grid takes every reading whose
    averaging period it overlaps. To change a flag, withdraw it and add another: both stay on record.
    """
    here = home()
    with connect(here, "loader") as connection:
        flag_id = flags.add_flag(
            connection,
            station,
            sensor,
            date_from,
            date_to,
            reason,
            remark=remark,
            measurement_point=measurement_point,
            measurement_type=measurement_type,
            statistic=statistic,
            created_by=getpass.getuser(),
        )
    building.apply_flags(here, report=say)
    if as_json:
        print_json({"id": flag_id})
    else:
        answers.print(f"flag {flag_id} is in effect; to undo it: stationmanager flag withdraw {flag_id}")


def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV table, or Windographer's flagging log.")],
    station: Annotated[str | None, typer.Option(help="For rows without a Station, where there are several.")] = None,
    dates: Annotated[
        DateOrder | None, typer.Option(help="How a flagging log writes dates; else day first, if that can be.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Import erroneous periods: all of them, or none where a row is wrong. Importing twice adds nothing.

    A CSV table has the columns Sensor (or Measurement Point, or Measurement Type), Start, Stop, Reason, and Station,
    Statistic, Remark if wanted; a blank Start or Stop is open. A flagging log is told by its heading: Data Column, Flag
    Name, Start Time, End Time, Time Steps. What it names and is excluded already is left.
    """
    here = home()
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"the file can't be read: {error.strerror}", str(file), "check the path") from error
    with connect(here, "loader") as connection:
        result = flags.import_flags(
            connection,
            content,
            str(file),
            station=station,
            created_by=getpass.getuser(),
            dates=dates,
        )
    building.apply_flags(here, report=say)
    if as_json:
        print_json(result)
        return
    answers.print(f"{result.added} flags added, {result.unchanged} were there already (read as {result.read_as})")
    if result.unknown_columns:
        named = ", ".join(result.unknown_columns)
        answers.print(f"kept without effect, as the station has no such column: {named}", markup=False)
    if result.left_to_rules:
        answers.print(f"left to the quality rules of these names: {', '.join(result.left_to_rules)}", markup=False)


def list_flags(
    station: Annotated[str | None, typer.Argument(help="Only this station's.")] = None,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="Also those that were withdrawn.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List erroneous periods set by hand or imported: what they take, why, who set and withdrew them. Times are UTC."""
    with connect(home(), "loader") as connection:
        found = flags.list_flags(connection, station, include_withdrawn=withdrawn)
    if as_json:
        print_json({"flags": found})
        return
    print_table(
        ["id", "station", "what", "from", "to", "reason", "remark", "set by", "at", "withdrawn by", "at"],
        [
            (
                flag.flag_id,
                flag.station,
                _what(flag),
                flag.date_from,
                flag.date_to,
                flag.reason,
                flag.remark,
                flag.created_by + (", imported" if flag.source == "imported" else ""),
                flag.created_at,
                flag.withdrawn_by,
                flag.withdrawn_at,
            )
            for flag in found
        ],
    )


def _what(flag: flags.Flag) -> str:
    """What a flag takes: the prefix or the point, the type, the statistic."""
    sensor = "" if flag.sensor == ALL and (flag.measurement_point or flag.measurement_type) else flag.sensor
    prefix = f"{sensor}..." if sensor and sensor != ALL else sensor
    told = (prefix, flag.measurement_point, flag.measurement_type, flag.statistic)
    return ", ".join(word for word in told if word)


def withdraw(flag_id: int, as_json: JsonOption = False) -> None:
    """Withdraw an erroneous period: it stays on record, and the readings count again when the command returns."""
    here = home()
    with connect(here, "loader") as connection:
        flag = flags.withdraw_flag(connection, flag_id, getpass.getuser())
    building.apply_flags(here, report=say)
    if as_json:
        print_json({"id": flag.flag_id, "withdrawn_by": flag.withdrawn_by})
    else:
        answers.print(f"flag {flag_id} is withdrawn")
