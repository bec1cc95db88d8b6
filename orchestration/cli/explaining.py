"""The command that says where a value came from: explain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from loaders.explaining import explain as explain_value
from orchestration.cli.console import JsonOption, answers, home, print_json, settings

Line = tuple[str, str]

WIDTH = 14  # of the words on the left
TEXT_SHOWN = 300  # characters of a line; --json has all


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(explain)


def explain(
    station: Annotated[str, typer.Argument(help="The station's name.")],
    measurement_point: Annotated[str, typer.Argument(help="Its name in the metadata, as in Spd80mN.")],
    statistic: Annotated[str, typer.Argument(help="avg, sd, min, max, ...")],
    time: Annotated[
        str,
        typer.Argument(help="Any time of the averaging period, by the station's clock unless Z or +hh:mm is written."),
    ],
    as_json: JsonOption = False,
) -> None:
    """Say where a value came from and what was done to it, or why it is missing.

    The exported and the recorded value; the file and line that it came from, found by reading the archived file again;
    what it replaced; the calibration and logger settings that were applied; flags and rules on it, with who set them
    or which parameter decided. In SQL: cleaned.explain_reading(station, measurement_point, statistic, timestamp).
    """
    answer = explain_value(home(), settings(), station, measurement_point, statistic, time)
    if as_json:
        print_json(answer)
        return
    for label, text in told(answer):
        answers.print(f"{label:<{WIDTH}}{text}", markup=False)


def told(answer: dict[str, Any]) -> Iterator[Line]:
    """The answer in lines: what a line is about, and what it says."""
    slot = f"{_time(answer['timestamp'])} UTC, {_minutes(answer['averaging_period'])}"
    asked = (
        "" if answer["asked_for"] == answer["timestamp"] else f" (the slot that {_time(answer['asked_for'])} lies in)"
    )
    yield "value of", f"{answer['station']} {answer['measurement_point']} {answer['statistic']}, {slot}{asked}"
    value = answer["value"]
    yield "exported", _number(value, answer["unit"]) if value is not None else f"none: {answer['cause']}"
    if answer["because"]:
        yield "because", answer["because"]
    if answer["file"]:
        yield from _recorded(answer)
    if answer["rejected"]:
        yield "rejected", answer["rejected"]["text"][:TEXT_SHOWN]
    for lost in answer["replaced"]:
        by = (
            ""
            if answer["file"] and lost["superseded_by"]["path"] == answer["file"]["path"]
            else (f", which lost against {lost['superseded_by']['path']}")
        )
        text = f"{_number(lost['value'], answer['logger_settings']['unit'])} of {lost['file']['path']}{by}"
        yield "replaced", f"{text}, at {_time(lost['superseded_at'])} UTC"
    yield from _settings(answer)
    for flag in answer["flags"]:
        yield _flag(flag)


def _recorded(answer: dict[str, Any]) -> Iterator[Line]:
    file = answer["file"]
    yield "recorded", _number(answer["recorded_value"], answer["logger_settings"]["unit"])
    changes = ", begins before a change of setting, sensor, mounting or declination and ends after it"
    calibrated = _number(answer["calibrated_value"], answer["unit"])
    yield "re-calibrated", f"{calibrated} ({answer['status']}{changes if answer['straddles_change'] else ''})"
    place = f"line {file['line']}" if file["line"] is not None else f"record {file['record']}"
    if file["line"] is None and file["record"] is None:
        place = f"no line: {file['problem']}"
    yield "file", f"{file['path']}, {place}"
    if file["text"] is not None:
        yield "", file["text"][:TEXT_SHOWN]
    yield "", f"{file['format']}, SHA-256 {file['sha256'][:12]}, loaded {_time(file['loaded_at'])} UTC"


def _settings(answer: dict[str, Any]) -> Iterator[Line]:
    logger, calibration = answer["logger_settings"], answer["calibration"]
    if logger:
        numbers = f"slope {_known(logger['slope'])}, offset {_known(logger['offset'])}"
        yield "logger", f"{logger['logger']}, column {logger['column']}, {numbers}"
    if calibration:
        certificate = calibration["certificate"] or "no certificate is known"
        dated = f" of {calibration['calibrated_on']}" if calibration["calibrated_on"] else ""
        numbers = f"slope {_known(calibration['slope'])}, offset {_known(calibration['offset'])}"
        if calibration["dead_band_deg"] is not None:
            numbers += f", dead band {calibration['dead_band_deg']:g} deg"
        if calibration["declination_deg"] is not None:
            numbers += f", declination {calibration['declination_deg']:g} deg"
        yield "calibration", f"sensor {_known(calibration['sensor'])}, {certificate}{dated}, {numbers}"
        north = f", from {calibration['north'].replace('_', ' ')}" if calibration["north"] else ""
        yield "applied", f"{_formula(calibration)}{north}"


def _formula(calibration: dict[str, Any]) -> str:
    formula: str = calibration["formula"]
    if calibration["applied_slope"] is None:
        return "nothing"
    for name in ("slope", "offset"):
        formula = formula.replace(name, f"{calibration[f'applied_{name}']:.10g}")
    return formula.replace("+ -", "- ")


def _flag(flag: dict[str, Any]) -> Line:
    period = f"{_time(flag['date_from'])} to {_time(flag['date_to'])}"
    mode = "takes it out" if flag["mode"] == "exclude" else "only reports"
    if flag["source"] == "rule":
        parameter = f", {flag['parameter']} is {flag['parameter_value']}" if flag["parameter"] else ""
        return "rule", f"{flag['reason']} {mode}, {period}{parameter}"
    remark = f" ({flag['remark']})" if flag["remark"] else ""
    by = f"by {flag['created_by']}{', imported' if flag['source'] == 'imported' else ''}"
    return f"flag {flag['flag_id']}", f"{flag['reason']}{remark} {mode}, {period}, {by} at {_time(flag['created_at'])}"


def _number(value: float | None, unit: str | None) -> str:
    return "missing" if value is None else f"{value:.10g} {unit or ''}".rstrip()


def _known(value: object) -> str:
    return "unknown" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)


def _time(text: str) -> str:
    """A time of the answer, UTC."""
    if text.endswith("infinity"):
        return "the beginning" if text.startswith("-") else "now and on"
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.strftime("%Y-%m-%d %H:%M" if moment.second == 0 else "%Y-%m-%d %H:%M:%S")


def _minutes(interval: str) -> str:
    """An interval of the answer; one of days is left as it is."""
    try:
        hours, minutes, seconds = interval.split(":")
        return f"{int(hours) * 60 + int(minutes)} min" + (f" {seconds} s" if float(seconds) else "")
    except ValueError:
        return interval
