"""CSIXML as LoggerNet writes it: a row an element, on a line of its own."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from simulation import toa5
from simulation.masts import Mast
from simulation.recording import Recording
from simulation.rows_of_text import Texts, constant, fixed, joined, stamped

ELEMENTS = ("station-name", "model", "serial-no", "os-version", "dld-name", "dld-sig", "table-name")
DECIMALS = 3
END = "  </data>\r\n</csixml>\r\n"


def header(mast: Mast, program: str) -> str:
    """All that stands before the rows."""
    lines = [line.replace('"', "").split(",") for line in toa5.header(mast, program).split(toa5.END)[:4]]
    environment = "".join(
        f"      <{name}>{escape(word)}</{name}>\r\n" for name, word in zip(ELEMENTS, lines[0][1:], strict=True)
    )
    fields = "".join(
        f'      <field name={quoteattr(name)} type="xsd:float" units={quoteattr(unit)} process={quoteattr(word)}/>\r\n'
        for name, unit, word in zip(*(line[2:] for line in lines[1:]), strict=True)
    )
    return (
        '<?xml version="1.0" standalone="yes"?>\r\n<csixml version="1.0">\r\n  <head>\r\n'
        f"    <environment>\r\n{environment}    </environment>\r\n    <fields>\r\n{fields}    </fields>\r\n"
        "  </head>\r\n  <data>\r\n"
    )


def rows(recording: Recording) -> Texts:
    """All rows of a recording as text, each with its line end; record numbers count those that exist."""
    size = len(recording.stamps)
    numbers = (np.cumsum(recording.exists) - 1).astype(str).astype(object)
    times = stamped(recording.stamps, "%Y-%m-%dT%H:%M:%S")
    pieces = [constant('    <r time="', size), times, constant('" no="', size), numbers, constant('">', size)]
    for position, name in enumerate(recording.mast.columns, 1):
        cell = fixed(recording.values[name], DECIMALS, "NAN")
        pieces += [constant(f"<v{position}>", size), cell, constant(f"</v{position}>", size)]
    return joined(pieces, "", "</r>\r\n")


def file(header_text: str, lines: Sequence[str] | Texts) -> bytes:
    """A file's bytes."""
    return (header_text + "".join(lines) + END).encode()
