"""Loading: once and for all, whatever order files come in, and whatever happens meanwhile."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from database.connection import connect
from database.home import Home
from loaders.archive import Archive, ArchiveDamaged
from loaders.identifying import Formats
from loaders.loading import load, load_waiting
from loaders.receiving import Receiver
from loaders.results import FileResult
from tests.loaders.campaign import START, at, toa5
from tests.loaders.formats.test_meteo32 import ROW, ROWINFO

Write = Callable[[str, bytes], Path]


def readings(home: Home) -> list[tuple[object, ...]]:
    """All readings with the name of their column and the digest of their file."""
    with connect(home, "loader") as connection:
        return connection.execute(
            "select column_name, timestamp, value, sha256 from raw.reading"
            " inner join raw.channel using (channel_id) inner join raw.file using (file_id) order by 1, 2"
        ).fetchall()


def values(home: Home) -> dict[datetime, object]:
    return {timestamp: value for _, timestamp, value, _ in readings(home)}  # type: ignore[misc]  # rows are untyped


def utc(step: int) -> datetime:
    return at(step).replace(tzinfo=UTC)


def only(home: Home, path: Path, **options: object) -> FileResult:
    return load(home, [path], **options).files[0]  # type: ignore[arg-type]  # options vary


def test_a_file_loaded_ten_times_leaves_the_table_as_after_the_first(mast: Home, write: Write) -> None:
    path = write("a.dat", toa5({step: [step / 10] for step in range(20)}))
    assert only(mast, path).new == 20
    before = readings(mast)
    for _ in range(9):
        again = only(mast, path)
        assert (again.new, again.same, again.state) == (0, 20, "loaded")
    assert readings(mast) == before
    with connect(mast, "loader") as connection:
        assert connection.execute("select count(*) from raw.file").fetchone() == (1,)
        assert connection.execute("select count(*) from ops.changed_span where cause = 'load'").fetchone() == (1,)


def test_missing_values_are_rows_without_a_number(mast: Home, write: Write) -> None:
    only(mast, write("a.dat", toa5({0: [1.5], 1: [None], 2: [2.5], 3: [3.5]})))
    assert values(mast) == {utc(0): 1.5, utc(1): None, utc(2): 2.5, utc(3): 3.5}


def test_the_file_whose_last_timestamp_is_later_wins_whoever_came_first(mast: Home, write: Write) -> None:
    early = write("early.dat", toa5({step: [1.0] for step in range(10)}))
    late = write("late.dat", toa5({step: [2.0] for step in range(5, 15)}))
    kept_late = only(mast, late)
    kept_early = only(mast, early)
    assert (kept_late.new, kept_early.new, kept_early.kept) == (10, 5, 5)
    assert [values(mast)[utc(step)] for step in (0, 4, 5, 14)] == [1.0, 1.0, 2.0, 2.0]
    with connect(mast, "analyst") as connection:
        lost = connection.execute(
            "select count(*), min(value), max(path) from raw.superseded_reading inner join raw.file using (file_id)"
        ).fetchone()
    assert lost == (5, 1.0, str(early))


def test_a_missing_value_never_replaces_a_number(mast: Home, write: Write) -> None:
    only(mast, write("a.dat", toa5({step: [1.0] for step in range(5)})))
    later = only(mast, write("b.dat", toa5({step: [None] for step in range(10)})))
    assert (later.new, later.kept) == (5, 5)
    assert values(mast)[utc(0)] == 1.0
    number = only(mast, write("c.dat", toa5({step: [3.0] for step in range(5, 9)})))
    assert number.changed == 4


def test_replace_overrules_and_stays_overruling(mast: Home, write: Write) -> None:
    late = write("late.dat", toa5({step: [2.0] for step in range(10)}))
    early = write("early.dat", toa5({step: [1.0] for step in range(5)}))
    only(mast, late)
    assert only(mast, early).kept == 5
    assert only(mast, early, overrules=True).changed == 5
    assert values(mast)[utc(0)] == 1.0
    later_still = write("later.dat", toa5({step: [3.0] for step in range(12)}))
    assert only(mast, later_still).kept == 5
    assert values(mast)[utc(0)] == 1.0


def test_a_stamp_that_stands_twice_counts_once_and_the_later_row_wins(mast: Home, write: Write) -> None:
    text = toa5({step: [1.0] for step in range(5)}) + b'"2021-03-01 00:20:00",9,7.5\r\n"2021-03-01 00:30:00",10,1.0\r\n'
    file = only(mast, write("a.dat", text))
    assert (file.new, file.same, file.kept) == (5, 1, 1)
    assert values(mast)[utc(2)] == 7.5
    with connect(mast, "analyst") as connection:
        assert connection.execute("select value, superseded_by_line from raw.superseded_reading").fetchall() == [
            (1.0, 10)
        ]


def test_rejected_lines_are_kept_with_their_reason_and_the_good_ones_load(mast: Home, write: Write) -> None:
    text = toa5({step: [1.0] for step in range(5)}) + b'"2021-03-01 00:50:00",5,what?\r\n"2021-03-01 01:00:00",6\r\n'
    file = only(mast, write("a.dat", text))
    assert (file.state, file.new, file.rejected) == ("loaded", 5, 2)
    with connect(mast, "analyst") as connection:
        rows = connection.execute("select line, text, readings from raw.rejected_row order by line").fetchall()
    assert [(line, readings_lost) for line, _, readings_lost in rows] == [(10, 1), (11, 1)]
    assert "what?" in str(rows[0][1])


def test_a_file_of_no_known_format_fails_and_the_others_load(mast: Home, write: Write) -> None:
    write("a.dat", b"\x00\x01 no logger wrote this")
    write("b.dat", toa5({step: [1.0] for step in range(5)}))
    result = load(mast, [write("c.dat", b"").parent])
    states = {Path(file.path).name: file.state for file in result.files}
    assert states == {"a.dat": "failed", "b.dat": "loaded", "c.dat": "failed", "mast.json": "failed"}
    assert not result.is_complete
    failed = result.files[0]
    assert failed.error is not None
    assert failed.error["what"] == "no known format begins like this"
    assert Archive(mast.archive).get(failed.sha256) == b"\x00\x01 no logger wrote this"
    metadata = next(file.error for file in result.files if file.path.endswith("mast.json"))
    assert metadata is not None
    assert metadata["remedy"].startswith("stationmanager metadata import FILE")


def test_a_path_that_is_not_there_fails_by_name(mast: Home, tmp_path: Path) -> None:
    file = only(mast, tmp_path / "gone.dat")
    assert file.state == "failed"
    assert file.error == {
        "what": "the file can't be read: No such file or directory",
        "where": str(tmp_path / "gone.dat"),
        "remedy": "check the path and its rights",
    }


def test_a_link_that_leads_in_circles_does_not_hold_up_its_folder(mast: Home, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.dat").symlink_to("a.dat")
    (tmp_path / "data" / "b.dat").write_bytes(toa5({step: [1.0] for step in range(5)}))
    states = {Path(file.path).name: file.state for file in load(mast, [tmp_path / "data"]).files}
    assert states == {"a.dat": "failed", "b.dat": "loaded"}


def test_a_file_waits_unclaimed_until_metadata_name_its_logger(
    instance: Home, write: Write, claim: Callable[..., None]
) -> None:
    file = only(instance, write("a.dat", toa5({step: [1.0] for step in range(5)})))
    assert (file.state, file.logger, file.new) == ("unclaimed", "4711", 0)
    assert load_waiting(instance).files == []
    claim(instance)
    assert [(waited.state, waited.new) for waited in load_waiting(instance).files] == [("loaded", 5)]


def test_the_logger_option_claims_what_the_header_names_otherwise(mast: Home, write: Write) -> None:
    path = write("a.dat", toa5({step: [1.0] for step in range(5)}, serial="E7000"))
    assert only(mast, path).state == "unclaimed"
    claimed = only(mast, path, logger="4711")
    assert (claimed.state, claimed.logger, claimed.new) == ("loaded", "4711", 5)


def test_an_unknown_clock_is_an_error_that_says_how_to_state_it(
    instance: Home, write: Write, claim: Callable[..., None]
) -> None:
    claim(instance, offset_from_utc_hrs=None, timestamp_is_end_of_period=None)
    file = only(instance, write("a.dat", toa5({step: [1.0] for step in range(5)})))
    assert file.state == "failed"
    assert file.error is not None
    assert file.error["what"] == (
        "the metadata of logger 4711 do not say its offset from UTC "
        "and whether its stamps mark the beginning or the end"
    )
    assert "--utc-offset HOURS --timestamps begin|end" in file.error["remedy"]
    claim(instance)
    assert [waited.state for waited in load_waiting(instance).files] == ["loaded"]


def test_stamps_become_the_utc_beginning_of_the_averaging_period(
    instance: Home, write: Write, claim: Callable[..., None]
) -> None:
    claim(instance, offset_from_utc_hrs=5.5, timestamp_is_end_of_period=True)
    only(instance, write("a.dat", toa5({step: [1.0] for step in range(5)})))
    first = START.replace(tzinfo=UTC) - timedelta(hours=5.5) - timedelta(minutes=10)
    assert min(values(instance)) == first
    with connect(instance, "analyst") as connection:
        row = connection.execute("select utc_offset, timestamp_is_end_of_period from raw.file").fetchone()
    assert row == (timedelta(hours=5.5), True)


def test_too_few_rows_take_the_loggers_period_until_more_tell(
    instance: Home, write: Write, claim: Callable[..., None]
) -> None:
    claim(instance, timestamp_is_end_of_period=True)
    hourly = {"table": "Hourly"}
    only(instance, write("one.dat", toa5({6: [1.0]}, **hourly)))
    assert list(values(instance)) == [utc(5)]
    only(instance, write("more.dat", toa5({step: [1.0] for step in range(12, 60, 6)}, **hourly)))
    assert sorted(values(instance))[:2] == [utc(0), utc(6)]
    with connect(instance, "analyst") as connection:
        rows = connection.execute("select averaging_period, averaging_period_is_assumed from raw.channel").fetchall()
    assert rows == [(timedelta(hours=1), False)]


def test_two_loads_at_once_of_overlapping_files_end_as_one_after_the_other(mast: Home, write: Write) -> None:
    first = write("a.dat", toa5({step: [1.0] for step in range(3000)}))
    second = write("b.dat", toa5({step: [2.0] for step in range(1000, 4000)}))
    results: list[FileResult] = []
    threads = [threading.Thread(target=lambda path=path: results.append(only(mast, path))) for path in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(file.state for file in results) == ["loaded", "loaded"]
    assert sum(file.new for file in results) == 4000
    table = values(mast)
    assert sum(value == 1.0 for value in table.values()) == 1000
    assert sum(value == 2.0 for value in table.values()) == 3000


def test_an_altered_archive_is_noticed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.put(b"content")
    archive.path_of(sha256).chmod(0o644)
    archive.path_of(sha256).write_bytes(b"other")
    with pytest.raises(ArchiveDamaged, match="not what it was"):
        archive.get(sha256)


def test_one_file_that_can_not_be_read_does_not_stop_the_others_that_wait(
    instance: Home, write: Write, claim: Callable[..., None]
) -> None:
    gone = only(instance, write("gone.dat", toa5({step: [1.0] for step in range(5)})))
    only(instance, write("good.dat", toa5({step: [2.0] for step in range(5, 10)})))
    Archive(instance.archive).path_of(gone.sha256).unlink()
    claim(instance)
    states = {Path(file.path).name: file.state for file in load_waiting(instance).files}
    assert states == {"gone.dat": "failed", "good.dat": "loaded"}


def test_what_the_option_said_holds_after_a_crash(instance: Home, write: Write, claim: Callable[..., None]) -> None:
    path = write("a.dat", toa5({step: [1.0] for step in range(5)}, serial="9999"))
    with connect(instance, "loader") as connection:
        receiver = Receiver(connection, Archive(instance.archive), Formats(), logger="4711")
        with receiver.open(path) as arrival:
            receiver.receive([arrival])
    claim(instance)
    assert [(file.state, file.logger) for file in load_waiting(instance).files] == [("loaded", "4711")]


def test_a_loaded_file_is_not_silently_left_with_another_logger(mast: Home, write: Write) -> None:
    path = write("a.dat", toa5({step: [1.0] for step in range(5)}))
    only(mast, path)
    again = only(mast, path, logger="1")
    assert again.state == "failed"
    assert again.error is not None
    assert again.error["what"] == "it is loaded already, as a file of logger 4711"


def test_a_serial_spelt_otherwise_is_the_same_logger(mast: Home, write: Write, claim: Callable[..., None]) -> None:
    only(mast, write("a.dat", toa5({step: [1.0] for step in range(8)})))
    claim(mast, logger_serial_number="004711")
    only(mast, write("b.dat", toa5({step: [2.0] for step in range(4, 12)})))
    with connect(mast, "analyst") as connection:
        assert connection.execute("select count(*), min(logger) from raw.channel").fetchone() == (1, "4711")
    assert len(values(mast)) == 12


def test_assumed_periods_are_mended_in_whatever_order_files_come(
    instance: Home, write: Write, claim: Callable[..., None]
) -> None:
    claim(instance, timestamp_is_end_of_period=True)
    two = ("Spd_Avg", "B_Avg")
    only(instance, write("one.dat", toa5({6: [1.0]}, table="Hourly")))
    only(instance, write("two.dat", toa5({12: [1.0, 5.0], 13: [2.0, 6.0]}, columns=two, table="Hourly")))
    telling = {step: [1.0, 5.0] for step in range(18, 66, 6)}
    only(instance, write("more.dat", toa5(telling, columns=two, table="Hourly")))
    with connect(instance, "analyst") as connection:
        channels = connection.execute("select column_name, averaging_period from raw.channel order by 1").fetchall()
        landed = connection.execute("select count(*) from raw.file where state <> 'loaded'").fetchone()
    with connect(instance, "owner") as connection:
        taken_back = connection.execute(
            "select date_to from ops.changed_span where cause = 'load' and station is null order by date_to"
        ).fetchall()
    # to the end of the ten minutes that were assumed: what was judged of them is stale
    assert taken_back[-1][0] - timedelta(minutes=10) in {utc(11), utc(12)}
    assert channels == [("B_Avg", timedelta(hours=1)), ("Spd_Avg", timedelta(hours=1))]
    assert landed == (0,)
    assert sorted(values(instance))[:4] == [utc(0), utc(6), utc(7), utc(12)]


def test_files_in_archives_load_and_what_opens_later_loads_later(mast: Home, write: Write, tmp_path: Path) -> None:
    inner = toa5({step: [1.0] for step in range(5)})
    with ZipFile(tmp_path / "files.zip", "w") as archive:
        archive.writestr("a.dat", inner)
        archive.writestr("b.dat.gz", gzip.compress(toa5({step: [2.0] for step in range(5, 10)})))
        archive.writestr("secret.rld", b"\x02\x04\x00\x00,,,,")
    result = load(mast, [tmp_path / "files.zip"])
    states = {Path(file.path).name: (file.state, file.new) for file in result.files}
    assert states == {"a.dat": ("loaded", 5), "b.dat": ("loaded", 5), "files.zip": ("failed", 0)}
    failed = next(file for file in result.files if file.error)
    assert failed.error is not None
    assert "converter" in str(failed.error["remedy"])
    assert Archive(mast.archive).get(hashlib.sha256(inner).hexdigest()) == inner
    again = load(mast, [tmp_path / "files.zip"])
    assert sorted((file.new, file.same) for file in again.files) == [(0, 0), (0, 5), (0, 5)]


def test_rows_and_what_says_what_they_are_come_in_any_order_and_by_new_names(mast: Home, write: Write) -> None:
    first = load(mast, [write("a.row", ROW)], logger="4711").files[0]
    assert (first.state, first.error and first.error["waits_for"]) == ("failed", "companion")
    assert only(mast, write("a.rowinfo", ROWINFO)).state == "loaded"
    with connect(mast, "analyst") as connection:
        loaded = connection.execute("select readings_new > 0 from raw.file where path like '%a.row'").fetchone()
    assert loaded == (True,)
    next_day = ROW.replace(b"01/21/10", b"01/22/10")
    result = load(mast, [write("b.row", next_day), write("b.rowinfo", ROWINFO)], logger="4711")
    assert {file.state for file in result.files} == {"loaded"}
    with connect(mast, "analyst") as connection:
        states = connection.execute("select distinct state from raw.file").fetchall()
    assert states == [("loaded",)]


def test_a_header_that_changes_a_unit_on_the_way_may_repeat_rows(mast: Home, write: Write) -> None:
    first = toa5({step: [1.0] for step in range(10)})
    again = toa5({step: [1.0 if step < 8 else 2.0] for step in range(5, 15)}).replace(b'"m/s"', b'"mps"')
    file = only(mast, write("a.dat", first + again))
    assert (file.state, file.new, file.same, file.changed) == ("loaded", 15, 3, 2)
    assert values(mast)[utc(9)] == 2.0


def test_what_was_taken_back_is_read_again_at_once_though_it_has_rejected_lines(
    instance: Home, write: Write, claim: Callable[..., None]
) -> None:
    claim(instance, timestamp_is_end_of_period=True)
    bad = b'"2021-03-01 02:00:00",5,what?\r\n'
    assert only(instance, write("one.dat", toa5({6: [1.0]}, table="Hourly") + bad)).rejected == 1
    only(instance, write("more.dat", toa5({step: [1.0] for step in range(18, 66, 6)}, table="Hourly")))
    with connect(instance, "analyst") as connection:
        assert connection.execute("select distinct state from raw.file").fetchall() == [("loaded",)]
    assert min(values(instance)) == utc(0)


def test_the_ledger_says_of_a_file_that_it_takes_an_unverified_way_of_a_verified_format(
    mast: Home, write: Write
) -> None:
    for clock, is_verified in (("2350", True), ("2400", False)):
        load(mast, [write(f"{clock}.dat", f"213,2021,60,{clock},1\r\n".encode())], logger="4711")
        with connect(mast, "analyst") as connection:
            last = connection.execute("select format_verified from raw.file order by file_id desc limit 1").fetchone()
        assert last == (is_verified,)
