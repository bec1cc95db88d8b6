"""Containers of every kind, in one another, named rightly, wrongly or not at all."""

import gzip
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.containers.detecting import kind_of
from loaders.containers.frame import Limits, Member, PasswordNeeded, Unreadable
from loaders.formats.source import Bytes
from tests.loaders.containers.wrapping import (
    ARCHIVES,
    DAY,
    STREAMS,
    aes_zipped,
    contents,
    crypto_zipped,
    member,
    seven_zipped,
    stored_7z,
    tarred,
    the_error,
    unpack,
    zipped,
)


def test_a_file_that_is_no_container_is_its_own_member() -> None:
    assert unpack(DAY, "day.zip") == [member("day.zip", DAY)]


@pytest.mark.parametrize("kind", STREAMS)
@pytest.mark.parametrize("name", ["day.csv.gz", "day.csv.7z", "day.csv", "day", ""])
def test_a_stream_is_told_by_content_whatever_its_name(kind: str, name: str) -> None:
    packed = STREAMS[kind](DAY)
    assert kind_of(Bytes(packed)) == kind
    assert list(contents(unpack(packed, name)).values()) == [DAY]


@pytest.mark.parametrize("kind", STREAMS)
def test_several_streams_in_a_row_are_one_file(kind: str) -> None:
    packed = STREAMS[kind](DAY) + STREAMS[kind](b"more\n")
    assert contents(unpack(packed, "a")) == {"a": DAY + b"more\n"}


@pytest.mark.parametrize("kind", ["gzip", "xz", "bzip2"])
def test_zeros_after_a_stream_are_padding_and_anything_else_is_damage(kind: str) -> None:
    assert contents(unpack(STREAMS[kind](DAY) + bytes(512), "a")) == {"a": DAY}
    assert f"a damaged {kind} file" in the_error(STREAMS[kind](DAY) + b"more")[1]


@pytest.mark.parametrize("kind", STREAMS)
@pytest.mark.parametrize("part", [0.4, 0.9, 0.999])
def test_a_stream_that_is_cut_short_is_damaged(kind: str, part: float) -> None:
    packed = STREAMS[kind](DAY + bytes(range(256)) * 50)
    name, what, remedy = the_error(packed[: int(len(packed) * part)])
    assert (name, remedy) == ("file", "have the file sent again")
    assert what.startswith(f"a damaged {kind} file: ")


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_archives_members_come_by_their_paths(kind: str) -> None:
    files = {"a.csv": DAY, "2024/03/b.csv": b"other", "empty": b""}
    packed = ARCHIVES[kind](files)
    assert kind_of(Bytes(packed)) == kind
    assert contents(unpack(packed, "x.dat")) == {f"x.dat/{name}": content for name, content in files.items()}


