"""Bombs, path tricks, and noise: an error that says so, never a traceback, never a file from an attack."""

import gzip
import io
import tarfile
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.containers.frame import LimitExceeded, Limits, Member, Unreadable
from tests.loaders.containers.wrapping import (
    ARCHIVES,
    DAY,
    STREAMS,
    aes_zipped,
    contents,
    member,
    renamed_7z,
    seven_zipped,
    special_tar,
    tarred,
    the_error,
    unpack,
    zipped,
)

SMALL = Limits(total_bytes=1 << 20, any_ratio_bytes=1 << 16, ratio=100, members=50, depth=3)
ZEROS = bytes(4 << 20)


@pytest.mark.parametrize(
    "pack", [*STREAMS.values(), *(lambda data, pack=pack: pack({"a": data}) for pack in ARCHIVES.values())]
)
def test_a_bomb_gives_nothing_but_an_error(pack) -> None:  # type: ignore[no-untyped-def]  # packers differ
    (one,) = unpack(pack(ZEROS), "bomb", limits=SMALL)
    assert isinstance(one, Unreadable)
    assert isinstance(one.error, LimitExceeded)
    assert "bytes come out of it, which no logger's file does" in one.error.what


def test_a_bomb_is_stopped_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(bytes(400 << 20), 9)
    tracemalloc.start()
    (one,) = unpack(bomb, "bomb", limits=Limits(total_bytes=16 << 20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(one, Unreadable)
    assert peak < 64 << 20


def test_a_bomb_of_many_small_pieces_is_one_too() -> None:
    """Each member is harmless; together they are not: no good member of an attack is used either."""
    (one,) = unpack(zipped({str(number): bytes(60_000) for number in range(40)}), "bomb", limits=SMALL)
    assert isinstance(one, Unreadable)


def test_a_bomb_within_containers_counts_what_is_unpacked_on_the_way() -> None:
    nested = gzip.compress(tarred({"a": gzip.compress(ZEROS), "b": DAY}))
    assert the_error(nested, limits=SMALL)[1].startswith("more than 65,536 bytes")


def test_the_ratio_counts_only_above_a_size_and_for_the_whole_file() -> None:
    assert the_error(gzip.compress(bytes(200_000)), limits=SMALL)[1].startswith("more than 65,536 bytes")
    packed = zipped({"a": bytes(200_000), "b": bytes(200_000)}, zipfile.ZIP_STORED)
    assert len(contents(unpack(packed, "x", limits=SMALL))) == 2


@pytest.mark.parametrize("kind", ARCHIVES)
def test_a_file_of_countless_members_is_refused(kind: str) -> None:
    packed = ARCHIVES[kind]({str(number): b"" for number in range(51)})
    assert the_error(packed, limits=SMALL)[1] == "more than 50 members are in it"


def test_containers_in_containers_end_somewhere() -> None:
    packed = DAY
    for _ in range(4):
        packed = gzip.compress(packed)
    assert the_error(packed, limits=SMALL)[1] == "more than 3 containers stand one in another"


TRICKS = {
    "../../etc/passwd": "a path that leads upwards",
    "a/../../b": "a path that leads upwards",
    "..\\..\\b": "a path that leads upwards",
    "/etc/passwd": "an absolute path",
    "\\\\host\\share\\a": "an absolute path",
    "C:\\Windows\\a": "an absolute path",
    "c:a": "an absolute path",
    "a\nb": "a name with control characters",
    "./.": "no name",
    "a" * 1100: "a name of 1,100 characters",
}


@pytest.mark.parametrize("name", TRICKS)
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_name_that_is_a_trick_is_refused_and_its_neighbour_kept(name: str, pack) -> None:  # type: ignore[no-untyped-def]  # packers differ
    refused, kept = unpack(pack({name: b"x", "good.csv": DAY}), "x")
    assert isinstance(refused, Unreadable)
    assert refused.error.what.startswith(f"{TRICKS[name]} in the archive: '")
    assert kept == member("x/good.csv", DAY)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd"])
def test_a_trick_in_a_7z_file_is_refused_and_its_neighbour_kept(name: str) -> None:
    harmless = "_" * len(name)
    found = unpack(renamed_7z({harmless: b"x", "good.csv": DAY}, harmless, name), "x")
    assert {type(one) for one in found} == {Member, Unreadable}
    assert member("x/good.csv", DAY) in found


def test_a_nul_in_a_zip_name_hides_nothing() -> None:
    packed = zipped({"good.csv_.exe": DAY}).replace(b"good.csv_.exe", b"good.csv\0.exe")
    assert the_error(packed)[1] == "a name with control characters in the archive: 'good.csv\ufffd.exe'"


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (tarfile.SYMTYPE, "a symbolic link to '/etc/passwd' in the archive"),
        (tarfile.LNKTYPE, "a hard link to '/etc/passwd' in the archive"),
        (tarfile.CHRTYPE, "a device or another special file in the archive"),
        (tarfile.BLKTYPE, "a device or another special file in the archive"),
        (tarfile.FIFOTYPE, "a device or another special file in the archive"),
    ],
)
def test_a_link_or_device_in_a_tar_file_is_refused_and_its_neighbour_kept(kind: bytes, what: str) -> None:
    refused, kept = unpack(special_tar(kind), "x")
    assert isinstance(refused, Unreadable)
    assert (refused.name, refused.error.what) == ("x/trick", what)
    assert kept == member("x/good.csv", DAY)


