"""The documents are held to what is there: formats, links, commands, the columns of tables, the example document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from database.home import PROJECT
from loaders.formats.detect import FORMATS
from loaders.metadata.importing import read
from loaders.metadata.table_layout import LAYOUTS, columns_of
from loaders.metadata.team.importing import LAYOUTS as TEAM_TABLES
from orchestration.cli.main import app
from orchestration.metadata_tests import KEYS, checks, kind_of

FOLDERS_OF_OTHERS = {".venv", ".stationmanager", ".hypothesis", ".pytest_cache"}
DOCUMENTS = sorted(
    path for path in PROJECT.rglob("*.md") if not FOLDERS_OF_OTHERS & set(path.relative_to(PROJECT).parts)
)
FORMAT_ROW = re.compile(
    r"\| \[`(?P<name>[\w-]+)`\]\(\.\./(?P<module>[\w/]+\.py)\) \|.*\| (?P<word>verified|unverified) \|"
)
TABLE_ROW = re.compile(r"\| `(?P<name>\w+\.csv)` \|[^|]*\|(?P<needed>[^|]*)\|(?P<others>[^|]*)\|")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
BLOCK = re.compile(r"^```\w*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^(?:\.venv/bin/)?stationmanager(?P<words>(?: +[a-z][\w-]*)*)")
INLINE = re.compile(r"`(stationmanager [^`]+)`")


def named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def document(name: str) -> str:
    return (PROJECT / "docs" / name).read_text()


def words(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def anchors(text: str) -> set[str]:
    """What a heading is called in a link, as GitHub does it."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def commands(text: str) -> list[str]:
    """All that begins with our command, in blocks and within sentences."""
    lines = [line.strip() for block in BLOCK.finditer(text) for line in block["text"].splitlines()]
    inline = INLINE.findall(BLOCK.sub("", text))
    return [line for line in [*lines, *inline] if COMMAND.match(line)]


def test_every_format_has_a_row_with_its_module_and_whether_it_is_verified() -> None:
    rows = {row["name"]: (row["module"], row["word"]) for row in FORMAT_ROW.finditer(document("formats.md"))}
    expected = {
        module.NAME: (
            f"{str(module.__name__).replace('.', '/')}.py",  # type: ignore[attr-defined]  # formats are modules
            "verified" if module.VERIFIED else "unverified",
        )
        for module in FORMATS
    }
    assert rows == expected


def test_every_table_of_metadata_is_told_with_all_its_columns() -> None:
    rows = {row["name"]: row for row in TABLE_ROW.finditer(document("metadata.md"))}
    assert rows.keys() == LAYOUTS.keys() | TEAM_TABLES.keys()
    for name, layout in LAYOUTS.items():
        needed = words(rows[name]["needed"])
        assert set(needed) == set(layout.required), name
        assert {*needed, *words(rows[name]["others"])} == set(columns_of(name)) - {"station", "notes"}, name
    for name, table in TEAM_TABLES.items():
        told = (words(rows[name]["needed"]), words(rows[name]["others"]))
        assert told == (list(table.required), list(table.optional)), name


def test_every_check_of_the_metadata_is_told() -> None:
    table = document("metadata.md").partition("| finding |")[2].partition("\n\n")[0]
    told = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    assert told == {kind_of(test.stem) for test in checks()} | {KEYS}


def test_the_example_document_is_valid(tmp_path: Path) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", document("metadata.md"), re.DOTALL)
    (tmp_path / "mast.json").write_text(example)
    assert list(read(tmp_path / "mast.json").stations) == ["hill_top"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_link_within_the_project_leads_somewhere(path: Path) -> None:
    text = path.read_text()
    for link in LINK.finditer(BLOCK.sub("", text)):
        target, _, anchor = link["target"].partition("#")
        if "://" in target:
            continue
        there = path if not target else path.parent / target
        assert there.exists(), link["target"]
        assert not anchor or anchor in anchors(there.read_text()), link["target"]


def is_known(command: str) -> bool:
    """Whether the words lead to a command, or to the help of a group of them."""
    match = COMMAND.match(command)
    known = typer.main.get_command(app)
    for word in match["words"].split() if match else ():
        if not isinstance(known, TyperGroup):
            break
        if word not in known.commands:
            return False
        known = known.commands[word]
    return not isinstance(known, TyperGroup) or command.endswith(" --help")


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_command_in_a_document_is_one_of_ours(path: Path) -> None:
    assert [command for command in commands(path.read_text()) if not is_known(command)] == []


def test_a_command_that_is_none_would_be_found() -> None:
    assert commands("`stationmanager flag`, `make up`\n```sh\nstationmanager fly away\n```\n") == [
        "stationmanager fly away",
        "stationmanager flag",
    ]
    assert not is_known("stationmanager fly away")
    assert not is_known("stationmanager flag")
    assert is_known("stationmanager flag withdraw 1")
    assert is_known("stationmanager flag --help")
