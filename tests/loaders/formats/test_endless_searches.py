"""Lines made to keep a search for a pattern busy: reading ends, be it with readings or an error.

What takes a step for each byte is done in a second; what takes a step for each pair of them is not in a day. So each
content is read in a process of its own, which is killed when it is far beyond what the first may take.
"""

from __future__ import annotations

import multiprocessing
from contextlib import suppress

import pytest

from loaders.formats.csv_proposal import propose
from loaders.formats.detect import FORMATS, HEAD_BYTES
from loaders.formats.frame import FormatError
from loaders.formats.settings import number
from tests.loaders.formats.nrg_files import SYMPHONIEPRO

LIMIT_S = 60  # of which most goes into the start of the process
MANY = 1_000_000
BLANKS = b" " * MANY
DIGITS = b"9" * MANY
AMMONIT = b"[System]\ntype=Meteo-40\n[Sensor_1]\nlabel=V1\n"
WINDOGRAPHER = b"Created 2020-01-01 00:00 by Windographer 4.0.1\n"
ROW = b"2020-01-01 00:00\t1\n"
NRG = SYMPHONIEPRO.encode()
HOSTILE = {
    "comments without a root": b"<!---->" * 40 + b"x",
    "comments with blanks": b"<!-- -->\n \n" * 40 + b"<csixm",
    "a declaration that does not end": b"<?xml" + b"?" * MANY,
    "blanks after Created": b"Created" + BLANKS + b"x\n",
    "blanks before by": b"Created by" + b" by" * (MANY // 3) + b"\n",
    "blanks in a fact": WINDOGRAPHER + b"a" + BLANKS + b"b\nDate/Time\tV1 [m/s]\n" + ROW,
    "blanks in a name": WINDOGRAPHER + b"\nDate/Time\ta" + BLANKS + b"b\n" + ROW,
    "blanks in an entry": AMMONIT + b"a" + BLANKS + b"b\n\nDate/time\tV1;wind_speed;Avg (m/s)\n" + ROW,
    "blanks in a remark": AMMONIT + b"# a" + BLANKS + b"b\n\nDate/time\tV1;wind_speed;Avg (m/s)\n" + ROW,
    "signs after a statistic": AMMONIT + b"\nDate/time\tV1;Avg" + b"-" * MANY + b"x\n" + ROW,
    "digits of a slope": NRG.replace(b"0.09350", DIGITS + b"x"),
    "digits of a height": NRG.replace(b"85.00", DIGITS + b"x"),
    "digits in a table": b"time,value\n" + b"".join(b"2020-01-0%d 00:00,%sx\n" % (day, DIGITS) for day in range(1, 9)),
    "tabs in the names of a lidar": b"ZX300\nReference" + b"\t" * MANY + b"x\n",
}


def read(content: bytes) -> None:
    """Ask every format for a content, and read it by those that take it; what a table might say of it too."""
    for module in FORMATS:
        takes_it = module.matches(content[:HEAD_BYTES])
        if module.matches(content) or takes_it:
            with suppress(FormatError):
                module.parse(content)
    with suppress(FormatError):
        propose(content)
    number(content.decode())


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_no_search_goes_on_without_end(content: bytes) -> None:
    process = multiprocessing.get_context("spawn").Process(target=read, args=(content,))
    process.start()
    process.join(LIMIT_S)
    is_endless = process.is_alive()
    process.kill()
    process.join()
    assert not is_endless
    assert process.exitcode == 0
