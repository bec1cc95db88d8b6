"""NetCDF as a campaign publishes a lidar's profiles: time and height, units and bounds as attributes."""

from __future__ import annotations

import io

import h5py  # type: ignore[import-untyped]  # it has no types
import numpy as np

from simulation.masts import Mast
from simulation.profiles import profile
from simulation.recording import Recording

FILL = -9999.0
EPOCH = np.datetime64("1970-01-01", "s")


def file(recording: Recording) -> bytes:
    """A file's bytes."""
    levels = profile(recording)
    begins = (recording.begins.astype("datetime64[s]") - EPOCH).astype(np.int64)
    step = int(begins[1] - begins[0])
    variables = {
        "wind_speed": (np.stack([level.speed for level in levels], 1), "m/s", "time: mean"),
        "wind_speed_sd": (np.stack([level.deviation for level in levels], 1), "m/s", "time: standard_deviation"),
        "wind_direction": (np.stack([level.direction for level in levels], 1), "degrees", ""),
    }
    content = io.BytesIO()
    with h5py.File(content, "w") as made:
        made.attrs.update(_attributes(recording.mast))
        made["time"], made["height"] = begins, np.array([level.height_m for level in levels])
        zone = f"{recording.mast.utc_offset_hours:+03d}:00"
        made["time"].attrs.update({"units": f"seconds since 1970-01-01 00:00:00 {zone}", "bounds": "time_bounds"})
        made["height"].attrs["units"] = "m"
        made["nv"] = np.arange(2)
        made["time_bounds"] = np.stack([begins, begins + step], 1)
        for dimension in ("time", "height", "nv"):
            made[dimension].make_scale(dimension)
        for name, (values, unit, method) in variables.items():
            made[name] = np.where(np.isnan(values), FILL, values)
            made[name].attrs.update({"_FillValue": FILL, "units": unit, "cell_methods": method})
            made[name].dims[1].attach_scale(made["height"])
        made["time_bounds"].dims[1].attach_scale(made["nv"])
        for name in (*variables, "time_bounds"):
            made[name].dims[0].attach_scale(made["time"])
    return content.getvalue()


def _attributes(mast: Mast) -> dict[str, str]:
    return {"Conventions": "CF-1.8", "title": mast.name, "serial_number": mast.serial}
