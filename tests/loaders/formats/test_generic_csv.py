"""A table by its description: every cell accounted for, and nothing guessed."""

import re
from contextlib import suppress
from typing import NamedTuple

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from database.home import PROJECT
from loaders import pieces
from loaders.formats import detect
from loaders.formats.csv_description import Description, Statistic, read
from loaders.formats.frame import FormatError, LoggerFile
from loaders.formats.generic_csv import DescribedCsv, parse
from loaders.formats.source import Bytes
from simulation import described_csv as writer
from tests.loaders.formats.locale_samples import ridge
from tests.loaders.formats.toa5_files import SAMPLES, needs_samples

BASE: dict[str, object] = {
    "name": "box",
    "signature": [{"line": "1", "matches": "^Box"}, {"line": "2", "matches": "^Time;"}],
    "separator": "semicolon",
    "decimal": "comma",
    "names_line": "2",
    "first_line": "3",
    "timestamp": {"columns": ["Time"], "format": "%d.%m.%Y %H:%M", "zone": "+01:00", "marks": "end"},
    "missing": ["", "NaN", "-9999"],
    "columns": [{"name": "A", "unit": "m/s", "statistic": "avg"}, {"name": "B", "unit": "°C", "missing": ["99,9"]}],
    "ignored": ["Note"],
}
HEAD = "Box 7\nTime;A;B;Note\n"
DEMAND = "mend the description; docs/generic_csv.md says what may stand there"


def described(**changes: object) -> Description:
    return read(yaml.safe_dump(BASE | changes, allow_unicode=True))


def parsed(rows: str, head: str = HEAD, **changes: object) -> LoggerFile:
    return parse((head + rows).encode(), described(**changes))


def values(file: LoggerFile) -> list[list[float | None]]:
    (table,) = file.tables
    return [[None if np.isnan(value) else value for value in column] for column in table.values]


def refused(rows: str, head: str = HEAD, **changes: object) -> tuple[str, str]:
    with pytest.raises(FormatError) as caught:
        parsed(rows, head, **changes)
    assert caught.value.remedy
    return caught.value.what, caught.value.where


def documented() -> tuple[str, str]:
    """The example of the documentation: the file, and its description."""
    text = (PROJECT / "docs/generic_csv.md").read_text()
    blocks = dict(re.findall(r"```(csv|yaml)\n(.*?)```", text, re.DOTALL))
    return blocks["csv"], blocks["yaml"]


def test_the_documented_example_is_read_as_the_documentation_says() -> None:
    text, description = documented()
    content = text.encode("cp1252")
    form = DescribedCsv(read(description))
    assert (form.NAME, form.VERIFIED) == ("csv:solar_box", True)
    assert form.matches(content)
    file = form.parse(content)
    (table,) = file.tables
    assert (file.logger, file.timestamp_is_end_of_period) == ("4711", True)
    assert file.utc_offset == np.timedelta64(60, "m")
    assert table.averaging_period == np.timedelta64(10, "m")
    assert [(column.name, column.unit, column.statistic) for column in table.columns] == [
        ("GHI [W/m2]", "W/m2", "avg"),
        ("T_mod [°C]", "°C", None),
    ]
    assert values(file) == [[812.4, None, 806.0, 798.1], [31.2, 31.4, None, None]]
    assert table.lines.tolist() == [4, 5, 6, 7]
    assert table.timestamps[0] == np.datetime64("2024-03-01T12:10")
    (rejected,) = file.rejected
    assert (rejected.line, rejected.reason, rejected.readings) == (7, "no number in T_mod [°C]; a number expected", 1)
    assert rejected.text == "01.03.2024;12:40;798,1;ERR;0;"


class Dialect(NamedTuple):
    """How a table is written, and one row of it."""

    separator: str
    decimal: str
    row: str


