"""From a ledger row to what can be read: out of the archive and its containers, told by format, claimed by a logger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from database.connection import Connection
from database.errors import MetadataError
from database.home import Home
from loaders import ledger, parsing, pieces
from loaders.archive import Archive
from loaders.clock import Logger, Loggers, read_loggers
from loaders.companions import completed, is_information, is_read_by_name
from loaders.containers.detecting import kind_of
from loaders.containers.frame import Member
from loaders.containers.spool import as_file
from loaders.faults import OF_ONE_FILE, failure, told
from loaders.formats.detect import HEAD_BYTES, Format
from loaders.formats.source import Joined, Source
from loaders.identifying import Formats
from loaders.ledger import LedgerRow
from loaders.notes import Notes
from loaders.parsing import GoneThrough
from loaders.pieces import End, Piece
from loaders.reading import Readable
from loaders.receiving import Arrival, Receiver
from loaders.unwrapping import Failure, Settings, Unwrapper, loggers_passwords
from loaders.versions import loader_version

CONTAINER = "container"  # what the ledger calls a file that holds others


class NotYet(Exception):
    """A file continues another one that has not been read so far."""


@dataclass(frozen=True, slots=True)
class Opener:
    """What files are opened with; all of it holds for a whole load."""

    connection: Connection
    archive: Archive
    loggers: Loggers
    unwrapper: Unwrapper
    formats: Formats
    ends: dict[int, End] = field(default_factory=dict)  # of files that were opened here
    notes: Notes = field(default_factory=Notes)  # for the ledger

    @classmethod
    def of(cls, home: Home, connection: Connection, settings: Settings) -> Opener:
        """For an instance, as its metadata and configuration are now."""
        formats = Formats.of(home)
        unwrapper = Unwrapper(settings, loggers_passwords(connection), formats, scratch=home.archive)
        return cls(connection, Archive(home.archive), read_loggers(connection), unwrapper, formats)

    def open(self, row: LedgerRow) -> Iterator[Readable | LedgerRow]:
        """What is in a file: itself if it can be read, or the files in it, recorded as if they came by themselves.

        A row is one that needs no reading any more, be it that it failed, that it waits, or that it is loaded.
        """
        try:
            after, source = self._source(row)
            module = self._module_of_appended(row, source)
            if module is not None:
                yield self._readable(row, module, source, after)
                return
            parts = self.unwrapper.unwrap(source, row.path)
            if len(parts) == 1 and isinstance(parts[0], Member) and parts[0].source is source:
                yield self._open_plain(row, source)
                return
        except NotYet:
            yield row
            return
        except OF_ONE_FILE as error:
            yield self._failed(row, error)
            return
        yield from self._open_members(row, parts)

    def reread(self, row: LedgerRow) -> tuple[Format, Iterator[Piece]]:
        """The format and the pieces of a file that was loaded, parsed once more; nothing is put on record.

        Raises ArchiveDamaged where it is gone, and what parsers raise where it can't be read any more.
        """
        after, source = self._source(row)
        module = self._module_of_appended(row, source)
        if module is None:
            module = self._module_of(row, source)
        return module, parsing.again(module, source, after)

    def write_notes(self) -> None:
        """Put on the ledger what was found out about files."""
        try:
            self.notes.write(self.connection)
        finally:
            self.ends.clear()  # they are on the ledger now

    def _note(self, row: LedgerRow, state: ledger.State, described: dict[str, Any]) -> LedgerRow:
        self.notes.add(row, lambda connection: ledger.settle(connection, row.file_id, state, **described))
        return row

    def _source(self, row: LedgerRow) -> tuple[End | None, Source]:
        """What is to be read: a whole file, or what was appended and how the file before it ended."""
        if row.continues_file_id is None:
            return None, self.archive.open(row.archived)
        after = self.ends.get(row.continues_file_id) or ledger.end_of(self.connection, row.continues_file_id)
        if after is not None:
            return after, self.archive.open(row.archived)
        rows = ledger.segments(self.connection, row)
        if rows[-2].state == "landed":
            raise NotYet
        # what it continues can't be read, so that it is read from its beginning
        return None, Joined(tuple(self.archive.open(segment.archived) for segment in rows))

    def _module_of_appended(self, row: LedgerRow, source: Source) -> Format | None:
        """The format of a file that is read in pieces, since loggers append to it or it is large; of a container none.

        Some formats are told by words anywhere in their beginning, which an archive may have as well. It is completed
        by another file where it needs one.
        """
        first = source
        if row.continues_file_id is not None:
            first = self.archive.open(ledger.first_segment(self.connection, row).archived)
        head = first.read(0, HEAD_BYTES)
        module = self.formats.find(head, row.path)
        if module is None or not pieces.is_cut(module, source.size):
            return None
        if not pieces.grows(module) and kind_of(source) is not None:
            return None
        return completed(self.connection, self.archive, module, head, row.path)

    def _module_of(self, row: LedgerRow, source: Source) -> Format:
        """The format of a file that is no container, completed by another file where it needs one."""
        head = source.read(0, HEAD_BYTES)
        module = self.formats.find(head, row.path)
        if module is None:
            raise self.formats.unknown(source)
        return completed(self.connection, self.archive, module, head, row.path)

    def _open_plain(self, row: LedgerRow, source: Source) -> Readable | LedgerRow:
        try:
            return self._readable(row, self._module_of(row, source), source, None)
        except OF_ONE_FILE as error:
            return self._failed(row, error)

    def _open_members(self, row: LedgerRow, parts: Sequence[Member | Failure]) -> Iterator[Readable | LedgerRow]:
        failures = [part for part in parts if isinstance(part, Failure)]
        members = [part for part in parts if isinstance(part, Member)]
        receiver = Receiver(
            self.connection,
            self.archive,
            self.formats,
            logger=row.claimed_logger,
            overrules=row.overrules_at is not None,
        )
        inner = receiver.receive([Arrival.of(member.name, as_file(member.source)) for member in members])
        for member, found in zip(members, inner, strict=True):
            one = replace(found, path=member.name)
            if one.state == "loaded":
                yield one
            elif one.continues_file_id is None:
                yield self._open_plain(one, member.source)
            else:
                yield from self.open(one)
        self._settle_container(
            row, [(member.name, found.sha256) for member, found in zip(members, inner, strict=True)], failures
        )
        if failures:
            yield row

    def _settle_container(self, row: LedgerRow, members: list[tuple[str, str]], failures: Sequence[Failure]) -> None:
        """A container is loaded when all that is in it has been received; else it waits for what opens the rest."""
        is_itself = not members and [failure.name for failure in failures] == [row.path]  # a maker's binary, say
        described: dict[str, Any] = {
            "format": None if is_itself else CONTAINER,
            "header": {"members": [{"path": path, "sha256": sha256} for path, sha256 in members]},
            "loader_version": loader_version(),
        }
        if not failures:
            self._note(row, "loaded", described | {"error": None})
            return
        error: dict[str, object] = {**failures[0].error.as_dict(), "waits_for": "configuration"}
        error["tried_with"] = self.unwrapper.setup
        if len(failures) > 1:
            error["others"] = len(failures) - 1
        self._note(row, "failed", described | {"error": error})

    def _readable(self, row: LedgerRow, module: Format, source: Source, after: End | None) -> Readable | LedgerRow:
        """Parse as much as tells what the file is; a small file is parsed whole, and once."""
        once = parsing.go_through(module, source, after)
        if (end := once.end) is not None:
            self.ends[row.file_id] = end
            self.notes.add(row, lambda connection: ledger.keep_end(connection, row.file_id, end))
        if after is None:  # of what was appended to another file all may be bad
            once.found.refuse_unreadable()
        return self._claimed(row, module, once)

    def _claimed(self, row: LedgerRow, module: Format, once: GoneThrough) -> Readable | LedgerRow:
        file = once.first.file
        name = row.claimed_logger or file.logger
        described = {
            "format": file.format,
            "format_verified": module.VERIFIED and not once.found.is_unverified,
            "logger": name,
            "claimed_by": "option" if row.claimed_logger else "header",
            "header": once.found.header,
            "created_at": once.found.created,
            "loader_version": loader_version(),
            "error": None,
        }
        if is_read_by_name(module):
            described["path"] = row.path  # it may have been received by another, by which it can't be read again
        if is_information(file):
            return self._note(row, "loaded", described)
        try:
            logger: Logger | None = self.loggers.find(name)
        except MetadataError as error:
            described["error"] = told(error) | {"waits_for": "metadata"}
            return self._note(row, "failed", described)
        if logger is None:
            return self._note(row, "unclaimed", described)
        return Readable(row, logger, once.again, described | {"logger": logger.serial})

    def _failed(self, row: LedgerRow, error: BaseException) -> LedgerRow:
        return self._note(row, "failed", failure(row, error))
