"""What is wrong with metadata is told with its place and its remedy."""

from __future__ import annotations

import json
from collections.abc import Callable

from database.home import Home
from tests.commands import run


def test_metadata_in_order_have_no_findings(mast: Home) -> None:
    assert json.loads(run(mast, "metadata", "check", "--json")) == {"findings": []}


def test_an_unknown_clock_is_a_finding_with_its_remedy(instance: Home, claim: Callable[..., None]) -> None:
    claim(instance, offset_from_utc_hrs=None)
    (finding,) = json.loads(run(instance, "metadata", "check", "--json", expect=1))["findings"]
    assert (finding["kind"], finding["severity"], finding["station"]) == (
        "loggers_state_their_clock",
        "warning",
        "test_mast",
    )
    assert "4711" in finding["text"]
    assert "--utc-offset" in finding["text"]
