"""Where people find what metadata say: by the path in the document that they imported, or by the line of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any

from database.connection import Connection
from loaders.metadata.checks import Path, json_path
from loaders.metadata.tables import places_of

STEP = re.compile(r"(\w+)|\[([0-9]+)\]")

ORIGIN = """
select
    document.path,
    document.tables,
    location.position - 1
from metadata.current_location
inner join metadata.document using (document_id)
cross join lateral jsonb_array_elements(document.content -> 'measurement_location')
    with ordinality as location (content, position)
where current_location.station = %(station)s and metadata.slug(location.content ->> 'name') = %(station)s
order by location.position desc
limit 1
"""


class Places:
    """Looks up what checks tell as a path in the station's part of a document, for those who wrote a file or tables.

    Tables are kept as they came, so they are put together once more to know their lines.
    """

    def __init__(self, connection: Connection) -> None:
        """Nothing is read before it is asked for."""
        self._connection = connection
        self._known: dict[str, Callable[[Iterable[Path]], str]] = {}

    def tell(self, station: str, paths: Iterable[Path]) -> str:
        """`mast.json, measurement_location[0].measurement_point[3].sensor[1]`, or `sensors.csv, line 4`."""
        if station not in self._known:
            self._known[station] = self._teller(station)
        return self._known[station](paths)

    def _teller(self, station: str) -> Callable[[Iterable[Path]], str]:
        row: Any = self._connection.execute(ORIGIN, {"station": station}).fetchone()
        file, tables, position = row
        place: Callable[[Path], str] = json_path
        if tables is not None:
            place = places_of({name: text.encode() for name, text in tables.items()})

        def tell(paths: Iterable[Path]) -> str:
            found = [place(("measurement_location", position, *path)) for path in paths]
            told = " and ".join(dict.fromkeys(found))
            return told if tables is not None else f"{PurePath(file).name}, {told}"

        return tell


def steps(path: str) -> Path:
    """`sensor[1].serial_number`, as models have it, in its steps."""
    return tuple(word or int(number) for word, number in STEP.findall(path))
