"""CSIXML as LoggerNet writes it, as power cuts cut it, and as no one should be able to abuse it."""

import json
import time
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.formats import csixml, csixml_rows
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile
from tests.loaders.formats.toa5_files import readings_in, values_of

FIELDS = """
      <field name="Spd_Avg" type="xsd:float" units="m/s" process="Avg"/>
      <field name="Temp" process="Max" type="xsd:float" units="&#176;C" />
      <field name="Spd_TMx" type="xsd:dateTime" process="TMx"/>
      <field name="Door" type="xsd:boolean" process="Smp"/>
      <field name="Note" type="xsd:string" string-len="8" process="Smp"/>
"""
READINGS = 3
FIRST_ROW = 17  # the line


def head(fields: str = FIELDS, serial: str = "4711") -> str:
    return f"""<?xml version="1.0" standalone="yes"?>
<csixml version="1.0">
  <head>
    <environment>
      <station-name>Hill &amp; Dale</station-name><table-name>Ten</table-name><model>CR1000X</model>
      <serial-no>{serial}</serial-no><os-version>CR1000X.Std.05</os-version>
      <dld-name>CPU:hill.CR1X</dld-name><dld-sig>2438</dld-sig>
    </environment>
    <fields>{fields}    </fields></head>
  <data>
"""


def row(minute: int, speed: str = "5.5", door: str = "true", note: str = "ok") -> str:
    values = (speed, "12.5", "2024-03-01T00:03:12", door, note)
    cells = "".join(f"<v{number}>{value}</v{number}>" for number, value in enumerate(values, 1))
    return f'    <r time="2024-03-01T00:{minute}:00" no="{minute}">{cells}</r>\n'


END = "  </data>\n</csixml>\n"


def parse(*rows: str, end: str = END) -> LoggerFile:
    return csixml.parse((head() + "".join(rows) + end).encode())


def rejected(file: LoggerFile) -> list[tuple[int, int]]:
    return [(line.line, line.readings) for line in file.rejected]


def test_columns_are_what_the_head_says() -> None:
    file = parse(row(10), row(20))
    (table,) = file.tables
    assert [(column.name, column.unit, column.statistic) for column in table.columns] == [
        ("Spd_Avg", "m/s", "avg"),
        ("Temp", "°C", "max"),
        ("Door", "", None),
    ]
    assert (table.name, file.logger, table.lines.tolist()) == ("Ten", "4711", [FIRST_ROW, FIRST_ROW + 1])
    assert table.timestamps.tolist() == [datetime(2024, 3, 1, 0, 10), datetime(2024, 3, 1, 0, 20)]
    assert (values_of(file, "Spd_Avg"), values_of(file, "Door")) == ([5.5, 5.5], [-1.0, -1.0])
    (told,) = json.loads(json.dumps(file.header))["headers"]
    assert (told["station"], told["program"], told["types"][0]) == ("Hill & Dale", "CPU:hill.CR1X", "xsd:float")
    assert file.rejected == ()


@pytest.mark.parametrize(
    "written",
    [
        row(10).replace('time="2024-03-01T00:10:00" no="10"', 'no="10" time="2024-03-01 00:10:00"'),
        row(10).replace("><", ">\n      <"),
        row(10).replace("<v5>ok</v5>", "<v5/>"),
        row(10, note="&lt;a, &quot;b&quot;&gt;"),
        row(10).replace("5.5", "<!-- five --> 5.5 "),
    ],
)
def test_a_row_may_be_written_in_any_way_that_xml_allows(written: str) -> None:
    file = parse(written)
    assert (values_of(file, "Spd_Avg"), file.rejected) == ([5.5], ())
    assert file.tables[0].timestamps.tolist() == [datetime(2024, 3, 1, 0, 10)]


@pytest.mark.parametrize("token", ["NAN", "&quot;NAN&quot;", "NaN", "", "INF", "-INF", " NAN "])
def test_a_missing_token_is_a_reading_recorded_as_missing(token: str) -> None:
    file = parse(row(10, speed=token))
    assert (values_of(file, "Spd_Avg"), file.rejected) == ([None], ())


