"""Offsets from UTC in words."""

import numpy as np
import pytest

from loaders.formats.zones import utc_offset


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("UTC", 0),
        ("UTC+0", 0),
        ("UTC+09:00", 9),
        ("UTC-5:30", -5.5),
        ("UTC -0330", -3.5),
        ("UTC + 1", 1),
        ("GMT+05:45:00", 5.75),
        (" UTC+14 ", 14),
        ("UTC+15", None),
        ("UTC+1:75", None),
        ("UTC+100", None),
        ("local", None),
        ("+01:00", None),
        ("", None),
    ],
)
def test_an_offset_is_what_the_text_states_or_none(text: str, hours: float | None) -> None:
    assert utc_offset(text) == (None if hours is None else np.timedelta64(round(hours * 3600), "s"))
