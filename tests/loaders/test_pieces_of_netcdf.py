"""NetCDF of both generations by slices of its records: they tell what the whole file does, in little memory."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from zipfile import ZipFile

import h5py  # type: ignore[import-untyped]  # it has no types
import netCDF4
import numpy as np
import pytest

from database.home import Home
from loaders import parsing, pieces
from loaders.archive import ArchivedFile
from loaders.containers import spool
from loaders.formats import netcdf, netcdf_classic, netcdf_hdf5, netcdf_hdf5_process, netcdf_values
from loaders.formats.frame import FormatError
from loaders.formats.netcdf_contents import Variable
from loaders.formats.source import Source
from loaders.loading import load
from tests.loaders.formats.netcdf_files import KINDS, Kind
from tests.loaders.test_pieces_of_large_files import Told, pieces_of, told, whole

RECORDS, HEIGHTS = 500, (40.0, 60.0, 80.5)
SLICE_BYTES = 4000  # some forty records
STEP = 10  # minutes

Chunks = Literal["contiguous", "one record", "some", "all"]
CHUNKS: dict[Chunks, dict[str, Any]] = {
    "contiguous": {"contiguous": True},
    "one record": {"chunksizes": (1, 3), "zlib": True},
    "some": {"chunksizes": (70, 2), "zlib": True, "shuffle": True},
    "all": {"chunksizes": (RECORDS, 3), "fletcher32": True},
}


def write(path: Path, kind: Kind = "NETCDF4", *, is_limited: bool = False, chunks: Chunks = "some") -> Path:
    """A file with all that slices might take apart."""
    of_chunks = CHUNKS[chunks] if kind.startswith("NETCDF4") and (is_limited or chunks != "contiguous") else {}
    with netCDF4.Dataset(path, "w", format=kind) as made:
        made.serial_number = "4711"
        for name, size in (("time", RECORDS if is_limited else None), ("height", 3), ("nv", 2), ("one", 1), ("bin", 4)):
            made.createDimension(name, size)
        made.createDimension("hourly", RECORDS // 6)
        numbers = np.arange(RECORDS)
        made.createVariable("left", "f8", ("time", "bin"))[:] = np.zeros((RECORDS, 4))
        speed = made.createVariable("ws", "f8", ("time", "height"), **of_chunks)
        speed.units, speed[:] = "m/s", np.arange(3 * RECORDS).reshape(RECORDS, 3) / 7
        time = made.createVariable("time", "f8", ("time",))
        time.units, time.bounds = "minutes since 2020-01-01 00:00 +01:00", "limits"
        time[:] = numbers * STEP
        made.createVariable("limits", "f8", ("time", "nv"))[:] = np.stack([numbers - 1, numbers], 1) * STEP
        height = made.createVariable("height", "f4", ("height",))
        height.units, height[:] = "m", HEIGHTS
        packed = made.createVariable("packed", "i2", ("time", "height", "one"), fill_value=-1)
        packed.scale_factor, packed.add_offset = 0.25, 1.0
        packed[:] = np.ma.masked_less(np.arange(3 * RECORDS).reshape(RECORDS, 3, 1) % 90, 5) / 4 + 1
        if is_limited:
            across: dict[str, Any] = (
                {"chunksizes": (2, 90)} if kind.startswith("NETCDF4") and chunks != "contiguous" else {}
            )
            made.createVariable("across", "f4", ("height", "time"), **across)[:] = np.arange(3 * RECORDS).reshape(3, -1)
        made.createVariable("unfinished", "i4", ("time",))[: RECORDS // 2] = numbers[: RECORDS // 2]
        hours = made.createVariable("hourly", "i4", ("hourly",))
        hours.units, hours[:] = "hours since 2020-01-01", np.arange(RECORDS // 6)
        made.createVariable("pressure", "f4", ("hourly",))[:] = np.arange(RECORDS // 6) + 900
    return path


def change(path: Path, name: str, values: dict[int, Any]) -> Path:
    """Other values of a variable in some records."""
    with netCDF4.Dataset(path, "a") as made:
        for record, value in values.items():
            made[name][record] = value
    return path


def sources(path: Path) -> Iterator[Source]:
    """The file in memory, in the archive, and as one of those that came out of a container."""
    content = path.read_bytes()
    yield ArchivedFile(path, len(content))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spool, "IN_MEMORY", 0)
        room = spool.Spool(path.parent)
        for name in ("before it", "made.nc"):
            draft = room.begin(name)
            draft.write(content if name == "made.nc" else b"another file")
            source = draft.finish()
    assert isinstance(source, spool.Spooled)
    assert source.begins
    yield source


def in_slices(source: Source, size: int = SLICE_BYTES) -> tuple[Told, int]:
    """What a file tells by slices, and how many they are."""
    found, files = parsing.Found(), []
    with pieces_of(size):
        for piece in pieces.read(netcdf, source):
            found.add(piece)
            files.append(piece.file)
    return told(files, found.header, is_unverified=found.is_unverified), len(files)


LAYOUTS: list[tuple[Kind, bool, Chunks]] = [
    *((kind, is_limited, "some") for kind in KINDS for is_limited in (True, False)),
    *(("NETCDF4", is_limited, chunks) for chunks in CHUNKS for is_limited in (True, False) if chunks != "some"),
]


@pytest.mark.parametrize(("kind", "is_limited", "chunks"), LAYOUTS)
def test_slices_tell_what_the_whole_does(tmp_path: Path, kind: Kind, chunks: Chunks, *, is_limited: bool) -> None:
    path = write(tmp_path / "made.nc", kind, is_limited=is_limited, chunks=chunks)
    change(path, "time", {7: np.nan, 8: 1e300, RECORDS - 1: np.nan})
    expected = whole(netcdf, path.read_bytes())
    assert {row[0]: len(row[4]) for row in expected.rows} == {"time": RECORDS - 3, "hourly": RECORDS // 6}  # type: ignore[arg-type]  # rows are untyped
    assert [bad.line for bad in expected.rejected] == [8, 9, RECORDS]
    for source in sources(path):
        found, count = in_slices(source)
        assert found == expected
        assert count > RECORDS // 50


@pytest.mark.parametrize("kind", ["NETCDF3_CLASSIC", "NETCDF4"])
@pytest.mark.parametrize("size", [1, 10**9])
def test_slices_are_a_record_at_least_and_the_whole_at_most(tmp_path: Path, kind: Kind, size: int) -> None:
    path = write(tmp_path / "made.nc", kind)
    source = ArchivedFile(path, path.stat().st_size)
    found, count = in_slices(source, size)
    assert found == whole(netcdf, path.read_bytes())
    assert count == (RECORDS + RECORDS // 6 if size == 1 else 2)


@pytest.mark.parametrize("kind", ["NETCDF3_CLASSIC", "NETCDF4"])
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("limits", {RECORDS - 1: [0, 7]}),
        ("limits", {RECORDS - 1: [np.nan, np.nan]}),
        ("time", {RECORDS - 1: RECORDS * STEP}),
        ("time", {3: 1e8 + 1 / 3, RECORDS - 1: 1.0}),
        ("time", dict.fromkeys(range(RECORDS), np.nan)),
    ],
)
def test_what_all_records_tell_together_holds_for_each_slice(
    tmp_path: Path, kind: Kind, name: str, values: dict[int, Any]
) -> None:
    path = change(write(tmp_path / "made.nc", kind), name, values)
    expected = whole(netcdf, path.read_bytes())
    assert expected != whole(netcdf, write(tmp_path / "other.nc", kind).read_bytes())
    for source in sources(path):
        assert in_slices(source)[0] == expected


@pytest.mark.parametrize("kind", ["NETCDF3_CLASSIC", "NETCDF4"])
def test_a_file_without_records_is_one_slice_without_rows(tmp_path: Path, kind: Kind) -> None:
    path = tmp_path / "made.nc"
    with netCDF4.Dataset(path, "w", format=kind) as made:
        made.createDimension("time", None)
        made.createVariable("time", "f8", ("time",)).units = "days since 2020-01-01"
        made.createVariable("ws", "f8", ("time",))
    for source in sources(path):
        assert in_slices(source) == (whole(netcdf, path.read_bytes()), 1)


def test_records_of_which_most_is_no_column_are_read_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "made.nc", "NETCDF3_CLASSIC")
    monkeypatch.setattr(netcdf_classic, "WINDOW_BYTES", 20)
    assert in_slices(ArchivedFile(path, path.stat().st_size))[0] == whole(netcdf, path.read_bytes())


def test_records_are_read_once_for_all_variables(tmp_path: Path) -> None:
    path = write(tmp_path / "made.nc", "NETCDF3_CLASSIC")
    content = Counted(path.read_bytes())
    in_slices(content)
    assert content.taken < 3 * content.size  # to find the times and for the slices


class Counted:
    """A content in memory that counts what is taken of it."""

    def __init__(self, content: bytes) -> None:
        self.content, self.size, self.taken = content, len(content), 0

    def read(self, start: int, end: int) -> bytes:
        found = self.content[start:end]
        self.taken += len(found)
        return found


class CountedFile(io.BytesIO):
    """A file in memory that counts what is read of it."""

    taken = 0

    def readinto(self, buffer: Any, /) -> int:
        count = super().readinto(buffer)
        self.taken += count
        return count


def noise(records: int, heights: int) -> Any:
    """Values that don't compress."""
    return np.random.default_rng(4).random((records, heights))


