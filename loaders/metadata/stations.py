"""IEA Wind Task 43 documents, versions 1.0 to 1.3: the stations, with what belongs to them as a whole."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from loaders.metadata import vocabulary
from loaders.metadata.task43 import (
    Bearing,
    BegunPeriod,
    Date,
    DatedPeriod,
    HeightReference,
    MeasurementPoint,
    Name,
    Number,
    OrientationReference,
    Part,
    Period,
    Version,
    Whole,
    one_of_the,
)

StationType = Annotated[str, AfterValidator(one_of_the(vocabulary.STATION_TYPES, "station type"))]
LoggerMaker = Annotated[str, AfterValidator(one_of_the(vocabulary.LOGGER_MAKERS, "maker"))]
Reanalysis = Annotated[str, AfterValidator(one_of_the(vocabulary.REANALYSES, "reanalysis"))]
MastGeometry = Annotated[str, AfterValidator(one_of_the(vocabulary.MAST_GEOMETRIES, "mast geometry"))]
VerticalOrientation = Annotated[str, AfterValidator(one_of_the(vocabulary.VERTICAL_ORIENTATIONS, "orientation"))]
PlantType = Annotated[str, AfterValidator(one_of_the(vocabulary.PLANT_TYPES, "plant type"))]
# A clock can't be further from UTC than this; nor would the database take it
Offset = Annotated[float, Field(ge=-14, le=14, allow_inf_nan=False)]
Minutes = Annotated[float, Field(gt=0, le=525_600, multiple_of=1)]


class LidarConfig(Period):
    """Settings of a lidar."""

    flow_corrections_applied: bool | None = None


class LoggerMainConfig(DatedPeriod):
    """The logger, its clock and how it labels its averages."""

    logger_oem_id: LoggerMaker
    logger_serial_number: Name
    logger_model_name: str | None = None
    logger_firmware_version: str | None = None
    logger_id: str | None = None
    logger_name: str | None = None
    encryption_pin_or_key: str | None = None
    enclosure_lock_details: str | None = None
    data_transfer_details: str | None = None
    offset_from_utc_hrs: Offset | None = None
    sampling_rate_sec: Whole | None = None
    averaging_period_minutes: Minutes | None = None
    timestamp_is_end_of_period: bool | None = None
    clock_is_auto_synced: bool | None = None
    logger_acquisition_uncertainty: Number | None = None
    uncertainty_k_factor: Number | None = None
    lidar_config: list[LidarConfig] | None = None


class ModelConfig(BegunPeriod):
    """The reanalysis or model that a virtual station is made of."""

    reanalysis: Reanalysis | None = None
    horizontal_grid_resolution_m: Whole | None = None
    model_used: str | None = None
    offset_from_utc_hrs: Offset | None = None
    averaging_period_minutes: Minutes | None = None
    timestamp_is_end_of_period: bool | None = None


class VerticalProfilerProperties(Period):
    """How a lidar or sodar stands."""

    device_datum_plane_height_m: Number | None = None
    height_reference_id: HeightReference | None = None
    device_orientation_deg: Bearing | None = None
    orientation_reference_id: OrientationReference | None = None
    device_vertical_orientation: VerticalOrientation | None = None


class MastSection(Part):
    """The steel of a section of the mast."""

    uuid: str | None = None
    mast_section_height_mm: Number | None = None
    pole_diameter_mm: Number | None = None
    lattice_face_width_at_bottom_mm: Number | None = None
    lattice_face_width_at_top_mm: Number | None = None
    lattice_leg_width_mm: Number | None = None
    lattice_leg_is_round_cross_section: bool | None = None
    lattice_bracing_member_diameter_mm: Number | None = None
    lattice_bracing_member_diameter_horizontal_mm: Number | None = None
    lattice_bracing_member_diameter_diagonal_mm: Number | None = None
    lattice_number_of_diagonal_bracing_members: Whole | None = None
    lattice_bracing_member_length_diagonal_mm: Number | None = None
    number_of_repetitive_patterns_on_face: Whole | None = None
    lattice_bracing_member_height_mm: Number | None = None
    lattice_has_horizontal_member: bool | None = None


class MastProperties(Period):
    """The mast itself."""

    mast_geometry_id: MastGeometry | None = None
    mast_oem: str | None = None
    mast_serial_number: str | None = None
    mast_model: str | None = None
    mast_height_m: Number | None = None
    mast_section_geometry: list[MastSection] | None = None


class MeasurementLocation(Part):
    """A station: a mast, lidar or buoy at one place."""

    uuid: str | None = None
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


class Document(BaseModel):
    """A whole document: one or more stations."""

    model_config = ConfigDict(strict=True, extra="allow")

    author: str
    organisation: str
    date: Date
    version: Version
    license: str | None = None
    plant_name: str | None = None
    plant_type: PlantType | None = None
    measurement_location: Annotated[list[MeasurementLocation], Field(min_length=1)]
