"""Readings turned into lines of text by the database: one row for each timestamp, one cell for each column.

A slice of time comes as a single row of COPY that holds the finished text of every file, so no reading and no line
passes through Python. Measured against the alternatives in docs/decisions; what makes it quick is said beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from psycopg import sql

from database.connection import Connection
from exporters.station import Column, Recorded, Station

# Columns are gathered in blocks, then blocks in lines: eighty filtered aggregates over each reading would take twice as
# long as eight, and a missing or a doubled reading can't shift its neighbours as it would in a plain string_agg.
BLOCK_WIDTH = 8

# COPY escapes tabs and line ends. These it leaves alone, and they become tabs and line ends in one pass over the bytes.
CELL_END, RETURN, LINE_END = "\x1f", "\x1d", "\x1e"

# A slice of time holds some thousand timestamps, however often the logger records.
SLICE_BY_AVERAGING_PERIOD = (
    (timedelta(minutes=5), "month"),
    (timedelta(seconds=10), "day"),
    (timedelta(0), "hour"),
)

SLICES = """
select
    greatest(start, %(first)s),
    least(start + ('1 ' || %(unit)s)::interval, %(last)s::timestamptz + interval '1 microsecond')
from generate_series(
    date_trunc(%(unit)s, %(first)s::timestamptz, 'UTC') at time zone 'UTC',
    %(last)s::timestamptz at time zone 'UTC',
    ('1 ' || %(unit)s)::interval
) as series (naive)
cross join lateral (select naive at time zone 'UTC') as utc (start)
order by start
"""

# The periods are cut to the slice before they are joined: the join by ranges is what costs. `corrected` says of a
# period's numbers what `cleaned.readings` says; a test holds the two equal. `offset 0` keeps Postgres
# from writing a step out again wherever the next one names its value.
SLICE = """
copy (
    with

    cells (measurement_point, statistic, block, cell, scale) as materialized (

        values {cells}

    ),

    pieces as materialized (

        select
            channel_periods.channel_id,
            greatest(channel_periods.date_from, {date_from}) as date_from,
            least(channel_periods.date_to, {date_to}) as date_to,
            case when channel_periods.excluded_by is null then channel_periods.slope end as slope,
            channel_periods."offset",
            channel_periods.is_circular,
            cells.block,
            cells.cell,
            cells.scale
        from cleaned.channel_periods
        inner join cells using (measurement_point, statistic)
        where channel_periods.station = {station}
            and channel_periods.statistic <> 'ti'
            and channel_periods.date_from < {date_to}
            and channel_periods.date_to > {date_from}

    ),

    corrected as (

        select
            reading.timestamp,
            pieces.block,
            pieces.cell,
            pieces.scale,
            pieces.is_circular,
            reading.value * pieces.slope + pieces."offset" as value
        from raw.reading
        inner join pieces
            on reading.channel_id = pieces.channel_id
            and reading.timestamp >= pieces.date_from
            and reading.timestamp < pieces.date_to
        where reading.timestamp >= {date_from} and reading.timestamp < {date_to}
        {intensities}
        offset 0

    ),

    turned as (

        select
            timestamp,
            block,
            cell,
            scale,
            is_circular,
            case when is_circular then value - 360 * floor(value / 360) else value end as value
        from corrected
        offset 0

    ),

    written as (

        select timestamp, block, cell, {written} as value from turned

    ),

    blocks as (

        select
            timestamp,
            block,
            count(value) as valid,
            array_to_string(array[{cells_of_a_block}], {cell_end}, '') as text
        from written
        group by timestamp, block

    ),

    lines as (

        select
            timestamp,
            sum(valid) as valid,
            to_char(timestamp at time zone 'UTC' + {utc_offset}, {stamp}) as stamp,
            {blocks}
        from blocks
        group by timestamp

    )

    select count(*), coalesce(sum(valid), 0), {members} from lines

) to stdout (format text, null '')
"""

# Turbulence intensities may be computed from two other channels, so they are read as analysts read them.
INTENSITIES = """
        union all
        select
            readings.timestamp,
            cells.block,
            cells.cell,
            cells.scale,
            false,
            readings.value
        from cleaned.readings
        inner join cells using (measurement_point, statistic)
        where readings.station = {station}
            and readings.statistic = 'ti'
            and readings.timestamp >= {date_from}
            and readings.timestamp < {date_to}
"""

# An angle a hair below 0 has become 360.
AS_IT_IS = sql.SQL("case when is_circular and value = 360 then 0 else value end")
# round() of float8 knows no digits, and numeric takes four times as long. A direction that rounds up to 360 is 0.
# Beyond 1e11 there are no such decimals, and near the type's end the product would not fit. `+ 0` turns -0 into 0.
ROUNDED = sql.SQL(
    "case when abs(value) < 1e11 then"
    " case when is_circular and round(value * scale) = 360 * scale then 0 else round(value * scale) / scale + 0 end"
    " else value end"
)


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How lines are written: what stands between cells and after lines, and `stamp` as Postgres' to_char takes it."""

    delimiter: str
    line_end: str
    stamp: str
    utc_offset: timedelta
    rounded: bool

    @property
    def end(self) -> str:
        """The stand-in for the end of a line."""
        return self.line_end.translate({ord("\r"): RETURN, ord("\n"): LINE_END})

    @property
    def translation(self) -> bytes:
        """From the stand-ins to what the file shall have."""
        return bytes.maketrans((CELL_END + RETURN + LINE_END).encode(), f"{self.delimiter}\r\n".encode())


