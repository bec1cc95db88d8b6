"""Descriptions in the home's folder: all good ones are formats, and each bad one is an error of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from loaders.described_formats import Described, detect, read
from loaders.formats.frame import FormatError
from tests.loaders.formats.test_generic_csv import documented

CONTENT, DESCRIPTION = documented()
FILE = CONTENT.encode("cp1252")


def test_all_descriptions_of_the_folder_are_formats(write: Callable[[str, bytes], Path]) -> None:
    write("b.yaml", DESCRIPTION.encode())
    write("a.yml", DESCRIPTION.replace("solar_box", "other").replace("SolarBox", "Other").encode())
    folder = write("note.txt", b"not one").parent
    found = read(folder)
    assert [form.NAME for form in found.formats] == ["csv:other", "csv:solar_box"]
    assert found.problems == ()
    assert detect(FILE, found.formats) is found.formats[1]
    assert detect(b"something else", found.formats) is None


def test_without_the_folder_nothing_is_described(tmp_path: Path) -> None:
    assert read(tmp_path / "formats") == Described((), ())


def test_a_bad_description_is_an_error_with_its_file_and_leaves_the_others_alone(
    write: Callable[[str, bytes], Path],
) -> None:
    bad = {
        "1.yaml": DESCRIPTION.replace("zone: +01:00", "zone:"),
        "2.yaml": "a: [",
        "4.yaml": DESCRIPTION,
    }
    for name, text in bad.items():
        write(name, text.encode())
    write("5.yaml", "°".encode("cp1252"))
    folder = write("3.yaml", DESCRIPTION.encode()).parent
    (folder / "6.yaml").mkdir()
    found = read(folder)
    assert [form.NAME for form in found.formats] == ["csv:solar_box"]
    assert [(Path(error.where.split(",")[0]).name, error.what.split(" found")[0]) for error in found.problems] == [
        ("1.yaml", "timestamp.zone: nothing"),
        ("2.yaml", "no YAML: expected the node content, but"),
        ("4.yaml", "a second description by the name 'solar_box'"),
        ("5.yaml", "no text in UTF-8"),
        ("6.yaml", "the description can't be read: Is a directory"),
    ]
    assert all(error.remedy for error in found.problems)


def test_a_file_that_two_descriptions_take_for_theirs_is_refused(write: Callable[[str, bytes], Path]) -> None:
    write("a.yaml", DESCRIPTION.encode())
    folder = write("b.yaml", DESCRIPTION.replace("solar_box", "other").encode()).parent
    with pytest.raises(FormatError) as caught:
        detect(FILE, read(folder).formats)
    assert caught.value.what == "several descriptions take it for theirs: solar_box, other"
