"""A proposed description: what the file shows is filled in, what it can't show is asked, and nothing is guessed."""

import re
from contextlib import suppress
from datetime import date
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.formats import csv_description
from loaders.formats.csv_proposal import propose
from loaders.formats.csv_sketch import DATES
from loaders.formats.frame import FormatError
from loaders.formats.generic_csv import DescribedCsv, parse
from tests.loaders.formats.test_generic_csv import documented
from tests.loaders.formats.toa5_files import SAMPLES, needs_samples

ANSWERS = {
    "name": "box",
    "zone": "UTC",
    "marks": "end",
    "format": "%d/%m/%Y %H:%M",
    "decimal": "comma",
    "missing": "['']",
}


def table(stamps: list[str], cells: list[str], separator: str = ";", head: str = "Time;A;B") -> bytes:
    rows = [f"{stamp}{separator}{cell}{separator}7.5" for stamp, cell in zip(stamps, cells, strict=True)]
    return "\n".join([head.replace(";", separator), *rows, ""]).encode()


def questions(proposal: str) -> dict[str, str]:
    """What is asked, by key."""
    return dict(re.findall(r"^ *(?:- )?(\w+): +# say[^:]*: (.*)$", proposal, re.MULTILINE))


def answered(proposal: str, **answers: str) -> str:
    """The proposal with its questions answered."""
    given = ANSWERS | answers

    def answer(found: re.Match[str]) -> str:
        value = given[found[2]]
        return f"{found[1]}{found[2]}: " + (f"'{value}'" if value.startswith("%") else value)

    return re.sub(r"^( *)(\w+): +# say.*$", answer, proposal, flags=re.MULTILINE)


class Case(NamedTuple):
    """Stamps of a file, and the format that is proposed, or the choices that are asked."""

    stamps: list[str]
    format: str


DAYS = [f"{day:02}" for day in range(1, 32)]
CASES = [
    Case(["2024-03-01 00:10", "2024-03-01 00:20"], "%Y-%m-%d %H:%M"),
    Case(["2024-03-01T00:10:00Z", "2024-03-01T00:20:00Z"], "%Y-%m-%dT%H:%M:%S%z"),
    Case(["2024/03/01 00:10:00.5", "2024/03/01 00:20:00.5"], "%Y/%m/%d %H:%M:%S.%f"),
    Case([f"{day}/03/2024 00:10" for day in DAYS], "%d/%m/%Y %H:%M"),
    Case([f"03/{day}/2024 00:10" for day in DAYS], "%m/%d/%Y %H:%M"),
    Case(["01/03/2024 00:10", "01/03/2024 00:20"], "? %d/%m/%Y %H:%M or %m/%d/%Y %H:%M"),
    Case(["01.03.2024 00:10", "01.03.2024 00:20"], "%d.%m.%Y %H:%M"),
    Case(["01-02-03 00:10", "01-02-03 00:20"], "? %d-%m-%y %H:%M or %m-%d-%y %H:%M or %y-%m-%d %H:%M"),
    Case(["3/1/24 1:05 PM", "3/13/24 1:15 PM"], "%m/%d/%y %I:%M %p"),
    Case(["202403010010", "202403010020"], "%Y%m%d%H%M"),
    Case(["01-Mar-2024 00:10", "01-Mar-2024 00:20"], "%d-%b-%Y %H:%M"),
    Case(["2024-061", "2024-062"], "%Y-%j"),
    Case(["2024-03-01 25:10", "2024-03-01 25:20"], "? the letters are those of strptime"),
]


@pytest.mark.parametrize("case", CASES)
def test_a_format_is_proposed_where_one_fits_and_asked_where_several_do(case: Case) -> None:
    proposal = propose(table(case.stamps, ["1.5"] * len(case.stamps)))
    asked = questions(proposal)
    if case.format.startswith("?"):
        assert asked["format"] == case.format.removeprefix("? ")
    else:
        assert f"  format: '{case.format}'\n" in proposal
    assert "marks" in asked
    assert ("zone" in asked) == ("%z" not in case.format)


def test_date_and_clock_may_stand_in_two_columns() -> None:
    proposal = propose(b"Date,Clock,A\n2024-03-01,00:10:00,1\n2024-03-01,00:20:00,2\n")
    assert "  columns: ['Date', 'Clock']\n  format: '%Y-%m-%d %H:%M:%S'\n" in proposal


def test_a_proposal_is_not_valid_until_its_questions_are_answered() -> None:
    proposal = propose(table(["01/03/2024 00:10", "01/03/2024 00:20"], ["1.5", "-9999"]))
    with pytest.raises(FormatError) as caught:
        csv_description.read(proposal)
    for key in ("name", "timestamp.format", "timestamp.zone", "timestamp.marks", "missing"):
        assert f"{key}: nothing found" in caught.value.what
    file = parse(b"Time;A;B\n01/03/2024 00:10;1.5;7.5\n", csv_description.read(answered(proposal)))
    assert file.tables[0].timestamps.tolist() == [np.datetime64("2024-03-01T00:10", "us").item()]


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["1,5", "2,25"], "comma"),
        (["1.5", "2.25"], "point"),
        (["1", "2"], "point"),
        (["1,500", "2,250"], ""),
        (["1,025.9", "12.0"], "point"),
        (["1,5", "2.5"], ""),
    ],
)
def test_a_decimal_mark_is_asked_where_it_may_part_thousands(cells: list[str], decimal: str) -> None:
    content = b"Time;A\n" + "".join(f"2024-03-01 00:10;{cell}\n" for cell in cells).encode()
    proposal = propose(content)
    assert (f"decimal: {decimal}\n" in proposal) if decimal else ("decimal" in questions(proposal))


