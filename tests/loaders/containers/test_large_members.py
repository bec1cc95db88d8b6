"""Large files in containers: read in little memory, from a file without a name that is gone with its last reader."""

from __future__ import annotations

import errno
import gzip
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.containers import spool, unpacking
from loaders.containers.frame import Limits, Member, Unreadable
from loaders.containers.spool import Spool, as_file
from loaders.formats.source import Bytes
from tests.loaders.campaign import toa5
from tests.loaders.containers.wrapping import (
    ARCHIVES,
    STREAMS,
    Files,
    aes_zipped,
    contents,
    crypto_zipped,
    seven_zipped,
    stored_7z,
    tarred,
    zipped,
    zstandard,
)

LARGE = 64 << 20
MAY_GROW_BY = 40 << 10  # KiB, as the system counts them: what a piece takes, and the beginning of what is unpacked

# reads a file as a worker does, and tells how many rows there are and by how much the process has grown
WORKER = """
import sys
from pathlib import Path
from loaders import pieces
from loaders.archive import ArchivedFile
from loaders.containers.frame import Limits
from loaders.containers.spool import Spool
from loaders.containers.unpacking import unpack
from loaders.formats import toa5
from tests.loaders.memory import peak

def read(path):
    packed = ArchivedFile(path, path.stat().st_size)
    (member,) = unpack(packed, path.name, spool=Spool(path.parent), limits=Limits(ratio=1_000_000))
    return sum(len(table.timestamps) for piece in pieces.read(toa5, member.source) for table in piece.file.tables)

small, large = map(Path, sys.argv[1:])
pieces.PIECE_BYTES = 1 << 20
read(small)
before = peak()
print(read(large), peak() - before)
"""

