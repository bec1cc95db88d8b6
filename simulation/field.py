"""A small measurement field as files in a folder: two masts, a short station for each other format, their metadata."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulation import demo, described_csv, faults, metadata, toa5
from simulation.masts import Mast
from simulation.recording import Recording, record, truth
from simulation.short_stations import DAYS, short_stations
from simulation.stations import Station
from simulation.weather import STEP_MINUTES, Floats, Times, simulate

SEED = 20220101
DESCRIBED = "csv:field_box"


@dataclass(frozen=True, slots=True)
class Simulated:
    """One mast: what its logger recorded, and the truth behind it, by column."""

    recording: Recording
    truth: dict[str, Floats]


def write_demo_field(folder: Path, *, seed: int = SEED, years: int = 2) -> list[Path]:
    """Write the demo's files, documents and erroneous periods into a folder; the same seed gives the same bytes.

    `files/<station>/` has what the loggers sent, `sources/<station>/` what doesn't say which logger sent it, as
    `stationmanager.toml` does; `metadata/` the documents, `formats/` what the team wrote of a format of its own, and
    `erroneous_periods.csv` what the technicians noted. Returns all paths that were written, in order.
    """
    ridge, plain = simulate_demo_field(seed=seed, years=years)
    contents: dict[str, bytes] = {}
    for mast in (demo.RIDGE, demo.PLAIN):
        contents[f"metadata/{mast.slug}.json"] = json.dumps(metadata.document(mast), indent=2).encode() + b"\n"
    contents["erroneous_periods.csv"] = erroneous_periods().encode()
    for name, content in ridge_files(ridge.recording):
        contents[f"files/{demo.RIDGE.slug}/{name}"] = content
    for name, content in plain_files(plain.recording):
        contents[f"files/{demo.PLAIN.slug}/{name}"] = content
    contents |= short_field(seed=seed)
    return [_write(folder / name, content) for name, content in contents.items()]


def short_field(*, seed: int = SEED) -> dict[str, bytes]:
    """What belongs to the short stations, by its path."""
    stations = short_stations()
    documents = [metadata.document(station.mast, station.instrument) for station in stations]
    contents = {
        "metadata/short_stations.json": json.dumps(metadata.together(documents), indent=2).encode() + b"\n",
        "stationmanager.toml": "\n".join(source(station) for station in stations if not station.states_logger).encode(),
    }
    for station, simulated in simulate_short_field(seed=seed):
        recording = simulated.recording
        folder = f"{'files' if station.states_logger else 'sources'}/{station.mast.slug}"
        contents |= {f"{folder}/{name}": content for name, content in station.files(recording).items()}
        if DESCRIBED in station.formats:
            contents["formats/field_box.yml"] = described_csv.description(station.mast).encode()
    return contents


def simulate_short_field(*, seed: int = SEED) -> Iterator[tuple[Station, Simulated]]:
    """The short stations with their records, which have no faults."""
    for number, station in enumerate(short_stations()):
        yield station, simulate_days(station.mast, DAYS, np.random.default_rng([seed, 100 + number]))


def source(station: Station) -> str:
    """The section of the configuration that says which logger a folder's files are of."""
    slug, serial = station.mast.slug, station.mast.serial
    return f'[[source]]\nname = "{slug}"\nkind = "folder"\npath = "sources/{slug}"\nlogger = "{serial}"\nsettle_s = 0\n'


def simulate_demo_field(*, seed: int = SEED, years: int = 2) -> tuple[Simulated, Simulated]:
    """Both masts of the demo, faults included: the ridge's, then the plain's."""
    ridge = simulate_mast(demo.RIDGE, years, np.random.default_rng([seed, 1]))
    plain = simulate_mast(demo.PLAIN, years, np.random.default_rng([seed, 2]))
    faults.be_installed(ridge.recording, demo.INSTALLATION[0])
    faults.be_installed(plain.recording, demo.INSTALLATION[1])
    faults.be_installed(ridge.recording, demo.MAINTENANCE)
    for period in (*demo.ICING, *demo.ICED):
        faults.be_iced(ridge.recording, period)
    faults.be_stuck(ridge.recording, demo.STUCK_VANE)
    faults.be_silent(ridge.recording, demo.SILENT)
    faults.be_missing(plain.recording, demo.BROKEN_CABLE)
    faults.be_dead(plain.recording, demo.DEAD)
    for spike, by in demo.SPIKES:
        faults.be_spiked(plain.recording, spike, by)
    return ridge, plain


def simulate_mast(mast: Mast, years: int, rng: np.random.Generator) -> Simulated:
    """A mast without faults, for whole years."""
    stop = (np.datetime64(mast.date_from, "Y") + years).astype("datetime64[s]")
    return _simulate_until(mast, stop, rng)