@pytest.mark.parametrize(("axis", "chunks"), [(0, (20_000, 5)), (1, (5, 20_000))])
def test_a_chunk_of_many_records_is_unpacked_once(axis: int, chunks: tuple[int, int]) -> None:
    file, values = CountedFile(), noise(40_000, 10) if axis == 0 else noise(40_000, 10).T
    with h5py.File(file, "w") as made:
        made.create_dataset("ws", data=values, chunks=chunks, compression="gzip", compression_opts=1)
    file.taken = 0
    variable = netcdf_hdf5_process.read(file).variables["ws"]
    slices = [variable.read(axis, first, first + 1000) for first in range(0, 40_000, 1000)]
    np.testing.assert_array_equal(np.concatenate(slices, axis), values)
    assert file.taken < 1.2 * len(file.getbuffer())


def test_chunks_that_do_not_fit_are_unpacked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    file, values = CountedFile(), noise(4000, 10)
    with h5py.File(file, "w") as made:
        for name in ("ws", "wd"):
            made.create_dataset(name, data=values, chunks=(2000, 10), compression="gzip")
    reading = netcdf_hdf5_process.Reading(h5py.File(file, "r"), {"ws": "ws", "wd": "wd"}, left=2000 * 10 * 8)
    for name in ("ws", "wd"):
        file.taken = 0
        for first in range(0, 4000, 500):
            np.testing.assert_array_equal(reading.values(name, 0, first, first + 500), values[first : first + 500])
        assert (file.taken > 3 * values.nbytes) == (name == "wd")


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("chunks", [(1, 3), (30, 2), (100, 3)])
def test_many_chunks_are_read_some_at_a_time(
    monkeypatch: pytest.MonkeyPatch, axis: int, chunks: tuple[int, int]
) -> None:
    file, values = io.BytesIO(), noise(100, 3)
    with h5py.File(file, "w") as made:
        made.create_dataset("ws", data=values, chunks=chunks)
    monkeypatch.setattr(netcdf_hdf5_process, "CHUNKS_AT_ONCE", 5)
    reading = netcdf_hdf5_process.Reading(h5py.File(file, "r"), {"ws": "ws"})
    for first, behind in ((0, 3), (2, 3), (1, 1), (0, 100), (13, 77), (90, 120), (200, 300)):
        expected = values[first:behind] if axis == 0 else values[:, first:behind]
        np.testing.assert_array_equal(reading.values("ws", axis, first, behind), expected)


