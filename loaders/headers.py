"""What a file says of itself, put together from what its pieces say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Header = dict[str, Any]


def together(before: Header, now: Header, line: int, since: str | None) -> Header:
    """What a file says of itself up to a piece, each of which repeats the header that holds at its beginning.

    The last header's word counts, as in a file that is read whole; `headers` are all that differ. What Campbell's files
    say with the stamp since when it holds (`programs`, units in `settings`) is added to what was said before.

    Args:
        before: what the pieces before say together; empty where there are none.
        now: what the piece says.
        line: the line of the file on which the piece begins.
        since: the stamp of its first row: since then holds what a header says below which the piece before had none.
    """
    if "programs" in now:
        programs, settings = before.get("programs", []), before.get("settings", [])
        now = now | {
            "programs": [*programs, *_new_programs(programs, now["programs"], since)],
            "settings": [*settings, *_new_settings(settings, now["settings"], since)],
        }
    if not before:
        return now
    said, new = _headers(before, 1), _headers(now, line)
    known = [_without_line(header) for header in said]
    new = [header for header in new if _without_line(header) not in known]
    return now | {"headers": [*said, *new]} if new or "headers" in before else now


def moved(header: Header, by: int, heading_lines: int) -> Header:
    """The same of a piece, with lines as the whole file counts them; those of the heading stand before it."""
    if "headers" not in header:
        return header
    return header | {
        "headers": [
            one | {"line": one["line"] + by} if one.get("line", 0) > heading_lines else one for one in header["headers"]
        ]
    }


def _headers(header: Header, line: int) -> list[Header]:
    if "headers" in header:
        return list(header["headers"])
    return [{"line": line} | {word: said for word, said in header.items() if word != "settings"}]


def _without_line(header: Header) -> Header:
    return {word: said for word, said in header.items() if word != "line"}


def _new_programs(before: Sequence[Header], now: Sequence[Header], since: str | None) -> Iterator[Header]:
    """Programs that a piece tells of, beginning with that of the header which holds at its beginning."""
    for number, program in enumerate(now):
        if program["since"] or not (number or before):
            yield program
        elif not number and program | {"since": None} != before[-1] | {"since": None}:
            yield program | {"since": since}


def _new_settings(before: Iterable[Header], now: Iterable[Header], since: str | None) -> Iterator[Header]:
    """Units that hold since a stamp, and of those that hold from a piece's beginning what was not said before."""
    known = {column: setting["unit"] for setting in before for column in setting["columns"]}
    told: set[str] = set()  # from its beginning; what else has no stamp is of a header below which no row stands
    for setting in now:
        if setting["date_from"]:
            yield setting
            continue
        columns = [column for column in dict.fromkeys(setting["columns"]) if column not in told]
        told.update(columns)
        new = [column for column in columns if column not in known]
        changed = [column for column in columns if known.get(column, setting["unit"]) != setting["unit"]]
        if new:
            yield setting | {"columns": new}
        if changed:
            yield setting | {"columns": changed, "date_from": since}
