"""The frames of TOB2 and TOB3: which of them are good, and the records that they hold.

A logger writes its card in frames of constant size: a head with the time of the first record (TOB3: and its number),
records at the table's interval, and a foot whose stamp says to which file the frame belongs. A frame that was closed
early, when the card was taken out or the data were collected, holds smaller frames in itself ("minor frame"), and at
its end bytes without meaning. Files are made in their full length at once: what stood on the card before shows through
behind the last frame, and may even carry the right stamp by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import Rejected
from loaders.formats.source import BLOCK_BYTES, Source
from loaders.formats.tob import EPOCH, runs, shown

FOOT_BYTES = 4
OFFSET, EMPTY, MINOR, STAMP = 0x7FF, 1 << 13, 1 << 14, 16  # in the foot: a size, two marks, and the stamp's first bit
STAMPS = 1 << 16
SECOND_NS = 1_000_000_000
STILL_WRITTEN = "load the file's next version: it ends within this frame, so it was still being written"

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Framing:
    """What the header says of the frames; `interval_ns` between two records is 0 where events make them."""

    frame_bytes: int
    head_bytes: int
    record_bytes: int
    stamp: int
    interval_ns: int
    resolution_ns: int
    has_numbers: bool

    @property
    def records(self) -> int:
        """How many records a whole frame holds."""
        return (self.frame_bytes - self.head_bytes - FOOT_BYTES) // self.record_bytes


@dataclass(frozen=True, slots=True)
class Records:
    """Records in the order of the file: their bytes, ns since 1990, their numbers, and their place among all."""

    content: Bytes
    times_ns: Integers
    numbers: Integers
    places: Integers

    @property
    def timestamps(self) -> NDArray[np.datetime64]:
        """As they were stamped."""
        return EPOCH + (self.times_ns // 1000).astype("timedelta64[us]")

    def following(self, place: int, otherwise: int | None) -> int | None:
        """The number that follows the last record before a place, or what it is where there is none."""
        earlier = int(np.searchsorted(self.places, place))
        return int(self.numbers[earlier - 1]) + 1 if earlier else otherwise


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames that follow each other: their bytes, feet, the times and numbers in their heads, and which are good.

    Where frames have no numbers, the time in intervals stands for them. `first` is the place of the first of them.
    """

    first: int
    content: Bytes
    feet: Integers
    times_ns: Integers
    numbers: Integers
    good: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Card:
    """A file of frames: of each one its number and whether it is good, which its neighbours tell; but not its content.

    So a card of any size is read in parts, each of which is what it is in the whole.
    """

    source: Source
    begins: int  # where the first frame begins
    framing: Framing
    numbers: Integers
    good: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """How many whole frames there are."""
        return len(self.good)

    @property
    def rest(self) -> bytes:
        """What follows the last whole frame."""
        return self.source.read(self.begins + self.count * self.framing.frame_bytes, self.source.size)

    def frames(self, first: int, behind: int) -> Frames:
        """Some of the frames."""
        frames = read_frames(self.source, self.begins, self.framing, first, behind)
        return replace(frames, good=self.good[first:behind])


