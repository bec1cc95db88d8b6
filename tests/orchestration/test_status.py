"""What `status` tells beside the ledger."""

from __future__ import annotations

import json

from database.home import Home
from tests.commands import run
from tests.loaders.test_described_formats import DESCRIPTION


def test_a_description_that_is_not_valid_is_a_finding_with_its_place(home: Home) -> None:
    home.formats.mkdir()
    (home.formats / "good.yaml").write_text(DESCRIPTION)
    (home.formats / "bad.yaml").write_text(DESCRIPTION.replace("solar_box", "box").replace("zone: +01:00", "zone:"))
    status = json.loads(run(home, "status", "--json"))
    (finding,) = status["findings"]
    assert (finding["kind"], finding["severity"], status["severity"]) == ("description_invalid", "warning", "warning")
    assert finding["text"].startswith(f"{home.formats}/bad.yaml: timestamp.zone: nothing found, UTC, an offset like")
