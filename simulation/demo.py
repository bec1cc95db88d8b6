"""The demo's two masts, and what happens to them: constants, so that a test can ask whether all of it was found.

Times are the loggers' clocks. All of it lies in the first year, so that a short field has it too.
"""

from simulation.faults import Period
from simulation.masts import Mast, Point, Program, Sensor
from simulation.weather import Climate

START = "2022-01-01T00:00:00"
ALL_OF_A_SPEED = ("avg", "sd", "max", "min")

# The anemometer at 80 m north is exchanged, and for three weeks the logger still has the old one's numbers.
EXCHANGED_POINT = "Spd80mN"
EXCHANGED_AT = "2022-09-14T11:00:00"
REPROGRAMMED_AT = "2022-10-05T09:00:00"


def _speed(name: str, height_m: float, boom_deg: float, sensor: Sensor, program: Program) -> Point:
    return Point(
        name, "wind_speed", "anemometer", "m/s", height_m, ALL_OF_A_SPEED, (sensor,), (program,), boom_deg=boom_deg
    )


def _vane(name: str, height_m: float, serial: str, *, boom_deg: float, dead_band_deg: float) -> Point:
    return Point(
        name, "wind_direction", "wind_vane", "deg", height_m, ("avg", "sd"),
        (Sensor(serial, START),), (Program(serial, START, offset=0.0),),
        boom_deg=boom_deg, dead_band_deg=dead_band_deg,
    )  # fmt: skip


def _plain(name: str, height_m: float, statistic: str, *, kind: tuple[str, str, str]) -> Point:
    """A sensor whose certificate no one has: its values stay as recorded."""
    sensor, program = Sensor(f"{name}-1", START), Program(f"{name}-1", START)
    return Point(name, *kind, height_m, (statistic,), (sensor,), (program,))


def _surroundings() -> tuple[Point, ...]:
    return (
        _plain("T2m", 2, "avg", kind=("air_temperature", "thermometer", "deg_C")),
        _plain("RH2m", 2, "avg", kind=("relative_humidity", "hygrometer", "%")),
        _plain("P2m", 2, "avg", kind=("air_pressure", "barometer", "hPa")),
        _plain("Batt", 1, "min", kind=("voltage", "voltmeter", "V")),
    )


EXCHANGED = Point(
    EXCHANGED_POINT, "wind_speed", "anemometer", "m/s", 80, ALL_OF_A_SPEED,
    (
        Sensor("A-1101", START, EXCHANGED_AT, 0.04612, 0.213, "2021-11-03"),
        Sensor("A-2207", EXCHANGED_AT, None, 0.04655, 0.247, "2022-07-19"),
    ),
    (
        # the new serial was entered at once, its numbers three weeks later
        Program("A-1101", START, EXCHANGED_AT, 0.04612, 0.213),
        Program("A-2207", EXCHANGED_AT, REPROGRAMMED_AT, 0.04612, 0.213),
        Program("A-2207", REPROGRAMMED_AT, None, 0.04655, 0.247),
    ),
    boom_deg=0,
)  # fmt: skip

RIDGE = Mast(
    name="Alder Ridge", slug="alder_ridge", serial="20417", table="TenMin",
    latitude=47.3125, longitude=11.0471, utc_offset_hours=1, stamps_end=True, date_from=START,
    climate=Climate(scale_m_s=7.4, prevailing_deg=255, temperature_deg_c=6.5, summer_month=7.5, elevation_m=930),
    points=(
        EXCHANGED,
        _speed("Spd80mS", 80, 180, Sensor("A-1102", START, None, 0.04598, 0.226, "2021-11-03"),
               Program("A-1102", START, None, 0.04598, 0.226)),
        _speed("Spd60mN", 60, 0, Sensor("A-1103", START, None, 0.04633, 0.198, "2021-11-04"),
               Program("A-1103", START, None, 0.04633, 0.198)),
        _speed("Spd40mN", 40, 0, Sensor("A-1104", START, None, 0.04607, 0.219, "2021-11-04"),
               Program("A-1104", START, None, 0.04607, 0.219)),
        _vane("Dir78mS", 78, "V-301", boom_deg=180, dead_band_deg=180),
        _vane("Dir58mS", 58, "V-302", boom_deg=180, dead_band_deg=180),
        *_surroundings(),
    ),
)  # fmt: skip

