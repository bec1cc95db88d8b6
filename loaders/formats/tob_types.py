"""The types of Campbell's binary files (TOB1, TOB2, TOB3): how many bytes, in which order, and what number they mean.

Byte orders and special values are those of Campbell's own library; ASCII and the two types of times are no readings.
FP2, IEEE4, IEEE8, the integers, BOOL, BOOL4 and BOOL8 are checked against CardConvert; FP4, BOOL2, and the order of the
flags in a BOOL8 of which some are set and some are not, are unverified.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import FormatError

Floats = NDArray[np.float64]
Decoder = Callable[[NDArray[Any]], Floats]

TYPE = re.compile(r"([A-Z0-9]+)(?:\((\d{1,5})\))?")
FP2_SCALES = np.array([1.0, 10.0, 100.0, 1000.0])
FP2_SPECIAL = (0x1FFF, 0x9FFF, 0x9FFE)  # INF, -INF, NAN
FP4_SPECIAL = (0x7FFFFFFF, 0xFFFFFFFF)  # INF, -INF
FLAGS = np.array([float(f"{byte:08b}"[::-1]) for byte in range(256)])  # a digit a flag, the lowest bit first

UNVERIFIED = ("FP4", "BOOL2")
ALL_FLAGS = FLAGS[-1]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: numpy's word for its bytes, and how they become numbers (None: text or a time, no reading)."""

    dtype: str
    decode: Decoder | None


def numbers(raw: NDArray[Any]) -> Floats:
    """Numbers as they are; infinity is what was out of range, and as missing as NAN."""
    with np.errstate(invalid="ignore"):  # NAN comes in many bit patterns, some of which processors warn of
        values = raw.astype(np.float64)
    values[np.isinf(values)] = np.nan
    return values


def fp2(raw: NDArray[Any]) -> Floats:
    """Campbell's two-byte float: a sign, two bits of decimal places, 13 bits of digits."""
    values = (raw & 0x1FFF) / FP2_SCALES[(raw >> 13) & 3]  # divided, so that 233 with 3 places is 0.233 to the last bit
    return _signed(values, raw >> 15 == 1, np.isin(raw, FP2_SPECIAL))


def fp4(raw: NDArray[Any]) -> Floats:
    """Campbell's four-byte float: a sign, seven bits of exponent (base 2, excess 64), a fraction of 24 bits."""
    exponent = ((raw >> 24) & 0x7F).astype(np.int64)
    values = np.ldexp((raw & 0xFFFFFF).astype(np.float64), exponent - 64 - 24)
    return _signed(values, raw >> 31 == 1, np.isin(raw, FP4_SPECIAL))


def truth(raw: NDArray[Any]) -> Floats:
    """True is -1 to Campbell's loggers and programs."""
    return np.where(raw != 0, -1.0, 0.0)


def flags(raw: NDArray[Any]) -> Floats:
    """Eight flags as the number whose digits they are: CardConvert writes 00000001."""
    return np.asarray(FLAGS[raw])


def _signed(values: Floats, negative: NDArray[np.bool_], missing: NDArray[np.bool_]) -> Floats:
    signed = np.where(negative, -values, values) + 0.0  # adding zero turns -0 into 0
    signed[missing] = np.nan
    return signed


KINDS = {
    "FP2": Kind(">u2", fp2),
    "FP4": Kind(">u4", fp4),
    "IEEE4": Kind("<f4", numbers),
    "IEEE4L": Kind("<f4", numbers),
    "IEEE4B": Kind(">f4", numbers),
    "IEEE8": Kind("<f8", numbers),
    "IEEE8L": Kind("<f8", numbers),
    "IEEE8B": Kind(">f8", numbers),
    "BYTE": Kind("u1", numbers),
    "INT1": Kind("i1", numbers),
    "USHORT": Kind("<u2", numbers),
    "SHORT": Kind("<i2", numbers),
    "UINT2": Kind(">u2", numbers),
    "INT2": Kind(">i2", numbers),
    "ULONG": Kind("<u4", numbers),
    "LONG": Kind("<i4", numbers),
    "UINT4": Kind(">u4", numbers),
    "INT4": Kind(">i4", numbers),
    "BOOL": Kind("u1", truth),
    "BOOL2": Kind("<u2", truth),
    "BOOL4": Kind("<u4", truth),
    "BOOL8": Kind("u1", flags),
    "SECNANO": Kind("V8", None),
    "NSEC": Kind("V8", None),
}


def kind_of(name: str, line: int) -> Kind:
    """The type that a header names; raises FormatError where it is unknown: all later columns would be shifted."""
    found = TYPE.fullmatch(name.strip().upper())
    if found and found[1] == "ASCII" and found[2] and int(found[2]):
        return Kind(f"V{int(found[2])}", None)
    if found is None or found[2] or found[1] not in KINDS:
        raise FormatError(
            f"data type '{name[:40]}' found, one of {', '.join(KINDS)} or ASCII(n) expected",
            f"line {line}",
            "have the table converted with Campbell's CardConvert, and load the TOA5 file that it writes",
        )
    return KINDS[found[1]]
