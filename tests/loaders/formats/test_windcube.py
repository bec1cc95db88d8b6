"""WindCube files written by hand and by a simulation: headers, damaged rows, and raw data."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from loaders.formats import windcube, windcube_rtd
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from simulation import windcube as writer
from simulation.profiles import profile
from tests.loaders.formats.locale_samples import column_of, edited, ridge
from tests.loaders.formats.profile_samples import RTD, listed, the_table, written
from tests.loaders.formats.toa5_files import readings_in


def test_units_and_statistics_are_those_of_the_names() -> None:
    columns = {column.name: column for column in the_table(windcube.parse(written()["windcube"])).columns}
    told = {name: (column.unit, column.statistic) for name, column in columns.items() if name.startswith("60m")}
    assert told == {
        "60m Wind Speed (m/s)": ("m/s", "avg"),
        "60m Wind Speed Dispersion (m/s)": ("m/s", "sd"),
        "60m Wind Speed min (m/s)": ("m/s", "min"),
        "60m Wind Speed max (m/s)": ("m/s", "max"),
        "60m Wind Direction (°)": ("°", "avg"),
        "60m Data Availability (%)": ("%", "availability"),
    }
    assert (columns["Int Temp (°C)"].unit, columns["Wiper count"].unit, columns["Vbatt (V)"].statistic) == (
        "°C",
        "",
        None,
    )


@pytest.mark.parametrize("generation", [1, 2])
def test_what_was_simulated_is_read(generation: int) -> None:
    recording = ridge()
    mast = recording.mast
    if generation == 1:
        content, speed = writer.file(writer.first_header(mast), writer.first_rows(recording)), "Vhm{number}"
    else:
        content, speed = writer.file(writer.header(mast), writer.rows(recording)), "{height:g}m Wind Speed (m/s)"
    file = windcube.parse(content)
    assert (file.logger, file.rejected) == (mast.serial, ())
    assert file.utc_offset == (None if generation == 1 else np.timedelta64(mast.utc_offset_hours * 3600, "s"))
    for number, level in enumerate(profile(recording), 1):
        name = speed.format(number=number, height=level.height_m)
        np.testing.assert_allclose(column_of(file, name), level.speed, atol=5.001e-3, rtol=0)


HEADER = "HeaderSize=3\nID System=WLS7-1\ntimezone={zone}\nAltitudes (m)=\t40\n"
NAMES = "Timestamp (end of interval)\tInt Temp (°C)\t40m Wind Speed (m/s)\t40m Data Availability (%)\t\n"


def small(*rows: str, zone: str = "UTC+0", names: str = NAMES) -> bytes:
    return (HEADER.format(zone=zone) + names + "".join(row + "\n" for row in rows)).encode()


STAMPS = "YYYY/MM/DD hh:mm expected"
ROW = "2016/11/24 00:{minute:02d}\t24.6\t5.5\t99\t"


@pytest.mark.parametrize(
    ("zone", "offset_h"), [("UTC+0", 0), ("UTC", 0), ("UTC+5:30", 5.5), ("UTC-3", -3), ("local", None), ("", None)]
)
def test_the_zone_is_what_the_header_states(zone: str, offset_h: float | None) -> None:
    offset = windcube.parse(small(ROW.format(minute=10), zone=zone)).utc_offset
    assert offset == (None if offset_h is None else np.timedelta64(int(offset_h * 3600), "s"))


@pytest.mark.parametrize(
    ("fact", "degrees"),
    [
        ("DirectionOffset (°)=-84.000", -84.0),
        ("DirectionOffset(°)=0.000", 0.0),
        ("DirectionOffset (\ufffd)=262", 262.0),
        ("DirectionOffset (°)=NaN", None),
        ("Init Drive Position (°)=90", None),
    ],
)
def test_the_orientation_is_what_the_header_turns_directions_by(fact: str, degrees: float | None) -> None:
    content = small(ROW.format(minute=10)).replace(b"timezone", f"{fact}\ntimezone".encode())
    assert windcube.parse(content).header["device_orientation_deg"] == degrees


def test_a_damaged_degree_sign_changes_no_name() -> None:
    content = written()["windcube"]
    names = [column.name for column in the_table(windcube.parse(content)).columns]
    for damaged in (content.replace(b"\xb0", "\ufffd".encode()), content.decode("cp1252").encode(), content):
        assert [column.name for column in the_table(windcube.parse(damaged)).columns] == names


@pytest.mark.parametrize(
    ("row", "reason", "readings"),
    [
        ("2016/11/24 00:20\t24.6\t5,5\t99\t", "no number in 40m Wind Speed (m/s); a number expected", 1),
        ("2016/13/24 00:20\t24.6\t5.5\t99\t", f"'2016/13/24 00:20' is no time of the calendar; {STAMPS}", 3),
        ("2016/11/24 00:20\t24.6\t5.5", "3 columns found, 5 named in the header", 3),
        ("2016/11/24 00:20\t24.6\t5.5\t9", "4 columns found, 5 named in the header", 3),
    ],
)
def test_what_can_not_be_read_of_a_row_is_rejected(row: str, reason: str, readings: int) -> None:
    file = windcube.parse(small(ROW.format(minute=10), row, ROW.format(minute=30)))
    (rejected,) = file.rejected
    assert (rejected.line, rejected.text, rejected.reason, rejected.readings) == (7, row, reason, readings)
    assert readings_in(file) == 9


def test_rows_whose_last_tabs_an_editor_took_are_read() -> None:
    file = windcube.parse(small(*(ROW.format(minute=minute).rstrip("\t") for minute in (10, 20))))
    assert (len(the_table(file).timestamps), file.rejected) == (2, ())


def test_files_that_were_appended_to_each_other_are_one() -> None:
    days = [small(ROW.format(minute=minute)) for minute in (10, 20, 30)]
    file = windcube.parse(b"".join(days))
    assert the_table(file).lines.tolist() == [6, 12, 18]
    assert len(listed(file, "headers")) == 1
    other = small("2016/11/24 00:20\t24.6\t5.5\t", names=NAMES.replace("\t40m Data Availability (%)", ""))
    assert [len(table.columns) for table in windcube.parse(days[0] + other).tables] == [3, 2]


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (b"HeaderSize=3\nID System=1\n", "no line of names that begins with 'Timestamp' or 'Date' and a tab", "line 1"),
        (
            small(ROW.format(minute=10)) + small(ROW.format(minute=20)).replace(b"WLS7-1", b"WLS7-2"),
            "rows of two instruments in one file: 'WLS7-1', then 'WLS7-2'",
            "line 7",
        ),
        (
            small(ROW.format(minute=10)) + small(ROW.format(minute=20), zone="UTC+1"),
            "headers of two clocks in one file",
            "line 7",
        ),
        (
            small(ROW.format(minute=10))
            + small(ROW.format(minute=20), names=NAMES.replace(" (end of interval)", ""))
            + small(ROW.format(minute=30)),
            "headers of two clocks in one file",
            "line 7",
        ),
        (
            b"HeaderLength=2\nID System=1\nAltitudes(m)=\t40\t60\nDate\tVhm1\tAvail.1\t\n",
            "columns of 1 altitudes, and the altitudes '40\t60'",
            "line 4",
        ),
    ],
)
def test_a_wrong_header_is_an_error_that_says_where(content: bytes, what: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        windcube.parse(content)
    assert (caught.value.what, caught.value.where) == (what, where)
    assert caught.value.remedy


def test_the_first_generation_has_the_day_first_unless_its_rows_tell_otherwise() -> None:
    def stamps(*days: str) -> list[datetime]:
        rows = "".join(f"{day}\t5.5\t\n" for day in days)
        content = f"HeaderLength=1\nID System=1\nDate\tVhm1\t\n{rows}"
        return list(the_table(windcube.parse(content.encode())).timestamps.astype(object))

    assert stamps("06/12/2016 00:10:00") == [datetime(2016, 12, 6, 0, 10)]
    assert stamps("12/06/2016 00:10:00", "12/31/2016 00:10:00") == [
        datetime(2016, 12, 6, 0, 10),
        datetime(2016, 12, 31, 0, 10),
    ]


def test_raw_data_are_told_apart_and_have_no_beam_among_their_columns() -> None:
    content = RTD.encode("cp1252")
    assert detect(content) is windcube_rtd
    file = windcube_rtd.parse(content)
    table = the_table(file)
    assert (file.format, file.logger, windcube_rtd.VERIFIED) == ("windcube-rtd", "WLS7-1", False)
    assert (file.timestamp_is_end_of_period, file.rejected) == (None, ())
    assert [column.name for column in table.columns] == [
        "Temperature (°C)",
        "40m CNR (dB)",
        "40m Radial Wind Speed (m/s)",
        "60m CNR (dB)",
        "60m Radial Wind Speed (m/s)",
    ]
    assert {column.statistic for column in table.columns} == {None}
    assert table.timestamps.tolist()[1] == datetime(2016, 11, 24, 0, 0, 1, 620_000)
    np.testing.assert_array_equal(column_of(file, "40m Radial Wind Speed (m/s)"), [0.55, np.nan])


def test_blank_cells_are_missing() -> None:
    def without_speed(lines: list[str]) -> None:
        lines[5] = lines[5].replace("5.5", "")

    file = windcube.parse(edited(small(ROW.format(minute=10)), without_speed))
    assert (np.isnan(column_of(file, "40m Wind Speed (m/s)")).tolist(), file.rejected) == ([True], ())
