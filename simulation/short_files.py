"""The files of the demo's short stations, each with the whole of a record."""

from __future__ import annotations

from simulation import (
    ammonit,
    aq500,
    axys,
    basestation,
    csixml,
    described_csv,
    kintech,
    logr,
    meteo32,
    mixed_array,
    molas,
    netcdf,
    symphonie_sdr,
    symphoniepro,
    toa5,
    toaci1,
    tob,
    triton,
    windcube,
    windcube_rtd,
    windographer,
    wls70,
    zephir,
)
from simulation.recording import Recording
from simulation.stations import Files

PROGRAM = "short.CR1X"
WRITTEN = "2022-01-08 06:00:00"


def write_toaci1(recording: Recording) -> Files:
    """One file of TOACI1."""
    return {"short.dat": toa5.file(toaci1.header(recording.mast), toa5.rows(recording))}


def write_tob1(recording: Recording) -> Files:
    """One file of TOB1."""
    return {"tob1.dat": tob.tob1_file(tob.tob1_header(recording.mast, PROGRAM), tob.records(recording, "<"))}


def write_tob2(recording: Recording) -> Files:
    """A card in TOB2."""
    return {"tob2.dat": tob.tob2_file(tob.tob2_header(recording.mast, PROGRAM, 10), tob.records(recording, ">"))}


def write_tob3(recording: Recording) -> Files:
    """A card in TOB3 that was used before."""
    header = tob.tob3_header(recording.mast, PROGRAM, 10)
    return {"tob3.dat": tob.tob3_file(header, tob.records(recording, ">"), stale_frames=7)}


def write_csixml(recording: Recording) -> Files:
    """One file of CSIXML."""
    return {"short.xml": csixml.file(csixml.header(recording.mast, PROGRAM), csixml.rows(recording))}


def write_mixed_array(recording: Recording) -> Files:
    """A CR23X's final storage."""
    return {"final_storage_1.dat": mixed_array.file(mixed_array.rows(recording))}


def write_logr(recording: Recording) -> Files:
    """A LOGR's statistics."""
    header = logr.header(recording.mast, WRITTEN.replace(" ", "T") + "Z")
    return {"statistical.dat": logr.file(header, logr.rows(recording))}


def write_symphoniepro(recording: Recording) -> Files:
    """An export of a SymphoniePRO."""
    header = symphoniepro.header(recording.mast, WRITTEN)
    return {"meas.txt": symphoniepro.file(header, symphoniepro.rows(recording))}


def write_basestation(recording: Recording) -> Files:
    """An export of the American Data Retriever."""
    header = basestation.header(recording.mast, "1/8/22 6:00")
    return {"basestation.csv": basestation.file(header, basestation.rows(recording))}


def write_symphonie_sdr(recording: Recording) -> Files:
    """An export of the Symphonie Data Retriever."""
    return {"sdr.txt": symphonie_sdr.file(symphonie_sdr.header(recording.mast), symphonie_sdr.rows(recording))}


def write_kintech(recording: Recording) -> Files:
    """An Atlas's file."""
    return {"atlas.wnd": kintech.file(kintech.header(recording.mast), kintech.rows(recording))}


def write_ammonit(recording: Recording) -> Files:
    """A Meteo-40's statistics with their information."""
    mast = recording.mast
    return {"meteo40.csv": ammonit.file(ammonit.header(mast), ammonit.rows(recording), ammonit.information(mast))}


def write_meteo32(recording: Recording) -> Files:
    """A Meteo-32's rows, and what they are."""
    header = meteo32.header(recording.mast, recording.begins[0])
    rows = meteo32.file(header, meteo32.rows(recording))
    return {"meteo32.row": rows, "meteo32.rowinfo": meteo32.rowinfo(recording.mast)}


def write_windographer(recording: Recording) -> Files:
    """An export of Windographer."""
    rows = windographer.rows(recording, windographer.ISO, "9999")
    return {"export.txt": windographer.file(windographer.header(recording.mast, "08-01-2022 06:00"), rows)}


def write_field_box(recording: Recording) -> Files:
    """A table that the team has described."""
    return {"field_box.txt": described_csv.file(described_csv.header(recording.mast), described_csv.rows(recording))}


def write_zephir(recording: Recording) -> Files:
    """A ZX lidar's file of a German computer."""
    rows = zephir.rows(recording, zephir.GERMAN)
    return {"Wind10.ZPH.csv": zephir.file(zephir.header(recording.mast, zephir.GERMAN), rows)}


def write_triton(recording: Recording) -> Files:
    """A European export."""
    rows = triton.rows(recording, triton.EUROPEAN)
    return {"TritonExport.csv": triton.file(triton.header(recording.mast, triton.EUROPEAN), rows)}


def write_windcube(recording: Recording) -> Files:
    """A week of averages, and ten minutes of what the beams saw."""
    mast = recording.mast
    return {
        "week.sta": windcube.file(windcube.header(mast), windcube.rows(recording)),
        "ten_minutes.rtd": windcube.file(windcube_rtd.header(mast), windcube_rtd.rows(recording)),
    }


def write_molas(recording: Recording) -> Files:
    """A Molas's file."""
    return {"molas.txt": molas.file(molas.header(recording.mast), molas.names(recording.mast), molas.rows(recording))}


def write_wls70(recording: Recording) -> Files:
    """A WLS70's dump."""
    return {"wls70.txt": wls70.file(wls70.header(recording), wls70.subsets(recording))}


def write_aq500(recording: Recording) -> Files:
    """A sodar's results."""
    return {"result.txt": aq500.file(aq500.header(recording.mast), aq500.rows(recording))}


def write_netcdf(recording: Recording) -> Files:
    """A lidar's profiles as a campaign publishes them."""
    return {"lidar.nc": netcdf.file(recording)}


def write_axys(recording: Recording) -> Files:
    """A buoy's wind and currents."""
    return {
        "buoy.short.wind_port.csv": axys.file(axys.wind_header(), axys.wind_rows(recording)),
        "buoy.short.currents.csv": axys.file(axys.currents_header(), axys.currents_rows(recording)),
    }
