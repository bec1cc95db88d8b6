"""How much may come out of a file, and where it goes."""

from __future__ import annotations

from collections.abc import Iterable

from loaders.containers.frame import LimitExceeded, Limits
from loaders.containers.spool import Spool
from loaders.formats.source import Source


class Budget:
    """What may still come out of one file, and where it goes."""

    def __init__(self, limits: Limits, packed_bytes: int, spool: Spool) -> None:
        self.limits = limits
        self.spool = spool
        self.bytes_left = min(limits.total_bytes, max(limits.any_ratio_bytes, limits.ratio * packed_bytes))
        self._allowed = self.bytes_left
        self._members_left = limits.members

    def count_member(self, name: str) -> None:
        """One more member, be it a directory: a million of them is an attack too."""
        self._members_left -= 1
        if self._members_left < 0:
            raise self.exceeded(name, f"more than {self.limits.members:,} members are in it")

    def gather(self, chunks: Iterable[bytes], name: str) -> Source:
        """Put the chunks together as long as they may come; what breaks off costs nothing."""
        draft = self.spool.begin(name)
        for chunk in chunks:
            if draft.size + len(chunk) > self.bytes_left:
                raise self.too_large(name)
            draft.write(chunk)
        self.bytes_left -= draft.size
        return draft.finish()

    def too_large(self, name: str) -> LimitExceeded:
        """The error for one byte too many."""
        return self.exceeded(name, f"more than {self._allowed:,} bytes come out of it, which no logger's file does")

    def exceeded(self, name: str, what: str) -> LimitExceeded:
        """The error for any limit."""
        return LimitExceeded(what, name, "if it is a good file after all, unpack it by hand and load what was in it")