DIALECTS = [
    Dialect("semicolon", "comma", "01.03.2024 00:10;1,5;-2,25;x"),
    Dialect("semicolon", "point", "01.03.2024 00:10;1.5;-2.25;x"),
    Dialect("tab", "comma", "01.03.2024 00:10\t1,5\t-2,25\tx"),
    Dialect("tab", "point", "01.03.2024 00:10\t1.5\t-2.25\ta, b; c"),
    Dialect("comma", "point", '"01.03.2024 00:10",1.5,"-2.25","a, b"'),
    Dialect("pipe", "comma", "01.03.2024 00:10|1,5|-2,25|x"),
]
SIGNS = {"semicolon": ";", "tab": "\t", "comma": ",", "pipe": "|"}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_in_every_dialect(dialect: Dialect, end: str) -> None:
    content = (HEAD.replace(";", SIGNS[dialect.separator]) + dialect.row + "\n").replace("\n", end)
    file = parse(content.encode(), described(separator=dialect.separator, decimal=dialect.decimal))
    assert values(file) == [[1.5], [-2.25]]
    assert file.tables[0].timestamps[0] == np.datetime64("2024-03-01T00:10")


def test_columns_by_blanks_may_be_padded() -> None:
    stamp = {"columns": ["D", "T"], "format": "%Y%m%d %H:%M", "zone": "metadata", "marks": "metadata"}
    rows = "20240301  0:10    1.5   -2 \n 20240301  0:20   12.5   -2\n"
    file = parsed(rows, "Box\n D   T  A   B\n", separator="blanks", decimal="point", timestamp=stamp, ignored=[])
    assert values(file) == [[1.5, 12.5], [-2, -2]]
    assert (file.utc_offset, file.timestamp_is_end_of_period) == (None, None)
    assert file.tables[0].timestamps[0] == np.datetime64("2024-03-01T00:10")


def test_a_file_without_names_has_those_of_its_description() -> None:
    without = {key: value for key, value in BASE.items() if key != "names_line"}
    description = read(yaml.safe_dump(without | {"names": ["Time", "A", "B", "Note"], "first_line": "1"}))
    file = parse(b"01.03.2024 00:10;1;2;x\n", description)
    assert values(file) == [[1], [2]]
    assert file.tables[0].lines.tolist() == [1]


@pytest.mark.parametrize("token", ["", "NaN", "-9999", "-9999,0", "-9999,00", " NaN "])
def test_a_missing_token_is_a_reading_recorded_as_missing(token: str) -> None:
    file = parsed(f"01.03.2024 00:10;{token};1;x\n")
    assert (values(file), file.rejected) == ([[None], [1]], ())


@pytest.mark.parametrize("cell", ["ERR", "nan", "1.5", "1,5,0", "12V", "1e999", "--", "0x10"])
def test_a_cell_that_is_no_number_is_rejected_and_the_rest_of_its_row_counts(cell: str) -> None:
    file = parsed(f"01.03.2024 00:10;{cell};1;x\n01.03.2024 00:20;2;3;x\n")
    assert [(line.line, line.readings) for line in file.rejected] == [(3, 1)]
    assert values(file) == [[None, 2], [1, 3]]
    assert file.tables[0].rejected_cells[0].tolist() == [True, False]


def test_missing_tokens_are_those_of_the_column() -> None:
    file = parsed("01.03.2024 00:10;99,9;-9999;x\n01.03.2024 00:20;1;99,90;x\n01.03.2024 00:30;1;;x\n")
    assert values(file) == [[99.9, 1, 1], [-9999, None, None]]
    assert [line.reason for line in file.rejected] == ["no number in B; a number expected"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("01.03.2024 00:10;1;2", "3 columns found, 4 named in the header"),
        ("01.03.2024 00:10;1;2;x;y", "5 columns found, 4 named in the header"),
        (
            "30.02.2024 00:10;1;2;x",
            "'30.02.2024 00:10' is no time of the calendar; a time like %d.%m.%Y %H:%M expected",
        ),
    ],
)
def test_a_row_that_fits_nowhere_is_rejected_whole(row: str, reason: str) -> None:
    file = parsed(f"01.03.2024 00:00;1;2;x\n{row}\n01.03.2024 00:20;3;4;x\n")
    assert [(line.line, line.text, line.reason, line.readings) for line in file.rejected] == [(4, row, reason, 2)]
    assert file.tables[0].lines.tolist() == [3, 5]


