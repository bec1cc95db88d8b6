"""The second generation of NetCDF, HDF5, by way of a process of its own.

A few changed bytes make HDF5's library bring its process down or read for ever, whichever other library calls it. In a
process of its own that costs the file alone.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import FormatError
from loaders.formats.netcdf_contents import CONTENTS, Attribute, Contents, Variable, damaged

SIGNATURE = b"\x89HDF\r\n\x1a\n"
CHILD = Path(__file__).with_name("netcdf_hdf5_process.py")
TIMEOUT_S = 120  # a hundred million values take some seconds


def read(content: bytes) -> Contents:
    """Read names, shapes, attributes and values. Raises FormatError where the file is damaged, or too large."""
    command = [sys.executable, "-I", str(CHILD)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise damaged(f"the HDF5 file can't be read: its library was still at it after {TIMEOUT_S} s") from None
    if done.returncode < 0:
        raise damaged(f"the HDF5 file can't be read: its library broke down over it (signal {-done.returncode})")
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise damaged(f"the HDF5 file can't be read: {why}")
    try:
        with np.load(io.BytesIO(done.stdout), allow_pickle=False) as archive:
            arrays = dict(archive)
        return unpack(json.loads(str(arrays[CONTENTS])), arrays)
    except (BadZipFile, EOFError, KeyError, ValueError):  # it went on, and wrong
        raise damaged("the HDF5 file can't be read: its library left nothing that can be used") from None


def unpack(about: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Contents:
    """Put together what the process has packed."""
    if error := about.get("error"):
        raise FormatError(*error)

    def attributes_of(attributes: dict[str, str | int | None]) -> dict[str, Attribute]:
        return {name: arrays[str(value)] if isinstance(value, int) else value for name, value in attributes.items()}

    def reader(number: int) -> Callable[[], NDArray[Any]]:
        return lambda: arrays[str(number)]

    variables = [
        Variable(
            name=told["name"],
            dimensions=None if told["dimensions"] is None else tuple(told["dimensions"]),
            shape=tuple(told["shape"]),
            kind=told["kind"],
            attributes=attributes_of(told["attributes"]),
            fill=None if told["fill"] is None else float(arrays[str(told["fill"])]),
            read=reader(told["values"]),
        )
        for told in about["variables"]
    ]
    return Contents(
        {variable.name: variable for variable in variables}, attributes_of(about["attributes"]), tuple(about["groups"])
    )