def simulate_days(mast: Mast, days: int, rng: np.random.Generator) -> Simulated:
    """A mast without faults, for so many days."""
    return _simulate_until(mast, np.datetime64(mast.date_from, "s") + np.timedelta64(days, "D"), rng)


def _simulate_until(mast: Mast, stop: np.datetime64, rng: np.random.Generator) -> Simulated:
    start = np.datetime64(mast.date_from, "s")
    begins: Times = np.arange(start, stop, np.timedelta64(STEP_MINUTES * 60, "s"))
    true = truth(mast, simulate(begins, mast.climate, rng), rng)
    return Simulated(record(mast, begins, true), true)


def ridge_files(recording: Recording) -> Iterator[tuple[str, bytes]]:
    """Monthly files, some of them with a flaw."""
    lines = toa5.rows(recording)
    spoil_lines(lines, recording)
    first = toa5.header(recording.mast, "ridge_1.CR1X")
    months = recording.begins.astype("datetime64[M]")
    for month in np.unique(months):
        name = f"AlderRidge_TenMin_{str(month).replace('-', '_')}"
        here = (months == month) & recording.exists
        content = toa5.file(first, lines[here])
        if month == np.datetime64(demo.REPROGRAMMED_AT, "M"):
            content = _with_new_header(recording, lines, here)
            first = toa5.header(recording.mast, "ridge_2.CR1X")
        yield f"{name}.dat", content
        if month == np.datetime64("2022-03"):
            yield f"{name}_copy.dat", content
        if month == np.datetime64("2022-07"):
            yield demo.BROKEN_FILE, content[: len(first) // 2]
    again = recording.between(*demo.OVERLAP[0]) & recording.exists
    header = toa5.header(recording.mast, "ridge_1.CR1X")
    yield "AlderRidge_TenMin_by_hand.dat", toa5.file(header, lines[again])


def plain_files(recording: Recording) -> Iterator[tuple[str, bytes]]:
    """Daily files, of which two never arrived."""
    lines = toa5.rows(recording)
    header = toa5.header(recording.mast, "pampa.CR1X")
    days = recording.begins.astype("datetime64[D]")
    starts = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
    for day, of_day in zip(days[starts].astype(str), np.split(lines, starts[1:]), strict=True):
        name, content = f"PampaNorte_Diez_{day.replace('-', '_')}", toa5.file(header, of_day)
        if day not in demo.NEVER_ARRIVED:
            yield f"{name}.dat", content
        if day == "2022-02-01":
            yield f"{name}_copy.dat", content
    yield "PampaNorte_Diez_by_hand.dat", toa5.file(header, lines[recording.between(*demo.OVERLAP[1])])


def spoil_lines(lines: NDArray[np.object_], recording: Recording) -> None:
    """Make the lines that can't be read: one cut off, one of an impossible day, one with a word for a number."""
    cut_off, impossible, bad_cell = (
        int(np.searchsorted(recording.begins, np.datetime64(time, "s")))
        for time in (demo.CUT_OFF_LINE, demo.IMPOSSIBLE_STAMP, demo.BAD_CELL)
    )
    lines[cut_off] = lines[cut_off][:60] + toa5.END
    lines[impossible] = lines[impossible].replace("2022-11-30", "2022-11-31")
    cells = lines[bad_cell].split(",")
    cells[2 + recording.mast.columns.index("T2m_Avg")] = "ERR"
    lines[bad_cell] = ",".join(cells)


def erroneous_periods() -> str:
    """The technicians' notes, for `flag import`: speeds and vanes where ice held them, all where a mast was built."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("Station", "Sensor", "Start", "Stop", "Reason"))
    for period in (*demo.INSTALLATION, *demo.ICING, demo.MAINTENANCE):
        sensors = ("Spd", "Dir") if period in demo.ICING else (period.sensor,)
        for sensor in sensors:
            times = (time.replace("T", " ") for time in (period.start, period.stop))
            writer.writerow((period.station, sensor, *times, period.reason))
    return text.getvalue()


def _with_new_header(recording: Recording, lines: NDArray[np.object_], here: NDArray[np.bool_]) -> bytes:
    """A month in which a new program is sent to the logger: LoggerNet goes on in the file with another header."""
    before = here & (recording.begins < np.datetime64(demo.REPROGRAMMED_AT, "s"))
    old, new = (toa5.header(recording.mast, program) for program in ("ridge_1.CR1X", "ridge_2.CR1X"))
    return toa5.file(old, lines[before]) + toa5.file(new, lines[here & ~before])


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
