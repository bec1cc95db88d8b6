"""The flagging log: what was excluded, as Windographer says it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from tests.exporters.conftest import Export
from tests.exporters.reading_back import member
from tests.exporters.stand_ins import START, STEP, Mast

HEADING = "Data Column\tFlag Name\tStart Time\tEnd Time\tTime Steps"


def log(mast: Mast, exported: Export) -> list[str]:
    return member(exported(mast).path, "flagging_log").split("\r\n")


def test_the_heading_and_the_form_of_a_row_are_windographers_own(
    samples: Path, recorded_mast: Mast, exported: Export
) -> None:
    theirs = (samples / "windographer" / "windographer_flagging_log2.txt").read_bytes().decode("cp1252").split("\r\n")
    recorded_mast.exclude("Spd80_avg", START + 6 * STEP, START + 16 * STEP, "Installation")
    ours = log(recorded_mast, exported)
    assert ours[0] == theirs[0] == HEADING
    assert theirs[1] == "Spd80mN\tInstallation\t09/01/2016 15:30\t09/01/2016 17:10\t10"
    assert ours[1] == "Spd80\tInstallation\t01/01/2021 02:00\t01/01/2021 03:40\t10"


def test_a_deviation_has_a_row_of_its_own(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.exclude("Spd80_sd", START, START + STEP, "icing")
    assert log(recorded_mast, exported)[1].split("\t")[:2] == ["Spd80 SD", "icing"]


def test_a_flag_off_the_grid_takes_every_step_that_it_overlaps(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.exclude("T2_avg", START + timedelta(minutes=5), START + timedelta(minutes=25), "icing")
    assert log(recorded_mast, exported)[1] == "T2\ticing\t01/01/2021 01:00\t01/01/2021 01:30\t3"


def test_an_open_flag_ends_where_the_record_ends(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.exclude("T2_avg", START + timedelta(days=1), datetime.max.replace(tzinfo=START.tzinfo), "degradation")
    assert log(recorded_mast, exported)[1] == "T2\tdegradation\t02/01/2021 01:00\t03/01/2021 01:00\t144"


def test_a_flag_beside_the_record_is_left_out(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.exclude("T2_avg", START - timedelta(days=1), START, "installation")
    assert log(recorded_mast, exported) == [HEADING, ""]


def test_a_flag_that_only_reports_blanks_nothing_and_is_not_in_the_log(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.exclude("T2_avg", START, START + STEP, "flat line", mode="report")
    assert log(recorded_mast, exported) == [HEADING, ""]


def test_the_other_files_name_the_flags_that_were_taken_out(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.exclude("T2_avg", START, START + STEP, "icing")
    recorded_mast.exclude("Spd80_avg", START, START + STEP, "birds")
    lines = member(exported(recorded_mast).path, "direction").split("\r\n")
    assert lines[7:9] == ["Included flags: <Unflagged data>", "Excluded flags: birds, icing"]


def test_a_flag_of_another_program_goes_out_by_its_name_there(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.exclude("T2_avg", START, START + STEP, "other", source="imported", remark="Synthesized")
    recorded_mast.exclude("T2_avg", START + STEP, START + 2 * STEP, "other", remark="a cow\tate it")
    assert [row.split("\t")[1] for row in log(recorded_mast, exported)[1:3]] == ["Synthesized", "other"]
