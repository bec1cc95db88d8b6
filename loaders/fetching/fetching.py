"""Fetches: lists each source, transfers what is not there yet, and records how it went. Each source fails alone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from importlib import import_module

from database.connection import connect
from database.errors import StationManagerError, UsageError
from database.home import Home
from loaders.archive import Archive
from loaders.fetching import remembered
from loaders.fetching.attempt import Attempt, OnFile
from loaders.fetching.frame import Session
from loaders.fetching.receiving import Receiver
from loaders.fetching.remembered import SourceResult
from loaders.fetching.source_sections import LANDING, Landing, Source
from loaders.identifying import Formats
from loaders.unwrapping import Settings

AT_ONCE = 4  # sources; most of the time is waiting for modems
MODULES = {"landing": "folder", "ftps": "ftp"}  # of kinds that another's module speaks to

log = logging.getLogger(__name__)
OnSource = Callable[[SourceResult], None]


def sources_of(settings: Settings, names: Sequence[str] = ()) -> list[Source]:
    """The sources that are named, or all; the drop folder is always one.

    Raises UsageError where a name is none of a source.
    """
    configured: dict[str, Source] = {source.name: source for source in settings.configuration.sources}
    configured.setdefault(LANDING, Landing())
    unknown = [name for name in names if name not in configured]
    if unknown:
        raise UsageError(
            f"there is no source '{unknown[0]}'", "stationmanager.toml", f"one of {', '.join(sorted(configured))}"
        )
    return [configured[name] for name in names] if names else list(configured.values())


def fetch(
    home: Home,
    settings: Settings,
    names: Sequence[str] = (),
    *,
    dry_run: bool = False,
    on_source: OnSource = lambda _: None,
    on_file: OnFile = lambda *_: None,
) -> list[SourceResult]:
    """Bring in what is new, from several sources at once; each stands on the ledger as landed afterwards.

    Args:
        home: the instance.
        settings: its configuration with the sources, and its secrets.
        names: sources by name, which are then tried even while they are to be left alone; all if none is named.
        dry_run: only list what would be transferred, and record nothing.
        on_source: told how a source went, when it is done.
        on_file: told the path, how many files of the source are done and how many there are, before each file.
    """
    sources = sources_of(settings, names)
    if not names and not dry_run:
        with connect(home, "loader", application="stationmanager fetch") as connection:
            remembered.only_these(connection, [source.name for source in sources])
    fetcher = _Fetcher(home, settings, on_file, dry_run=dry_run, obeys_waits=not names and not dry_run)
    results: dict[str, SourceResult] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch") as threads:
        running = {threads.submit(fetcher.fetch, source): source for source in sources}
        try:
            for done in as_completed(running):
                source = running[done]
                error = done.exception()
                results[source.name] = done.result() if error is None else _unforeseen(source, error)
                on_source(results[source.name])
        finally:
            # where somebody breaks it off: the file that is under way is the last one
            fetcher.stop.set()
            threads.shutdown(cancel_futures=True)
    return [results[source.name] for source in sources]


def _unforeseen(source: Source, error: BaseException) -> SourceResult:
    """A fault of ours, or the database's, in one source: the others don't suffer from it."""
    if not isinstance(error, StationManagerError):
        log.error("fetching from %s failed", source.name, exc_info=error)
    told = (
        error.as_dict()
        if isinstance(error, StationManagerError)
        else {
            "what": f"{type(error).__name__}: {error}",
            "where": source.name,
            "remedy": "report it, with what the source is",
        }
    )
    return SourceResult(source.name, source.kind, error=told)


class _Fetcher:
    """Fetches from one source at a time in each thread; all of it holds for the whole fetch."""

    def __init__(self, home: Home, settings: Settings, on_file: OnFile, *, dry_run: bool, obeys_waits: bool) -> None:
        self.stop = threading.Event()
        self._home = home
        self._settings = settings
        self._on_file = on_file
        self._dry_run = dry_run
        self._obeys_waits = obeys_waits

    def fetch(self, source: Source) -> SourceResult:
        """One attempt at a source, on record unless it is only asked what would come."""
        begun = time.monotonic()
        with connect(self._home, "loader", application=f"stationmanager fetch {source.name}"[:63]) as connection:
            wait = remembered.waiting(connection, source.name) if self._obeys_waits else None
            if wait:
                return SourceResult(source.name, source.kind, error=wait.error, waits_until=wait.until)
            with remembered.alone(connection, source.name):
                if not self._dry_run:
                    remembered.begin(connection, source, place_of(source))
                receiver = Receiver(connection, Archive(self._home.archive), Formats.of(self._home), source.logger)
                attempt = Attempt(source, lambda: self._open(source), receiver, self._on_file, self.stop)
                attempt.run(dry_run=self._dry_run)
                result = replace(attempt.result(), seconds=round(time.monotonic() - begun, 3))
                if not self._dry_run:
                    remembered.end(connection, result, broke_off=attempt.broke_off is not None)
        return result

    def _open(self, source: Source) -> Session:
        """Connect; the library that speaks to it is imported only now, so that no other command waits for it."""
        module = import_module(f"loaders.fetching.{MODULES.get(source.kind, source.kind)}")
        session: Session = module.open_source(source, self._settings.vault, self._home)
        return session


def place_of(source: Source) -> str:
    """Where a source is, without any secret: what is remembered of its files holds as long as this does."""
    place = ("kind", "host", "port", "username", "path", "folder", "url", "endpoint", "index", "items", "daily")
    told = source.model_dump(mode="json", include=set(place), exclude_none=True)
    return " ".join(f"{key}={told[key]}" for key in place if key in told)
