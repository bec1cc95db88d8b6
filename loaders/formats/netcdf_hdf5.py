"""The second generation of NetCDF, HDF5, by way of a process of its own.

A few changed bytes make HDF5's library bring its process down or read for ever, whichever other library calls it. In a
process of its own that costs the file alone. It is asked for values as they are needed, and ends with the file.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import FormatError
from loaders.formats.netcdf_contents import CONTENTS, VALUES, Attribute, Contents, Variable, damaged
from loaders.formats.source import OnDisk, Source, blocks

SIGNATURE = b"\x89HDF\r\n\x1a\n"
CHILD = Path(__file__).with_name("netcdf_hdf5_process.py")
TIMEOUT_S = 120  # an answer; a hundred million values take some seconds
ANSWER = re.compile(rb"arrays (\d{1,10})\n")  # with its bytes


@contextmanager
def read(source: Source) -> Iterator[Contents]:
    """Read names, shapes and attributes; values when they are asked for, as long as the block lasts.

    What is in a file on the disk the process reads by itself; else it is sent all of it.
    Raises FormatError where the file is damaged.
    """
    with ExitStack() as stack:
        place = stack.enter_context(source.opened()) if isinstance(source, OnDisk) else None
        process = stack.enter_context(_started(source.size, place))
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        library = Library(process, process.stdin, process.stdout, process.stderr)
        stack.callback(library.end)
        yield library.contents(() if place else blocks(source))


def _started(size: int, place: tuple[int, int] | None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", str(CHILD), *map(str, (size, *(place or ())))]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, pass_fds=place[:1] if place else ())


@dataclass(slots=True)
class Library:
    """The process that calls HDF5's library, and its pipes."""

    process: subprocess.Popen[bytes]
    asks: IO[bytes]
    answers: IO[bytes]
    complaints: IO[bytes]
    is_late: bool = False

    def contents(self, file: Iterable[bytes]) -> Contents:
        """What is in the file, after sending it if need be."""
        arrays = self._ask(file)
        return unpack(json.loads(str(arrays[CONTENTS])), arrays, self._reader)

    def end(self) -> None:
        """Whatever it does, it isn't needed any more."""
        self.process.kill()
        with suppress(OSError):  # something may not have been sent yet
            self.asks.close()

    def _reader(self, name: str) -> Callable[[int, int, int], NDArray[Any]]:
        def values(axis: int, first: int, behind: int) -> NDArray[Any]:
            return self._ask([json.dumps([name, axis, first, behind]).encode() + b"\n"])[VALUES]

        return values

    def _ask(self, words: Iterable[bytes]) -> dict[str, NDArray[Any]]:
        """Raises FormatError with what befell it, or what it says."""
        timer = Timer(TIMEOUT_S, self._give_up)
        timer.start()
        try:
            with suppress(BrokenPipeError):
                self.asks.writelines(words)
                self.asks.flush()
            told = ANSWER.fullmatch(self.answers.readline(100))
            packed = self.answers.read(int(told[1])) if told else b""
            arrays = _arrays(packed)
            if arrays is None:
                raise self._failure()
        finally:
            timer.cancel()
        if CONTENTS in arrays and (error := json.loads(str(arrays[CONTENTS])).get("error")):
            raise FormatError(*error)
        return arrays

    def _give_up(self) -> None:
        self.is_late = True
        self.process.kill()

    def _failure(self) -> FormatError:
        """Why there was no answer; where the process goes on nevertheless, after its time."""
        with suppress(OSError):
            self.asks.close()
        why = self.complaints.read().decode(errors="replace").strip().rpartition("\n")[2]
        code = self.process.wait()
        if self.is_late:
            why = f"its library was still at it after {TIMEOUT_S} s"
        elif code < 0:
            why = f"its library broke down over it (signal {-code})"
        elif not code:  # it went on, and wrong
            why = "its library left nothing that can be used"
        return damaged(f"the HDF5 file can't be read: {why}")


def _arrays(packed: bytes) -> dict[str, NDArray[Any]] | None:
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as archive:
            arrays = dict(archive)
    except (BadZipFile, EOFError, KeyError, ValueError):
        return None
    return arrays if CONTENTS in arrays or VALUES in arrays else None


def unpack(
    about: dict[str, Any],
    arrays: Mapping[str, NDArray[Any]],
    reader: Callable[[str], Callable[[int, int, int], NDArray[Any]]],
) -> Contents:
    """Put together what the process has packed."""

    def attributes_of(attributes: dict[str, str | int | None]) -> dict[str, Attribute]:
        return {name: arrays[str(value)] if isinstance(value, int) else value for name, value in attributes.items()}

    variables = [
        Variable(
            name=told["name"],
            dimensions=None if told["dimensions"] is None else tuple(told["dimensions"]),
            shape=tuple(told["shape"]),
            kind=told["kind"],
            itemsize=told["itemsize"],
            attributes=attributes_of(told["attributes"]),
            fill=None if told["fill"] is None else float(arrays[str(told["fill"])]),
            read=reader(told["name"]),
        )
        for told in about["variables"]
    ]
    return Contents(
        {variable.name: variable for variable in variables}, attributes_of(about["attributes"]), tuple(about["groups"])
    )
