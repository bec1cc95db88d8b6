"""Damaged NetCDF files: of both generations each costs itself alone, whatever it does to the library."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import h5py  # type: ignore[import-untyped]
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders.formats import netcdf, netcdf_hdf5, netcdf_values
from loaders.formats.frame import FormatError
from tests.loaders.formats.netcdf_files import KINDS, Kind, Make, parse
from tests.loaders.formats.profile_samples import written
from tests.loaders.formats.test_locale_properties import check

changes = st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from([0, 1, 127, 255])), min_size=1, max_size=20)
SLOW_PROCESS_S = 2  # for 14 kB


def changed(content: bytes, places: list[tuple[int, int]]) -> bytes:
    damaged = bytearray(content)
    for place, byte in places:
        damaged[place % len(damaged)] = byte
    return bytes(damaged)


@settings(max_examples=150)  # each takes a process, and some of them all the time that it has
@given(changes)
def test_changed_bytes_of_hdf5_give_readings_or_a_format_error(places: list[tuple[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch, suppress(FormatError):
        patch.setattr(netcdf_hdf5, "TIMEOUT_S", SLOW_PROCESS_S)
        check(netcdf.parse(changed(written()["netcdf"], places)))


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(KINDS[:3]), changes, st.integers(0, 2_000))
def test_damage_to_the_first_generation_gives_readings_or_a_format_error(
    make: Make, kind: Kind, places: list[tuple[int, int]], kept: int
) -> None:
    content = make(kind=kind).read_bytes()
    for damaged in (changed(content, places), content[:kept]):
        with suppress(FormatError):
            check(netcdf.parse(damaged))


@pytest.mark.parametrize(
    ("script", "what"),
    [
        ("import os; os.abort()", "its library broke down over it (signal 6)"),
        ("import time; time.sleep(60)", "its library was still at it after 1 s"),
        ("raise SystemError('an odd state')", "SystemError: an odd state"),
        ("print('nothing')", "its library left nothing that can be used"),
    ],
)
def test_what_befalls_the_library_is_the_files_error(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, what: str
) -> None:
    process = tmp_path / "process.py"
    process.write_text(script)
    monkeypatch.setattr(netcdf_hdf5, "CHILD", process)
    monkeypatch.setattr(netcdf_hdf5, "TIMEOUT_S", 1)
    with pytest.raises(FormatError) as caught:
        parse(make())
    assert caught.value.what == f"the HDF5 file can't be read: {what}"
    assert caught.value.remedy


def test_texts_that_are_no_utf_8_can_be_stored(tmp_path: Path) -> None:
    path = tmp_path / "made.nc"
    with h5py.File(path, "w") as made:
        made.attrs["title"] = np.bytes_(b"Hill \xb0\x00\xff")
        made.attrs[b"\xb0C"] = 1
        made["time"] = np.arange(2)
        made["time"].attrs["units"] = "seconds since 2020-01-01"
        made["time"].make_scale("time")
    file = parse(path)
    check(file)
    assert file.header["attributes"] == {"title": "Hill \ufffd\ufffd\ufffd", "\ufffdC": 1}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_breaks_off_is_refused(make: Make, kind: Kind) -> None:
    content = make(kind=kind).read_bytes()
    for size in (3, 8, 60, len(content) // 2, len(content) - 41):
        with pytest.raises(FormatError) as caught:
            netcdf.parse(content[:size])
        assert caught.value.remedy


def test_more_values_than_a_file_can_sensibly_hold_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.nc"
    with h5py.File(path, "w") as made:
        made["time"] = np.arange(2)
        made["time"].attrs["units"] = "seconds since 2020-01-01"
        made["time"].make_scale("time")
        made.create_dataset("height", (netcdf_values.LARGEST + 1,), "f8", chunks=True).attrs["units"] = "m"
        made["height"].make_scale("height")
        made.create_dataset("ws", (2, netcdf_values.LARGEST + 1), "f8", chunks=True)
        for place, name in enumerate(("time", "height")):
            made["ws"].dims[place].attach_scale(made[name])
    assert path.stat().st_size < 100_000
    with pytest.raises(FormatError, match="300,000,005 values, 100,000,000 at most expected"):
        parse(path)


def test_values_in_other_files_of_the_machine_are_not_read(tmp_path: Path) -> None:
    secret, path = tmp_path / "secret", tmp_path / "made.nc"
    secret.write_bytes(b"password" * 4)
    with h5py.File(path, "w") as made:
        made["time"] = np.arange(4)
        made["time"].attrs["units"] = "seconds since 2020-01-01"
        made["time"].make_scale("time")
        made.create_dataset("ws", (4,), "f8", external=[(str(secret), 0, 32)]).dims[0].attach_scale(made["time"])
        made["linked"] = h5py.ExternalLink(str(secret), "/")
    with pytest.raises(FormatError, match="'ws' keeps its values in another file"):
        parse(path)
