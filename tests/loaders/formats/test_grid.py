"""Rows of any locale come out as numbers, and what is none comes out as the file has it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.formats import grid
from loaders.formats.grid import Dialect

GERMAN = Dialect(";", ",")


def read(text: str, width: int, dialect: Dialect = GERMAN) -> grid.Grid:
    return grid.read(text.encode(), 1, width, dialect, stamp=0, readings=range(1, width), missing=("",))


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        (GERMAN, "1.2.2024 0:00;1,5;-0,25\n"),
        (Dialect(","), "1.2.2024 0:00,1.5,-0.25\n"),
        (Dialect("\t"), "1.2.2024 0:00\t1.5\t-0.25\n"),
        (Dialect("\t", ","), "1.2.2024 0:00\t1,5\t-0,25\n"),
        (Dialect(" "), "1.2.2024,0:00 1.5 -0.25\n"),
    ],
)
def test_every_dialect_gives_the_same_numbers_and_the_stamp_as_it_stands(dialect: Dialect, text: str) -> None:
    found = read(text, 3, dialect)
    assert [column.values.tolist() for column in found.columns.values()] == [[1.5], [-0.25]]
    assert found.stamps.to_pylist() == [text.partition(dialect.separator + "1.5".replace(".", dialect.decimal))[0]]


@pytest.mark.parametrize(
    ("dialect", "cell"), [(GERMAN, "1.026"), (GERMAN, "1.026,5"), (Dialect("\t"), "1,026"), (Dialect(" "), "8,37")]
)
def test_another_locales_number_is_no_number(dialect: Dialect, cell: str) -> None:
    found = read(f"s{dialect.separator}{cell}\n", 2, dialect)
    assert found.columns[1].unreadable.tolist() == [True]
    assert found.text(1) == f"s{dialect.separator}{cell}"


def test_names_that_come_again_get_numbers_that_no_other_name_has() -> None:
    assert grid.unique(["a", "b", "a", "a", "a (2)"]) == ("a", "b", "a (3)", "a (4)", "a (2)")
    assert grid.unique(["a", "a", "a"]) == ("a", "a (2)", "a (3)")


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "b"]), max_size=12))
def test_unique_names_are_unique_and_the_first_of_each_keeps_its_own(names: list[str]) -> None:
    made = grid.unique(names)
    assert len(set(made)) == len(names)
    for name in set(names):
        assert made[names.index(name)] == name


@given(st.lists(st.text("a;", max_size=8), max_size=6), st.integers(1, 4))
def test_cutting_and_unpadding_do_to_each_line_what_they_say(lines: list[str], fields: int) -> None:
    body = "".join(f"{line}\n" for line in lines).encode()
    cut = [";".join(line.split(";")[:fields]) + ";" * (line.count(";") >= fields) for line in lines]
    assert grid.cut_after(body, ";", fields).decode() == "".join(f"{line}\n" for line in cut)
    kept = [";".join(line.split(";")[:fields]) if not "".join(line.split(";")[fields:]) else line for line in lines]
    assert grid.without_padding(body, ";", fields).decode() == "".join(f"{line}\n" for line in kept)


def test_numbers_that_mean_missing_are_missing_in_every_column() -> None:
    found = grid.with_missing_numbers(read("s;9999;19999\ns;9998,5;9999,000\n", 3), (9999.0,))
    np.testing.assert_array_equal(found.columns[1].values, [np.nan, 9998.5])
    np.testing.assert_array_equal(found.columns[2].values, [19999, np.nan])


@pytest.mark.parametrize(
    ("body", "separator", "mark"),
    [
        ("31.08.2016 00:00;1,5;2\n31.08.2016 00:10;1,5;2\n", ";", ","),
        ("31.08.2016 00:00;1.5;2\n31.08.2016 00:10;1.5;2\n", ";", "."),
        ("31.08.2016 00:00;1,5;2,5\nx;1.5;y,\n", ";", ","),
        ("31.08.2016 00:00;1;2\n", ";", "."),
        ("s,1,5\n", ",", "."),
        ("s\t,5\t-0,25\n", "\t", ","),
    ],
)
def test_the_decimal_mark_is_that_of_most_numbers(body: str, separator: str, mark: str) -> None:
    assert grid.decimal_mark(body.encode(), separator) == mark