def test_words_for_missing_are_proposed_numbers_asked_and_others_left_to_be_rejected() -> None:
    stamps = ["2024-03-01 00:10"] * 4
    assert "missing: ['', 'NaN']\n" in propose(table(stamps, ["1.5", "NaN", "", "2"]))
    assert "'-9999'" in questions(propose(table(stamps, ["1.5", "-9999", "", "2"])))["missing"]
    assert "# 'ERR' is no number: its cell is rejected" in propose(table(stamps, ["1.5", "ERR", "", "2"]))


def test_columns_without_numbers_and_those_that_count_rows_are_ignored() -> None:
    rows = "".join(f'2024-03-01 00:{minute}0,{minute},1.5,"a, b",\n' for minute in range(4))
    proposal = propose(f"Time,RECORD,Spd_Avg [m/s],Note,\n{rows}".encode())
    assert "columns:\n  - name: 'Spd_Avg [m/s]'\n    unit: 'm/s'\n" in proposal
    assert proposal.endswith("  - 'RECORD'\n  - 'Note'\n  - ''\n")


def test_names_and_units_are_found_below_a_title() -> None:
    rows = "".join(f"2024-03-01 00:{minute}0;1,5;NaN\n" for minute in range(3))
    proposal = propose(f"Title;;\nTime;GHI;T's\n;W/m2;°C\n{rows}".encode())
    assert "  - line: 2\n    matches: '^Time;GHI;T''s'\n" in proposal
    assert "names_line: 2\nfirst_line: 4\n" in proposal
    assert "- name: 'GHI'\n    unit: 'W/m2'\n  - name: 'T''s'\n    unit: '°C'\n" in proposal
    assert "# averaging_period: 10 min" in proposal


def test_where_no_line_names_the_columns_they_are_numbered_and_the_signature_is_asked() -> None:
    proposal = propose(b"2024-03-01 00:10\t1.5\n2024-03-01 00:20\t1.5\n")
    assert "  - 'column_1'\n  - 'column_2'\nfirst_line: 1\n" in proposal
    assert "matches" in questions(proposal)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a text\n", b"a,b\n1,2\n", b"\x00\x01\x02"])
def test_what_is_no_table_with_timestamps_is_refused(content: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        propose(content)
    assert caught.value.remedy


def test_the_documented_example_is_proposed_as_it_is_documented() -> None:
    content = documented()[0].encode("cp1252")
    proposal = answered(propose(content), missing="['', -9999]")
    theirs = parse(content, csv_description.read(documented()[1]))
    ours = parse(content, csv_description.read(proposal))
    assert ours.tables[0].timestamps.tolist() == theirs.tables[0].timestamps.tolist()
    assert np.array_equal(ours.tables[0].values[0], theirs.tables[0].values[0], equal_nan=True)
    assert DescribedCsv(csv_description.read(proposal)).matches(content)


REAL = [
    ("campbell/demo_mast.csv", 95_629, "%Y-%m-%d %H:%M:%S"),
    ("triton/TritonExport_2017-03-13-04-46-38_innogySE_sample.csv", 288, "%d.%m.%Y %H:%M"),
    ("windcube/WLS7-164_2016_11_24__00_00_00.sta", 143, "%Y/%m/%d %H:%M"),
]


@needs_samples
@pytest.mark.parametrize(("path", "rows", "stamp"), REAL)
def test_the_proposal_for_a_real_file_reads_it(path: str, rows: int, stamp: str) -> None:
    content = (SAMPLES.parent / path).read_bytes()
    proposal = propose(content)
    assert f"  format: '{stamp}'\n" in proposal
    file = parse(content, csv_description.read(answered(proposal)))
    assert abs(len(file.tables[0].timestamps) - rows) <= 1
    assert len(file.rejected) <= 1


days = st.dates(min_value=date(1990, 1, 1), max_value=date(2050, 12, 31))


@settings(max_examples=100)
@given(st.sampled_from([text for text in DATES if "%j" not in text]), st.lists(days, min_size=2, max_size=5))
def test_the_true_format_is_the_proposed_one_or_among_the_choices(text: str, dates: list[date]) -> None:
    stamps = [f"{day:{text}} 00:10" for day in dates]
    proposal = propose(table(stamps, ["1.5"] * len(stamps), "\t"))
    told = re.search(r"^  format: +(.*)$", proposal, re.MULTILINE)
    assert told is not None
    choices = told[1].strip("'").removeprefix("# say which: ").split(" or ")
    assert f"{text} %H:%M" in choices


@settings(max_examples=200)
@given(st.binary(max_size=300), st.integers(0, 60))
def test_noise_gives_a_proposal_or_a_refusal(noise: bytes, place: int) -> None:
    content = table(["2024-03-01 00:10", "2024-03-01 00:20", "2024-03-01 00:30"], ["1.5", "", "x"])
    with suppress(FormatError):
        proposal = propose(content[:place] + noise + content[place:])
        with pytest.raises(FormatError) as caught:
            csv_description.read(proposal)
        assert "name: nothing found" in caught.value.what
