"""Exports the mast in a process of its own, given home, folder, format and the pause after each slice, in seconds.

Its standard output has a line for each slice that is done, and then its peak memory in MB.
"""

from __future__ import annotations

import resource
import sys
import time
from functools import partial
from pathlib import Path

from database.connection import connect
from database.home import Home
from exporters.exporting import export
from exporters.selection import Request


def main(home: str, folder: str, file_format: str, pause: str) -> None:
    """Export, telling of each slice."""

    def tell(done: int, _all: int) -> None:
        sys.stdout.write(f"slice {done}\n")
        sys.stdout.flush()
        time.sleep(float(pause))

    export(partial(connect, Home(Path(home)), "exporter"), file_format, Request("test_mast", Path(folder)), tell)
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
