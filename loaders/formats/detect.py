"""Which format a file has, told by its content alone: names and extensions are whatever someone once chose.

A new format is one module with the four names of `Format`, and one entry in FORMATS.
"""

from typing import Protocol

from loaders.formats import (
    ammonit,
    aq500,
    axys,
    basestation,
    csixml,
    headerless,
    kintech,
    logr,
    meteo32,
    mixed_array,
    molas,
    netcdf,
    nomad,
    symphonie_sdr,
    symphoniepro,
    toa5,
    toaci1,
    tob1,
    tob2,
    tob3,
    triton,
    windcube,
    windcube_rtd,
    windographer,
    wls70,
    zephir,
)
from loaders.formats.frame import LoggerFile

HEAD_BYTES = 4096  # all known signatures stand in the first two lines


class Format(Protocol):
    """What a format's module offers."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a constant of the module
        """The word for the format in the ledger and in `describe`."""

    @property
    def VERIFIED(self) -> bool:  # noqa: N802 - a constant of the module
        """Whether the parser has been checked against files of real loggers."""

    def matches(self, head: bytes) -> bool:
        """Whether a file that begins so is of this format."""

    def parse(self, content: bytes) -> LoggerFile:
        """Read a whole file; raises FormatError where nothing can be read."""


FORMATS: tuple[Format, ...] = (
    toa5,
    toaci1,
    tob1,
    tob2,
    tob3,
    csixml,
    mixed_array,
    logr,
    symphoniepro,
    basestation,
    symphonie_sdr,
    kintech,
    zephir,
    triton,
    windographer,
    meteo32,
    ammonit,
    windcube_rtd,
    windcube,
    molas,
    wls70,
    aq500,
    axys,
    netcdf,
    nomad,
    headerless,  # the last: a description of the file's own may know it
)


def detect(content: bytes) -> Format | None:
    """The format of a file, or None where no module knows it."""
    head = content[:HEAD_BYTES]
    return next((module for module in FORMATS if module.matches(head)), None)
