"""Checks of the metadata: dbt's data tests of them, as sentences that name the place and the remedy."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from database.connection import Connection, connect
from database.errors import SetupError
from database.home import Home
from database.infinity import read_infinity_as_text
from loaders.metadata.places import Places
from orchestration.building import METADATA, NO_UNIT_TESTS
from orchestration.dbt import BuildFailed, dbt_lock, run_dbt
from orchestration.metadata_tests import KEYS, keys_not_used, kind_of, rows_of, sentence
from orchestration.status import Finding, Severity

MOST_ROWS = 50  # of one check: the first ones tell what to mend


def check_metadata(home: Home) -> list[Finding]:
    """Run the data tests of the metadata alone; each row that one of them finds is a finding.

    A warning leaves values as they can be computed; an error means that a model is not what its contract says.
    """
    with dbt_lock(home), connect(home, "transformer") as connection:
        read_infinity_as_text(connection)
        results_file = home.dbt / "target" / "run_results.json"
        results_file.unlink(missing_ok=True)
        with suppress(BuildFailed):  # which ones failed stands in the results, with what they found
            run_dbt(home, ["test", "--select", METADATA, "tag:finding", *NO_UNIT_TESTS])
        if not results_file.exists():
            raise SetupError("dbt could not run the checks", str(home.dbt / "logs" / "dbt.log"), "see the log")
        results = json.loads(results_file.read_text())["results"]
        places = Places(connection)
        by_dbt = [
            finding
            for result in results
            if result["status"] in {"warn", "fail", "error"}
            for finding in _findings(connection, result, places)
        ]
        by_keys = [
            Finding(KEYS, "warning", row["station"], sentence(KEYS, row, places))
            for row in keys_not_used(connection)[:MOST_ROWS]
        ]
        return [*by_dbt, *by_keys]


def _findings(connection: Connection, result: dict[str, Any], places: Places) -> list[Finding]:
    severity: Severity = "warning" if result["status"] == "warn" else "error"
    kind = kind_of(result["unique_id"].split(".")[2])
    if result["status"] == "error":
        return [Finding(kind, severity, None, str(result["message"]))]
    found = rows_of(connection, result["compiled_code"])[:MOST_ROWS]
    return [Finding(kind, severity, row.get("station"), sentence(kind, row, places)) for row in found]