def survey(source: Source, begins: int, framing: Framing) -> Card:
    """Look at all frames' heads and feet; raises nothing, whatever they are."""
    count = (source.size - begins) // framing.frame_bytes
    numbers, good = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    for first, behind in stretches(count, BLOCK_BYTES // framing.frame_bytes):
        frames = read_frames(source, begins, framing, first, behind)
        numbers[first:behind], good[first:behind] = frames.numbers, frames.good
    return Card(source, begins, framing, numbers, good & ~strays(good, numbers, framing))


def stretches(count: int, size: int) -> Iterator[tuple[int, int]]:
    """All of so many frames in stretches of this size, as (first, behind the last)."""
    size = max(size, 1)
    return ((first, min(first + size, count)) for first in range(0, count, size))


def read_frames(source: Source, begins: int, framing: Framing, first: int, behind: int) -> Frames:
    """Some frames of a file; which of them are good, is told by each one's own head and foot alone."""
    size = framing.frame_bytes
    body = source.read(begins + first * size, begins + behind * size)
    content = np.frombuffer(body, np.uint8).reshape(behind - first, size)
    feet = _words(content[:, -FOOT_BYTES:])[:, 0]
    heads = content[:, : framing.head_bytes]
    times_ns, numbers = read_heads(heads, framing)
    good = good_feet(feet, framing) & (_words(heads)[:, 1] * framing.resolution_ns <= SECOND_NS)
    return Frames(first, content, feet, times_ns, numbers, good)


def read_records(frames: Frames, framing: Framing) -> Records:
    """The records of the good ones among some frames."""
    return in_order([whole_frames(frames, framing), *minor_frames(frames, framing)])


def in_order(parts: list[Records]) -> Records:
    """Records of several frames as one, by their place in the file."""
    if len(parts) == 1:
        return parts[0]
    places = np.concatenate([part.places for part in parts])
    order = np.argsort(places, kind="stable")
    return Records(
        np.concatenate([part.content for part in parts])[order],
        np.concatenate([part.times_ns for part in parts])[order],
        np.concatenate([part.numbers for part in parts])[order],
        places[order],
    )


def read_heads(heads: Bytes, framing: Framing) -> tuple[Integers, Integers]:
    """Times and record numbers of (sub-)frames by their heads."""
    words = _words(heads)
    times_ns = words[:, 0] * SECOND_NS + words[:, 1] * framing.resolution_ns
    if framing.has_numbers:
        return times_ns, words[:, 2]
    return times_ns, times_ns // framing.interval_ns if framing.interval_ns else np.zeros_like(times_ns)


def good_feet(feet: Integers, framing: Framing) -> NDArray[np.bool_]:
    """Frames with the file's stamp or its complement, and an offset that can be."""
    stamped = np.isin(feet >> STAMP, (framing.stamp, framing.stamp ^ (STAMPS - 1)))
    offsets = feet & OFFSET
    minor = (feet & MINOR) != 0
    return stamped & np.where(minor, offsets <= framing.frame_bytes, (offsets == 0) & ((feet & EMPTY) == 0))


def strays(good: NDArray[np.bool_], numbers: Integers, framing: Framing) -> NDArray[np.bool_]:
    """Good frames among bad ones whose record number doesn't go on from the last before: their stamp is chance."""
    alone = np.flatnonzero(good & ~np.roll(good, 1) & ~np.append(good[1:], False))
    found = np.zeros_like(good)
    all_good = np.flatnonzero(good)
    for frame in alone[alone > 0].tolist():
        before = all_good[np.searchsorted(all_good, frame) - 1]
        if before < frame:
            gap = numbers[frame] - numbers[before]
            found[frame] = not 0 <= gap <= (frame - before) * framing.records
    return found


def whole_frames(frames: Frames, framing: Framing) -> Records:
    """The records of frames that were filled."""
    chosen = np.flatnonzero(frames.good & ((frames.feet & MINOR) == 0))
    steps = np.arange(framing.records)
    end = framing.head_bytes + framing.records * framing.record_bytes
    return Records(
        frames.content[chosen, framing.head_bytes : end].reshape(-1, framing.record_bytes),
        (frames.times_ns[chosen, None] + steps * framing.interval_ns).ravel(),
        (frames.numbers[chosen, None] + steps).ravel(),
        ((frames.first + chosen[:, None]) * framing.records + steps).ravel(),
    )


def minor_frames(frames: Frames, framing: Framing) -> Iterator[Records]:
    """The records of frames that hold smaller ones."""
    for frame in np.flatnonzero(frames.good & ((frames.feet & MINOR) != 0)).tolist():
        content = frames.content[frame]
        place = (frames.first + frame) * framing.records
        parts, _ = parts_of(content, int(frames.feet[frame]), framing)
        for start, end in parts:
            count = (end - start - framing.head_bytes - FOOT_BYTES) // framing.record_bytes
            steps = np.arange(count)
            times_ns, numbers = read_heads(content[None, start : start + framing.head_bytes], framing)
            first = start + framing.head_bytes
            yield Records(
                content[first : first + count * framing.record_bytes].reshape(count, framing.record_bytes),
                times_ns[0] + steps * framing.interval_ns,
                numbers[0] + steps,
                place + steps,
            )
            place += count


def parts_of(content: Bytes, foot: int, framing: Framing) -> tuple[list[tuple[int, int]], int]:
    """Where the smaller frames of a frame lie, and how many bytes before them can't be read.

    From the end on, each foot says how far back its part began; the last part is what was never written. A part that
    was begun in the file before is stamped with the number before this file's.
    """
    end = framing.frame_bytes - (foot & OFFSET)
    parts: list[tuple[int, int]] = []
    while end >= framing.head_bytes + FOOT_BYTES:
        foot = int(_words(content[None, end - FOOT_BYTES : end])[0, 0])
        size, stamp = foot & OFFSET, foot >> STAMP
        belongs = abs(stamp - framing.stamp) <= 1 or stamp == framing.stamp ^ (STAMPS - 1)
        if not belongs or not framing.head_bytes + FOOT_BYTES <= size <= end:
            break
        parts.append((end - size, end))
        end -= size
    return parts[::-1], end


def bad_stretches(card: Card) -> Iterator[tuple[int, int]]:
    """Stretches of frames that are not good, as (first, behind the last)."""
    return runs(~card.good)


def rejected_stretch(
    card: Card, frames: Frames, stretch: tuple[int, int], following: int | None, first_line: int, readings: int
) -> Rejected:
    """What bad frames hold of this file.

    How many records that is their neighbours tell, by the numbers missing between them; behind the last good frame
    their own heads, if they go on where that ended. What stood on the card before holds none of this file.

    Args:
        card: all frames.
        frames: some of them, with the first of the stretch.
        stretch: the first frame, and the one behind the last.
        following: the number that follows the last record before them, None where there is none.
        first_line: the line of the file's first record.
        readings: those of a record.
    """
    first, behind = stretch
    held = held_records(card, first, behind, following)
    state = "damaged" if held else "left on the card from before, or never written"
    reason = f"{behind - first} frames without this file's stamp {card.framing.stamp}, or marked as empty: {state}"
    text = shown(frames.content[first - frames.first].tobytes())
    return Rejected(first_line + first * card.framing.records, text, reason, held * readings)


def held_records(card: Card, first: int, behind: int, following: int | None) -> int:
    """How many records of this file a stretch of bad frames held, behind which this number was to follow."""
    span, records = behind - first, card.framing.records
    if behind < card.count:
        after = int(card.numbers[behind])
        if following is not None:
            return min(max(after - following, 0), span * records)
        following = after - span * records
    if following is None:
        return 0
    expected = following + np.arange(span) * records
    return int((card.numbers[first:behind] == expected).sum()) * records


def rejected_beginnings(frames: Frames, framing: Framing, first_line: int, readings: int) -> Iterator[Rejected]:
    """What of good frames that hold smaller ones can't be read."""
    for frame in np.flatnonzero(frames.good & ((frames.feet & MINOR) != 0)).tolist():
        _, lost = parts_of(frames.content[frame], int(frames.feet[frame]), framing)
        if lost:
            held = max(lost - framing.head_bytes - FOOT_BYTES, 0) // framing.record_bytes
            reason = f"{lost} bytes at the beginning of a frame in parts belong to no part"
            text = shown(frames.content[frame].tobytes())
            yield Rejected(first_line + (frames.first + frame) * framing.records, text, reason, held * readings)


def _words(content: Bytes) -> Integers:
    return np.ascontiguousarray(content).view("<u4").astype(np.int64)