def test_a_damaged_chunk_is_the_error_of_the_whole_file(tmp_path: Path) -> None:
    path = write(tmp_path / "made.nc", is_limited=True, chunks="all")
    content = bytearray(path.read_bytes())
    last = np.arange(3 * RECORDS).reshape(RECORDS, 3)[-1] / 7
    at = content.find(last.tobytes())
    assert at > 0
    content[at] ^= 255
    path.write_bytes(content)
    with pytest.raises(FormatError) as of_whole:
        netcdf.parse(bytes(content))
    for source in sources(path):
        with pieces_of(SLICE_BYTES), pytest.raises(FormatError, match="'ws' can't be read: ") as caught:
            parsing.go_through(netcdf, source)
        assert (caught.value.what, caught.value.remedy) == (of_whole.value.what, of_whole.value.remedy)


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_file_that_breaks_off_is_refused_as_a_small_one_is(tmp_path: Path, kind: Kind) -> None:
    path = write(tmp_path / "made.nc", kind, is_limited=True)
    content = path.read_bytes()
    for size in (3, 60, len(content) // 2):
        path.write_bytes(content[:size])
        with pytest.raises(FormatError) as of_whole:
            netcdf.parse(content[:size])
        for source in sources(path):
            with pieces_of(SLICE_BYTES), pytest.raises(FormatError) as caught:
                parsing.go_through(netcdf, source)
            assert (caught.value.what, caught.value.remedy) == (of_whole.value.what, of_whole.value.remedy)


FAILING = """
import os, time
from loaders.formats import netcdf_hdf5_process
values = netcdf_hdf5_process.Reading.values

def failing(self, name, axis, first, behind):
    if first > 100:
        {}
    return values(self, name, axis, first, behind)

netcdf_hdf5_process.Reading.values = failing
netcdf_hdf5_process.main()
"""


@pytest.mark.parametrize(
    ("failure", "what"),
    [
        ("os.abort()", "its library broke down over it (signal 6)"),
        ("time.sleep(60)", "its library was still at it after 4 s"),
        ("raise SystemError('an odd state')", "SystemError: an odd state"),
        ("print('nothing', flush=True)", "its library left nothing that can be used"),
        ("os._exit(0)", "its library left nothing that can be used"),
    ],
)
def test_what_befalls_the_library_in_the_midst_of_a_file_is_the_files_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str, what: str
) -> None:
    script = tmp_path / "process.py"
    script.write_text(FAILING.format(failure))
    monkeypatch.setattr(netcdf_hdf5, "CHILD", script)
    monkeypatch.setattr(netcdf_hdf5, "TIMEOUT_S", 4)
    for source in sources(write(tmp_path / "made.nc")):
        with pytest.raises(FormatError) as caught:
            list(netcdf.parts(source, SLICE_BYTES))
        assert caught.value.what == f"the HDF5 file can't be read: {what}"
        assert caught.value.remedy


