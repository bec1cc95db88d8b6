"""Damaged and malicious files: an error on the ledger, never a traceback, and never a lost neighbour."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import connect
from database.home import Home
from loaders.loading import load
from tests.loaders.accidents import LARGEST, Step, accidents, damaged, with_neighbour
from tests.loaders.campaign import SERIAL, claim_mast, toa5


@pytest.fixture(scope="module")
def field(new_home: Callable[[str], Home], built: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An instance for all examples of this module."""
    home = new_home(built)
    claim_mast(home, tmp_path_factory.mktemp("metadata"))
    return home


class Seeds(list[bytes]):
    """Real files to damage; shown by their number alone, not with all that is in them."""

    def __repr__(self) -> str:
        return f"{len(self)} files"


@pytest.fixture(scope="module")
def seeds(samples: Path) -> Seeds:
    """Files of every format."""
    files = (path for path in sorted(samples.rglob("*")) if path.is_file() and "iea_task43" not in path.parts)
    return Seeds(path.read_bytes()[:LARGEST] for path in files)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(st.tuples(st.integers(0, 10_000), accidents), min_size=3, max_size=3))
def test_damaged_files_of_real_loggers_harm_nobody(
    field: Home, seeds: Seeds, files: list[tuple[int, list[Step]]]
) -> None:
    contents = {
        f"a{number}.dat": damaged(seeds[seed % len(seeds)], steps) for number, (seed, steps) in enumerate(files)
    }
    for _, result in with_neighbour(field, contents, SERIAL):
        assert min(result.new, result.same, result.changed, result.kept, result.rejected) >= 0
    with connect(field, "analyst") as connection:
        strange = connection.execute("select count(*) from raw.reading where value in ('NaN', 'Infinity')").fetchone()
    assert strange == (0,)


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred_link(target: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        link = tarfile.TarInfo("link.dat")
        link.type = tarfile.SYMTYPE
        link.linkname = target
        archive.addfile(link)
    return buffer.getvalue()


def nested(levels: int) -> bytes:
    content = b"0" * 1000
    for _ in range(levels):
        content = gzip.compress(content)
    return content


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: gzip.compress(bytes(2_000_000_000 // 4)), id="a bomb of gzip"),
        pytest.param(lambda: zipped({f"{number}.dat": bytes(40_000_000) for number in range(12)}), id="a bomb of zip"),
        pytest.param(lambda: nested(40), id="nested without end"),
        pytest.param(lambda: zipped({"../../evil.dat": b"no", "/etc/evil.dat": b"no"}), id="paths that climb"),
        pytest.param(lambda: tarred_link("/etc/passwd"), id="a link"),
        pytest.param(lambda: b"PK\x03\x04" + bytes(100), id="a zip of zeros"),
        pytest.param(lambda: b"\x89HDF\r\n\x1a\n" + bytes(500), id="NetCDF of zeros"),
        pytest.param(lambda: b'"TOA5"' + b"," * 500_000, id="a header of commas"),
        pytest.param(lambda: b'"' * 200_000, id="quotes"),
        pytest.param(lambda: b"\xff\xfe" + b"T\x00O\x00A\x005\x00" * 10, id="UTF-16 alone"),
        pytest.param(lambda: b"213,2010,48,5,1\n" + b"213,2010,48," * 20_000, id="an endless row"),
    ],
)
def test_malicious_files_harm_nobody(field: Home, content: Callable[[], bytes]) -> None:
    results = dict(with_neighbour(field, {"a.dat": content()}, SERIAL))
    assert results["a.dat"].state in {"failed", "loaded"}


def test_nothing_is_written_or_read_where_the_names_of_members_lead(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that such a name can lead to lies in the test's folder, so that whatever follows it is found there."""
    secret = tmp_path / "secret.dat"
    secret.write_bytes(toa5({0: [1.0]}))
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    climbing = toa5({1: [1.0]})
    (folder / "climbing.zip").write_bytes(
        zipped({"../../evil.dat": climbing, str(tmp_path / "absolute" / "evil.dat"): climbing})
    )
    (folder / "link.tar").write_bytes(tarred_link(str(secret)))
    before = sorted(path for path in tmp_path.rglob("*"))
    load(home, [folder], workers=1)
    assert sorted(path for path in tmp_path.rglob("*")) == before
    with connect(home, "loader") as connection:
        came = {row[0] for row in connection.execute("select sha256 from raw.file").fetchall()}
    own = {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert came == own
