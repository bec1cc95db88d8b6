"""Large files of formats that loggers don't append to: read in pieces they are what they are when read whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.home import Home
from loaders import parsing, pieces
from loaders.formats import axys, blocks, netcdf, symphonie_sdr, windographer
from loaders.formats.detect import FORMATS, Format, detect
from loaders.formats.frame import FormatError, LoggerFile, Rejected, Table
from loaders.formats.source import Bytes
from loaders.formats.text import MARK, decode_lines
from simulation import basestation, csixml, logr, symphoniepro, tob, windcube_rtd
from simulation import symphonie_sdr as sdr
from tests.loaders.formats.locale_samples import ridge
from tests.loaders.formats.locale_samples import written as of_masts
from tests.loaders.formats.nrg_files import SDR
from tests.loaders.formats.profile_samples import written as of_profiles
from tests.loaders.test_loading import Write, only, values

ROWS = 2000


MODULES = {module.NAME: module for module in FORMATS if pieces.can_be_cut(module) and not pieces.grows(module)}


def written(rows: int) -> dict[str, bytes]:
    """A file of each format that can be cut and doesn't grow, by the format's name."""
    recording = ridge(rows)
    mast = recording.mast
    files = of_masts(rows) | of_profiles(rows)
    records = tob.records(recording, ">")
    files["tob3"] = tob.tob3_file(tob.tob3_header(mast, "a", 10), records, stale_frames=rows // 20)
    files["tob2"] = tob.tob2_file(tob.tob2_header(mast, "a", 10), records)
    files["csixml"] = csixml.file(csixml.header(mast, "a"), csixml.rows(recording))
    files["windcube-rtd"] = windcube_rtd.header(mast).encode() + "".join(windcube_rtd.rows(recording)).encode()
    files["logr"] = logr.file(logr.header(mast, "2020-01-01 00:00:00"), logr.rows(recording))
    files["symphoniepro"] = symphoniepro.file(
        symphoniepro.header(mast, "2020-01-01 00:00:00"), symphoniepro.rows(recording)
    )
    export = basestation.file(basestation.header(mast, "1/10/06 10:07"), basestation.rows(recording))
    files["nrg_basestation"] = export + basestation.END.encode()
    files["symphonie_sdr"] = sdr.file(sdr.header(mast), sdr.rows(recording))
    return {name: content for name, content in files.items() if name in MODULES}


FILES, SHORT_FILES = written(ROWS), written(ROWS // 8)
TAKE_SEVERAL = (
    "aq500",
    "axys",
    "csixml",
    "nrg_basestation",
    "triton",
    "windcube",
    "windcube-rtd",
    "windographer",
    "zephir",
)
OTHER_NAMES = {  # what stands in a file's header, and what in that of a file of other columns
    "aq500": (b"Battery voltage", b"Charging voltage"),
    "axys": (b",Vel1 (mm/s)", b",Vel9 (mm/s)"),
    "csixml": (b"Spd80mN", b"Spd99mN"),
    "nrg_basestation": (b",Average Speed,", b",Speed Average,"),
    "triton": (b";40m Wind Speed;", b";45m Wind Speed;"),
    "windcube": (b"Int Temp", b"Lid Temp"),
    "windcube-rtd": (b"\tTemperature", b"\tInner Temperature"),
    "windographer": (b"Spd80mN", b"Spd99mN"),
    "zephir": (b";Battery (V);", b";Generator (V);"),
}
CUT_BEHIND_LINES = sorted(name for name, module in MODULES.items() if name != "csixml" and not pieces.has_parts(module))
BEFORE = (b"", MARK, b"\n", b"\r\n", b" ", MARK + b"\n")
TAKEN = [
    (name, before)
    for name in TAKE_SEVERAL
    for before in BEFORE
    if detect(before + FILES[name]) is MODULES[name] and (name != "csixml" or before in (b"", MARK))  # no XML otherwise
]
names = st.sampled_from(sorted(MODULES.keys() - {"netcdf"}))  # which starts a process for each
damages = st.lists(
    st.tuples(st.floats(0.3, 1), st.sampled_from([b"", b"\n", b"x", b'"', b"\t9999\t", b"\r", b"\n\n", b"no row\n"])),
    max_size=5,
)


@contextmanager
def pieces_of(size: int) -> Iterator[None]:
    """Every file is a large one, and pieces have this size."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pieces, "PIECE_BYTES", size)
        patched.setattr(pieces, "TEXT_TAKES", 1)
        patched.setattr(pieces, "LARGE_BYTES", 0)
        patched.setattr(netcdf, "LARGE_BYTES", 0)
        patched.setattr(parsing, "KEPT_BYTES", 0)
        yield


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a file, comparable; stamps are in UTC where the file states the zone."""

    rows: list[tuple[object, ...]]
    rejected: list[Rejected]
    logger: str | None
    header: dict[str, object]
    is_end: bool | None
    is_unverified: bool


def told(files: Sequence[LoggerFile], header: dict[str, object], *, is_unverified: bool) -> Told:
    """What the pieces of a file tell together."""
    tables = blocks.joined(table for file in files for table in in_utc(file))
    rows: list[tuple[object, ...]] = [
        (
            table.name,
            table.columns,
            str(table.averaging_period),
            table.timestamps.tolist(),
            table.lines.tolist(),
            [repr(values.tolist()) for values in table.values],
            [cells.tolist() for cells in table.rejected_cells],
        )
        for table in tables
    ]
    rejected = [bad for file in files for bad in file.rejected]
    first = files[0]
    return Told(rows, rejected, first.logger, header, first.timestamp_is_end_of_period, is_unverified)


def in_utc(file: LoggerFile) -> list[Table]:
    """The tables, in UTC if the file states its zone."""
    offset = np.timedelta64(0, "s") if file.utc_offset is None else file.utc_offset
    return [replace(table, timestamps=table.timestamps - offset) for table in file.tables]


def outcome(act: Callable[[Format, bytes], Told], module: Format, content: bytes) -> Told | tuple[str, str]:
    """What is told, or the error."""
    try:
        return act(module, content)
    except FormatError as error:
        return error.what, error.where


def whole(module: Format, content: bytes) -> Told:
    """What all rows tell together."""
    file = module.parse(content)
    return told([file], file.header, is_unverified=file.is_unverified)


def loaded(module: Format, content: bytes) -> Told:
    """What is told by the way that a load takes."""
    once = parsing.go_through(module, Bytes(content))
    files = [piece.file for piece in once.again()]
    return told(files, once.found.header, is_unverified=once.found.is_unverified)


def in_pieces(module: Format, content: bytes) -> Told:
    """What is told by pieces, or the error that they don't agree."""
    found, count = together(module, content)
    assert count > 1, "the file was not cut"
    return found


