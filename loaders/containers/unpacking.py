"""Unwraps a file, whatever it is wrapped in, how often, and by what name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from loaders.containers import openpgp, seven_zip, streams, tarred, zipped
from loaders.containers.budget import Budget
from loaders.containers.detecting import Kind, kind_of
from loaders.containers.frame import ContainerError, LimitExceeded, Limits, Member, Secrets, Unreadable
from loaders.containers.spool import Spool
from loaders.formats.source import Source

Opener = Callable[[Member, Kind, Secrets, Budget], Iterator[Member | Unreadable]]

OPENERS: dict[Kind, Opener] = {
    Kind.ZIP: zipped.members,
    Kind.TAR: tarred.members,
    Kind.SEVEN_ZIP: seven_zip.members,
    Kind.OPENPGP: openpgp.members,
    Kind.GZIP: streams.members,
    Kind.XZ: streams.members,
    Kind.BZIP2: streams.members,
    Kind.ZSTD: streams.members,
    Kind.LZMA: streams.members,
}
DEFAULTS = Limits()


def unpack(
    source: Source,
    name: str,
    *,
    spool: Spool | None = None,
    passwords: Sequence[str] = (),
    keys: Sequence[bytes] = (),
    limits: Limits = DEFAULTS,
) -> list[Member | Unreadable]:
    """All files in a file, in their order, at least one; a file that is no container is its own and only member.

    Never raises for what is in the file: what can't be read is told as `Unreadable`, and its neighbours still come.
    Past a limit the file is an attack, and nothing of it comes.

    Args:
        source: the file.
        name: its name; it begins the names of all members, and tells nothing else.
        spool: where its files are kept; by default one of its own.
        passwords: those that may open it, archives and private keys alike; all are tried.
        keys: OpenPGP private keys as exported, in armor or not.
        limits: how much may come out.
    """
    secrets = Secrets(tuple(passwords), tuple(keys))
    budget = Budget(limits, source.size, spool or Spool())
    try:
        return list(_unpack(Member(name, source), secrets, budget, limits.depth))
    except LimitExceeded as error:
        return [Unreadable(name, error)]


def _unpack(member: Member, secrets: Secrets, budget: Budget, depth: int) -> Iterator[Member | Unreadable]:
    kind = kind_of(member.source)
    if kind is None:
        yield member
        return
    if not depth:
        raise budget.exceeded(member.name, f"more than {budget.limits.depth} containers stand one in another")
    empty = True
    try:
        for inner in OPENERS[kind](member, kind, secrets, budget):
            empty = False
            if isinstance(inner, Member):
                yield from _unpack(inner, secrets, budget, depth - 1)
            else:
                yield inner
        if empty:
            nothing = f"a {kind} file without a file in it"
            yield Unreadable(member.name, ContainerError(nothing, member.name, "have the file sent again"))
    except LimitExceeded:
        raise
    except ContainerError as error:
        yield Unreadable(member.name, error)
