"""What happens to files on their way; whatever it was, it is an error on the ledger, and no harm to others."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from hypothesis import strategies as st

from database.home import Home
from loaders.loading import load
from loaders.results import FileResult
from tests.loaders.campaign import toa5

LARGEST = 60_000  # bytes of a sample, so that hundreds of examples stay quick
STATES = {"loaded", "failed", "unclaimed"}
GOOD = "good.dat"
start_of_day = itertools.count(1)  # each neighbour is a file of its own

Step = tuple[str, float, bytes]
Accident = Callable[[bytes, int, bytes, float], bytes]


def with_neighbour(home: Home, contents: Mapping[str, bytes], logger: str | None) -> Iterator[tuple[str, FileResult]]:
    """Load files, by name or path, and a good one among them, which must come in whole; tells what became of each.

    Args:
        home: the instance, whose metadata know the campaign's mast.
        contents: the files.
        logger: whose files all of them are said to be.
    """
    day = next(start_of_day)
    good = toa5({day * 144 + step: [float(step)] for step in range(12)})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, content in ({**contents, GOOD: good}).items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(content)
        results = load(home, [folder], logger=logger, workers=1).files
        by_path = [(result.path.removeprefix(f"{folder}/"), result) for result in results]
    told = {path for path, _ in by_path}
    # of an archive that can be opened each member is told
    assert {part for path in told for part in (path, path.partition("/")[0])} >= {*contents, GOOD}
    assert [(result.state, result.new) for path, result in by_path if path == GOOD] == [("loaded", 12)]
    for path, result in by_path:
        assert result.state in STATES
        assert (result.state == "failed") <= (result.error is not None)
        if result.error is not None:
            assert result.error["what"]
            assert "defect" not in result.error["what"], result.error
        yield path, result


def _changed_line(content: bytes, share: float, change: Callable[[bytes], bytes]) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    at = min(int(share * len(lines)), len(lines) - 1)
    return b"".join([*lines[:at], change(lines[at]), *lines[at + 1 :]])


ACCIDENTS: dict[str, Accident] = {
    "flip": lambda content, place, octets, _: content[:place] + octets + content[place + len(octets) :],
    "cut": lambda content, place, *_: content[:place],
    "tail": lambda content, place, *_: content[place:],
    "insert": lambda content, place, octets, _: content[:place] + octets + content[place:],
    "repeat": lambda content, place, *_: content + content[place:],
    "swap": lambda content, place, *_: content[place:] + content[:place],
    "drop line": lambda content, _place, _octets, share: _changed_line(content, share, lambda _: b""),
    "double line": lambda content, _place, _octets, share: _changed_line(content, share, lambda line: 2 * line),
    "empty line": lambda content, _place, _octets, share: _changed_line(content, share, lambda line: line + b"\r\n"),
    "quote": lambda content, place, *_: content[:place] + b'"' + content[place:],
    "quoted line": lambda content, _place, _octets, share: _changed_line(content, share, lambda line: b'"%b"' % line),
    "digit": lambda content, place, octets, _: content[:place] + b"%d" % (octets[0] % 10) + content[place + 1 :],
    "LF": lambda content, *_: content.replace(b"\r\n", b"\n"),
    "CR": lambda content, *_: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r"),
    "CR CR LF": lambda content, *_: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\r\n"),
    "utf-16": lambda content, *_: content.decode("latin-1").encode("utf-16"),
    "marked": lambda content, *_: b"\xef\xbb\xbf" + content,
    "cp1252": lambda content, *_: content.decode(errors="replace").encode("cp1252", errors="replace"),
    "twice encoded": lambda content, *_: content.decode("latin-1").encode("utf-8"),
    "zeros": lambda content, place, *_: content[:place] + bytes(64) + content[place:],
    "zeroed": lambda content, place, *_: content[:place] + bytes(len(content) - place),
}
accidents: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(st.sampled_from(sorted(ACCIDENTS)), st.floats(0, 1), st.binary(min_size=1, max_size=8)),
    min_size=1,
    max_size=4,
)


def damaged(content: bytes, steps: list[Step]) -> bytes:
    """A content after some accidents, each at a place that is a share of its length."""
    for kind, share, octets in steps:
        content = ACCIDENTS[kind](content, int(share * len(content)), octets, share)
    return content[: 2 * LARGEST]