def together(module: Format, content: bytes) -> tuple[Told, int]:
    """What all pieces tell, and how many they are."""
    found, files = parsing.Found(), []
    for piece in pieces.read(module, Bytes(content)):
        found.add(piece)
        files.append(piece.file)
    return told(files, found.header, is_unverified=found.is_unverified), len(files)


def damaged(content: bytes, damages: Sequence[tuple[float, bytes]]) -> bytes:
    """The file with something else in some places of its rows."""
    for place, bad in damages:
        at = int(place * len(content))
        content = content[:at] + bad + content[at + len(bad) :]
    return content


def test_every_format_that_can_be_cut_has_a_file_here() -> None:
    assert FILES.keys() == MODULES.keys()
    assert all(detect(content) is MODULES[name] for name, content in FILES.items())


@pytest.mark.parametrize("name", sorted(MODULES))
def test_an_ordinary_file_is_read_in_pieces_as_it_would_be_whole(name: str) -> None:
    module, content = MODULES[name], FILES[name]
    with pieces_of(len(content) // 6):
        assert in_pieces(module, content) == whole(module, content)


@pytest.mark.parametrize("name", sorted(MODULES.keys() - {"csixml", "netcdf", "tob2", "tob3"}))
def test_lines_that_are_no_rows_are_rejected_in_pieces_as_in_the_whole(name: str) -> None:
    module = MODULES[name]
    lines = FILES[name].splitlines(keepends=True)
    lines[-ROWS // 2 :: 40] = [b"no row\n"] * len(lines[-ROWS // 2 :: 40])
    content = b"".join(lines).rstrip(b"\r\n")
    with pieces_of(len(content) // 6):
        found = in_pieces(module, content)
    assert found.rejected
    assert found == whole(module, content)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
@pytest.mark.parametrize("name", CUT_BEHIND_LINES)
def test_pieces_are_cut_at_whatever_ends_lines(name: str, end: bytes) -> None:
    module = MODULES[name]
    content = end.join(FILES[name].splitlines())
    with pieces_of(len(content) // 6):
        assert in_pieces(module, content) == whole(module, content)


@pytest.mark.parametrize("name", TAKE_SEVERAL)
@pytest.mark.parametrize("share", [0.3, 1.3])
def test_files_that_were_appended_to_each_other_are_cut_between_them(name: str, share: float) -> None:
    module = MODULES[name]
    content = 3 * (FILES[name].rstrip(b"\r\n") + b"\n")
    with pieces_of(int(share * len(FILES[name]))):
        assert in_pieces(module, content) == whole(module, content)


@pytest.mark.parametrize("share", [0.3, 1.3, 9])
@pytest.mark.parametrize(("name", "before"), TAKEN)
def test_appended_rows_stand_under_their_own_header_whatever_stands_before_the_first(
    name: str, before: bytes, share: float
) -> None:
    module, first = MODULES[name], SHORT_FILES[name].rstrip(b"\r\n") + b"\n"
    other = first.replace(*OTHER_NAMES[name])
    above = before.count(b"\n")
    below = above + decode_lines(first).count("\n")
    files = [module.parse(first).moved(above), module.parse(other).moved(below)]
    expected = told(files, {}, is_unverified=False).rows
    assert len(expected) == 2 * len(files[0].tables)
    with pieces_of(int(share * len(first))):
        assert loaded(module, before + first + other).rows == expected


@pytest.mark.parametrize("place", [0.1, 0.45, 1])
def test_a_header_of_another_clock_is_found_wherever_it_stands_in_a_large_file(place: float) -> None:
    module, rows = MODULES["windcube"], FILES["windcube"].splitlines(keepends=True)
    short = b"".join(rows[:30])
    at = int(place * len(rows))
    content = b"".join([*rows[:at], short.replace(b" (end of interval)", b""), short, *rows[at:]])
    assert len(content) > 40 * len(short)
    with pieces_of(len(content) // 5):
        assert outcome(loaded, module, content) == ("headers of two clocks in one file", f"line {at + 1}")


@settings(deadline=None, max_examples=60)
@given(names, st.floats(0.05, 0.9), damages, st.floats(0.5, 1), st.booleans())
def test_whatever_stands_in_a_file_is_loaded_as_it_would_be_whole(
    name: str,
    share: float,
    damages: list[tuple[float, bytes]],
    length: float,
    is_twice: bool,  # noqa: FBT001 - drawn
) -> None:
    module, content = MODULES[name], damaged(SHORT_FILES[name], damages)
    content = content[: int(length * len(content))]
    if is_twice:
        content = content.rstrip(b"\r\n") + b"\n" + content
    expected = outcome(whole, module, content)
    with pieces_of(int(share * len(content))):
        found = outcome(loaded, module, content)
    assert found == expected


def export(stamps: Sequence[str], values: Sequence[object]) -> bytes:
    """A Windographer export of one column."""
    lines = (
        "Created 2019-05-10 14:36 by Windographer 4.2",
        "Time stamps indicate the beginning of the time step",
        "Date/Time\tSpd_Avg",
        *(f"{stamp}\t{value}" for stamp, value in zip(stamps, values, strict=True)),
    )
    return "".join(line + "\n" for line in lines).encode()


def of_symphonie(stamps: Sequence[str]) -> bytes:
    """An export of Symphonie Data Retriever."""
    *header, _, _ = SDR.splitlines(keepends=True)
    values = "\t1" * header[-1].count("\t")
    return "".join([*header, *(f"{stamp}{values}\n" for stamp in stamps)]).encode("latin-1")


def of_buoy(words: Sequence[str]) -> bytes:
    """A buoy's file, with a column that has no unit."""
    rows = (f"2020-12-01 00:{minute:02}:00,{word},2.5\n" for minute, word in enumerate(words))
    return ("DataTimeStamp,State,Height (m)\n" + "".join(rows)).encode()


def samples(beams: Sequence[str]) -> bytes:
    """A WindCube's raw data, with a column that has no unit."""
    head = "HeaderSize=3\nID System=WLS7-1\ntimezone=UTC+0\n***\nTimestamp\tPosition\tWiper Count\t40m CNR (dB)\n"
    rows = (f"2016/11/24 00:00:{second:02}.00\t0\t{word}\t-10.2\n" for second, word in enumerate(beams))
    return (head + "".join(rows)).encode()


def of_calm_and_wind() -> bytes:
    """A LOGR's statistics, in whose first half the minima are zero while the average isn't."""
    about = "NRG Systems Data Logger\nSerial Number:\t304\nFile Content:\tStatistics\n"
    head = f"{about}Data\nTimestamp\tCh1_Avg_m/s\tCh1_Min_m/s\n"
    rows = (f"2024-01-01T{hour:02}:00:00Z\t5.5\t{0 if hour < 12 else 3.5}\n" for hour in range(24))
    return (head + "".join(rows)).encode()


DAYS = [f"2016-12-{day:02} 00:10" for day in range(1, 31)]
TELLING_DIFFERENT_THINGS = {
    "a counter that reaches 9999 before it shows others of that size": (
        "windographer",
        export(DAYS, [*range(5), 9999, *range(6, 15), *range(9970, 9985)]),
    ),
    "stamps that have a zone from some day on": (
        "windographer",
        export([*DAYS[:15], *(f"{day}+01:00" for day in DAYS[15:])], range(30)),
    ),
    "days first and then months": (
        "windographer",
        export(
            [*(f"{day}/01/2016 00:10" for day in range(13, 28)), *(f"02/{day}/2016 00:10" for day in range(13, 28))],
            range(30),
        ),
    ),
    "a column of words that has numbers later": ("windcube-rtd", samples([*["Off"] * 20, *["3"] * 20])),
    "minima that are zero at first": ("logr", of_calm_and_wind()),
    "years last and then first": (
        "symphonie_sdr",
        of_symphonie(
            [*(f"{day}/01/05 00:10" for day in range(13, 28)), *(f"05/01/{day} 00:10" for day in range(13, 28))]
        ),
    ),
    "years of four digits that speak for those of two": (
        "symphonie_sdr",
        of_symphonie([*(f"{day}/01/2005 00:10" for day in range(13, 28)), *["99-02-03 00:10"] * 15]),
    ),
    "a column without unit that has numbers later": ("axys", of_buoy([*["ok"] * 20, *["3"] * 20])),
}


@pytest.mark.parametrize("case", TELLING_DIFFERENT_THINGS)
def test_where_pieces_tell_different_things_all_rows_decide_together(case: str) -> None:
    name, content = TELLING_DIFFERENT_THINGS[case]
    module = MODULES[name]
    with pieces_of(len(content) // 2):
        assert outcome(in_pieces, module, content) == outcome(whole, module, content)


def test_rows_that_do_not_tell_day_and_month_wait_for_those_that_do() -> None:
    stamps = [f"{day:02}/06/2016 {hour:02}:10" for day in range(1, 29) for hour in (3, 9)]
    content = export(stamps, range(len(stamps)))
    with pieces_of(len(content) // 8):
        assert in_pieces(windographer, content) == whole(windographer, content)


def test_rows_that_do_not_tell_the_year_wait_for_those_that_do() -> None:
    days = [f"{month:02}/{day:02}/05" for month in (6, 7, 8) for day in range(1, 29)]
    content = of_symphonie([f"{day} {hour:02}:10" for day in days for hour in (3, 9)])
    with pieces_of(len(content) // 8):
        assert in_pieces(symphonie_sdr, content) == whole(symphonie_sdr, content)


def test_a_large_file_is_loaded_piece_by_piece(mast: Home, write: Write) -> None:
    content = export(DAYS, [*range(29), "what?"])
    with pieces_of(len(content) // 4):
        file = only(mast, write("a.txt", content), logger="4711")
    assert (file.state, file.new, file.rejected) == ("loaded", 29, 1)
    assert list(values(mast).values()) == list(range(29))


def test_a_large_file_that_begins_like_another_is_no_file_that_grew(mast: Home, write: Write) -> None:
    contents = [export(DAYS[:days], range(days)) for days in (20, 30)]
    with pieces_of(200):
        files = [only(mast, write("a.txt", content), logger="4711") for content in contents]
    assert [(file.new, file.same) for file in files] == [(20, 0), (10, 20)]
    archived = [path.stat().st_size for path in mast.archive.rglob("*") if path.is_file()]
    assert sorted(archived) == [len(content) for content in contents]


@pytest.mark.parametrize("size", range(250, 300, 5))
def test_a_text_that_runs_over_a_line_break_is_not_cut_in_two(size: int) -> None:
    content = export(DAYS, ['"what\n?"'] * 29 + [1])
    with pieces_of(size):
        assert loaded(windographer, content) == whole(windographer, content)


def test_what_stands_behind_the_end_of_an_aq500s_rows_is_none_in_pieces_either() -> None:
    module, lines = MODULES["aq500"], SHORT_FILES["aq500"].splitlines(keepends=True)
    content = b"".join([*lines[: -ROWS // 16], b"[EOD]\r\n", *lines[-ROWS // 16 :]])
    with pieces_of(len(content) // 6):
        found = loaded(module, content)
    assert found.rows
    assert found == whole(module, content)


def test_a_buoys_file_whose_name_tells_the_instrument_is_of_it_in_each_piece() -> None:
    module, content = axys.of_file("buoy.z05.00.20201201.000000.currents.csv"), FILES["axys"]
    with pieces_of(len(content) // 6):
        found = in_pieces(module, content)
    assert [table[0] for table in found.rows] == ["currents"]
    assert found == whole(module, content)