def test_a_column_without_a_type_is_one_of_numbers_if_it_holds_any() -> None:
    fields = '<field name="Batt"/><field name="Note"/>'
    rows = '<r time="2024-03-01T00:10:00"><v1>12.5</v1><v2>ok</v2></r>'
    file = csixml.parse((head(fields) + rows + END).encode())
    assert [column.name for column in file.tables[0].columns] == ["Batt"]


def test_cells_and_stamps_that_can_not_be_read_are_rejected_and_the_rest_counts() -> None:
    file = parse(
        row(10),
        row(20, speed="ERR", door="maybe"),
        row(30).replace("03-01T", "13-01T"),
        row(40).replace("time=", "at="),
    )
    assert rejected(file) == [(18, 2), (19, READINGS), (20, READINGS)]
    assert file.rejected[0].reason == "no number in Spd_Avg, Door; a number or NAN expected"
    assert file.rejected[0].text == "<v1>ERR</v1> <v4>maybe</v4>"
    assert file.tables[0].lines.tolist() == [17, 18]
    assert readings_in(file) == 4 * READINGS


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (row(20).replace("</v2>", ""), "<v3> found after 1 of 5 values"),
        (row(20).replace("<v2>12.5</v2>", ""), "<v3> found after 1 of 5 values"),
        (row(20).replace("<v5>ok</v5>", ""), "4 values found, 5 fields named in the header"),
        (row(20).replace("</r>", "<v6>1</v6></r>"), "<v6> found after 5 of 5 values"),
        (row(20).replace("</r>", ""), "<r> found after 5 of 5 values"),
        (row(20).replace("ok", "a & b"), "no XML: not well-formed (invalid token)"),
        (row(20).replace("ok", "&all;"), "no XML: undefined entity"),
        (row(20).replace("ok", "\x01"), "no XML: not well-formed (invalid token)"),
        (row(20).replace("<r ", "<q "), "<q> found, <r> expected"),
        (row(20).replace("</v1>", "</v2>"), "no XML: mismatched tag"),
    ],
)
def test_a_broken_row_costs_itself_alone(broken: str, reason: str) -> None:
    file = parse(row(10), broken, row(30), row(40))
    assert [(line.line, line.readings, line.reason) for line in file.rejected] == [(18, READINGS, reason)]
    assert file.tables[0].lines.tolist() == [17, 19, 20]
    assert readings_in(file) == 4 * READINGS


def test_garbage_between_rows_holds_no_readings() -> None:
    file = parse(row(10), "\x00\x02 <<<\n\n", row(30))
    assert rejected(file) == [(18, 0)]
    assert file.tables[0].lines.tolist() == [17, 20]


@pytest.mark.parametrize("end", [END, "", "  </data>", "  </da"])
def test_a_file_may_end_before_its_closing_words(end: str) -> None:
    file = parse(row(10), row(20), end=end)
    assert (len(file.tables[0].timestamps), file.rejected) == (2, ())


@pytest.mark.parametrize("length", [8, 30, 60, 90, 120])
def test_the_row_that_a_file_ends_in_says_what_to_do(length: int) -> None:
    file = parse(row(10), row(20)[:length], end="")
    assert rejected(file) == [(18, READINGS)]
    assert file.rejected[0].reason == csixml_rows.STILL_WRITTEN


def test_documents_put_together_are_read_one_by_one() -> None:
    other = head('<field name="Spd_Avg" type="xsd:float" units="knots" process="Avg"/>')
    rows = '<r time="2024-03-01T01:10:00" no="1"><v1>9.5</v1></r>'
    content = head() + row(10) + END + head() + row(20) + END + other + rows + END
    file = csixml.parse(content.encode())
    assert [(len(table.columns), table.lines.tolist()) for table in file.tables] == [(3, [17, 36]), (1, [49])]
    assert (len(file.header["headers"]), file.rejected) == (2, ())  # type: ignore[arg-type]


