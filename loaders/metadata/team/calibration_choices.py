"""calibration_choices.csv: certificates that count for a sensor, whatever their dates say; of several the mean."""

from __future__ import annotations

from loaders.metadata.team.cells import Cells
from loaders.metadata.team.known import Known, Sensor, same_serial

SAID_ONCE = ("station", "serial_number", "measurement_point", "sensor_date_from", "certificate", "date_of_calibration")


def judge(rows: list[Cells], known: Known) -> None:
    """Note what is wrong with each row, and what is chosen twice."""
    lines: dict[tuple[str, ...], int] = {}
    for row in rows:
        _judge_row(row, known)
        before = lines.setdefault(row.said(SAID_ONCE), row.line)
        if before != row.line:
            row.wrong("certificate", f"each once: line {before} chooses the same", "delete one of the two rows")


def _judge_row(row: Cells, known: Known) -> None:
    station = row.station(known.stations)
    mounted = row.time("sensor_date_from")
    day = row.day("date_of_calibration")
    if not row["certificate"] and not row["date_of_calibration"]:
        row.wrong("certificate", "the number of the certificate, the file name of its report, or date_of_calibration")
    of_station = [sensor for sensor in known.sensors if station in ("", sensor.station)]
    names = [point.name for point in known.points if station in ("", point.station)]
    point = row.word("measurement_point", list(dict.fromkeys(names)), "measurement point")
    serial = same_serial(row["serial_number"])
    if serial and serial not in (same_serial(sensor.serial_number) for sensor in of_station):
        serials = list(dict.fromkeys(sensor.serial_number for sensor in of_station if sensor.serial_number))
        expected = f"the serial number of a mounted sensor: {', '.join(serials)}"
        row.wrong("serial_number", expected if serials else "a blank cell", "correct it here or in the metadata")
    if row.problems:
        return
    meant = [
        sensor
        for sensor in of_station
        if point in ("", sensor.measurement_point)
        and serial in ("", same_serial(sensor.serial_number))
        and mounted in (None, sensor.date_from)
    ]
    if not meant:
        times = dict.fromkeys(str(sensor.date_from) for sensor in of_station if sensor.date_from)
        column = "sensor_date_from" if mounted else "measurement_point"
        among = f"when the sensor was mounted: {', '.join(times)}" if mounted else "a point at which the sensor was"
        row.wrong(column, among, "correct it here or in the metadata")
    elif not any(
        row["certificate"] in ("", certificate.name) and day in (None, certificate.calibrated_on)
        for sensor in meant
        for certificate in sensor.certificates
    ):
        column = "certificate" if row["certificate"] else "date_of_calibration"
        row.wrong(column, _certificates_of(meant), "correct it here, or add the certificate to the metadata")


def _certificates_of(sensors: list[Sensor]) -> str:
    named = dict.fromkeys(str(certificate) for sensor in sensors for certificate in sensor.certificates)
    return f"a certificate of the sensor: {', '.join(named)}" if named else "a sensor that has a certificate"
