"""Stretches of a large file that tell different things of how it is read: all of them decide, also in pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain, pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders import parsing, pieces
from loaders.formats import (
    ammonit,
    dates,
    grid,
    kintech,
    logr,
    triton,
    windcube,
    windcube_rtd,
    windographer,
    wls70,
    zephir,
)
from loaders.formats.date_order import Votes
from loaders.formats.detect import Format
from loaders.formats.evidence import Hearing
from loaders.formats.frame import FormatError, Undecided
from loaders.formats.source import Bytes
from tests.loaders.formats.test_wls70 import HEAD as WLS70
from tests.loaders.formats.test_wls70 import subset
from tests.loaders.test_pieces_of_large_files import (
    SHORT_FILES,
    export,
    in_pieces,
    loaded,
    outcome,
    pieces_of,
    whole,
)

BEGIN = datetime.fromisoformat("2016-12-02")
AMMONIT = "Date/time,V1 avg [m/s],Wiper,State\n"
TRITON = """Triton Wind Speed Data
Logger Serial Number: 297
Date and Time;40m Wind Speed;Height
;m/s;m
"""
ZEPHIR = """CSV Converter: 1.0;Unit: 531;Time sync: UTC +0 h
Reference;Time and Date;Timestamp (s);Speed (m/s);Wiper;Gate
"""
LOGR = """NRG Systems Data Logger
Serial Number:\t304
File Content:\tStatistics
Data
Timestamp\tCh1_Avg_m/s\tCh1_Min_m/s\tCh1_Max_m/s\tCh2_Avg_deg\tCh2_Gust_Dir_deg\tCh2_Min_deg
"""
KINTECH = f"""{kintech.SIGNATURE}2.0#UTC+00:00:00#yyyy/MM/dd#;#,#\t#Hill#2#7#4711#guid#[]#
DateTime\tSpeed\tPressure
DateTime\tSpeed\tPressure
"""
BEAMS = "HeaderSize=3\nID System=WLS7-1\ntimezone=UTC+0\n***\nDate\tPosition\tWiper Count\t40m CNR (dB)\n"


def times(rows: int, pattern: str, step: timedelta = timedelta(hours=7)) -> list[str]:
    return [f"{BEGIN + number * step:{pattern}}" for number in range(rows)]


def of_windographer(rows: Sequence[str]) -> bytes:
    return export(times(len(rows), "%d/%m/%Y %H:%M"), rows)


def of_zones(rows: Sequence[str]) -> bytes:
    return export(
        [f"{stamp}{zone}" for stamp, zone in zip(times(len(rows), "%Y-%m-%d %H:%M"), rows, strict=True)], rows
    )


def of_logr(rows: Sequence[str]) -> bytes:
    stamps = times(len(rows), "%Y-%m-%dT%H:%M:%SZ")
    return (LOGR + "".join(f"{stamp}\t{row}\n" for stamp, row in zip(stamps, rows, strict=True))).encode()


def of_ammonit(rows: Sequence[str]) -> bytes:
    stamps = times(len(rows), "%m/%d/%Y %H:%M")
    lines = (f"{stamp},5.5,{row}\n" for stamp, row in zip(stamps, rows, strict=True))
    return f"{AMMONIT}{''.join(lines)}\n[System]\ntimezone=UTC+01:00\n".encode()


def of_zephir(rows: Sequence[str]) -> bytes:
    lines = []
    for number, row in enumerate(rows):
        stamp = BEGIN + timedelta(hours=7 * number)
        seconds = int((stamp - datetime.fromisoformat("1999-08-08")).total_seconds())
        lines.append(f"{number};{stamp:%d/%m/%Y %H:%M:%S};{seconds};7;{row}\n")
    return (ZEPHIR + "".join(lines)).encode()


def of_triton(rows: Sequence[str]) -> bytes:
    stamps = times(len(rows), "%d.%m.%Y %H:%M")
    return (TRITON + "".join(f"{stamp};{row};40\n" for stamp, row in zip(stamps, rows, strict=True))).encode()


def of_kintech(rows: Sequence[str]) -> bytes:
    stamps = times(len(rows), "%Y-%m-%d;%H:%M")
    return (KINTECH + "".join(f"{stamp}\t{row}\n" for stamp, row in zip(stamps, rows, strict=True))).encode()


def of_beams(rows: Sequence[str]) -> bytes:
    stamps = times(len(rows), "%m/%d/%Y %H:%M:%S", timedelta(hours=29))
    return (BEAMS + "".join(f"{stamp}\t0\t{row}\t-10.2\n" for stamp, row in zip(stamps, rows, strict=True))).encode()


def of_wls70(rows: Sequence[str]) -> bytes:
    profiles = ("".join(subset(number, height) for height in row.split()) for number, row in enumerate(rows))
    return (WLS70 + "".join(profiles)).encode()


# the format, what writes a file of such rows, and rows that tell something else than the others
KINDS: dict[str, tuple[Format, Callable[[Sequence[str]], bytes], tuple[str, ...]]] = {
    "numbers for excluded values": (
        windographer,
        of_windographer,
        ("7.5", "9999", "9970", "-999", "-950.5", "", "what?"),
    ),
    "zones": (windographer, of_zones, ("", "+01:00", "+02:00")),
    "fillers": (
        logr,
        of_logr,
        ("5.5\t0\t0\t180\t170\t0", "0\t0\t0\t\t\t", "\t\t\t0\t0\t0", "5.5\t3.5\t7\t180\t170\tx", "\t0\tx\t180\t\t9"),
    ),
    "words": (ammonit, of_ammonit, ("Off,ok", "3,ok", ",", "Off,7", "on,")),
    "words and decimal commas": (zephir, of_zephir, ("Off;1", "3,5;", ";x", "4;1,5")),
    "decimal commas": (triton, of_triton, ("", "7", "7,5", "8,25")),
    "thousands": (kintech, of_kintech, ("7\t8", "7,5\t0,25", "1.184\t8", "7\t1.184,5", "12.8\t8")),
    "words and months": (windcube_rtd, of_beams, ("Off", "3", "", "NaN")),
    "heights": (wls70, of_wls70, ("100.0 120.0", "80.0 100.0", "100.0", "80.0 120.0")),
}


@st.composite
def stretches(draw: st.DrawFn) -> tuple[str, list[str]]:
    """The name of a kind, and stretches of its rows."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    runs = draw(st.lists(st.tuples(st.sampled_from(KINDS[kind][2]), st.integers(1, 40)), min_size=1, max_size=5))
    return kind, list(chain.from_iterable([row] * count for row, count in runs))


