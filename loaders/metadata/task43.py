"""IEA Wind Task 43 documents, versions 1.0 to 1.3, as far as values depend on them. What else they hold is let through.

Names, requirements and nulls are those of the schemas. Where the versions differ the wider one counts: enumerations
only grew, and what may be null today may be null in an old document. Dates are the logger's clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from loaders.metadata import vocabulary
from loaders.problems import one_of, suggestion

# PostgreSQL must read them too, so not every date of ISO 8601 will do
DATE_TIME = re.compile(
    r"(?P<clock>[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)?)"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)


def misfit(expected: str, remedy: str = "") -> PydanticCustomError:
    """An error that knows in our words what was expected."""
    return PydanticCustomError("misfit", "{expected}", {"expected": expected, "remedy": remedy})


def clock_time(text: str) -> datetime:
    """The logger's clock at a date of the document; a zone that is written is the logger's own, so it adds nothing."""
    match = DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return datetime.fromisoformat(match["clock"])


def _word(words: Collection[str], what: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in words:
            raise misfit(one_of(words, what), suggestion(value, words))
        return value

    return check


def _date_time(value: str) -> str:
    try:
        clock_time(value)
    except ValueError:
        raise misfit("a date and time like 2016-01-09T15:30:00") from None
    return value


def _date(value: str) -> str:
    try:
        date.fromisoformat(value if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else "")
    except ValueError:
        raise misfit("a date like 2016-01-09") from None
    return value


def _version(value: str) -> str:
    match = vocabulary.VERSION.fullmatch(value)
    if match is None or match["minor"] not in vocabulary.VERSIONS:
        expected = f"a version from {vocabulary.VERSIONS[0]} to {vocabulary.VERSIONS[-1]}"
        raise misfit(f"{expected}, like {vocabulary.NEWEST_VERSION}")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise misfit("a text that is not blank")
    return value


Name = Annotated[str, AfterValidator(_not_blank)]
DateTime = Annotated[str, AfterValidator(_date_time)]
Date = Annotated[str, AfterValidator(_date)]
Version = Annotated[str, AfterValidator(_version)]
StationType = Annotated[str, AfterValidator(_word(vocabulary.STATION_TYPES, "station type"))]
MeasurementType = Annotated[str, AfterValidator(_word(vocabulary.MEASUREMENT_TYPES, "measurement type"))]
Statistic = Annotated[str, AfterValidator(_word(vocabulary.STATISTICS, "statistic"))]
Unit = Annotated[str, AfterValidator(_word(vocabulary.UNITS, "unit"))]
MountingType = Annotated[str, AfterValidator(_word(vocabulary.MOUNTING_TYPES, "mounting type"))]
OrientationReference = Annotated[str, AfterValidator(_word(vocabulary.ORIENTATION_REFERENCES, "reference"))]
Number = Annotated[float, Field(allow_inf_nan=False)]
Bearing = Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)]
# A clock can't be further from UTC than this; nor would the database take it
Offset = Annotated[float, Field(ge=-14, le=14, allow_inf_nan=False)]
Minutes = Annotated[int, Field(gt=0, le=525_600)]


class Part(BaseModel):
    """Any part of a document: JSON's own types, unknown keys are kept."""

    model_config = ConfigDict(strict=True, extra="allow")

    notes: str | None = None


class Period(Part):
    """A part that may say when it is valid; half-open, null has no end."""

    date_from: DateTime | None = None
    date_to: DateTime | None = None

    @field_validator("date_to")
    @classmethod
    def _not_reversed(cls, value: str | None, info: ValidationInfo) -> str | None:
        date_from = info.data.get("date_from")
        if value is not None and date_from is not None and clock_time(value) < clock_time(date_from):
            raise misfit(f"a time not before date_from, {date_from}")
        return value


class BegunPeriod(Period):
    """A part that says at least when it began."""

    date_from: DateTime


class DatedPeriod(BegunPeriod):
    """A part that says when it began, and when it ended or that it didn't."""

    date_to: DateTime | None


class ColumnName(Part):
    """A column of the logger's files, and the statistic that it holds."""

    column_name: Name
    statistic_type_id: Statistic
    is_ignored: bool = False


class LoggerMeasurementConfig(DatedPeriod):
    """What the logger was programmed to do to a measurement."""

    slope: Number | None = None
    offset: Number | None = None
    sensitivity: Number | None = None
    measurement_units_id: Unit | None = None
    height_m: Number | None = None
    serial_number: str | None = None
    connection_channel: str | None = None
    logger_stated_boom_orientation_deg: Bearing | None = None
    column_name: list[ColumnName]


