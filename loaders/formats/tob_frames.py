"""The frames of TOB2 and TOB3: which of them are good, and the records that they hold.

A logger writes its card in frames of constant size: a head with the time of the first record (TOB3: and its number),
records at the table's interval, and a foot whose stamp says to which file the frame belongs. A frame that was closed
early, when the card was taken out or the data were collected, holds smaller frames in itself ("minor frame"), and at
its end bytes without meaning. Files are made in their full length at once: what stood on the card before shows through
behind the last frame, and may even carry the right stamp by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import Rejected
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


@dataclass(frozen=True, slots=True)
class Frames:
    """All frames of a file: their bytes, feet, the times and numbers in their heads, and which of them are good.

    Where frames have no numbers, the time in intervals stands for them.
    """

    content: Bytes
    feet: Integers
    times_ns: Integers
    numbers: Integers
    good: NDArray[np.bool_]


def read_frames(body: bytes, framing: Framing) -> tuple[Records, Frames]:
    """The records of all good frames."""
    count = len(body) // framing.frame_bytes
    content = np.frombuffer(body, np.uint8, count * framing.frame_bytes).reshape(count, framing.frame_bytes)
    feet = _words(content[:, -FOOT_BYTES:])[:, 0]
    heads = content[:, : framing.head_bytes]
    times_ns, numbers = read_heads(heads, framing)
    good = good_feet(feet, framing) & (_words(heads)[:, 1] * framing.resolution_ns <= SECOND_NS)
    frames = Frames(content, feet, times_ns, numbers, good & ~strays(good, numbers, framing))
    return in_order([whole_frames(frames, framing), *minor_frames(frames, framing)]), frames


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
        (chosen[:, None] * framing.records + steps).ravel(),
    )


def minor_frames(frames: Frames, framing: Framing) -> Iterator[Records]:
    """The records of frames that hold smaller ones."""
    for frame in np.flatnonzero(frames.good & ((frames.feet & MINOR) != 0)).tolist():
        content = frames.content[frame]
        place = frame * framing.records
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


def rejected(frames: Frames, records: Records, framing: Framing, first_line: int, readings: int) -> Iterator[Rejected]:
    """What of the frames can't be read; `readings` are those of a record.

    How many records a bad frame holds its neighbours tell, by the numbers missing between them; behind the last good
    frame its own head, if it goes on where that ended. What stood on the card before holds none of this file.
    """
    for first, behind in runs(~frames.good):
        held = held_records(frames, records, framing, first, behind)
        state = "damaged" if held else "left on the card from before, or never written"
        reason = f"{behind - first} frames without this file's stamp {framing.stamp}, or marked as empty: {state}"
        text = shown(frames.content[first].tobytes())
        yield Rejected(first_line + first * framing.records, text, reason, held * readings)
    for frame in np.flatnonzero(frames.good & ((frames.feet & MINOR) != 0)).tolist():
        _, lost = parts_of(frames.content[frame], int(frames.feet[frame]), framing)
        if lost:
            held = max(lost - framing.head_bytes - FOOT_BYTES, 0) // framing.record_bytes
            reason = f"{lost} bytes at the beginning of a frame in parts belong to no part"
            text = shown(frames.content[frame].tobytes())
            yield Rejected(first_line + frame * framing.records, text, reason, held * readings)


def held_records(frames: Frames, records: Records, framing: Framing, first: int, behind: int) -> int:
    """How many records of this file a stretch of bad frames held."""
    span = behind - first
    earlier = int(np.searchsorted(records.places, first * framing.records))
    following = int(records.numbers[earlier - 1]) + 1 if earlier else None
    if behind < len(frames.good):
        after = int(frames.numbers[behind])
        if following is not None:
            return min(max(after - following, 0), span * framing.records)
        following = after - span * framing.records
    if following is None:
        return 0
    expected = following + np.arange(span) * framing.records
    return int((frames.numbers[first:behind] == expected).sum()) * framing.records


def _words(content: Bytes) -> Integers:
    return np.ascontiguousarray(content).view("<u4").astype(np.int64)
