"""The name of a station in commands, schemas and files. The SQL macro `slug` says the same."""

import re


def slug(name: str) -> str:
    """`Demo Mast` is `demo_mast`; empty where the name holds no plain letter and no digit."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").lower()