@pytest.mark.parametrize("padding", [";", ";;;"])
def test_separators_at_a_rows_end_are_padding(padding: str) -> None:
    assert values(parsed(f"01.03.2024 00:10;1;2;x{padding}\n")) == [[1], [2]]


@pytest.mark.parametrize(
    ("head", "what"),
    [
        ("Box\nTime;A;B;Note;C;D\n", "columns that the description doesn't know: 'C', 'D'"),
        ("Box\nTime;A;Note\n", "columns that the description names are not there: 'B'"),
        ("Box\nTime;A;B;Note;A\n", "columns that the description doesn't know: 'A (2)'"),
        ("Box\nTime;A;B;Note;\n", "columns that the description doesn't know: ''"),
        ('Box\nTime;A;B;"Note\n', "names of columns whose quotes are closed expected"),
    ],
)
def test_a_file_with_other_columns_is_refused(head: str, what: str) -> None:
    assert refused("", head) == (what, "line 2")


def test_columns_without_a_name_can_be_ignored_all_at_once() -> None:
    file = parsed("01.03.2024 00:10;1;2;x;;\n", "Box\nTime;A;B;Note;;\n", ignored=["Note", ""])
    assert values(file) == [[1], [2]]


def test_stamps_of_another_format_are_refused_and_not_rejected_one_by_one() -> None:
    what = "no timestamp is like %d.%m.%Y %H:%M: '2024-03-01 00:10' found"
    assert refused("2024-03-01 00:10;1;2;x\n") == (what, "line 3")


def test_a_file_that_does_not_name_its_logger_where_it_should_is_refused() -> None:
    logger = {"line": "1", "matches": r"serial (\d+)"}
    assert refused("", logger=logger) == (r"no serial of the logger like serial (\d+)", "line 1")
    assert parsed("", HEAD.replace("7", "serial 7"), logger=logger).logger == "7"


def test_a_file_of_a_head_alone_holds_no_readings() -> None:
    assert (parsed("").tables, parsed("").rejected) == ((), ())
    assert refused("", "Box", names_line="2") == ("first_line is 3, a line after names_line 2 expected", "line 2")


def test_a_files_encoding_may_be_said() -> None:
    description = described(encoding="gb18030", ignored=["备注"])
    file = parse("Box 7\nTime;A;B;备注\n01.03.2024 00:10;1;2;好\n".encode("gb18030"), description)
    assert values(file) == [[1], [2]]


def test_a_format_is_told_by_all_lines_of_its_signature() -> None:
    form = DescribedCsv(described())
    assert form.matches(HEAD.encode())
    assert form.matches("\ufeffBox\r\nTime;".encode())
    assert not any(form.matches(head) for head in (b"", b"Box", b"Box\nDate;", b"A Box\nTime;"))
    assert not form.VERIFIED


@needs_samples
def test_a_real_table_of_another_parser_is_read_as_pandas_reads_it() -> None:
    pd = pytest.importorskip("pandas")
    path = SAMPLES.parent / "kintech" / "expected_ID150020_20211117.csv"
    expected = pd.read_csv(path, parse_dates=["DateTime"])
    columns = [{"name": name, "unit": ""} for name in expected.columns[1:]]
    stamp = {"columns": ["DateTime"], "format": "%Y-%m-%d %H:%M", "zone": "metadata", "marks": "metadata"}
    description = described(
        signature=[{"line": "1", "matches": "^DateTime,"}], separator="comma", decimal="point", names_line="1",
        first_line="2", timestamp=stamp, columns=columns, ignored=[],
    )  # fmt: skip
    file = parse(path.read_bytes(), description)
    (table,) = file.tables
    assert file.rejected == ()
    assert np.array_equal(table.timestamps, expected["DateTime"].to_numpy().astype("datetime64[us]"))
    for column, found in zip(table.columns, table.values, strict=True):
        assert np.array_equal(found, expected[column.name].to_numpy(float), equal_nan=True), column.name


