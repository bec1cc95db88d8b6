"""Keys of the data model, and what a document has beside them: kept, never used, and so mostly a slip of the pen."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from loaders.metadata.checks import Located, Path, json_path
from loaders.metadata.stations import Document, LoggerMainConfig, MastProperties
from loaders.problems import Problem, suggestion

Part = dict[str, Any]

# Where version 1.3 lets others add keys of their own
OPEN = (Document, LoggerMainConfig, MastProperties)
# There only what is as near as this to a key of the model was hardly meant as one's own
NEAR = 0.75


def unknown_keys(document: Part) -> Iterator[Located]:
    """What a valid document has beside the data model, each with its path and with the key that was probably meant."""
    for path, model in beside_the_model(Document, document, ()):
        key, known = str(path[-1]), keys_of(model)
        if model not in OPEN or difflib.get_close_matches(key.lower(), known, n=1, cutoff=NEAR):
            yield (
                path,
                Problem(json_path(path), "a key that is not used", "one of the data model", suggestion(key, known)),
            )


def beside_the_model(model: type[BaseModel], value: Part, path: Path) -> Iterator[tuple[Path, type[BaseModel]]]:
    """Paths of the keys that the model doesn't have, each with the part of the model that it stands in."""
    keys = keys_of(model)
    for key, child in value.items():
        if key not in keys:
            yield (*path, key), model
            continue
        inner = keys[key]
        if inner is not None:
            for position, part in enumerate(child if isinstance(child, list) else []):
                yield from beside_the_model(inner, part, (*path, key, position))
            if isinstance(child, dict):
                yield from beside_the_model(inner, child, (*path, key))


@cache
def keys_of(model: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    """The keys of a part, with the model of those that hold parts again."""
    return {field.alias or name: _model_in(field.annotation) for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model_in(inner))), None)
