"""Several connections that see the database as it was at one moment, and work shared between them.

Two connections keep two cores of the server busy, and the parts of an export agree whatever is loaded meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from queue import SimpleQueue
from typing import TypeVar

from psycopg import sql

from database.connection import Connection

CONNECTIONS = 2
BEGIN = "begin isolation level repeatable read, read only"

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def snapshot(connect: Callable[[], Connection]) -> Iterator[list[Connection]]:
    """Connections in read-only transactions that share one snapshot; what the first of them sees, all see."""
    with ExitStack() as stack:
        connections = [stack.enter_context(closing(connect())) for _ in range(CONNECTIONS)]
        for connection in connections:
            connection.execute(BEGIN)
            connection.execute("set local jit = off")
        first, *others = connections
        exported = first.execute("select pg_export_snapshot()").fetchone()
        for connection in others:
            connection.execute(sql.SQL("set transaction snapshot {}").format(exported[0] if exported else ""))
        yield connections


def in_order(
    work: Callable[[Connection, Item], Result], items: Iterable[Item], connections: list[Connection]
) -> Iterator[Result]:
    """Do the work on all connections at once and yield the results in the order of the items.

    No more results are held than two for each connection, so that memory doesn't grow with the number of items.
    """
    idle: SimpleQueue[Connection] = SimpleQueue()
    for connection in connections:
        idle.put(connection)

    def run(item: Item) -> Result:
        connection = idle.get()
        try:
            return work(connection, item)
        finally:
            idle.put(connection)

    with ThreadPoolExecutor(len(connections), thread_name_prefix="export") as pool:
        pending: deque[Future[Result]] = deque()
        try:
            for item in items:
                pending.append(pool.submit(run, item))
                if len(pending) == 2 * len(connections):
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