@needs_samples
def test_no_built_in_format_takes_the_example_for_its_own() -> None:
    assert detect.detect(documented()[0].encode("cp1252")) is None


cell = st.one_of(
    st.floats(-1e6, 1e6).map(lambda value: repr(value).replace(".", ",")),
    st.sampled_from(["", "NaN", "-9999", "ERR", '"1,5"', '"a;b"', '"', "1.5"]),
)
line = st.one_of(
    st.builds(
        "{};{};{};{}".format, st.sampled_from(["01.03.2024 00:10", "31.02.2024 00:10"]), cell, cell, st.just("x")
    ),
    st.text(max_size=30),
)


def readings_in(file: LoggerFile) -> int:
    cells = sum(len(table.timestamps) * len(table.columns) for table in file.tables)
    bad = sum(int(mask.sum()) for table in file.tables for mask in table.rejected_cells)
    return cells - bad + sum(line.readings for line in file.rejected)


@settings(max_examples=400)
@given(st.lists(line, max_size=8))
def test_every_cell_is_a_reading_or_rejected(lines: list[str]) -> None:
    try:
        file = parsed("".join(text.replace("\n", "").replace("\r", "") + "\n" for text in lines))
    except FormatError:  # none of the lines has a time
        return
    rows = {int(line) for table in file.tables for line in table.lines} | {line.line for line in file.rejected}
    assert readings_in(file) % 2 == 0
    assert rows <= set(range(3, 4 + len(lines)))


@settings(max_examples=300)
@given(st.binary(max_size=200), st.integers(0, len(HEAD) + 60))
def test_noise_is_refused_or_rejected_and_nothing_else(noise: bytes, place: int) -> None:
    content = (HEAD + "01.03.2024 00:10;1,5;2;x\n01.03.2024 00:20;1,5;2;x\n").encode()
    with suppress(FormatError):
        file = parse(content[:place] + noise + content[place:], described())
        assert readings_in(file) % 2 == 0


WRONG = [
    ({"zone": "CET"}, "timestamp.zone: 'CET' found, UTC, an offset like +01:00, or metadata if"),
    ({"zone": ""}, "timestamp.zone: nothing found, UTC, an offset"),
    ({"marks": ""}, "timestamp.marks: nothing found, 'begin', 'end' or 'metadata' expected"),
    ({"format": "%d.%m"}, "timestamp.format: '%d.%m' found, a format that tells a time (it tells no year"),
    ({"format": ""}, "timestamp.format: nothing found, an answer expected"),
    ({"columns": []}, "timestamp.columns: nothing found, at least one expected"),
    ({"clock": "x"}, "timestamp.clock: 'x' found, no such key expected"),
]


