"""A folder of this machine, or a share that is mounted on it; and the landing folder, where others may only add."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from database.home import Home
from loaders.fetching.frame import (
    CHUNK,
    LARGEST_BYTES,
    Entry,
    FileFailed,
    Session,
    SourceFailed,
    bounded,
    moment,
    shown,
    too_large,
)
from loaders.fetching.source_sections import Folder, Landing
from loaders.sections import Vault

# Others may enter and add, not list; nobody removes another's file. For whom: the folder's group, by `chgrp`
LANDING_MODE = 0o1730
RIGHTS = "give the user that runs StationManager the right to read it"


def open_source(source: Folder | Landing, vault: Vault, home: Home) -> Session:
    """The folder that the configuration names, or the home's own."""
    if isinstance(source, Landing):
        make_landing(home)
        # whoever may add a link must not make us read what he may not read himself
        return FolderSession(home.landing, recursive=source.recursive, follow_links=False)
    return FolderSession(vault.folder / source.path.expanduser(), recursive=source.recursive, follow_links=True)


def make_landing(home: Home) -> None:
    """Make the drop folder; one that is there keeps the rights that somebody gave it."""
    if not home.landing.is_dir():
        home.landing.mkdir(parents=True, exist_ok=True)
        home.landing.chmod(LANDING_MODE)


class FolderSession(Session):
    """Folders are walked without following links to folders, which could lead round in circles."""

    def __init__(self, folder: Path, *, recursive: bool, follow_links: bool) -> None:
        super().__init__()
        self._folder = os.fsencode(folder)
        self._recursive = recursive
        self._follow_links = follow_links

    def entries(self) -> Iterator[Entry]:
        """All regular files."""
        try:
            os.scandir(self._folder).close()
        except OSError as error:
            raise SourceFailed(
                f"the folder can't be read: {error.strerror}", os.fsdecode(self._folder), "is it there, and mounted?"
            ) from error
        folders = [(self._folder, b"")]
        while folders:
            path, name = folders.pop()
            try:
                with os.scandir(path) as found:
                    for item in found:
                        inner = name + item.name
                        if item.is_dir(follow_symlinks=False):
                            folders += [(item.path, inner + b"/")] if self._recursive else []
                        else:
                            yield from self._file(item, inner)
            except OSError as error:
                self._note(error, name)

    def _file(self, item: os.DirEntry[bytes], name: bytes) -> Iterator[Entry]:
        try:
            if item.is_file(follow_symlinks=self._follow_links):
                told = item.stat(follow_symlinks=self._follow_links)
                yield Entry(shown(name), item.path, told.st_size, moment(told.st_mtime))
        except OSError as error:
            self._note(error, name)

    def _note(self, error: OSError, name: bytes) -> None:
        if not isinstance(error, FileNotFoundError):  # gone since: nothing is wrong with that
            self.problems.append(FileFailed(f"it can't be read: {error.strerror}", shown(name), RIGHTS))

    def read(self, entry: Entry, offset: int = 0) -> Iterator[bytes]:
        """A file's content; what has become of it since it was listed is seen on the open file alone."""
        flags = os.O_RDONLY | os.O_NONBLOCK | (0 if self._follow_links else os.O_NOFOLLOW)
        try:
            with os.fdopen(os.open(entry.handle, flags), "rb") as file:
                told = os.fstat(file.fileno())
                if not stat.S_ISREG(told.st_mode):
                    raise FileFailed("it is no file any more", entry.path, "")
                if told.st_size > LARGEST_BYTES:
                    raise too_large(entry)
                file.seek(offset)
                yield from bounded(iter(lambda: file.read(CHUNK), b""), entry)
        except OSError as error:
            raise FileFailed(f"it can't be read: {error.strerror}", entry.path, RIGHTS) from error