@settings(deadline=None, max_examples=200)
@given(stretches(), st.integers(2, 12))
def test_wherever_stretches_lie_all_rows_decide_in_pieces_as_in_the_whole(
    stretches: tuple[str, list[str]], parts: int
) -> None:
    kind, rows = stretches
    module, write, _ = KINDS[kind]
    content = write(rows)
    expected = outcome(whole, module, content)
    with pieces_of(len(content) // parts), pytest.MonkeyPatch.context() as patched:
        patched.setattr(parsing, "MOST_WHOLE", 0)
        assert outcome(loaded, module, content) == expected


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_stretches_are_read_in_pieces_indeed(kind: str) -> None:
    module, write, rows = KINDS[kind]
    content = write([row for row in rows for _ in range(60)])
    with pieces_of(len(content) // 7):
        assert in_pieces(module, content) == whole(module, content)


def test_what_some_pieces_alone_tell_holds_for_all() -> None:
    content = of_windographer(["9999"] * 60 + ["9970"] * 60)
    with pieces_of(len(content) // 4):
        rows = in_pieces(windographer, content).rows
    assert "nan" not in str(rows)
    assert str(rows).count("9999.0") == 60


@pytest.mark.parametrize("parts", [2, 3, 8])
def test_a_decimal_mark_is_that_of_the_first_decimals_wherever_they_come(
    monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    monkeypatch.setattr(grid, "MOST_MARKS", 9)
    content = of_triton(["7"] * 100 + ["7.5"] * 4 + ["7,5"] * 5 + ["8.5"] * 91)
    file = triton.parse(content)
    assert len(file.rejected) == 95
    with pieces_of(len(content) // parts):
        assert in_pieces(triton, content) == whole(triton, content)


stamps = st.lists(
    st.tuples(st.sampled_from(["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M", "no stamp"]), st.integers(1, 40)),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=300)
@given(stamps, st.integers(0, 8), st.sampled_from([1, 7, 24]), st.lists(st.integers(0, 160), max_size=4))
def test_the_order_that_parts_tell_together_is_that_of_the_whole(
    runs: list[tuple[str, int]], day: int, step_h: int, cuts: list[int]
) -> None:
    patterns = list(chain.from_iterable([pattern] * count for pattern, count in runs))
    begin = datetime.fromisoformat("2020-05-01") + timedelta(days=day)
    texts = [f"{begin + timedelta(hours=step_h * row):{pattern}}" for row, pattern in enumerate(patterns)]
    edges = [0, *sorted(min(at, len(texts)) for at in cuts), len(texts)]
    together = Votes()
    for start, end in pairwise(edges):
        together += votes(texts[start:end])
    assert together.way == votes(texts).way


@settings(deadline=None, max_examples=200)
@given(stamps, st.integers(0, 8), st.sampled_from([10, 30]), st.integers(2, 9))
def test_stamps_that_have_the_year_first_tell_how_rows_go_on_in_pieces_as_in_the_whole(
    runs: list[tuple[str, int]], day: int, step: int, parts: int
) -> None:
    patterns = list(chain.from_iterable([pattern] * count for pattern, count in runs))
    begin = datetime.fromisoformat("2020-05-01 22:00") + timedelta(days=day)
    content = export([f"{begin + timedelta(minutes=step * row):{it}}" for row, it in enumerate(patterns)], patterns)
    expected = outcome(whole, windographer, content)
    with pieces_of(len(content) // parts), pytest.MonkeyPatch.context() as patched:
        patched.setattr(parsing, "MOST_WHOLE", 0)
        assert outcome(loaded, windographer, content) == expected


@pytest.mark.parametrize("step", [1, -1])
def test_a_midnight_among_stamps_that_have_the_year_first_leaves_the_order_of_others_open(step: int) -> None:
    years = [f"2020-06-{day:02} {hour:02}:{minute}0" for day in (5, 6) for hour in range(24) for minute in range(6)]
    texts = ["07/06/2020 23:30", "08/06/2020 00:00", "08/06/2020 00:30"]
    runs = (years, texts)[::step]
    together = Votes()
    for run in runs:
        hearing = Hearing()
        with suppress(Undecided):
            dates.read(pa.chunked_array([run], pa.string()), np.arange(len(run)), hearing)
        together += hearing.heard[Votes]
    assert together.way is votes([*runs[0], *runs[1]]).way is None


def votes(texts: Sequence[str]) -> Votes:
    return dates.votes(dates.take_apart(pa.chunked_array([list(texts)], pa.string())))


def test_rows_that_no_midnight_parts_tell_their_order_by_the_one_between_two_pieces() -> None:
    texts = ["07/06/2020 23:40", "07/06/2020 23:50", "08/06/2020 00:00", "08/06/2020 00:10"]
    assert (votes(texts[:2]).way, votes(texts[2:]).way, (votes(texts[:2]) + votes(texts[2:])).way) == (None, None, 0)


def refusal(module: Format, content: bytes, size: int) -> FormatError:
    """Why a file is refused that is too large to be read whole."""
    with pieces_of(size), pytest.MonkeyPatch.context() as patched:
        patched.setattr(parsing, "MOST_WHOLE", len(content) - 1)
        with pytest.raises(FormatError) as caught:
            loaded(module, content)
    return caught.value


@pytest.mark.parametrize("parts", [1, 3, 8])
def test_orders_that_contradict_each_other_are_refused_with_the_line_of_the_first_that_does(parts: int) -> None:
    months = [f"{month:02}/{day}/2016 00:10" for month in (1, 2) for day in range(13, 29)]
    days = [f"{day}/{month:02}/2016 00:10" for month in (3, 4) for day in range(13, 29)]
    content = export([*days, *months], range(64))
    error = refusal(windographer, content, len(content) // parts)
    line = content[: content.index(months[0].encode())].count(b"\n") + 1
    assert error.what == f"'{months[0]}' is month, day, and stamps above are day, month; one order expected"
    assert error.where == f"line {line}"
    assert error.remedy.startswith("export it with the year first, or cut the file where the other order begins")
    cut = content.splitlines(keepends=True)
    for part in (cut[: line - 1], cut[:3] + cut[line - 1 :]):
        assert not windographer.parse(b"".join(part)).rejected


def test_an_order_that_no_row_tells_is_refused_with_the_first_line() -> None:
    content = export([f"05/06/2016 {hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)], range(48))
    error = refusal(windographer, content, len(content) // 5)
    assert error.what.startswith("'05/06/2016 00:00' may be day, month or month, day, and no other row tells")
    assert error.where == "line 4"
    assert error.remedy


def test_a_second_clock_is_refused_with_its_line() -> None:
    one = SHORT_FILES["zephir"]
    line = one.count(b"\n") + 1
    error = refusal(zephir, one + one.replace(b"UTC +1,0", b"UTC +2,0"), len(one) // 3)
    assert (error.what, error.where) == ("headers of two clocks in one file", f"line {line}")
    assert error.remedy


def test_rows_between_which_a_large_file_can_not_be_cut_are_refused() -> None:
    content = of_windographer(['7.5 "x'] * 21 * 40)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pieces, "MOST_WHOLE", len(content) // 3)
        error = refusal(windographer, content, 1000)
    assert error.what.startswith("no place in")
    assert (error.where, bool(error.remedy)) == ("behind line 0", True)


def of_days(days: int, between: str = "", quote: str = "") -> bytes:
    """Files of an Ammonit logger, one of each day, that were joined."""
    made = []
    for day in range(days):
        stamps = times(30, "%Y-%m-%d %H:%M", timedelta(minutes=10 + day))
        rows = (f"{quote}{stamp}{quote},5.5,{'Off' if day % 2 else 3},ok\n" for stamp in stamps)
        name = "Wiper" if day < days // 2 else "Washer"
        made.append(
            f"{AMMONIT.replace('Wiper', name)}{between.join(rows)}\n# Date/time   day {day}\n[System]\nname=day {day}\n"
            "timezone=UTC+01:00\n[Sensor_1]\nheight=10\n"
        )
    return "\n".join(made).encode()


JOINED = {
    "days": of_days(6),
    "one day": of_days(1),
    "remarks among rows": of_days(3, between="# remark  of a person\n"),
    "quotes": of_days(3, quote='"'),
    "garbled lines among rows": of_days(3, between="[024-01-02 00:10:00,5,1\n#24-01\n"),
    "rows behind information": of_days(2) + of_days(1).split(b"\n", 1)[1],
    "rows before names": of_days(1).split(b"\n", 1)[1] + of_days(2),
    "another break": of_days(3).replace(b"\n", b"\r"),
    "two CR": of_days(3).replace(b"\n", b"\r\r\n"),
    "marks": b"\xef\xbb\xbf" + of_days(2) + b"\n\xef\xbb\xbf" + of_days(2),
    "cp1252": of_days(3).replace(b"name=day 1", b"name=Gr\xe4ben").replace(b"[m/s]", b"[\xb0]"),
    "no line at the end": of_days(2).split(b"\n# Date", 1)[0],
}


@pytest.mark.parametrize("case", sorted(JOINED))
@pytest.mark.parametrize("size", [90, 400, 2500])
def test_joined_files_of_ammonit_are_read_by_slices_of_each(case: str, size: int) -> None:
    content = JOINED[case]
    with pieces_of(size):
        assert len(list(pieces.read(ammonit, Bytes(content)))) > 1 or len(content) < 2 * size
        found = outcome(loaded, ammonit, content)
    assert found == outcome(whole, ammonit, content)
    assert not isinstance(found, tuple)


def test_stamps_of_two_zones_in_joined_files_are_refused_with_the_line() -> None:
    one, other = (f"{AMMONIT}{day} 00:10+0{zone}:00,5.5,3,ok\n" for zone, day in ((1, "2024-01-02"), (2, "2024-01-03")))
    for content in ((one + other).encode(), (one * 5 + other).encode()):
        line = content.count(b"\n")
        with pieces_of(60):
            assert outcome(loaded, ammonit, content) == ("stamps of several zones found", f"line {line}")
        assert outcome(whole, ammonit, content) == ("stamps of several zones found", f"line {line}")


def test_a_windcubes_rows_tell_their_width_together() -> None:
    lines = SHORT_FILES["windcube"].splitlines(keepends=True)
    names = next(at for at, line in enumerate(lines) if line.startswith(b"Timestamp"))
    lines[names] = lines[names].rstrip(b"\r\n") + b"\t\n"
    garbled = [*lines[: names + 1], *[b"no row\n"] * 60, *lines[names + 1 :]]
    content = b"".join(garbled)
    with pieces_of(len(content) // 9):
        assert in_pieces(windcube, content) == whole(windcube, content)
    assert len(np.concatenate([table.lines for table in windcube.parse(content).tables])) == len(lines) - names - 1
