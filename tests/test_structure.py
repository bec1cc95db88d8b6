"""The structure is tested, not hoped for: who may import whom, how long files are, what errors may be caught."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from database.home import PROJECT

PACKAGES = ("database", "exporters", "loaders", "orchestration", "simulation")
MAY_IMPORT = {
    "database": set[str](),
    "simulation": set[str](),
    "loaders": {"database"},
    "exporters": {"database"},
    "orchestration": {"database", "exporters", "loaders", "simulation"},
}
LONGEST_MODULE = 320
STARTS_A_PROCESS = ("netcdf_hdf5.py",)  # since its library can bring the process down
MODULES = sorted(path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The modules that a file imports, by their full names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_imports_only_what_its_folder_may(path: Path) -> None:
    package = path.relative_to(PROJECT).parts[0]
    others = {name.split(".")[0] for name in imports(path)} & set(PACKAGES) - {package}
    assert others <= MAY_IMPORT[package]


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.parent.name == "formats" and path.parent.parent.name == "loaders"],
    ids=named,
)
def test_a_format_is_pure(path: Path) -> None:
    ours = {name for name in imports(path) if name.split(".")[0] in PACKAGES}
    assert all(name.startswith("loaders.formats") for name in ours)
    outside = imports(path) & {"os", "socket", "subprocess", "tempfile", "time", "psycopg", "urllib", "pandas"}
    assert outside == ({"subprocess"} if path.name in STARTS_A_PROCESS else set())


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_what_it_is_for_and_is_short(path: Path) -> None:
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_error_is_caught_that_nobody_named(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            assert ast.unparse(node.type) != "Exception"


def test_pandas_holds_no_station() -> None:
    assert [named(path) for path in MODULES if "pandas" in imports(path)] == []


def test_definitions_is_a_table_of_contents() -> None:
    assert len((PROJECT / "orchestration" / "definitions.py").read_text().splitlines()) < 60
