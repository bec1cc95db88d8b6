"""The words of the IEA Wind Task 43 data model: the union of its versions 1.0 to 1.3."""

import re

VERSIONS = ("1.0", "1.1", "1.2", "1.3")
NEWEST_VERSION = "1.3.0-2024.03"
VERSION = re.compile(r"(?P<minor>[0-9]{1,2}[.][0-9]{1,2})[.][0-9]{1,2}-[0-9]{4}[.][0-9]{2}")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


STATION_TYPES = _words("mast lidar sodar floating_lidar wave_buoy adcp solar virtual_met_mast reanalysis")

STATISTICS = _words("avg sd max min count availability quality sum median mode range gust ti ti30sec text")

UNITS = _words(
    """
    m/s cm/s mm/s mph knots deg deg_C deg_F K % mbar dbar hPa atm mmHg inHg kg/m^2 kg/m^3 V mA A ohm Hz mm m s
    W/m^2 W kW MW kWh MWh m/s^2 lux dB L g/L g/kg ppt psu S/m -
    """
)

MEASUREMENT_TYPES = _words(
    """
    wind_speed wind_direction vertical_wind_speed wind_speed_turbulence
    motion_corrected_wind_speed motion_corrected_wind_direction motion_corrected_vertical_wind_speed
    air_temperature water_temperature temperature air_pressure pressure air_density relative_humidity
    precipitation ice_detection fog illuminance
    global_horizontal_irradiance direct_normal_irradiance diffuse_horizontal_irradiance
    global_tilted_irradiance global_normal_irradiance albedo soiling_loss_index
    voltage current resistance power energy
    carrier_to_noise_ratio doppler_spectral_broadening echo_intensity signal_to_noise_ratio
    availability quality status flag counter timestamp
    wave_height wave_significant_height wave_maximum_height wave_direction wave_directional_spread
    wave_period wave_peak_period water_speed vertical_water_speed water_direction water_level
    salinity conductivity depth
    orientation compass_direction true_north_offset tilt tilt_x tilt_y tilt_z u v w
    gps_coordinates elevation altitude height azimuth obukhov_length other
    """
)

MOUNTING_TYPES = ("side", "goal_post", "top")

ORIENTATION_REFERENCES = ("magnetic_north", "true_north", "grid_north")

HEIGHT_REFERENCES = _words("ground_level mean_sea_level sea_level lowest_astronomical_tide sea_floor other")

SENSOR_TYPES = _words(
    """
    anemometer wind_vane thermometer hygrometer barometer thermohygrometer pth
    propeller_anemometer gill_propeller vertical_anemometer 2d_ultrasonic 3d_ultrasonic lidar sodar
    pyranometer pyrheliometer albedometer illuminance_sensor rain_gauge ice_detection_sensor fog_sensor
    voltmeter ammeter adcp ctd altimeter compass solar_compass gps inertial_measurement_unit other
    """
)

LOGGER_MAKERS = (
    "NRG Systems",
    "Ammonit",
    "Campbell Scientific",
    "Vaisala",
    "SecondWind",
    "Kintech",
    "Wilmers",
    "Unidata",
    "WindLogger",
    "Leosphere",
    "ZX Lidars",
    "AXYS Technologies",
    "AQSystem",
    "Pentaluum",
    "Nortek",
    "Teledyne RDI",
    "Aanderaa",
    "Other",
)

STRUCTURE_TYPES = ("lightning_finial", "aviation_light", "guy_wires", "other")

MAST_GEOMETRIES = ("lattice_triangle", "lattice_square_round_edges", "lattice_square_sharp_edges", "pole")

VERTICAL_ORIENTATIONS = ("upward", "downward")

REANALYSES = ("CFSR", "ERA-Interim", "ERA5", "JRA-55", "MERRA-2", "NCAR", "Other")

# Versions 1.0 and 1.1 have the word null, where they mean null
NO_PLANT_TYPE = "null"
PLANT_TYPES = ("onshore_wind", "offshore_wind", "solar", NO_PLANT_TYPE)
