"""A logger's record is the truth through its sensors and its program, so that re-calibration gets the truth back."""

import numpy as np
import pytest

from simulation import demo, faults
from simulation.faults import Period
from simulation.field import Simulated, simulate_mast
from simulation.masts import Mast, Program, numbers_at, unbroken
from simulation.recording import DECIMALS


@pytest.fixture
def ridge() -> Simulated:
    return simulate_mast(demo.RIDGE, 1, np.random.default_rng(1))


@pytest.fixture
def plain() -> Simulated:
    return simulate_mast(demo.PLAIN, 1, np.random.default_rng(1))


@pytest.mark.parametrize("statistic", ["avg", "sd", "max", "min"])
def test_re_calibration_recovers_the_truth_of_every_anemometer(
    ridge: Simulated, plain: Simulated, statistic: str
) -> None:
    for simulated in (ridge, plain):
        begins = simulated.recording.begins
        for point in simulated.recording.mast.points[:3]:
            slope, offset = numbers_at(begins, point.programs)
            sensor_slope, sensor_offset = numbers_at(begins, point.sensors)
            column = point.column(statistic)
            recorded, true = simulated.recording.values[column], simulated.truth[column]
            if statistic == "sd":
                recovered = recorded / slope * sensor_slope
            else:
                recovered = (recorded - offset) / slope * sensor_slope + sensor_offset
                true = np.maximum(true, sensor_offset)
            assert np.abs(recovered - true).max() < 10**-DECIMALS, column


def test_the_wrong_program_after_the_exchange_matters(ridge: Simulated) -> None:
    between = ridge.recording.between(demo.EXCHANGED_AT, demo.REPROGRAMMED_AT)
    wrong = np.abs(ridge.recording.values["Spd80mN_Avg"] - ridge.truth["Spd80mN_Avg"])
    assert between.sum() > 2_900
    assert wrong[between].mean() > 0.05
    windy = ridge.truth["Spd80mN_Avg"] > 1
    assert wrong[~between & windy].max() < 10**-DECIMALS


def test_a_vane_needs_its_dead_band_to_tell_the_direction(ridge: Simulated) -> None:
    recorded, true = ridge.recording.values["Dir78mS_D1_WVT"], ridge.truth["Dir78mS_D1_WVT"]
    difference = (recorded + 180 - true + 180) % 360 - 180
    assert np.abs(difference).max() < 10**-DECIMALS


def test_a_logger_that_labels_ends_stamps_ten_minutes_later(ridge: Simulated, plain: Simulated) -> None:
    assert ridge.recording.stamps[0] == np.datetime64("2022-01-01T00:10")
    assert plain.recording.stamps[0] == np.datetime64("2022-01-01T00:00")


def test_iced_anemometers_stand_and_iced_vanes_freeze_in_the_cold(ridge: Simulated) -> None:
    faults.be_iced(ridge.recording, demo.ICING[0])
    iced = ridge.recording.between(demo.ICING[0].start, demo.ICING[0].stop)
    values = {column: values[iced] for column, values in ridge.recording.values.items()}
    assert set(values["Spd60mN_Avg"]) == set(values["Spd60mN_Max"]) == {0.198}
    assert set(values["Spd60mN_Std"]) == {0}
    assert len(set(values["Dir78mS_D1_WVT"])) == 1
    assert values["T2m_Avg"].max() < 0


def test_faults_touch_their_sensor_and_their_time_alone(plain: Simulated) -> None:
    before = {column: values.copy() for column, values in plain.recording.values.items()}
    faults.be_missing(plain.recording, demo.BROKEN_CABLE)
    faults.be_stuck(plain.recording, Period("pampa_norte", "Dir98m", "2022-02-01", "2022-02-02", "stuck"))
    faults.be_silent(plain.recording, Period("pampa_norte", "All", "2022-03-01", "2022-03-02", "no power"))
    changed = {
        column: int((~np.isclose(values, before[column], rtol=0, atol=0)).sum())
        for column, values in plain.recording.values.items()
    }
    cable = int(plain.recording.between(demo.BROKEN_CABLE.start, demo.BROKEN_CABLE.stop).sum())
    assert {column for column, count in changed.items() if count == cable} == set(demo.PLAIN.columns_of("Spd60m"))
    assert {column for column, count in changed.items() if count} - set(demo.PLAIN.columns_of("Spd60m")) == {
        "Dir98m_D1_WVT",
        "Dir98m_SD1_WVT",
    }
    assert (~plain.recording.exists).sum() == 144


def test_a_dead_channel_a_spike_and_ice_on_one_sensor_touch_nothing_else(plain: Simulated, ridge: Simulated) -> None:
    before = {column: values.copy() for column, values in plain.recording.values.items()}
    faults.be_dead(plain.recording, demo.DEAD)
    dead = plain.recording.between(demo.DEAD.start, demo.DEAD.stop)
    assert set(plain.recording.values["Spd80m_Max"][dead]) == {0}
    assert np.array_equal(plain.recording.values["Spd80m_Max"][~dead], before["Spd80m_Max"][~dead])
    (spike, by), _ = demo.SPIKES
    faults.be_spiked(plain.recording, spike, by)
    added = {column: values - before[column] for column, values in plain.recording.values.items()}
    assert added["Spd100m_Avg"].sum() == added["Spd100m_Min"].sum() == by
    assert not added["Spd100m_Std"].any()
    temperature = ridge.recording.values["T2m_Avg"].copy()
    faults.be_iced(ridge.recording, demo.ICED[0])
    iced = ridge.recording.between(demo.ICED[0].start, demo.ICED[0].stop)
    assert set(ridge.recording.values["Spd60mN_Avg"][iced]) == {0.198}
    assert len(set(ridge.recording.values["Dir78mS_D1_WVT"][iced])) > 50
    assert np.array_equal(ridge.recording.values["T2m_Avg"], temperature)


def test_a_history_with_a_hole_is_an_error() -> None:
    with pytest.raises(ValueError, match="Spd: a period ends 2022-02-01, the next begins 2022-03-01"):
        unbroken("Spd", [Program("1", "2022-01-01", "2022-02-01"), Program("2", "2022-03-01")])


@pytest.mark.parametrize("mast", [demo.RIDGE, demo.PLAIN], ids=lambda mast: mast.slug)
def test_no_two_columns_of_a_mast_have_one_name(mast: Mast) -> None:
    assert len(set(mast.columns)) == len(mast.columns)