CONTAINERS: dict[str, Callable[[Files], bytes]] = {  # packed in little time
    "zip in gzip": lambda files: gzip.compress(zipped(files, zipfile.ZIP_STORED), 1),
    "tar in zstd": lambda files: zstandard(tarred(files)),
    "7z": stored_7z,
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_large_file_in_a_container_is_read_in_little_memory(container: str, tmp_path: Path) -> None:
    few = toa5(
        {step: ["1.0" + "0" * 100] * 20 for step in range(2000)}, columns=[f"Spd{number}" for number in range(20)]
    )
    head, row = b"".join(few.splitlines(keepends=True)[:4]), few.splitlines(keepends=True)[-1]
    repeated = LARGE // len(row)
    (tmp_path / "small").write_bytes(CONTAINERS[container]({"a.dat": few}))
    (tmp_path / "large").write_bytes(CONTAINERS[container]({"a.dat": head + row * repeated}))
    command = [sys.executable, "-c", WORKER, str(tmp_path / "small"), str(tmp_path / "large")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows, grown = map(int, done.stdout.split())
    assert rows == repeated
    assert grown < MAY_GROW_BY
    assert sorted(path.name for path in tmp_path.iterdir()) == ["large", "small"]


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stays in memory."""
    monkeypatch.setattr(spool, "IN_MEMORY", 0)


FILES = {"a.csv": b"1" * 5000, "b/c.csv": b"", "d.csv": b"other"}


@pytest.mark.usefixtures("on_disk")
@pytest.mark.parametrize("pack", [*ARCHIVES.values(), lambda files: aes_zipped(files, "right")])
@pytest.mark.parametrize("stream", STREAMS.values())
def test_files_come_out_of_the_disk_as_they_came_in(
    pack: Callable[[Files], bytes], stream: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    packed = stream(pack({"inner": stream(pack(FILES)), "e.csv": b"last"}))
    found = unpacking.unpack(Bytes(packed), "x", spool=Spool(tmp_path), passwords=["wrong", "right"])
    assert contents(found) == {f"x/inner/{name}": content for name, content in FILES.items()} | {"x/e.csv": b"last"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("on_disk")
def test_what_a_wrong_password_or_a_limit_breaks_off_leaves_the_others_as_they_are() -> None:
    packed = crypto_zipped("a", b"1" * 5000, b"right")
    wrong = [str(number) for number in range(600)]  # two of which the encryption takes for right
    assert contents(unpacking.unpack(Bytes(packed), "x", passwords=[*wrong, "right"])) == {"x/a": b"1" * 5000}
    (one,) = unpacking.unpack(Bytes(ARCHIVES["zip"](FILES)), "x", limits=Limits(total_bytes=5001))
    assert isinstance(one, Unreadable)


def test_of_many_small_files_few_stay_in_memory() -> None:
    files = {f"{number}.csv": bytes([number % 256]) * 100_000 for number in range(300)}
    found = unpacking.unpack(Bytes(ARCHIVES["zip"](files)), "x")
    in_memory = sum(one.source.size for one in found if isinstance(one, Member) and isinstance(one.source, Bytes))
    assert 0 < in_memory <= spool.IN_MEMORY
    assert contents(found) == {f"x/{name}": content for name, content in files.items()}


@pytest.mark.usefixtures("on_disk")
def test_a_full_disk_is_no_damage_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for packed in (*(pack(FILES) for pack in ARCHIVES.values()), gzip.compress(FILES["a.csv"])):
        with monkeypatch.context() as patched:
            patched.setattr(os, "pwrite", full)
            found = unpacking.unpack(Bytes(packed), "x")
        first = next(one for one in found if isinstance(one, Unreadable))
        assert first.error.what == "what is in it can't be unpacked: No space left on device"
        assert first.error.remedy == "make room on the disk, then load --retry"


@pytest.mark.usefixtures("on_disk")
@pytest.mark.parametrize("archive", ARCHIVES)
def test_what_came_out_before_the_disk_was_full_still_comes(archive: str, monkeypatch: pytest.MonkeyPatch) -> None:
    room, write = len(FILES["a.csv"]), os.pwrite

    def full(descriptor: int, chunk: bytes, place: int) -> int:
        if place + len(chunk) > room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, chunk, place)

    packed = ARCHIVES[archive](FILES)
    monkeypatch.setattr(os, "pwrite", full)
    found = unpacking.unpack(Bytes(packed), "x")
    assert contents([one for one in found if isinstance(one, Member)]) == {
        "x/a.csv": FILES["a.csv"],
        "x/b/c.csv": b"",
    }
    (failed,) = (one for one in found if isinstance(one, Unreadable))
    assert (failed.error.what, failed.error.where) == (
        "what is in it can't be unpacked: No space left on device",
        "x/d.csv",
    )


@pytest.mark.usefixtures("on_disk")
@pytest.mark.parametrize("passwords", [["right"], ["right", "wrong"]])
def test_a_full_disk_is_not_taken_for_a_wrong_password(passwords: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    packed = seven_zipped(FILES, "right")
    monkeypatch.setattr(os, "pwrite", full)
    (*_, one) = unpacking.unpack(Bytes(packed), "x", passwords=passwords)
    assert isinstance(one, Unreadable)
    assert one.error.what == "what is in it can't be unpacked: No space left on device"


@given(st.binary(max_size=3000), st.lists(st.tuples(st.integers(0, 3500), st.integers(0, 1500))))
def test_a_source_reads_like_a_file(content: bytes, reads: list[tuple[int, int]]) -> None:
    file = as_file(Bytes(content))
    for place, count in reads:
        file.seek(place)
        assert file.read(count) == content[place : place + count]
        assert file.tell() == place + len(content[place : place + count])
    with pytest.raises(OSError, match="Invalid argument"):
        file.seek(-len(content) - 1, os.SEEK_END)


def test_a_tar_file_with_a_hole_in_it_is_read_with_its_zeros(tmp_path: Path) -> None:
    with (tmp_path / "hole").open("wb") as file:
        file.seek(300_000)
        file.write(b"end")
    gnu = ["tar", "--sparse", "-cf", str(tmp_path / "x.tar"), "-C", str(tmp_path), "hole"]
    subprocess.run(gnu, check=True)
    packed = (tmp_path / "x.tar").read_bytes()
    assert len(packed) < 300_000
    assert tarfile.is_tarfile(tmp_path / "x.tar")
    assert contents(unpacking.unpack(Bytes(packed), "x")) == {"x/hole": bytes(300_000) + b"end"}
