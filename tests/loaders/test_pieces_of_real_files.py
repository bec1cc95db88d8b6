"""Files of real loggers, read in pieces: they say what they say as a whole."""

from __future__ import annotations

import pytest

from loaders import pieces
from loaders.formats.detect import detect
from loaders.formats.source import Bytes
from tests.loaders.formats.locale_samples import SAMPLES, needs_samples
from tests.loaders.test_pieces_of_large_files import loaded, outcome, pieces_of, whole

SHORTEST = 40_000  # bytes, of which a sixth holds header and rows


@needs_samples
@pytest.mark.parametrize(
    "name",
    ["aq500", "kintech", "logr", "nrg_basestation", "symphoniepro", "triton", "windcube", "windographer", "zephir"],
)
def test_a_real_file_is_in_pieces_what_it_is_whole(name: str) -> None:
    contents = [path.read_bytes() for path in SAMPLES.rglob("*") if path.is_file()]
    told = [(detect(content), content) for content in contents]
    own = [(module, content) for module, content in told if module and name == module.NAME]
    for module, content in own:
        with pieces_of(len(content) // 6):
            found = outcome(loaded, module, content)
            parts = len(list(pieces.read(module, Bytes(content)))) if len(content) > SHORTEST else 0
        assert found == outcome(whole, module, content)
        assert parts > 1 or len(content) <= SHORTEST
    assert own