def test_the_process_ends_with_whoever_reads_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    path = write(tmp_path / "made.nc")
    monkeypatch.setattr(subprocess, "Popen", Recorded)
    slices = netcdf.parts(ArchivedFile(path, path.stat().st_size), SLICE_BYTES)
    next(slices)
    assert [process.poll() for process in started] == [None]
    slices.close()  # type: ignore[attr-defined]  # as it is when nobody holds it any more
    assert started[0].returncode is not None
    pipes = (started[0].stdin, started[0].stdout, started[0].stderr)
    assert all(pipe is not None and pipe.closed for pipe in pipes)


def claiming(cells: int) -> list[Variable]:
    """A variable that is said to hold so many values."""
    return [Variable("ws", ("time",), (cells,), "f", 8, {}, None, lambda *_: np.zeros(0))]


def test_a_large_file_may_hold_more_values_and_a_small_one_may_not() -> None:
    most = netcdf_values.LARGEST
    netcdf_values.check_size(claiming(most), 1000)
    with pytest.raises(FormatError, match="at most expected"):
        netcdf_values.check_size(claiming(most + 1), 1000)
    netcdf_values.check_size(claiming(4 * most), most)
    with pytest.raises(FormatError, match="400,000,001 values, 400,000,000 at most expected"):
        netcdf_values.check_size(claiming(4 * most + 1), most)


@pytest.mark.parametrize("kind", ["NETCDF3_CLASSIC", "NETCDF4"])
def test_more_columns_than_anybody_has_are_refused(tmp_path: Path, kind: Kind) -> None:
    path = tmp_path / "made.nc"
    with netCDF4.Dataset(path, "w", format=kind) as made:
        made.createDimension("time", 1)
        made.createDimension("height", netcdf.MOST_COLUMNS // 2 + 1)
        made.createVariable("time", "f8", ("time",)).units = "days since 2020-01-01"
        made.createVariable("height", "f4", ("height",)).units = "m"
        made["height"][:] = np.arange(netcdf.MOST_COLUMNS // 2 + 1)
        for name in ("ws", "wd"):
            made.createVariable(name, "f8", ("time", "height"))
    with pytest.raises(FormatError, match="100,002 columns or heights, 100,000 at most expected"):
        netcdf.parse(path.read_bytes())


def test_large_files_from_an_archive_are_loaded_by_slices(
    mast: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write(tmp_path / "first.nc", "NETCDF3_CLASSIC"), write(tmp_path / "second.nc", "NETCDF4")]
    change(paths[1], "ws", {RECORDS - 1: [1, 2, 3]})
    with ZipFile(tmp_path / "files.zip", "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    monkeypatch.setattr(spool, "IN_MEMORY", 0)
    with pieces_of(SLICE_BYTES):
        first, other = load(mast, [tmp_path / "files.zip"]).files
    readings = RECORDS * 7 + RECORDS // 6
    assert (first.state, first.new, other.state) == ("loaded", readings, "loaded")
    assert (other.new, other.same, other.changed + other.kept) == (0, readings - 3, 3)
    (again,) = load(mast, paths[:1]).files
    assert (again.state, again.new) == ("loaded", 0)