def test_a_sparse_file_of_a_tar_file_is_a_bomb_like_any_other() -> None:
    info = tarfile.TarInfo("sparse")
    info.size = 512
    info.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.map": "0,512",
        "GNU.sparse.size": str(1 << 40),
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(bytes(512)))
    assert "bytes come out of it" in the_error(packed.getvalue(), limits=SMALL)[1]


SEEDS = [
    *(pack(DAY) for pack in STREAMS.values()),
    *(pack({"a.csv": DAY, "b/c.csv": b"x,y\n"}) for pack in ARCHIVES.values()),
    aes_zipped({"a": DAY}, "p"),
    seven_zipped({"a": DAY}, "p"),
    seven_zipped({"a": DAY}, "p", hide_names=True),
    gzip.compress(tarred({"a": zipped({"b": DAY})})),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for place, octet in draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=8)):
        content[place] = octet
    start, end = sorted((draw(st.integers(0, len(content))), draw(st.integers(0, len(content)))))
    match draw(st.sampled_from(["whole", "whole", "cut", "without", "twice"])):
        case "cut":
            return bytes(content[:end])
        case "without":
            return bytes(content[:start] + content[end:])
        case "twice":
            return bytes(content[:end] + content[start:])
        case _:
            return bytes(content)


@settings(max_examples=1500)
@given(mutated())
def test_whatever_was_done_to_a_container_it_gives_members_and_errors_and_nothing_else(content: bytes) -> None:
    found = unpack(content, "x", passwords=["q", "p"], limits=SMALL)
    for one in found:
        assert one.name.startswith("x")
        if isinstance(one, Unreadable):
            assert one.error.what
            assert one.error.remedy
            assert one.error.where.startswith("x")
    assert found


@settings(max_examples=300)
@given(
    st.sampled_from(
        [
            b"PK\x03\x04",
            b"\x1f\x8b\x08",
            b"7z\xbc\xaf\x27\x1c",
            b"\xfd7zXZ\0",
            b"]\0\0\x80\0",
            b"BZh91AY&SY",
            b"\x85\x01\x0c\x03",
        ]
    ),
    st.binary(max_size=600),
)
def test_noise_behind_a_signature_is_an_error(signature: bytes, noise: bytes) -> None:
    assert unpack(signature + noise, "x", limits=SMALL)
