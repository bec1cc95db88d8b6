"""TOACI1 as LoggerNet writes it: TOA5's rows under two lines of header."""

from simulation import toa5
from simulation.masts import Mast


def header(mast: Mast) -> str:
    """The two header lines; the rows are those of TOA5."""
    names = ",".join(f'"{name}"' for name in ("TMSTAMP", "RECNBR", *mast.columns))
    return f'"TOACI1","{mast.name}","{mast.table}"{toa5.END}{names}{toa5.END}'
