"""Formats as an instance knows them: what the team describes goes before what is known, and nothing holds up others."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pysequoia
import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.home import Home
from loaders.formats import headerless, toa5
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from loaders.formats.source import Bytes
from loaders.identifying import Formats, is_text
from tests.loaders.campaign import toa5 as toa5_file
from tests.loaders.metadata_documents import document
from tests.loaders.test_described_formats import DESCRIPTION, FILE

HEADERLESS = b"2024-03-01 00:10:00,1.5,2\n2024-03-01 00:20:00,1.6,2\n"
LOGGERS = toa5_file({step: [5.0] for step in range(3)})
TOA5_DESCRIBED = """
name: our_toa5
signature:
  - {line: 1, matches: '^"TOA5"'}
separator: comma
decimal: point
names_line: 2
first_line: 5
timestamp: {columns: [TIMESTAMP], format: '%Y-%m-%d %H:%M:%S', zone: UTC, marks: begin}
missing: [NAN]
columns:
  - {name: Spd_Avg, unit: mph, statistic: avg}
ignored: [RECORD]
"""


@pytest.fixture
def describing(tmp_path: Path) -> Callable[..., Formats]:
    """The formats of a home with these descriptions, by the names of their files."""

    def described(**descriptions: str) -> Formats:
        folder = tmp_path / "formats"
        folder.mkdir()
        for name, text in descriptions.items():
            (folder / f"{name}.yaml").write_text(text)
        return Formats.of(Home(tmp_path))

    return described


def told(error: FormatError) -> tuple[str, str]:
    return error.what, error.remedy


def test_without_descriptions_the_formats_are_those_that_are_known(tmp_path: Path) -> None:
    formats = Formats.of(Home(tmp_path))
    assert formats.find(LOGGERS, "a.dat") is toa5
    assert formats.find(HEADERLESS, "a.csv") is headerless
    assert formats.find(b"nothing", "a") is None


def test_of_a_buoys_wind_the_files_name_says_which_anemometer_it_is() -> None:
    content = b"DataTimeStamp,Horizontal Speed (m/s),Horizontal Direction (deg)\r\n2020-12-01 00:00:00,6.1,70.2\r\n"
    for side in ("wind_port", "wind_stbd"):
        found = Formats().find(content, f"day.zip/buoy.z05.00.20201201.000000.{side}.csv")
        assert found
        assert (found.NAME, [table.name for table in found.parse(content).tables]) == ("axys", [side])
    renamed = Formats().find(content, "day.zip/wind.csv")
    assert renamed
    with pytest.raises(FormatError, match="port and starboard have the same columns"):
        renamed.parse(content)


def test_a_described_file_is_read_as_described(describing: Callable[..., Formats]) -> None:
    formats = describing(solar=DESCRIPTION)
    found = formats.find(FILE, "box.csv")
    assert found
    assert (found.NAME, found.VERIFIED) == ("csv:solar_box", True)
    assert found.parse(FILE).format == "csv:solar_box"
    assert formats.find(LOGGERS, "a.dat") is toa5


def test_rows_without_a_header_are_what_their_description_says(describing: Callable[..., Formats]) -> None:
    described = """
