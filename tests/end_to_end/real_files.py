"""The real files of ../shared/samples: their loggers, what their stamps mean, and how each is read by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.end_to_end import by_hand
from tests.end_to_end.by_hand import Table
from tests.loaders.campaign import document

CAMPBELL = "campbell"
CARDCONVERT = "campbell/cardconvert"
GROWING = "campbell/loggernet_growing"
TEXTS = ("text_val", "text_val_2", "text_val_3")  # ASCII in the binary files; CardConvert's TOA5 doesn't tell it


@dataclass(frozen=True)
class Clock:
    """What the metadata say of a logger's stamps; None where its files say it themselves."""

    offset_hours: float | None = None
    marks_end: bool | None = None
    minutes: int = 10


@dataclass(frozen=True)
class Sample:
    """A real file, what is in it, and how its stamps become the UTC beginning of their period.

    Attributes:
        path: below the folder of samples.
        logger: as the header has it, or as it is given if `is_given`.
        tables: reads it by hand.
        earlier: by how much UTC's beginning of the period is before the stamp.
        tolerance: relative, of the values.
    """

    path: str
    logger: str
    tables: Callable[[Path], Table | dict[str, Table]]
    earlier: np.timedelta64 = field(default_factory=lambda: np.timedelta64(0, "m"))
    is_given: bool = False
    tolerance: float = 0


def minutes(count: float) -> np.timedelta64:
    """So many minutes."""
    return np.timedelta64(round(count * 60_000_000), "us")


def filled(*names: str) -> Callable[[Path], Table]:
    """Reads a LOGR file whose firmware fills the extremes of these channels."""
    return lambda path: by_hand.nrg(path, names)


def of_cardconvert(path: Path) -> Table:
    """What CardConvert wrote of a binary file, without texts."""
    (text,) = path.parent.glob(f"TOA5_{path.stem}_*.dat")
    return by_hand.toa5(text, TEXTS)