@pytest.mark.parametrize(("change", "what"), WRONG)
def test_a_description_that_leaves_its_timestamps_open_is_refused(change: dict[str, object], what: str) -> None:
    with pytest.raises(FormatError) as caught:
        described(timestamp=BASE["timestamp"] | change)  # type: ignore[operator]
    assert caught.value.what.startswith(what)
    assert caught.value.remedy == DEMAND


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"name": "A b"}, "name: 'A b' found, small letters, digits and _ expected"),
        ({"signature": []}, "signature: nothing found, at least one expected"),
        ({"signature": [{"line": "1", "matches": "("}]}, "signature.1.matches: '(' found, a regular expression ("),
        ({"signature": [{"line": "x", "matches": "a"}]}, "signature.1.line: 'x' found, a whole number expected"),
        ({"encoding": "klingon"}, "encoding: 'klingon' found, an encoding that Python knows"),
        ({"encoding": "hex"}, "encoding: 'hex' found, an encoding that Python knows"),
        ({"separator": ";"}, "separator: ';' found, 'tab', 'blanks', 'comma', 'semicolon' or 'pipe' expected"),
        ({"separator": "comma"}, "the description: something else found, a separator and a decimal mark that differ"),
        ({"names": ["Time"]}, "the description: something else found, names_line, or names where the file has none"),
        ({"averaging_period": "ten"}, "averaging_period: 'ten' found, a period like 10 min, 1 h or 30 s expected"),
        ({"missing": ""}, "missing: nothing found, a list expected"),
        ({"columns": [{"name": "A", "unit": "", "statistic": "mean"}]}, "columns.1.statistic: 'mean' found, 'avg'"),
        ({"columns": [{"name": "A"}]}, "columns.1.unit: nothing found, this key, which may not be left out expected"),
        ({"ignored": ["A"]}, "the description: something else found, each column once; 'A' is named twice expected"),
        ({"logger": {"line": "1", "matches": "x"}}, "the description: something else found, one pair of brackets"),
    ],
)  # fmt: skip
def test_a_wrong_key_of_a_description_is_named(change: dict[str, object], what: str) -> None:
    with pytest.raises(FormatError) as caught:
        described(**change)
    assert caught.value.what.startswith(what)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the description: nothing found, keys with values expected"),
        ("- a\n- b", "the description: something else found, keys with values expected"),
        ("a: [", "no YAML: "),
        ("a: 1\na: 2", "no YAML: the key 'a' stands twice"),
        ("a: &x [1]\nb: *x", "no YAML: an alias found, plain values expected"),
        ("a: !!python/object/apply:os.system [x]", "a: something else found, no such key expected"),
        ("\x00", "no YAML: "),
        ("[" * 5000, "no YAML: "),
    ],
)
def test_what_is_no_description_is_told(text: str, what: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(text)
    assert what in caught.value.what


@given(st.text(max_size=200))
def test_noise_is_no_description(text: str) -> None:
    with pytest.raises(FormatError):
        read(text)


def test_the_statistics_are_those_of_the_seed() -> None:
    seed = (PROJECT / "seeds/statistics.csv").read_text().splitlines()[1:]
    assert {*Statistic.__args__, "text"} == {row.split(",")[0] for row in seed}  # type: ignore[attr-defined]


def test_what_was_simulated_is_read_by_its_description() -> None:
    recording = ridge()
    file = parse(
        writer.file(writer.header(recording.mast), writer.rows(recording)),
        read(writer.description(recording.mast)),
    )
    (table,) = file.tables
    assert (file.logger, file.rejected) == (recording.mast.serial, ())
    assert table.timestamps.tolist() == recording.stamps.astype("datetime64[us]").tolist()
    for column, found in zip(table.columns, table.values, strict=True):
        np.testing.assert_allclose(found, recording.values[column.name], atol=5e-4)


@pytest.mark.parametrize("encoding", [None, "cp1252", "gb18030"])
def test_a_table_in_pieces_is_the_table(encoding: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"{day:02}.01.2021 {hour:02}:00;{day},5;{hour}\n" for day in range(1, 29) for hour in range(24))
    rows = rows.replace("\n", ";x\n") + "29.01.2021 00:00;what;1;x\n"
    content = (HEAD + rows).encode()
    module = DescribedCsv(described(encoding=encoding) if encoding else described())
    monkeypatch.setattr(pieces, "PIECE_BYTES", 700)
    found = [piece.file for piece in pieces.read(module, Bytes(content))]
    whole = module.parse(content)
    assert len(found) > 10
    assert [bad for file in found for bad in file.rejected] == list(whole.rejected)
    for position, column in enumerate(whole.tables[0].values):
        together = np.concatenate([file.tables[0].values[position] for file in found])
        np.testing.assert_array_equal(together, column)
    lines = np.concatenate([file.tables[0].lines for file in found])
    np.testing.assert_array_equal(lines, whole.tables[0].lines)


def test_a_table_whose_line_breaks_are_no_single_bytes_is_never_cut() -> None:
    module = DescribedCsv(described(encoding="utf-16-le"))
    assert module.cut(HEAD.encode("utf-16-le")) is None
