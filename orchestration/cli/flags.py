"""Commands of erroneous periods: flag add, import, list, withdraw."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from database.connection import connect
from database.errors import UsageError
from loaders import flags
from orchestration import building
from orchestration.cli.console import JsonOption, answers, home, print_json, print_table, say


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Erroneous periods set by hand.", no_args_is_help=True)
    group.command("add")(add)
    group.command("import")(import_file)
    group.command("list")(list_flags)
    group.command("withdraw")(withdraw)
    app.add_typer(group, name="flag")


def add(
    station: Annotated[str, typer.Argument(help="The station's name, as in `sql 'select * from exports.stations'`.")],
    sensor: Annotated[str, typer.Option(help="All, or how the measurement points and columns begin.")],
    reason: Annotated[str, typer.Option(help="icing, maintenance, sensor fault, ...; an unknown one lists them all.")],
    date_from: Annotated[
        str | None, typer.Option("--from", help="First moment, by the station's clock unless Z or +hh:mm is written.")
    ] = None,
    date_to: Annotated[str | None, typer.Option("--to", help="First moment that is good again.")] = None,
    statistic: Annotated[str | None, typer.Option(help="Only this one: avg, sd, min, max, ...")] = None,
    remark: Annotated[str | None, typer.Option(help="Free text; needed where the reason is `other`.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Take a period out of the cleaned readings. It is in effect when the command returns."""
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
            statistic=statistic,
            created_by=getpass.getuser(),
        )
    building.apply_flags(here, report=say)
    if as_json:
        print_json({"id": flag_id})
    else:
        answers.print(f"flag {flag_id} is in effect; to undo it: stationmanager flag withdraw {flag_id}")


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV with Sensor, Start, Stop, Reason; Station and Remark if wanted.")],
    station: Annotated[str | None, typer.Option(help="For rows without a Station, where there are several.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Import erroneous periods: all of them, or none where a row is wrong. Importing twice adds nothing."""
    here = home()
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"the file can't be read: {error.strerror}", str(file), "check the path") from error
    with connect(here, "loader") as connection:
        result = flags.import_flags(connection, content, str(file), station=station, created_by=getpass.getuser())
    building.apply_flags(here, report=say)
    if as_json:
        print_json(result)
    else:
        answers.print(f"{result.added} flags added, {result.unchanged} were there already")


def list_flags(
    station: Annotated[str | None, typer.Argument(help="Only this station's.")] = None,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="Also those that were withdrawn.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List erroneous periods set by hand or imported."""
    with connect(home(), "loader") as connection:
        found = flags.list_flags(connection, station, include_withdrawn=withdrawn)
    if as_json:
        print_json({"flags": found})
        return
    print_table(
        ["id", "station", "sensor", "from", "to", "reason", "by", "withdrawn by"],
        [
            (
                flag.flag_id,
                flag.station,
                flag.sensor,
                flag.date_from,
                flag.date_to,
                flag.reason,
                flag.created_by,
                flag.withdrawn_by,
            )
            for flag in found
        ],
    )


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