CLOCKS = {
    "1234": Clock(0, marks_end=True),
    "31346": Clock(8, marks_end=True),
    "12342": Clock(0, marks_end=False, minutes=60),
    "64291": Clock(0, marks_end=False),
    "cardconvert": Clock(0, marks_end=False),
    "11111": Clock(0, marks_end=False),
    "3737": Clock(0, marks_end=False, minutes=1),
    "cr23": Clock(0, marks_end=False, minutes=1),
    "820604310": Clock(marks_end=False, minutes=1),
    "820606716": Clock(marks_end=False, minutes=1),
    "511": Clock(),
    "304": Clock(),
    "945800110": Clock(),
    "933": Clock(-5, marks_end=False),
    "9571112094": Clock(marks_end=True),
    "3050612101": Clock(marks_end=True),
    "WLS7-164": Clock(),
    "WLS71072": Clock(),
    "WLS866-25": Clock(),
    "WLS7-72": Clock(1, marks_end=True),
    "published": Clock(0, marks_end=True),
    "317": Clock(),
    "358": Clock(2, marks_end=False),
    "Escheberg_AJ03": Clock(1, marks_end=True),
    "z05": Clock(0, marks_end=True),
    "windographer": Clock(),
    "D240130": Clock(),
    "D242092": Clock(),
}
BINARY = ("TOB1_full10", "TOB1_full11", "TOB1_full16", "TOB3_long19", "TOB3_long20", "TOB3_long27")
SAMPLES = [
    Sample(f"{CAMPBELL}/TOA5_CR3000.data_2015_06_17_0010.dat", "1234", by_hand.toa5, minutes(10)),
    Sample(f"{CAMPBELL}/test_raw_DataTable2.txt", "31346", by_hand.toa5, minutes(8 * 60 + 10)),
    Sample(f"{CAMPBELL}/toa5_good_and_bad/Example.dat", "12342", by_hand.toa5),
    Sample(f"{CAMPBELL}/toa5_good_and_bad/TestLogger_Daily_1.dat", "12342", by_hand.toa5),
    Sample(f"{CAMPBELL}/toa5_good_and_bad/TestLogger_Hourly_1.dat", "12342", by_hand.toa5),
    *(Sample(f"{CARDCONVERT}/{name}.dat", "64291", of_cardconvert, tolerance=2e-6) for name in BINARY),
    *(
        Sample(f"{CARDCONVERT}/TOA5_{name}_2026_02_19_0946.dat", "cardconvert", by_hand.toa5, is_given=True)
        for name in BINARY
    ),
    Sample("nrg/004310_2022-03-17_00.00_000835_meas.txt", "820604310", by_hand.nrg, minutes(-5 * 60)),
    Sample("nrg/671225_SunnyDog_Test_Dev_meas_2025.06.16-2025.06.16.txt", "820606716", by_hand.nrg, minutes(-7 * 60)),
    Sample("nrg/20220418_0700_000511_001183_statistical.dat", "511", filled("Ch12_Deg", "Ch105_deg"), minutes(1)),
    Sample(
        "nrg/20240111_1300_000304_002994_statistical.dat", "304",
        filled("Ch12_Deg", "Ch102_deg", "Ch301_mm", "Ch302_mm", "Ch303_kWh/m^2"),
    ),
    Sample(
        "nrg/945800110_WRA_60m_meas_2025.06.15-2025.06.15.dat", "945800110",
        filled("Ch1_deg", "Ch2_deg", "Ch3_deg", "Ch316_Degrees", "Ch317_Degrees", "Ch318_Degrees", "Ch319_mm",
               "Ch320_mm"),
    ),
    Sample("nrg/USDOE_beresford_051201.csv", "933", by_hand.basestation, minutes(-5 * 60)),
    Sample("kintech/ID150008_20210324_075740.log_20210324_075750.wnd", "9571112094", by_hand.kintech, minutes(5)),
    Sample("kintech/ID150020_20211117_122757.log_20211117_122803.wnd", "3050612101", by_hand.kintech, minutes(10)),
    Sample("windcube/WLS7-164_2016_11_24__00_00_00.sta", "WLS7-164", by_hand.windcube_file, minutes(10)),
    Sample("windcube/abc_2020_10_07__00_10_00.sta", "WLS71072", by_hand.windcube_file, minutes(10)),
    Sample("windcube/lidar.z05.00.20201201.000000.sta.7z", "WLS866-25", by_hand.windcube_file, minutes(10)),
    Sample("windcube/WLS7-72_2016_12_06__00_00_00.sta", "WLS7-72", by_hand.windcube_file, minutes(70)),
    Sample("windcube/expected_z05_lidar.nc", "published", by_hand.netcdf, minutes(10), is_given=True),
    Sample("zephir/Wind10_317@Y2016_M12_D13.ZPH.csv", "317", by_hand.zephir, minutes(60)),
    Sample("triton/TritonExport_2017-03-13-04-46-38_innogySE_sample.csv", "358", by_hand.triton, minutes(120)),
    Sample("sodar/WP5_161122_result.txt", "Escheberg_AJ03", by_hand.sodar, minutes(70)),
    Sample("buoy/buoy.z05.00.20201201.000000.zip", "z05", by_hand.buoy, minutes(10), is_given=True),
    Sample("windographer/windographer_demo_data1.txt", "windographer", by_hand.windographer, is_given=True),
]  # fmt: skip
EVENT_TABLE = f"{CAMPBELL}/tob3_event_table.dat"
CONFIGURATIONS = {
    "ammonit/D240130_cfg_0a16e14a.meteo40_config.txt": "D240130",
    "ammonit/D240130_generated_config.txt": "D240130",
    "ammonit/D242092_generated_config.txt": "D242092",
}
GROWN = {  # the files as they were at successive times, with their logger where their header doesn't say it
    "CR3000/*_Table213.dat": None,
    "CR3000/*_Table214.dat": None,
    "CR23/*-GndRadData.dat": "cr23",
}
UNCLAIMED = f"{CAMPBELL}/demo_mast.csv"  # test_demo_mast.py has it whole
# what can't be read: words of the error, and of what to do about it
REFUSED = {
    **{
        f"{CAMPBELL}/toa5_good_and_bad/TestLogger_Hourly_Bad{number:02}.dat": words
        for number, words in enumerate(
            [
                ("nothing in the file", "collected again"),
                ("ends inside a quoted field", "collected again"),
                ("nothing in the file", "collected again"),
                ("no known format", "describe"),
                ("9 fields in the environment line, 8 expected", "collected again"),
                ("ends after 2 of 4 lines", "collected again"),
                ("ends after 1 of 4 lines", "collected again"),
                ("ends inside a quoted field", "collected again"),
                ("ends inside a quoted field", "collected again"),
                ("7 columns in the line of units, 6 in the line of names", "collected again"),
                ("6 columns in the line of units, 7 in the line of names", "collected again"),
                ("two columns are named 'AirT_C(42)'", "collected again"),
            ],
            1,
        )
    },
    f"{CAMPBELL}/headerless_transmitted.txt": ("49 columns found, and nothing says what they are", "description"),
    "windographer/windographer_flagging_log2.txt": ("flags and no readings", "stationmanager flag import"),
    "unreadable/000110_2022-05-03_00.00_008549.rld": ("needs converter", "in stationmanager.toml"),
    "ammonit/calibration_results.txt": ("no known format", "describe"),
    "kintech/expected_ID150020_20211117.csv": ("no known format", "describe"),
    "README.md": ("no known format", "describe"),
    **dict.fromkeys(
        [f"iea_task43/{name}.json" for name in ("demo_mast", "floating_lidar", "nrg_mast")],
        ("an IEA Task 43 document", "stationmanager metadata import"),
    ),
    "iea_task43/iea43_wra_data_model*": ("no known format", "describe"),
    "iea_task43/*.csv": ("no known format", "describe"),
}


def document_of_all() -> dict[str, Any]:
    """A Task 43 document with a station for each logger."""
    whole = document()
    locations = []
    for logger, clock in CLOCKS.items():
        settings = {
            "offset_from_utc_hrs": clock.offset_hours,
            "timestamp_is_end_of_period": clock.marks_end,
            "averaging_period_minutes": clock.minutes,
            "date_from": "2000-01-01T00:00:00",
        }
        (location,) = document(logger_serial_number=logger, **settings)["measurement_location"]
        locations.append(location | {"name": f"Station of {logger}"})
    return whole | {"measurement_location": locations}


def refused(samples: Path) -> dict[str, tuple[str, str]]:
    """Those that can't be read, each by its path."""
    return {str(path.relative_to(samples)): words for name, words in REFUSED.items() for path in samples.glob(name)}
