"""One attempt at one source: list it, transfer what is not there yet, and keep what goes wrong on the way."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from itertools import chain

from database.errors import StationManagerError
from loaders.archive import blocks
from loaders.fetching import remembered
from loaders.fetching.frame import CHUNK, Entry, FileFailed, Session, SourceFailed, whole
from loaders.fetching.receiving import Receiver
from loaders.fetching.remembered import SourceResult, Wanted
from loaders.fetching.source_sections import LANDING, FileSource, Source

BREAKS_IN_A_ROW = 3  # after so many lost connections, none of which brought a file, the source is left alone
# What a file must still hold of its earlier state before the rest is taken to continue it
OVERLAP_BYTES = 64 * 1024
ZERO = timedelta()

OnFile = Callable[[str, int, int], None]


class Attempt:
    """How it goes with a source. What goes wrong with it, or with one of its files, is kept and not raised."""

    def __init__(
        self,
        source: Source,
        open_session: Callable[[], Session],
        receiver: Receiver,
        on_file: OnFile,
        stop: threading.Event,
    ) -> None:
        self.broke_off: StationManagerError | None = None
        self._source = source
        self._open_session = open_session
        self._receiver = receiver
        self._on_file = on_file
        self._stop = stop
        self._listed = self._wanted = self._new = self._bytes = self._waiting = 0
        self._failures: list[StationManagerError] = []
        self._would_fetch: list[str] = []

    def run(self, *, dry_run: bool = False) -> None:
        """List and transfer. Where the connection is lost at a file, a new one goes on with those behind it."""
        todo: deque[Wanted] | None = None
        breaks = 0
        while (todo is None or todo) and not self._stop.is_set():
            new = self._new
            try:
                with closing(self._open_session()) as session:
                    if todo is None:
                        todo = self._list(session)
                    if dry_run:
                        self._would_fetch = [wanted.entry.path for wanted in todo]
                        return
                    self._transfer(session, todo)
            except StationManagerError as error:
                breaks = breaks + 1 if self._new == new else 1
                if todo is None or breaks == BREAKS_IN_A_ROW:
                    self.broke_off = error
                    return

    def result(self) -> SourceResult:
        """How it went."""
        failures = [self.broke_off] if self.broke_off else self._failures
        error: dict[str, object] | None = dict(failures[0].as_dict()) if failures else None
        if error and len(failures) > 1:
            error["others"] = len(failures) - 1
        return SourceResult(
            self._source.name,
            self._source.kind,
            listed=self._listed,
            new=self._new,
            bytes=self._bytes,
            failed=len(self._failures),
            waiting=self._waiting,
            error=error,
            would_fetch=self._would_fetch,
        )

    def _list(self, session: Session) -> deque[Wanted]:
        now = datetime.now(UTC)
        entries = {entry.path: entry for entry in session.entries() if self._wants(entry, now)}
        self._failures += session.problems
        self._listed = len(entries)
        wanted = remembered.not_held(self._receiver.connection, self._source.name, list(entries.values()))
        self._wanted = len(wanted)
        return deque(wanted)

    def _wants(self, entry: Entry, now: datetime) -> bool:
        """Whether a file is to be had: by its name, its age, and whether it may still be written to."""
        if not self._source.wants_entry(entry.path):
            return False
        if entry.path.startswith("/") or ".." in entry.path.split("/"):
            self._failures.append(
                FileFailed("a path that leads out of the source", entry.path, "have it renamed where it comes from")
            )
            return False
        if self._source.since is not None:
            if entry.modified is None:
                raise SourceFailed(
                    "the source does not tell when a file was changed, which `since` needs", entry.path, "leave it out"
                )
            if entry.modified < datetime.combine(self._source.since, time(), UTC):
                return False
        # a clock that is ahead must not keep a file waiting for years
        settles = timedelta(seconds=self._source.settle_s if isinstance(self._source, FileSource) else 0)
        is_settled = entry.modified is None or not ZERO <= now - entry.modified < settles
        self._waiting += not is_settled
        return is_settled

    def _transfer(self, session: Session, todo: deque[Wanted]) -> None:
        while todo and not self._stop.is_set():
            wanted = todo.popleft()
            self._on_file(wanted.entry.path, self._wanted - len(todo) - 1, self._wanted)
            try:
                digests = self._brought_in(session, wanted)
            except FileFailed as error:
                self._failures.append(error)
                continue
            except SourceFailed as error:
                self._failures.append(error)
                raise
            remembered.keep(self._receiver.connection, self._source.name, wanted.entry, digests)
            self._new += bool(digests)  # a mail may have nothing attached, a day no file

    def _brought_in(self, session: Session, wanted: Wanted) -> list[str]:
        """Transfer what an entry holds, into the archive and onto the ledger; the digests."""
        try:
            grown = self._grown(session, wanted)
            if grown is not None:
                return [grown]
            parts = session.contents(wanted.entry)
            return [self._received(wanted.entry, part.path, self._counted(part.chunks)) for part in parts]
        except OSError as error:
            where = str(self._receiver.archive.folder)
            raise SourceFailed(f"the archive can't be written: {error.strerror}", where, "make room there") from error

    def _grown(self, session: Session, wanted: Wanted) -> str | None:
        """Receive a growing file as what the archive has of it and what follows; none where it has to be had whole."""
        entry = wanted.entry
        if not isinstance(self._source, FileSource) or not self._source.appends or wanted.held_sha256 is None:
            return None
        held = self._receiver.held(wanted.held_sha256)
        if held is None or not held.size or entry.size is None or entry.size < held.size:
            return None
        begin = max(0, held.size - OVERLAP_BYTES)
        with self._receiver.archive.scratch(self._counted(session.read(entry, begin))) as tail:
            tail.seek(0)
            if tail.read(held.size - begin) != held.read(begin, held.size):
                return None
            tail.seek(0)
            before = (held.read(start, min(start + CHUNK, begin)) for start in range(0, begin, CHUNK))
            return self._received(entry, entry.path, chain(before, blocks(tail)))

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._bytes += len(chunk)
            yield chunk

    def _received(self, entry: Entry, path: str, chunks: Iterable[bytes]) -> str:
        origin = LANDING if self._source.name == LANDING else f"{self._source.kind}:{self._source.name}"
        with self._receiver.archive.scratch(chunks) as content:
            whole(entry, content.tell())
            return self._receiver.receive(f"{origin}/{path}", content)