name: rows
signature: [{line: 1, matches: '^2024-'}]
separator: comma
decimal: point
names: [time, Spd, Note]
first_line: 1
timestamp: {columns: [time], format: '%Y-%m-%d %H:%M:%S', zone: UTC, marks: end}
missing: []
columns: [{name: Spd, unit: m/s}]
ignored: [Note]
"""
    found = describing(rows=described).find(HEADERLESS, "a.csv")
    assert found
    (table,) = found.parse(HEADERLESS).tables
    assert table.values[0].tolist() == [1.5, 1.6]


def test_a_description_goes_before_a_known_format(describing: Callable[..., Formats]) -> None:
    found = describing(ours=TOA5_DESCRIBED).find(LOGGERS, "a.dat")
    assert found
    assert (found.NAME, found.VERIFIED, found.matches(LOGGERS)) == ("csv:our_toa5", False, True)
    (table,) = found.parse(LOGGERS).tables
    assert [(column.name, column.unit) for column in table.columns] == [("Spd_Avg", "mph")]


def test_a_description_with_too_wide_a_signature_names_the_format_that_it_hides(
    describing: Callable[..., Formats],
) -> None:
    found = describing(ours=TOA5_DESCRIBED).find(toa5_file({1: [5.0]}, columns=["Dir_Avg"]), "a.dat")
    assert found
    with pytest.raises(FormatError) as caught:
        found.parse(toa5_file({1: [5.0]}, columns=["Dir_Avg"]))
    what, remedy = told(caught.value)
    assert what == "columns that the description doesn't know: 'Dir_Avg'"
    assert remedy.startswith(
        "narrow the signature of 'our_toa5', if the file is not meant by it: it is toa5; else name"
    )


def test_two_descriptions_of_one_file_refuse_it_and_no_other(describing: Callable[..., Formats]) -> None:
    formats = describing(a=TOA5_DESCRIBED, b=TOA5_DESCRIBED.replace("our_toa5", "other"), c=DESCRIPTION)
    with pytest.raises(FormatError) as caught:
        formats.find(LOGGERS, "a.dat")
    assert caught.value.what == "several descriptions take it for theirs: our_toa5, other"
    assert caught.value.where == "a.dat"
    assert formats.find(FILE, "box.csv")


def test_a_broken_description_is_a_problem_and_holds_up_nothing(describing: Callable[..., Formats]) -> None:
    formats = describing(broken=DESCRIPTION.replace("zone: +01:00", "zone:"), ours=TOA5_DESCRIBED)
    (problem,) = formats.problems
    assert problem.what.startswith("timestamp.zone: nothing found, UTC, an offset like +01:00, or metadata")
    assert formats.find(LOGGERS, "a.dat")
    assert formats.find(FILE, "box.csv") is None
    remedy = formats.unknown(Bytes(FILE)).remedy
    assert remedy.startswith("mend the description that may be meant for it (")
    assert "broken.yaml: timestamp.zone: nothing found" in remedy
    assert "broken.yaml" not in formats.unknown(Bytes(b"\x00\x01")).remedy


def test_formats_are_the_same_in_another_process(describing: Callable[..., Formats]) -> None:
    formats = describing(broken="a: [", solar=DESCRIPTION, ours=TOA5_DESCRIBED)
    again: Formats = pickle.loads(pickle.dumps(formats))  # noqa: S301 - of our own
    assert again.described == formats.described
    assert [problem.as_dict() for problem in again.problems] == [problem.as_dict() for problem in formats.problems]
    found = again.find(FILE, "box.csv")
    assert found
    assert found.parse(FILE).tables[0].lines.tolist() == [4, 5, 6, 7]
    broken: FormatError = pickle.loads(pickle.dumps(formats.unknown(Bytes(FILE))))  # noqa: S301 - of our own
    assert told(broken) == told(formats.unknown(Bytes(FILE)))


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"a;b\n1;2\n", "stationmanager describe FILE proposes a description of it (docs/generic_csv.md)"),
        (b"\x01\x02\x00", "if a program of its maker reads it, name that as a [[converter]] (docs/converters.md)"),
    ],
)
def test_of_an_unknown_file_the_next_step_is_told(content: bytes, remedy: str) -> None:
    assert told(Formats().unknown(Bytes(content)))[0] == "no known format begins like this"
    assert told(Formats().unknown(Bytes(content)))[1].split(";")[0] == remedy


@pytest.mark.parametrize("content", [b"", b"\r\n", bytes(5000)])
def test_of_a_file_with_nothing_in_it_that_is_told(content: bytes) -> None:
    assert told(Formats().unknown(Bytes(content)))[0] == "there is nothing in the file but blanks or zeros"


@pytest.mark.parametrize("armor", [True, False])
def test_a_detached_signature_is_told_as_such(armor: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    signer = pysequoia.Tsk.generate("a logger <logger@example.org>").signer()
    signature = pysequoia.sign(signer, FILE, mode=pysequoia.SignatureMode.DETACHED, armor=armor)
    assert Formats().find(signature, "box.csv.asc") is None
    assert (
        Formats().unknown(Bytes(signature)).what == "an OpenPGP signature of another file: there are no readings in it"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_document_of_metadata_is_told_to_be_imported(encoding: str, indent: int | None) -> None:
    content = json.dumps(document(), indent=indent).encode(encoding)
    assert Formats().find(content, "mast.json") is None
    what, remedy = told(Formats().unknown(Bytes(content)))
    assert what.startswith("an IEA Task 43 document")
    assert remedy.startswith("stationmanager metadata import FILE")
    schema = b'{"properties": {"measurement_location": {"type": "array"}}}'
    assert told(Formats().unknown(Bytes(schema)))[0] == "no known format begins like this"


@given(
    st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1, max_size=3000),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_text_of_any_language_is_text(text: str, encoding: str) -> None:
    assert is_text(("\n".join([text] * 3)).encode(encoding)) == ("\ufffd" not in text)


@given(st.binary(max_size=200))
def test_any_bytes_have_a_format_or_a_sentence(content: bytes) -> None:
    known = detect(content)
    assert Formats().find(content, "x") is known
    assert Formats().unknown(Bytes(content)).remedy
    assert not is_text(content + b"\x00")
