"""A text of two bytes a character (UTF-16) as one of UTF-8, so that a large one can be cut like any other."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from loaders.formats.source import BLOCK_BYTES, Source, blocks
from loaders.formats.text import UTF16_MARKS


@dataclass(frozen=True, slots=True)
class Recoded:
    """What a source of UTF-16 holds, as bytes of UTF-8.

    Attributes:
        starts: where each of its blocks begins in UTF-8; the last is the end.
        states: of the decoder before each block.
    """

    source: Source
    starts: tuple[int, ...]
    states: tuple[tuple[bytes, int], ...]

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        found: list[bytes] = []
        for number, (text, _) in enumerate(_decoded(self.source, first, self.states[first]), first):
            if self.starts[number] >= end:
                break
            found.append(text)
        return b"".join(found)[start - self.starts[first] : max(end - self.starts[first], 0)]

    @property
    def size(self) -> int:
        """How many there are."""
        return self.starts[-1]


def as_utf8(source: Source) -> Source:
    """The source itself, unless it begins with a mark of UTF-16."""
    if not source.read(0, 2).startswith(UTF16_MARKS):
        return source
    starts, states = [0], [codecs.getincrementaldecoder("utf-16")("replace").getstate()]
    for text, state in _decoded(source, 0, states[0]):
        starts.append(starts[-1] + len(text))
        states.append(state)
    return Recoded(source, tuple(starts), tuple(states))


def _decoded(source: Source, first: int, state: tuple[bytes, int]) -> Iterator[tuple[bytes, tuple[bytes, int]]]:
    """The blocks from one on as UTF-8, each with the state of the decoder behind it."""
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    decoder.setstate(state)
    place = first * BLOCK_BYTES
    for block in blocks(source, place):
        place += len(block)
        yield decoder.decode(block, final=place >= source.size).encode(errors="replace"), decoder.getstate()