@pytest.mark.parametrize("layout", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_is_read_in_every_dialect(layout: int) -> None:
    assert contents(unpack(tarred({"ä/" * 60 + "b": DAY}, layout), "x")) == {"x/" + "ä/" * 60 + "b": DAY}


def test_a_tar_file_without_its_newer_signature_is_told_by_its_checksum() -> None:
    packed = bytearray(tarred({"a.csv": DAY}, tarfile.USTAR_FORMAT))
    packed[257:265] = bytes(8)
    packed[148:156] = b"%06o\0 " % (sum(packed[:148]) + 8 * 32 + sum(packed[156:512]))
    assert contents(unpack(bytes(packed), "x")) == {"x/a.csv": DAY}


@pytest.mark.parametrize(
    ("packing", "name"), [(zipfile.ZIP_STORED, "s"), (zipfile.ZIP_BZIP2, "b"), (zipfile.ZIP_LZMA, "l")]
)
def test_zip_is_read_by_every_packing_of_the_standard_library(packing: int, name: str) -> None:
    assert contents(unpack(zipped({name: DAY}, packing), "x")) == {f"x/{name}": DAY}


def test_containers_stand_one_in_another() -> None:
    inner = zipped({"day.csv.gz": gzip.compress(DAY), "note.txt": b"hello"})
    packed = lzma.compress(tarred({"mail/attachment": inner, "7": seven_zipped({"b": DAY})}))
    assert contents(unpack(packed, "week.txz")) == {
        "week.tar/mail/attachment/day.csv": DAY,
        "week.tar/mail/attachment/note.txt": b"hello",
        "week.tar/7/b": DAY,
    }


wrapping = st.lists(st.sampled_from([*STREAMS, *ARCHIVES]), max_size=6)


@given(wrapping, st.binary(max_size=3000), st.text(max_size=20))
def test_what_was_wrapped_comes_out_as_it_was(kinds: list[str], content: bytes, name: str) -> None:
    packed = wanted = b"#" + content
    for kind in kinds:
        packed = STREAMS[kind](packed) if kind in STREAMS else ARCHIVES[kind]({"inner": packed})
    assert [one.content for one in unpack(packed, name) if isinstance(one, Member)] == [wanted]


def test_an_office_document_stays_whole() -> None:
    document = zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    assert unpack(document, "a.xlsx") == [member("a.xlsx", document)]


@pytest.mark.parametrize("text", [b"BZh9 is how a text may begin", b"]\0\0 and so on, at length", b"PK is a prefix"])
def test_a_text_is_not_taken_for_a_container(text: bytes) -> None:
    assert unpack(text, "a") == [member("a", text)]


@pytest.mark.parametrize("bits", [128, 192, 256])
def test_an_aes_zip_opens_by_any_of_the_passwords(bits: int) -> None:
    packed = aes_zipped({"a": DAY, "b": b"2"}, "geheim", bits)
    assert contents(unpack(packed, "x", passwords=["wrong", "geheim"])) == {"x/a": DAY, "x/b": b"2"}


@pytest.mark.parametrize(("password", "spelled"), [("geheim", b"geheim"), ("größe", "größe".encode("cp1252"))])
def test_an_old_encrypted_zip_opens_by_any_of_the_passwords(password: str, spelled: bytes) -> None:
    packed = crypto_zipped("a", DAY, spelled)
    assert contents(unpack(packed, "x", passwords=["wrong", password])) == {"x/a": DAY}


def test_one_wrong_password_in_256_passes_for_right_and_is_still_found_out() -> None:
    packed = crypto_zipped("a", DAY, b"right")
    wrong = [f"wrong{number}" for number in range(1500)]
    assert contents(unpack(packed, "x", passwords=[*wrong, "right"])) == {"x/a": DAY}


@pytest.mark.parametrize("hide_names", [False, True])
def test_a_7z_file_opens_by_any_of_the_passwords(*, hide_names: bool) -> None:
    packed = seven_zipped({"a": DAY, "b": b"2"}, "geheim", hide_names=hide_names)
    assert contents(unpack(packed, "x", passwords=["wrong", "geheim"])) == {"x/a": DAY, "x/b": b"2"}


@pytest.mark.parametrize(
    "packed",
    [
        aes_zipped({"a": DAY}, "geheim"),
        crypto_zipped("a", DAY, b"geheim"),
        seven_zipped({"a": DAY}, "geheim"),
        seven_zipped({"a": DAY}, "geheim", hide_names=True),
    ],
)
def test_without_the_password_the_error_says_so_and_which_setting_gives_it(packed: bytes) -> None:
    for passwords, what in [
        ([], "encrypted, and no password is known"),
        (["no"], "encrypted, and none of 1 passwords"),
    ]:
        (one,) = unpack(packed, "x", passwords=passwords)
        assert isinstance(one, Unreadable)
        assert isinstance(one.error, PasswordNeeded)
        assert one.error.what.startswith(what)
        assert one.error.where == one.name
        assert "[[password]] in stationmanager.toml" in one.error.remedy


def test_a_password_that_none_needs_does_no_harm() -> None:
    for pack in ARCHIVES.values():
        assert contents(unpack(pack({"a": DAY}), "x", passwords=["one", "two"])) == {"x/a": DAY}


def test_one_damaged_member_leaves_its_neighbours_alone() -> None:
    files = {"a": DAY, "b": bytes(range(256)) * 8, "c": DAY}
    packed = bytearray(zipped(files, zipfile.ZIP_STORED))
    packed[packed.index(files["b"]) + 100] ^= 1
    first, second, third = unpack(bytes(packed), "x")
    assert (first, third) == (member("x/a", DAY), member("x/c", DAY))
    assert isinstance(second, Unreadable)
    assert second.error.what.startswith("a damaged zip file: Bad CRC-32")


def test_a_zip_file_without_its_directory_says_what_is_missing() -> None:
    name, what, _ = the_error(zipped({"a": DAY})[:-30])
    assert name == "file"
    assert what.startswith("a damaged zip file: its directory, which stands at the end, can't be read")


def test_a_cut_tar_file_still_gives_what_was_whole() -> None:
    packed = tarred({"a": DAY, "b": DAY})
    for length in (2600, 3072):
        first, *rest = unpack(packed[:length], "x")
        assert first == member("x/a", DAY)
        assert rest
        assert all(isinstance(one, Unreadable) for one in rest)


def test_what_lies_behind_a_broken_tar_header_is_not_lost_unsaid() -> None:
    packed = bytearray(tarred({"a": b"1", "b": b"2"}))
    packed[1024 + 150] ^= 1
    first, second = unpack(bytes(packed), "x")
    assert first == member("x/a", b"1")
    assert isinstance(second, Unreadable)
    assert second.error.what == "a damaged tar file: the header at byte 1,024 can't be read, nor what lies behind it"


def test_what_follows_the_end_of_a_tar_file_is_not_lost_unsaid() -> None:
    _, second = unpack(tarred({"a": b"1"}) + b"more", "x")
    assert isinstance(second, Unreadable)
    assert second.error.what == "a damaged tar file: something follows its end, at byte 1,024"


def test_a_7z_file_that_breaks_off_still_gives_what_was_whole() -> None:
    packed = bytearray(stored_7z({"a": DAY, "b": bytes(range(255, -1, -1)) * 99}))
    packed[packed.index(b"\xff\xfe\xfd") + 4] ^= 0x55
    whole, broken = unpack(bytes(packed), "x")
    assert whole == member("x/a", DAY)
    assert isinstance(broken, Unreadable)
    assert broken.error.what.startswith("a damaged 7z file: ")


@pytest.mark.parametrize("kind", ["zip", "7z"])
def test_an_archive_without_a_file_says_so(kind: str) -> None:
    assert the_error(ARCHIVES[kind]({}))[1] == f"a {kind} file without a file in it"


def test_real_containers_give_their_files(samples: Path) -> None:
    buoy = contents(unpack((samples / "buoy/buoy.z05.00.20201201.000000.zip").read_bytes(), "buoy"))
    assert len(buoy) == 10
    assert len(buoy["buoy/buoy.z05.00.20201201.000000.currents.csv"]) == 91_148
    wrongly_named = samples / "windcube/lidar.z05.00.20201201.000000.sta.7z"
    (lidar,) = contents(unpack(wrongly_named.read_bytes(), wrongly_named.name)).items()
    assert lidar[0] == "lidar.z05.00.20201201.000000.sta"
    assert lidar[1] == lzma.decompress(wrongly_named.read_bytes())
    assert lidar[1].startswith(b"HeaderSize=")


def test_no_other_real_file_is_taken_for_a_container(samples: Path) -> None:
    told = {path.name for path in samples.rglob("*") if path.is_file() and kind_of(Bytes(path.read_bytes()))}
    assert told == {"buoy.z05.00.20201201.000000.zip", "lidar.z05.00.20201201.000000.sta.7z"}


def test_limits_are_for_the_whole_file_and_the_defaults_take_a_days_harvest() -> None:
    files = {f"{number:04}.csv.gz": gzip.compress(DAY) for number in range(3000)}
    assert len(contents(unpack(zipped(files), "x", limits=Limits()))) == 3000


def test_few_bytes_among_zeros_are_no_tar_file_whatever_their_sum() -> None:
    assert kind_of(Bytes(b"\x80\x80" + bytes(2000))) is None
