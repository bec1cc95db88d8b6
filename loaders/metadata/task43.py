"""Measurement points of IEA Wind Task 43 documents, versions 1.0 to 1.3, and the types that all parts are made of.

Names, requirements and nulls are those of the schemas. Where the versions differ the wider one counts: enumerations
only grew, and what may be null today may be null in an old document. Keys that no version knows are let through.
Dates are the logger's clock.
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


def one_of_the(words: Collection[str], what: str) -> Callable[[str], str]:
    """A check that a text is one of these words."""

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


def _classification(value: str) -> str:
    if not re.fullmatch(r"[0-9]{1,2}[.][0-9]{1,2}[ABCDS]", value):
        raise misfit("a class like 1.7A")
    return value


Name = Annotated[str, AfterValidator(_not_blank)]
DateTime = Annotated[str, AfterValidator(_date_time)]
Date = Annotated[str, AfterValidator(_date)]
Version = Annotated[str, AfterValidator(_version)]
MeasurementType = Annotated[str, AfterValidator(one_of_the(vocabulary.MEASUREMENT_TYPES, "measurement type"))]
Statistic = Annotated[str, AfterValidator(one_of_the(vocabulary.STATISTICS, "statistic"))]
Unit = Annotated[str, AfterValidator(one_of_the(vocabulary.UNITS, "unit"))]
SensorType = Annotated[str, AfterValidator(one_of_the(vocabulary.SENSOR_TYPES, "sensor type"))]
Classification = Annotated[str, AfterValidator(_classification)]
MountingType = Annotated[str, AfterValidator(one_of_the(vocabulary.MOUNTING_TYPES, "mounting type"))]
OrientationReference = Annotated[str, AfterValidator(one_of_the(vocabulary.ORIENTATION_REFERENCES, "reference"))]
HeightReference = Annotated[str, AfterValidator(one_of_the(vocabulary.HEIGHT_REFERENCES, "reference"))]
StructureType = Annotated[str, AfterValidator(one_of_the(vocabulary.STRUCTURE_TYPES, "structure type"))]
Number = Annotated[float, Field(allow_inf_nan=False)]
Size = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Bearing = Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)]
Tilt = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
# JSON Schema counts 10.0 among the integers
Whole = Annotated[float, Field(allow_inf_nan=False, multiple_of=1)]


class Part(BaseModel):
    """Any part of a document: JSON's own types, unknown keys are kept."""

    model_config = ConfigDict(strict=True, extra="allow")

    notes: str | None = None
    update_at: str | None = None


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


class CalibrationUncertainty(BaseModel):
    """What a certificate says of its own uncertainty, bin by bin."""

    model_config = ConfigDict(strict=True, extra="allow")

    reference_bin: Number | None = None
    reference_unit: str | None = None
    combined_uncertainty: Number | None = None


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
    calibration_uncertainty: list[CalibrationUncertainty] | None = None


class Sensor(DatedPeriod):
    """The instrument that was mounted."""

    oem: str | None = None
    model: str | None = None
    serial_number: str | None = None
    sensor_type_id: SensorType | None = None
    classification: Classification | None = None
    instrument_poi_height_mm: Number | None = None
    is_heated: bool | None = None
    sensor_body_size_mm: Number | None = None
    calibration: list[Calibration] | None = None


class MountingArrangement(DatedPeriod):
    """How the instrument was mounted."""

    mast_section_geometry_uuid: str | None = None
    mounting_type_id: MountingType | None = None
    boom_orientation_deg: Bearing | None = None
    vane_dead_band_orientation_deg: Bearing | None = None
    orientation_reference_id: OrientationReference | None = None
    tilt_angle_deg: Tilt | None = None
    boom_oem: str | None = None
    boom_model: str | None = None
    upstand_height_mm: Size | None = None
    upstand_diameter_mm: Size | None = None
    boom_diameter_mm: Size | None = None
    boom_length_mm: Size | None = None
    distance_from_mast_to_sensor_mm: Size | None = None


class InterferenceStructure(BegunPeriod):
    """What stands in a sensor's way."""

    structure_type_id: StructureType
    orientation_from_mast_centre_deg: Bearing | None = None
    orientation_reference_id: OrientationReference | None = None
    distance_from_mast_centre_mm: Number | None = None
    diameter_of_interference_structure_mm: Number | None = None


class MeasurementPoint(Part):
    """One quantity at one height, and its histories."""

    name: Name
    measurement_type_id: MeasurementType
    height_m: Number | None
    height_reference_id: HeightReference | None = None
    logger_measurement_config: list[LoggerMeasurementConfig]
    sensor: list[Sensor] = Field(default_factory=list)
    mounting_arrangement: list[MountingArrangement] | None = None
    interference_structures: list[InterferenceStructure] | None = None