class Calibration(Part):
    """What a certificate says of a sensor."""

    measurement_type_id: MeasurementType | None = None
    slope: Number | None = None
    offset: Number | None = None
    sensitivity: Number | None = None
    date_of_calibration: Date | None = None
    calibration_id: str | None = None
    report_file_name: str | None = None
    report_link: str | None = None
    revision: str | None = None
    calibration_organisation: str | None = None
    place_of_calibration: str | None = None
    uncertainty_k_factor: Number | None = None


class Sensor(DatedPeriod):
    """The instrument that was mounted."""

    oem: str | None = None
    model: str | None = None
    serial_number: str | None = None
    sensor_type_id: str | None = None
    classification: str | None = None
    instrument_poi_height_mm: Number | None = None
    is_heated: bool | None = None
    sensor_body_size_mm: Number | None = None
    calibration: list[Calibration] | None = None


class MountingArrangement(DatedPeriod):
    """How the instrument was mounted."""

    mounting_type_id: MountingType | None = None
    boom_orientation_deg: Bearing | None = None
    vane_dead_band_orientation_deg: Bearing | None = None
    orientation_reference_id: OrientationReference | None = None
    tilt_angle_deg: Number | None = None
    boom_oem: str | None = None
    boom_model: str | None = None
    upstand_height_mm: Number | None = None
    upstand_diameter_mm: Number | None = None
    boom_diameter_mm: Number | None = None
    boom_length_mm: Number | None = None
    distance_from_mast_to_sensor_mm: Number | None = None


class InterferenceStructure(BegunPeriod):
    """What stands in a sensor's way."""

    structure_type_id: str | None
    orientation_from_mast_centre_deg: Bearing | None = None


class MeasurementPoint(Part):
    """One quantity at one height, and its histories."""

    name: Name
    measurement_type_id: MeasurementType
    height_m: Number | None
    height_reference_id: str | None = None
    logger_measurement_config: list[LoggerMeasurementConfig]
    sensor: list[Sensor] = Field(default_factory=list)
    mounting_arrangement: list[MountingArrangement] | None = None
    interference_structures: list[InterferenceStructure] | None = None


class LidarConfig(Period):
    """Settings of a lidar."""

    flow_corrections_applied: bool | None = None


class LoggerMainConfig(DatedPeriod):
    """The logger, its clock and how it labels its averages."""

    logger_oem_id: str
    logger_serial_number: Name
    logger_model_name: str | None = None
    logger_firmware_version: str | None = None
    logger_id: str | None = None
    logger_name: str | None = None
    encryption_pin_or_key: str | None = None
    offset_from_utc_hrs: Offset | None = None
    sampling_rate_sec: Number | None = None
    averaging_period_minutes: Minutes | None = None
    timestamp_is_end_of_period: bool | None = None
    clock_is_auto_synced: bool | None = None
    lidar_config: list[LidarConfig] | None = None


class ModelConfig(BegunPeriod):
    """The reanalysis or model that a virtual station is made of."""

    reanalysis: str | None = None
    offset_from_utc_hrs: Offset | None = None
    averaging_period_minutes: Minutes | None = None
    timestamp_is_end_of_period: bool | None = None


class VerticalProfilerProperties(Period):
    """How a lidar or sodar stands."""

    device_datum_plane_height_m: Number | None = None
    height_reference_id: str | None = None
    device_orientation_deg: Bearing | None = None
    orientation_reference_id: OrientationReference | None = None
    device_vertical_orientation: str | None = None


class MastProperties(Period):
    """The mast itself."""

    mast_geometry_id: str | None = None
    mast_oem: str | None = None
    mast_serial_number: str | None = None
    mast_model: str | None = None
    mast_height_m: Number | None = None


class MeasurementLocation(Part):
    """A station: a mast, lidar or buoy at one place."""

    name: Name
    latitude_ddeg: Annotated[float, Field(ge=-90, le=90)]
    longitude_ddeg: Annotated[float, Field(ge=-180, le=180)]
    measurement_station_type_id: StationType
    mast_properties: MastProperties | None = None
    vertical_profiler_properties: list[VerticalProfilerProperties] | None = None
    logger_main_config: list[LoggerMainConfig] = Field(default_factory=list)
    # pydantic keeps the name model_config for itself
    model_configuration: list[ModelConfig] = Field(default_factory=list, alias="model_config")
    measurement_point: list[MeasurementPoint]


class Document(Part):
    """A whole document: one or more stations."""

    author: str
    organisation: str
    date: Date
    version: Version
    plant_name: str | None = None
    plant_type: str | None = None
    measurement_location: Annotated[list[MeasurementLocation], Field(min_length=1)]