def test_rows_of_two_loggers_in_one_file_are_refused() -> None:
    content = head() + row(10) + END + head(serial="4712") + row(20) + END
    with pytest.raises(FormatError) as caught:
        csixml.parse(content.encode())
    assert (caught.value.what, caught.value.where) == (
        "rows of two loggers in one file: '4711', then '4712'",
        "line 20",
    )


BOMB = '<!DOCTYPE c [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE c [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE, '<!DOCTYPE c SYSTEM "http://localhost/a.dtd">'])
def test_document_types_and_their_entities_are_refused(doctype: str) -> None:
    with pytest.raises(FormatError) as caught:
        csixml.parse((head().replace("<csixml", doctype + "\n<csixml") + row(10) + END).encode())
    assert caught.value.what.startswith("a document type found, none expected")
    assert caught.value.where == "line 2"
    assert rejected(parse(row(10), doctype, row(20)))[0][1] == 0


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (head().replace("<data>", ""), "no <data> found: the document ends before its rows begin", "line 1"),
        (head(fields="") + END, "no <field> found in the head, one for each value of a row expected", "line 1"),
        (head().replace("</model>", "") + END, "the head is no XML: mismatched tag", "line 6"),
        (
            head(FIELDS + '<field name="Temp"/>') + END,
            "two columns are named 'Temp', each name once expected",
            "line 1",
        ),
        (head('<field type="xsd:float"/>') + END, "column 3 has no name", "line 1"),
    ],
)
def test_a_wrong_head_is_an_error_that_says_where(content: str, what: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        csixml.parse(content.encode())
    assert caught.value.what == what
    assert caught.value.remedy
    assert where == caught.value.where or what.startswith("the head")


def test_many_broken_rows_take_no_longer_than_good_ones() -> None:
    began = time.perf_counter()
    file = parse(*[row(10).replace("</v1>", "</v2>") if number % 2 else row(10) for number in range(4000)])
    assert (len(file.tables[0].lines), len(file.rejected)) == (2000, 2000)
    assert time.perf_counter() - began < 10


def test_it_is_told_by_its_root() -> None:
    assert detect((head() + END).encode()) is csixml
    assert detect(("\ufeff<!-- saved --><csixml version='1.0'>").encode()) is csixml
    assert detect(b'<?xml version="1.0"?><html><csixml/></html>') is None


@settings(max_examples=300)
@given(st.integers(0, 1500), st.binary(max_size=60), st.integers(0, 60))
def test_nothing_but_a_format_error_is_raised_and_no_row_before_the_damage_is_lost(
    at: int, garbage: bytes, cut: int
) -> None:
    content = (head() + "".join(row(minute) for minute in range(10, 20)) + END).encode()
    with suppress(FormatError):
        file = csixml.parse(content[:at] + garbage + content[at + cut :])
        whole = content[:at].count(b"</r>") if b"<csixml" not in garbage and b"<data" not in garbage else 0
        assert sum(len(table.timestamps) for table in file.tables) >= whole


@pytest.mark.parametrize("behind", ["<r", "<v1>", "</v1>", "<v5>", "</v5>"])
def test_lines_that_break_within_a_row_count_for_those_behind_it(behind: str) -> None:
    broken = row(20).replace(behind, f"{behind}\n\n")
    file = parse(row(10), broken, row(30), broken, row(40), row(50, speed="ERR"))
    assert file.tables[0].lines.tolist() == [FIRST_ROW + at for at in (0, 1, 4, 5, 8, 9)]
    assert rejected(file) == [(FIRST_ROW + 9, 1)]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(["good", "cell", "row", "xml"]), max_size=30))
def test_every_cell_is_a_reading_or_rejected_on_its_line(kinds: list[str]) -> None:
    forms = {
        "good": row(10),
        "cell": row(20, speed="ERR"),
        "row": row(30).replace("<v2>12.5</v2>", ""),
        "xml": row(40).replace("</v1>", ""),
    }
    file = parse(*(forms[kind] for kind in kinds))
    expected = {"cell": 1, "row": READINGS, "xml": READINGS}
    assert rejected(file) == [(FIRST_ROW + at, expected[kind]) for at, kind in enumerate(kinds) if kind != "good"]
    assert readings_in(file) == READINGS * len(kinds)