# Its logger was programmed with one rounded slope and offset for all anemometers: every speed needs re-calibration.
ROUNDED = (0.046, 0.25)
PLAIN = Mast(
    name="Pampa Norte", slug="pampa_norte", serial="6688", table="Diez",
    latitude=-38.0213, longitude=-61.4402, utc_offset_hours=-3, stamps_end=False, date_from=START,
    climate=Climate(scale_m_s=8.3, prevailing_deg=20, temperature_deg_c=14.5, summer_month=1.5, elevation_m=110),
    points=(
        _speed("Spd100m", 100, 270, Sensor("B-0451", START, None, 0.04671, 0.232, "2021-10-12"),
               Program("B-0451", START, None, *ROUNDED)),
        _speed("Spd80m", 80, 270, Sensor("B-0452", START, None, 0.04583, 0.204, "2021-10-12"),
               Program("B-0452", START, None, *ROUNDED)),
        _speed("Spd60m", 60, 270, Sensor("B-0453", START, None, 0.04629, 0.261, "2021-10-13"),
               Program("B-0453", START, None, *ROUNDED)),
        _vane("Dir98m", 98, "V-771", boom_deg=90, dead_band_deg=90),
        _vane("Dir58m", 58, "V-772", boom_deg=90, dead_band_deg=90),
        *_surroundings(),
    ),
)  # fmt: skip

INSTALLATION = (
    Period(RIDGE.slug, "All", "2022-01-01T00:00:00", "2022-01-01T10:30:00", "Installation"),
    Period(PLAIN.slug, "All", "2022-01-01T00:00:00", "2022-01-01T14:00:00", "Installation"),
)
MAINTENANCE = Period(RIDGE.slug, EXCHANGED_POINT, "2022-09-14T10:00:00", "2022-09-14T12:00:00", "Maintenance")
ICING = (
    Period(RIDGE.slug, "All", "2022-01-22T02:00:00", "2022-01-22T15:20:00", "Icing"),
    Period(RIDGE.slug, "All", "2022-12-11T20:00:00", "2022-12-12T09:40:00", "Icing"),
)
# These no one has written down: it is for the quality rules and the gap ledger to find them.
DEAD = Period(PLAIN.slug, "Spd80m", "2022-10-05T03:20:00", "2022-10-09T17:00:00", "dead")
ICED = (  # in a night of frost and wind
    Period(RIDGE.slug, "Spd60mN", "2022-12-05T01:20:00", "2022-12-05T10:40:00", "ice"),
    Period(RIDGE.slug, "Dir78mS", "2022-12-05T01:20:00", "2022-12-05T10:40:00", "ice"),
)
SPIKES = (  # with how much is added
    (Period(PLAIN.slug, "Spd100m", "2022-04-11T14:00:00", "2022-04-11T14:10:00", "spike"), 30),
    (Period(PLAIN.slug, "T2m", "2022-11-19T12:10:00", "2022-11-19T12:20:00", "spike"), 20),
)
STUCK_VANE = Period(RIDGE.slug, "Dir58mS", "2022-06-20T04:10:00", "2022-07-08T16:00:00", "stuck")
SILENT = Period(RIDGE.slug, "All", "2022-05-10T06:00:00", "2022-05-13T14:00:00", "no power")
BROKEN_CABLE = Period(PLAIN.slug, "Spd60m", "2022-08-01T09:00:00", "2022-08-14T15:30:00", "recorded as missing")
NEVER_ARRIVED = ("2022-03-05", "2022-03-06")  # daily files of the plain's mast

OVERLAP = (("2022-04-20", "2022-05-06"), ("2022-06-06", "2022-06-13"))  # collected again by hand: ridge, plain
BROKEN_FILE = "AlderRidge_TenMin_2022_07_part.dat"  # breaks off within its header
DUPLICATED_FILES = 2  # the same bytes under another name

# Lines of the ridge's November that can't be read: by their time, and how many readings go with them.
CUT_OFF_LINE = "2022-11-08T03:20:00"
IMPOSSIBLE_STAMP = "2022-11-30T12:00:00"  # written as the 31st
BAD_CELL = "2022-11-17T18:40:00"  # the temperature
REJECTED_LINES = 3
REJECTED_READINGS = 2 * len(RIDGE.columns) + 1