@dataclass(frozen=True, slots=True)
class Slice:
    """The lines of a slice of time: one text for all columns, then one for each type of sensor if asked for."""

    rows: int
    values: int
    texts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Pivot:
    """The columns of a station in blocks, ready to be read slice by slice."""

    station: Station
    blocks: tuple[tuple[Column, ...], ...]
    by_sensor_group: bool
    style: TextStyle

    @classmethod
    def of(cls, station: Station, columns: Sequence[Column], style: TextStyle, *, by_sensor_group: bool) -> Pivot:
        """Cut the columns, ordered by type of sensor, into blocks that hold one type each."""
        blocks = [
            group[start : start + BLOCK_WIDTH]
            for group in (tuple(members) for _, members in groupby(columns, key=lambda column: column.sensor_group))
            for start in range(0, len(group), BLOCK_WIDTH)
        ]
        return cls(station, tuple(blocks), by_sensor_group, style)

    def read(self, connection: Connection, span: tuple[datetime, datetime]) -> Slice:
        """The lines of `[from, to)`."""
        with connection.cursor().copy(self._query(span)) as copy:
            row = b"".join(copy)
        rows, values, *texts = row.rstrip(b"\n").split(b"\t")
        translation = self.style.translation
        return Slice(int(rows), int(values), tuple(text.translate(translation) for text in texts))

    def _query(self, span: tuple[datetime, datetime]) -> sql.Composed:
        date_from, date_to = span
        given = {"station": self.station.station, "date_from": date_from, "date_to": date_to}
        has_intensities = any(column.statistic == "ti" for block in self.blocks for column in block)
        return sql.SQL(SLICE).format(
            intensities=sql.SQL(INTENSITIES if has_intensities else "").format(**given),
            cells=sql.SQL(", ").join(self._cells()),
            **given,
            written=ROUNDED if self.style.rounded else AS_IT_IS,
            cells_of_a_block=sql.SQL(", ").join(
                sql.SQL("max(value) filter (where cell = {})").format(cell) for cell in range(BLOCK_WIDTH)
            ),
            cell_end=CELL_END,
            utc_offset=self.style.utc_offset,
            stamp=self.style.stamp,
            blocks=sql.SQL(", ").join(self._block(index) for index in range(len(self.blocks))),
            members=sql.SQL(", ").join(self._member(indices) for indices in self._members()),
        )

    def _cells(self) -> Iterator[sql.Composed]:
        for block, members in enumerate(self.blocks):
            for cell, column in enumerate(members):
                yield sql.SQL("({}, {}, {}, {}, {}::double precision)").format(
                    column.measurement_point, column.statistic, block, cell, 10**column.decimals
                )

    def _block(self, index: int) -> sql.Composed:
        width = len(self.blocks[index])
        # a narrow block leaves the separators of its unused cells behind
        text = sql.SQL("text") if width == BLOCK_WIDTH else sql.SQL("left(text, {})").format(width - BLOCK_WIDTH)
        return sql.SQL("coalesce(max({}) filter (where block = {}), {}) as {}").format(
            text, index, CELL_END * (width - 1), sql.Identifier(f"block_{index}")
        )

    def _members(self) -> Iterator[list[int]]:
        everything = list(range(len(self.blocks)))
        yield everything
        if self.by_sensor_group:
            for _, indices in groupby(everything, key=lambda index: self.blocks[index][0].sensor_group):
                yield list(indices)

    def _member(self, indices: list[int]) -> sql.Composed:
        cells = sql.SQL(", ").join(sql.Identifier(f"block_{index}") for index in indices)
        return sql.SQL(
            "string_agg(array_to_string(array[stamp, {cells}], {between}), {end} order by timestamp) || {end}"
        ).format(cells=cells, between=CELL_END, end=self.style.end)


def slices(connection: Connection, station: Station, span: Recorded | None) -> list[tuple[datetime, datetime]]:
    """Cut what the station recorded into `[from, to)` of bounded size, at the ends of months, days or hours in UTC."""
    if span is None:
        return []
    unit = next(unit for period, unit in SLICE_BY_AVERAGING_PERIOD if station.averaging_period >= period)
    rows = connection.execute(SLICES, {"unit": unit, "first": span.first, "last": span.last}).fetchall()
    return [(row[0], row[1]) for row in rows if isinstance(row[0], datetime) and isinstance(row[1], datetime)]
